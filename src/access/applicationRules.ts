import { durationSeconds } from "../internal/duration.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { isNamespaceName, isObjectName } from "../kubernetes/objectNames.js";
import type { Values } from "../vaultresource/fields.js";
import { isGiven, unknownArguments } from "../vaultresource/rules.js";
import { authPathRules, authRoleNameRules, policyNameRules } from "./accessRules.js";
import { endpointOf } from "./applicationPolicy.js";
import { kubernetesAuthRoleRules } from "./kubernetesAuthRoleRules.js";

/** What is known of the secrets engine's roles: their credential types by name, and the names of static ones. */
export interface KnownRoles {
  readonly roles: Readonly<Record<string, unknown>>;
  readonly staticRoles: readonly string[];
}

export const applicationSettingNames = [
  "serviceAccounts",
  "namespaces",
  "namespaceSelector",
  "roles",
  "staticRoles",
  "tokenTtl",
  "tokenMaxTtl",
  "tokenPeriod",
  "audience",
  "authMount",
  "requestParameters",
];

/** Arguments of the auth role, by the names that an application's settings have for them. */
const roleArguments: Readonly<Record<string, string>> = {
  boundServiceAccountNames: "serviceAccounts",
  boundServiceAccountNamespaces: "namespaces",
  boundServiceAccountNamespaceSelector: "namespaceSelector",
};

/** A role that an application names: `deploy`, or with its endpoint `creds/deploy`. */
export function parseRoleReference(reference: string): { readonly endpoint?: "creds" | "sts"; readonly name: string } {
  const match = /^(?<endpoint>creds|sts)\/(?<name>.*)$/.exec(reference);
  return match?.groups === undefined
    ? { name: reference }
    : { endpoint: match.groups.endpoint as "creds" | "sts", name: match.groups.name ?? "" };
}

/**
 * The rules of an application.
 *
 * @param name of its policy and role in Vault
 */
export function applicationIssues(name: string, settings: Values, known: KnownRoles): Issue[] {
  if (settings === null || typeof settings !== "object" || Array.isArray(settings)) {
    return [{ path: "", rule: "must be an object with serviceAccounts, namespaces and roles", actual: settings }];
  }
  return [
    ...unknownArguments(settings, applicationSettingNames),
    ...nameIssues(name),
    ...whoIssues(settings),
    ...authMountIssues(settings),
    ...roleIssues(settings, known),
    ...tokenIssues(settings),
  ];
}

function nameIssues(name: string): Issue[] {
  const issues = [...policyNameRules({ name }, "name"), ...authRoleNameRules({ name }, "name")];
  return issues.slice(0, 1).map((issue) => ({ ...issue, path: "" }));
}

/** Which service accounts may log in and how long their tokens live, in the words of whoever gives them. */
export function whoIssues(settings: Values): Issue[] {
  const issues = kubernetesAuthRoleRules({
    boundServiceAccountNames: settings.serviceAccounts,
    boundServiceAccountNamespaces: settings.namespaces,
    boundServiceAccountNamespaceSelector: settings.namespaceSelector,
    audience: settings.audience,
    tokenTtl: settings.tokenTtl,
    tokenMaxTtl: settings.tokenMaxTtl,
    tokenPeriod: settings.tokenPeriod,
  }).map(inOwnWords);
  // The role's rules leave room for patterns.
  const names = [
    ...kubernetesNameIssues(settings, "serviceAccounts", isObjectName),
    ...kubernetesNameIssues(settings, "namespaces", isNamespaceName),
  ];
  return [
    ...issues.filter(({ path }) => !names.some((name) => name.path === path)),
    ...names,
    ...emptyAudienceIssues(settings),
    ...["tokenTtl", "tokenPeriod"].flatMap((name) => noTimeIssues(settings, name)),
  ];
}

function inOwnWords(issue: Issue): Issue {
  const rename = (text: string) =>
    Object.entries(roleArguments).reduce(
      (rest, [theirs, ours]) => rest.replace(new RegExp(`\\b${theirs}\\b`), ours),
      text,
    );
  return { ...issue, path: rename(issue.path), rule: rename(issue.rule) };
}

function kubernetesNameIssues(settings: Values, argument: string, isName: (text: string) => boolean): Issue[] {
  const names = settings[argument];
  return Array.isArray(names)
    ? names.flatMap((name: unknown, index) =>
        typeof name !== "string" || name === "*" || name === "" || !isKnown(name) || isName(name)
          ? []
          : [{ path: pathOf(argument, index), rule: "must be the name of a Kubernetes object", actual: name }],
      )
    : [];
}

/** Vault takes an empty audience for none, and then accepts tokens that were made for anything. */
function emptyAudienceIssues({ audience }: Values): Issue[] {
  return audience === ""
    ? [
        {
          path: "audience",
          rule: "must not be empty",
          actual: audience,
          fix: "Leave it out to accept tokens for any audience.",
        },
      ]
    : [];
}

/** Vault takes 0 for its default, which is weeks. */
export function noTimeIssues(settings: Values, name: string): Issue[] {
  const value = settings[name];
  return isGiven(value) && durationSeconds(value) === 0
    ? [{ path: name, rule: "must be longer than 0", actual: value, fix: "Leave it out for the default." }]
    : [];
}

function authMountIssues(settings: Values): Issue[] {
  return settings.authMount === undefined ? [] : authPathRules(settings, "authMount");
}

function roleIssues(settings: Values, known: KnownRoles): Issue[] {
  const noLists = ["roles", "staticRoles"].filter((name) => !isListOfNames(settings[name]));
  if (noLists.length > 0) {
    return noLists.map((path) => ({ path, rule: "must be a plain list of names of roles", actual: settings[path] }));
  }
  const roles = (settings.roles ?? []) as readonly unknown[];
  const staticRoles = (settings.staticRoles ?? []) as readonly unknown[];
  if (roles.length === 0 && staticRoles.length === 0) {
    return [{ path: "roles", rule: "or staticRoles is required", fix: "Name at least one role that it may read." }];
  }
  const available = Object.keys(known.roles);
  return [
    ...roles.flatMap((reference, index) => oneRoleIssues(pathOf("roles", index), reference, known, available)),
    ...staticRoles.flatMap((reference, index) =>
      typeof reference === "string" && known.staticRoles.includes(reference)
        ? []
        : [notThere(pathOf("staticRoles", index), "static role", reference, known.staticRoles, available)],
    ),
    ...repeated(
      "roles",
      roles.map((reference) => parseRoleReference(String(reference)).name),
    ),
    ...repeated("staticRoles", staticRoles),
  ];
}

function oneRoleIssues(path: string, reference: unknown, known: KnownRoles, available: readonly string[]): Issue[] {
  if (typeof reference !== "string") {
    return [{ path, rule: "must be the name of a role", actual: reference }];
  }
  const { endpoint, name } = parseRoleReference(reference);
  if (!Object.hasOwn(known.roles, name)) {
    return [notThere(path, "role", reference, available, known.staticRoles)];
  }
  const type = known.roles[name];
  if (endpoint === undefined || typeof type !== "string" || !isKnown(type) || endpointOf(type) === endpoint) {
    return [];
  }
  return [
    {
      path,
      rule: `cannot be read at ${endpoint}/: the role's credential type is ${type}, which is read at ${endpointOf(type)}/`,
      actual: reference,
      fix: `Write ${JSON.stringify(name)}.`,
    },
  ];
}

function notThere(
  path: string,
  kind: "role" | "static role",
  reference: unknown,
  available: readonly string[],
  others: readonly string[],
): Issue {
  const other = others.includes(reference as string);
  const argument = kind === "role" ? "staticRoles" : "roles";
  return {
    path,
    rule:
      available.length === 0
        ? `names a ${kind}, and the secrets engine has none`
        : `must be one of ${available.join(", ")}`,
    actual: reference,
    fix: other
      ? `It is a ${kind === "role" ? "static role" : "role"}: name it in ${argument}.`
      : pathAdvice(String(reference), available),
  };
}

/** Advice on a path of Vault's in the place of the role that it ends with. */
function pathAdvice(reference: string, available: readonly string[]): string | undefined {
  const name = reference.trim().split("/").at(-1) ?? "";
  return name !== reference && available.includes(name) ? `Write ${JSON.stringify(name)}.` : undefined;
}

function repeated(argument: string, names: readonly unknown[]): Issue[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) < index ? [{ path: pathOf(argument, index), rule: "is named twice", actual: name }] : [],
  );
}

function tokenIssues(settings: Values): Issue[] {
  const issues: Issue[] = [];
  if (isGiven(settings.tokenPeriod) && (settings.tokenTtl !== undefined || settings.tokenMaxTtl !== undefined)) {
    issues.push({
      path: "tokenPeriod",
      rule: "cannot be given together with tokenTtl or tokenMaxTtl",
      fix: "A periodic token has no maximum lifetime, and its period is its TTL.",
    });
  }
  const { requestParameters } = settings;
  if (requestParameters !== undefined && typeof requestParameters !== "boolean") {
    issues.push({ path: "requestParameters", rule: "must be true or false", actual: requestParameters });
  }
  return issues;
}

function isListOfNames(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && isFullyKnown(value));
}
