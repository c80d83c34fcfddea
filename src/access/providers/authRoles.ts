import type { Issue } from "../../internal/validation/issues.js";
import type { Values, VaultField } from "../../vaultresource/fields.js";
import { appRoleFields, appRoleRules } from "../appRoleRules.js";
import { authRoleRules } from "../authRoleRules.js";
import { jwtAuthRoleFields, jwtAuthRoleRules } from "../jwtAuthRoleRules.js";
import { kubernetesAuthRoleFields, kubernetesAuthRoleRules } from "../kubernetesAuthRoleRules.js";
import { authObjectHandlers, type AuthObject } from "./authObject.js";

function role(
  fields: readonly VaultField[],
  rules: (inputs: Values) => Issue[],
  computed?: AuthObject["computed"],
): AuthObject {
  return {
    fields,
    validate: (inputs) => authRoleRules(inputs, fields, rules),
    below: ({ name }) => `role/${String(name)}`,
    identity: ["mount", "name"],
    computed,
  };
}

/** `role/:name` of Vault's Kubernetes auth method. */
export const kubernetesAuthRoleHandlers = authObjectHandlers(role(kubernetesAuthRoleFields, kubernetesAuthRoleRules));

/** `role/:name` of Vault's JWT/OIDC auth method. */
export const jwtAuthRoleHandlers = authObjectHandlers(role(jwtAuthRoleFields, jwtAuthRoleRules));

/** `role/:name` of Vault's AppRole auth method. */
export const appRoleAuthRoleHandlers = authObjectHandlers(
  role(appRoleFields, appRoleRules, {
    names: ["roleId"],
    read: async (context, path) => ({ roleId: (await context.vault.client.read(`${path}/role-id`))?.role_id }),
  }),
);
