import type { VaultReadName } from "../../secretsengine/vaultReadRules.js";

/** The functions of the package's schema, and the results of each that are secret. */
export const functions: Readonly<Record<VaultReadName, readonly string[]>> = {
  getAwsCredentials: ["secretAccessKey", "sessionToken"],
  getAwsSecretsRole: ["externalId"],
  getAwsStaticCredentials: ["secretAccessKey"],
  listAwsSecretsRoles: [],
};

export function isFunction(name: string): name is VaultReadName {
  return Object.hasOwn(functions, name);
}
