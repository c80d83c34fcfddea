import type { Issue } from "../internal/validation/issues.js";
import type { Values, VaultField } from "../vaultresource/fields.js";
import { kindRules } from "../vaultresource/rules.js";
import { tokenFields, tokenSettingsRules } from "./tokenFields.js";

/**
 * The fields of `auth/approle/role/:name`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/approle#create-update-approle
 */
export const appRoleFields: readonly VaultField[] = [
  { name: "bindSecretId", vaultName: "bind_secret_id", kind: "flag", unset: true },
  { name: "secretIdBoundCidrs", vaultName: "secret_id_bound_cidrs", kind: "cidrs" },
  { name: "secretIdNumUses", vaultName: "secret_id_num_uses", kind: "count", least: 0 },
  { name: "secretIdTtl", vaultName: "secret_id_ttl", kind: "seconds" },
  ...tokenFields,
];

/** The rules of a role of the AppRole auth method, apart from its name. */
export function appRoleRules(role: Values): Issue[] {
  const issues = [...kindRules(appRoleFields, role), ...tokenSettingsRules(role)];
  const bound = [role.tokenBoundCidrs, role.secretIdBoundCidrs].some((list) => Array.isArray(list) && list.length > 0);
  if (role.bindSecretId === false && !bound) {
    issues.push({
      path: "bindSecretId",
      rule: "must be true where neither tokenBoundCidrs nor secretIdBoundCidrs is given",
      fix: "Whoever knows the role ID, which is no secret, could log in.",
    });
  }
  return issues;
}
