import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { Values } from "../vaultresource/fields.js";
import { requiredText, trimSlashes } from "../vaultresource/rules.js";

/** Policies that are Vault's own: it lets nobody write them, or all tokens have them. */
const reservedPolicies = ["root", "default", "response-wrapping", "control-group"];

/** The name of an ACL policy. */
export function policyNameRules(values: Values, name: string): Issue[] {
  const missing = requiredText(values, name, "Give the policy a name.");
  const text = values[name];
  if (missing.length > 0 || typeof text !== "string" || !isKnown(text)) {
    return missing;
  }
  if (reservedPolicies.includes(text.toLowerCase())) {
    return [
      {
        path: name,
        rule: `must not be one of Vault's own policies (${reservedPolicies.join(", ")})`,
        actual: text,
        fix: "Choose another name.",
      },
    ];
  }
  if (text !== text.toLowerCase()) {
    return [
      {
        path: name,
        rule: "must be in lower case, as Vault stores it",
        actual: text,
        fix: `Write ${JSON.stringify(text.toLowerCase())}.`,
      },
    ];
  }
  return /^[a-z0-9_](?:[a-z0-9_./-]*[a-z0-9_])?$/.test(text) && !text.includes("//") && !/(?:^|\/)\.{1,2}\//.test(text)
    ? []
    : [
        {
          path: name,
          rule: 'must be lower case letters, digits and "_", with "-", "." and "/" between them',
          actual: text,
        },
      ];
}

/** Policies of a role's tokens. `root` cannot be had by any login. */
export function tokenPoliciesRules(values: Values): Issue[] {
  const given = values.tokenPolicies;
  return Array.isArray(given)
    ? given.flatMap((policy: unknown, index) => {
        const path = pathOf("tokenPolicies", index);
        if (policy === "default" || typeof policy !== "string" || policy === "") {
          return [];
        }
        if (policy === "root") {
          return [{ path, rule: "must not be root: Vault gives no root tokens to logins", actual: policy }];
        }
        return policyNameRules({ policy }, "policy").map((issue) => ({ ...issue, path }));
      })
    : [];
}

/** The path of an auth method: where `auth/<path>/login` is. */
export function authPathRules(values: Values, name: string): Issue[] {
  const missing = requiredText(values, name, 'Give the path of the auth method, such as "kubernetes".');
  const path = values[name];
  if (missing.length > 0 || typeof path !== "string" || !isKnown(path)) {
    return missing;
  }
  const bare = trimSlashes(path);
  if (bare.startsWith("auth/")) {
    return [
      {
        path: name,
        rule: 'must be the path without "auth/"',
        actual: path,
        fix: `Write ${JSON.stringify(bare.slice(5))}.`,
      },
    ];
  }
  return bare === "" ||
    bare === "token" ||
    /\/\/|[?#*%+]|\s|[\p{Cc}\p{Cf}\p{Cs}]/u.test(bare) ||
    bare.split("/").some((part) => part === "." || part === "..")
    ? [
        {
          path: name,
          rule: 'must be a path without spaces, empty parts, dots or wildcards, and not "token"',
          actual: path,
        },
      ]
    : [];
}

/** The name of an auth method's role: Vault answers "unsupported path" for any other. */
export function authRoleNameRules(values: Values, name: string): Issue[] {
  const missing = requiredText(values, name, "Give the role a name.");
  const text = values[name];
  if (missing.length > 0 || typeof text !== "string" || !isKnown(text)) {
    return missing;
  }
  if (text !== text.toLowerCase()) {
    return [
      {
        path: name,
        rule: "must be in lower case, as Vault stores it",
        actual: text,
        fix: `Write ${JSON.stringify(text.toLowerCase())}.`,
      },
    ];
  }
  return /^\w(?:[\w.-]*\w)?$/.test(text)
    ? []
    : [
        {
          path: name,
          rule: 'must be lower case letters, digits and "_", with "-" and "." between them',
          actual: text,
          fix: "Vault finds no path for other names.",
        },
      ];
}
