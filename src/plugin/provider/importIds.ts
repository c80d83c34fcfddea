import { authPathRules, authRoleNameRules, policyNameRules } from "../../access/accessRules.js";
import type { Issue } from "../../internal/validation/issues.js";
import type { Values } from "../../vaultresource/fields.js";
import { mountPathRules, objectNameRules } from "../../vaultresource/rules.js";

/**
 * The properties that the ID of an import stands for.
 *
 * @throws Error that says what the ID must look like
 */
export type ParseId = (id: string) => Values;

/** What a part of an ID must be: the rule of the argument that it is. */
type PartRule = (values: Values, name: string) => Issue[];

/** The ID of a mount is its path: `aws`, `teams/payments/aws`. */
export const mountId: ParseId = parser("<path of the mount>", "aws", /^\/*(?<path>.+?)\/*$/, { path: mountPathRules });

/** The ID of a role: `aws/roles/deploy`. A mount's path may itself have parts named `roles`; a role's name has no slash. */
export function roleId(collection: string): ParseId {
  return parser(
    `<mount>/${collection}/<name>`,
    `aws/${collection}/deploy`,
    new RegExp(`^/*(?<mount>.+)/${collection}/(?<name>[^/]+)$`),
    { mount: exactly(mountPathRules), name: objectNameRules },
  );
}

/** The ID of what a mount has one of: `aws/config/root`; `aws/roles` for all of its roles. */
export function belowMountId(path: string): ParseId {
  return parser(`<mount>/${path}`, `aws/${path}`, new RegExp(`^/*(?<mount>.+)/${path}$`), {
    mount: exactly(mountPathRules),
  });
}

/** The ID of an auth method: `auth/kubernetes`. */
export const authMethodId: ParseId = parser("auth/<path>", "auth/kubernetes", /^auth\/(?<path>.+?)\/*$/, {
  path: exactly(authPathRules),
});

/** The ID of a role of an auth method: `auth/kubernetes/role/shop`. */
export function authRoleId(method: string): ParseId {
  return parser("auth/<mount>/role/<name>", `auth/${method}/role/shop`, /^auth\/(?<mount>.+)\/role\/(?<name>[^/]+)$/, {
    mount: exactly(authPathRules),
    name: authRoleNameRules,
  });
}

/** The ID of an auth method's configuration: `auth/kubernetes/config`. */
export function authConfigId(method: string): ParseId {
  return parser("auth/<mount>/config", `auth/${method}/config`, /^auth\/(?<mount>.+)\/config$/, {
    mount: exactly(authPathRules),
  });
}

/** The ID of an ACL policy: `sys/policies/acl/deploy`. */
export const policyId: ParseId = parser(
  "sys/policies/acl/<name>",
  "sys/policies/acl/deploy",
  /^sys\/policies\/acl\/(?<name>.+?)\/*$/,
  { name: policyNameRules },
);

/** The ID of an audit device: `sys/audit/file`. */
export const auditDeviceId: ParseId = parser("sys/audit/<path>", "sys/audit/file", /^sys\/audit\/(?<path>.+?)\/*$/, {
  path: exactly(mountPathRules),
});

/** A rule for a part that has no slashes around it. */
function exactly(rule: PartRule): PartRule {
  return (values, name) =>
    /^\/|\/$/.test(String(values[name]))
      ? [{ path: name, rule: "must have no slashes around it" }]
      : rule(values, name);
}

/**
 * @param form of the ID, as errors show it
 * @param pattern with a group for each property
 * @param rules of the properties
 */
function parser(form: string, example: string, pattern: RegExp, rules: Readonly<Record<string, PartRule>>): ParseId {
  return (id) => {
    const parts = { ...pattern.exec(id)?.groups };
    if (Object.entries(rules).some(([name, rule]) => parts[name] === undefined || rule(parts, name).length > 0)) {
      throw new Error(`the ID must have the form ${form}, such as ${example}, got ${JSON.stringify(id)}`);
    }
    return parts;
  };
}
