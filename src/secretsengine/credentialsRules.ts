import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { Values, VaultField } from "../vaultresource/fields.js";
import {
  iamArnRules,
  isGiven,
  kindRules,
  mountPathRules,
  objectNameRules,
  secondsBetween,
} from "../vaultresource/rules.js";

/** The parameters of a read of `creds/` or `sts/`, and when to read again. */
export const credentialFields: readonly VaultField[] = [
  { name: "roleArn", vaultName: "role_arn", kind: "text" },
  { name: "ttl", vaultName: "ttl", kind: "seconds" },
  { name: "roleSessionName", vaultName: "role_session_name", kind: "text" },
];

/** Fields that are this resource's own, not Vault's. */
export const reissueFields: readonly VaultField[] = [{ name: "reissueBefore", vaultName: "", kind: "seconds" }];

/** The rules of credentials. */
export function credentialsRules(credentials: Values): Issue[] {
  const issues = [
    ...mountPathRules(credentials, "mount"),
    ...objectNameRules(credentials, "role"),
    ...kindRules([...credentialFields, ...reissueFields], credentials),
    ...iamArnRules("roleArn", credentials.roleArn, "role"),
    ...secondsBetween(credentials, "ttl", 900, 129_600, "AWS grants session credentials no other life."),
  ];
  const { endpoint, roleSessionName } = credentials;
  if (endpoint !== undefined && isKnown(endpoint) && endpoint !== "creds" && endpoint !== "sts") {
    issues.push({ path: "endpoint", rule: 'must be "creds" or "sts"', actual: endpoint });
  }
  if (isGiven(roleSessionName) && roleSessionName !== "" && !/^[\w+=,.@-]{2,64}$/.test(roleSessionName as string)) {
    issues.push({
      path: "roleSessionName",
      rule: 'must be 2 to 64 letters, digits and "_+=,.@-"',
      actual: roleSessionName,
      fix: "AWS takes no other name, and Vault does not shorten it.",
    });
  }
  return issues;
}
