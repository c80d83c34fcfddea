import { under, type Issue } from "../internal/validation/issues.js";
import type { Values, VaultField } from "../vaultresource/fields.js";
import type { TextForm } from "../vaultresource/textForms.js";
import { kindRules, mayBeSet } from "../vaultresource/rules.js";
import { namespaceSelectorRules, selectsAll } from "./namespaceSelector.js";
import { tokenFields, tokenSettingsRules } from "./tokenFields.js";

export const aliasNameSources = ["serviceaccount_uid", "serviceaccount_name"] as const;

const nameOrPattern: TextForm = {
  pattern: /^[a-z\d.*-]+$/,
  rule: 'must be a name of Kubernetes: lower case letters, digits, "-" and ".", where "*" stands for any text',
};

const oneAudience: TextForm = {
  pattern: /^[^\s,\p{Cc}]+$/u,
  rule: "must be one audience, without spaces or commas",
};

const ownFields: readonly VaultField[] = [
  { name: "boundServiceAccountNames", vaultName: "bound_service_account_names", kind: "set", form: nameOrPattern },
  {
    name: "boundServiceAccountNamespaces",
    vaultName: "bound_service_account_namespaces",
    kind: "set",
    form: nameOrPattern,
  },
  {
    name: "boundServiceAccountNamespaceSelector",
    vaultName: "bound_service_account_namespace_selector",
    kind: "json",
    since: "1.16",
  },
  { name: "audience", vaultName: "audience", kind: "text", form: oneAudience },
  {
    name: "aliasNameSource",
    vaultName: "alias_name_source",
    kind: "text",
    unset: aliasNameSources[0],
    oneOf: aliasNameSources,
  },
];

/**
 * The fields of `auth/kubernetes/role/:name`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#create-update-role
 */
export const kubernetesAuthRoleFields: readonly VaultField[] = [...ownFields, ...tokenFields];

/** The rules of a role of the Kubernetes auth method, apart from its name: Vault's own. */
export function kubernetesAuthRoleRules(role: Values): Issue[] {
  const kinds = kubernetesAuthRoleFields.filter(({ name }) => name !== "boundServiceAccountNamespaceSelector");
  return [
    ...kindRules(kinds, role),
    ...boundNameRules(role),
    ...under("boundServiceAccountNamespaceSelector", namespaceSelectorRules(role.boundServiceAccountNamespaceSelector)),
    ...tokenSettingsRules(role),
  ];
}

function boundNameRules(role: Values): Issue[] {
  const has = (name: string) => mayBeSet(kubernetesAuthRoleFields, role, name);
  const issues: Issue[] = [];
  if (!has("boundServiceAccountNames")) {
    issues.push({
      path: "boundServiceAccountNames",
      rule: "is required",
      fix: 'Name the service accounts that may log in; ["*"] is any.',
    });
  }
  if (!has("boundServiceAccountNamespaces") && !has("boundServiceAccountNamespaceSelector")) {
    issues.push({
      path: "boundServiceAccountNamespaces",
      rule: "or boundServiceAccountNamespaceSelector is required",
      fix: 'Name the namespaces of the service accounts; ["*"] is any.',
    });
  }
  for (const name of ["boundServiceAccountNames", "boundServiceAccountNamespaces"]) {
    const list = role[name];
    if (Array.isArray(list) && list.length > 1 && list.includes("*")) {
      issues.push({
        path: name,
        rule: 'must not mix "*" with names',
        actual: list,
        fix: 'Write ["*"], or the names only.',
      });
    }
  }
  return issues;
}

/** Whether every service account of the cluster may log in: allowed by Vault, and seldom meant. */
export function admitsEveryone(role: Values): boolean {
  const all = (list: unknown) => Array.isArray(list) && list.includes("*");
  return (
    all(role.boundServiceAccountNames) &&
    (all(role.boundServiceAccountNamespaces) || selectsAll(role.boundServiceAccountNamespaceSelector))
  );
}
