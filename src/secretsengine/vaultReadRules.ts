import type { Issue } from "../internal/validation/issues.js";
import type { Values } from "../vaultresource/fields.js";
import { mountPathRules, objectNameRules, unknownArguments } from "../vaultresource/rules.js";
import { credentialsRules } from "./configRules.js";
import { credentialFields } from "./engineFields.js";

/** The functions that read from Vault. */
export type VaultReadName =
  "getAwsCredentials" | "getAwsSecretsRole" | "getAwsStaticCredentials" | "listAwsSecretsRoles";

const credentialNames = ["mount", "role", "endpoint", ...credentialFields.map(({ name }) => name), "keyReadiness"];

/** The rules of the functions' arguments. */
export const vaultReadRules: Readonly<Record<VaultReadName, (args: Values) => Issue[]>> = {
  getAwsCredentials: (args) => [...unknownArguments(args, credentialNames), ...credentialsRules(args)],
  getAwsSecretsRole: namedRoleRules,
  getAwsStaticCredentials: namedRoleRules,
  listAwsSecretsRoles: (args) => [...unknownArguments(args, ["mount"]), ...mountPathRules(args, "mount")],
};

function namedRoleRules(args: Values): Issue[] {
  return [
    ...unknownArguments(args, ["mount", "name"]),
    ...mountPathRules(args, "mount"),
    ...objectNameRules(args, "name"),
  ];
}
