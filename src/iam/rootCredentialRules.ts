import { chainedSessionIssues } from "../secretsengine/chainedSessions.js";
import { roleFields } from "../secretsengine/engineFields.js";
import { legacyRoleRules, withoutLegacyForm } from "../secretsengine/legacyRole.js";
import { credentialTypes, type AwsSecretsRoleSpec } from "../secretsengine/roleSpec.js";
import { mapRecord } from "../internal/records.js";
import { flagIssues, oneOfIssues, textIssues, wholeNumberIssues } from "../internal/validation/valueRules.js";
import type { Values } from "../vaultresource/fields.js";
import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { pathOrRoot } from "../aws/arns.js";
import { policyIssues, statementIssues, type PolicyKind } from "../aws/policyGrammar.js";
import { tagIssues } from "../aws/tags.js";
import { iamArnRules, kindRules } from "../vaultresource/rules.js";
import { irsaSubjectIssues } from "./irsaRules.js";
import {
  autoNameIssues,
  entityNameIssues,
  groupNameIssues,
  iamPathIssues,
  policyArnIssues,
  policyNameIssues,
} from "./nameRules.js";
import type { PlainRootCredential } from "./rootDocument.js";
import { defaultUserNamePrefix } from "./policies/rootPolicy.js";

/** What is wrong with the arguments of a RootCredential, whatever account it is in. */
export function rootCredentialIssues(args: PlainRootCredential): Issue[] {
  return [
    ...(args.identity === "role" ? roleIdentityIssues(args) : userIdentityIssues(args)),
    ...oneOfIssues("permissions", args.permissions, ["derived", "documented"]),
    ...["rotateRoot", "forceDestroy"].flatMap((path) => flagIssues(path, (args as unknown as Values)[path])),
    ...policyNameIssues("policyName", args.policyName),
    ...entityNameIssues(args.identity === "role" ? "roleName" : "userName", args.entityName),
    ...iamPathIssues("path", args.path),
    ...(args.additionalPolicyArns ?? []).flatMap((arn, index) =>
      policyArnIssues(`additionalPolicyArns[${index}]`, arn),
    ),
    ...policyArnIssues("permissionsBoundaryArn", args.permissionsBoundaryArn),
    ...(args.formerUserPaths ?? []).flatMap((path, index) => iamPathIssues(`formerUserPaths[${index}]`, path)),
    ...prefixIssues(args.userNamePrefix),
    ...textIssues("usernameTemplate", args.usernameTemplate),
    ...tagIssues("tags", args.tags),
    ...eachIssues("assumeRoleArns", args.assumeRoleArns, (path, arn) => iamArnRules(path, arn, "role")),
    ...eachIssues("formerGroups", args.formerGroups, groupNameIssues),
    ...documentIssues(args),
    ...Object.entries(args.roles ?? {}).flatMap(([name, role]) => {
      const path = pathOf("roles", name);
      const legacy = legacyRoleRules(role as unknown as Values);
      return legacy.length > 0 ? under(path, legacy) : roleIssues(path, inTodaysForm(role));
    }),
    ...Object.entries(args.staticRoles ?? {}).flatMap(([name, { username, assumeRoleArn }]) => [
      ...entityNameIssues(`${pathOf("staticRoles", name)}.username`, username),
      ...iamArnRules(`${pathOf("staticRoles", name)}.assumeRoleArn`, assumeRoleArn, "role"),
    ]),
  ];
}

function inTodaysForm(role: AwsSecretsRoleSpec): AwsSecretsRoleSpec {
  return withoutLegacyForm(role as unknown as Values) as unknown as AwsSecretsRoleSpec;
}

/** What is wrong with the names in AWS that Pulumi makes of a RootCredential's name, where none is given. */
export function rootCredentialNameIssues(
  name: string,
  { policyName, transform }: { readonly policyName?: string; readonly transform?: { readonly policy?: unknown } },
): Issue[] {
  return policyName === undefined && transform?.policy === undefined
    ? autoNameIssues(`${name}-policy`, "policy", "Give policyName.")
    : [];
}

function eachIssues(path: string, values: unknown, rules: (path: string, value: string) => Issue[]): Issue[] {
  if (values === undefined || !isKnown(values)) {
    return [];
  }
  return Array.isArray(values)
    ? values.flatMap((value: string, index) => rules(pathOf(path, index), value))
    : [{ path, rule: "must be a list", actual: values }];
}

/** The policies that are given as text or documents. */
function documentIssues(args: PlainRootCredential): Issue[] {
  const byArn = (name: "trustPolicies" | "policyDocuments", kind: PolicyKind) => {
    const policies = args[name];
    return policies === undefined || !isKnown(policies)
      ? []
      : Object.entries(policies).flatMap(([arn, policy]) => policyIssues(pathOf(name, arn), policy, kind));
  };
  return [
    ...policyIssues("trustPolicy", args.trustPolicy, "trust"),
    ...policyIssues("transform.role.assumeRolePolicy", args.transformed?.assumeRolePolicy, "trust"),
    ...eachIssues("transform.role.inlinePolicies", args.transformed?.inlinePolicies, policyIssues),
    ...statementIssues("extraStatements", args.extraStatements),
    ...byArn("trustPolicies", "trust"),
    ...byArn("policyDocuments", "identity"),
  ];
}

function userIdentityIssues(args: PlainRootCredential): Issue[] {
  const issues: Issue[] = [];
  if (args.identity !== undefined && args.identity !== "user") {
    issues.push({ path: "identity", rule: 'must be "user" or "role"', actual: args.identity });
  }
  for (const key of ["roleName", "serviceAccount", "trustPolicy", "existingRoleArn", "attachPolicies"] as const) {
    if (args[key] !== undefined) {
      issues.push({ path: key, rule: 'only serves identity "role"', fix: 'Set identity: "role", or leave it out.' });
    }
  }
  issues.push(...wholeNumberIssues("keyGeneration", args.keyGeneration), ...flagIssues("seedKey", args.seedKey));
  if (args.seedKey === false && args.rotateRoot !== true) {
    issues.push({
      path: "seedKey",
      rule: "can be false only together with rotateRoot: Vault would have no key",
      actual: false,
      fix: "Set rotateRoot: true, or leave seedKey out.",
    });
  }
  return [...issues, ...ownGrantIssues(args)];
}

/** The user must never be one of those that it may change, or it could give itself any right. */
function ownGrantIssues(args: PlainRootCredential): Issue[] {
  const { entityName, path, userNamePrefix = defaultUserNamePrefix } = args;
  if (!isKnown(entityName) || !isKnown(path) || userNamePrefix === "") {
    return [];
  }
  const own = `user${pathOrRoot(path)}${entityName}`;
  const paths = new Set(
    ["/", ...Object.values(args.roles ?? {}).map((role) => role.userPath), ...(args.formerUserPaths ?? [])]
      .filter(isKnown)
      .map(pathOrRoot),
  );
  const matched = [...paths].find((userPath) => own.startsWith(`user${userPath}${userNamePrefix}`));
  if (matched === undefined) {
    return [];
  }
  return [
    {
      path: path !== undefined && path !== "/" && !entityName.startsWith(userNamePrefix) ? "path" : "userName",
      rule: `must not match user${matched}${userNamePrefix}*, the users that it may change: it could give itself any right`,
      actual: own,
      fix: `Choose a name and path that do not begin with ${userNamePrefix}.`,
    },
  ];
}

function roleIdentityIssues(args: PlainRootCredential): Issue[] {
  const issues: Issue[] = [
    ...(args.serviceAccount === undefined ? [] : under("serviceAccount", irsaSubjectIssues(args.serviceAccount))),
    ...chainedSessionIssues(mapRecord(args.roles ?? {}, (_, role) => inTodaysForm(role))),
    ...existingRoleIssues(args),
  ];
  const { serviceAccount, trustPolicy, existingRoleArn } = args;
  if ([serviceAccount, trustPolicy, existingRoleArn].filter((given) => given !== undefined).length !== 1) {
    issues.push({
      path: "serviceAccount",
      rule: 'identity "role" needs exactly one of serviceAccount, trustPolicy and existingRoleArn',
      fix: "Give serviceAccount for Vault on EKS, existingRoleArn for a role that exists, trustPolicy for all else.",
    });
  }
  for (const [path, reason] of Object.entries(userSettings)) {
    const actual = (args as unknown as Values)[path];
    if (actual !== undefined && (actual !== false || path === "seedKey")) {
      issues.push({ path, rule: `needs identity "user"${reason}`, actual });
    }
  }
  for (const [name, role] of Object.entries(args.roles ?? {})) {
    if (role.credentialType === "federation_token" || role.credentialType === "session_token") {
      issues.push({
        path: `${pathOf("roles", name)}.credentialType`,
        rule: 'needs identity "user": AWS gives these tokens to the keys of an IAM user alone',
        actual: role.credentialType,
        fix: 'Use assumed_role, or identity "user".',
      });
    }
  }
  return issues;
}

/** What a role has not, by the arguments that are about it. */
const userSettings = {
  userName: "",
  rotateRoot: ": a role has no key to rotate",
  keyGeneration: ": a role has no key",
  seedKey: ": a role has no key",
  forceDestroy: ": a role has no keys to delete",
} as const;

/** A role that exists is its owner's: only rights are added to it. */
function existingRoleIssues(args: PlainRootCredential): Issue[] {
  if (args.existingRoleArn === undefined) {
    return args.attachPolicies === undefined
      ? []
      : [{ path: "attachPolicies", rule: "needs existingRoleArn", fix: "Leave it out." }];
  }
  const settings = args as unknown as Values;
  const ofOwner = ["roleName", "path", "permissionsBoundaryArn"].filter((path) => settings[path] !== undefined);
  const unattached =
    args.attachPolicies === false
      ? ["additionalPolicyArns", "policyName"].filter((path) => settings[path] !== undefined)
      : [];
  return [
    ...iamArnRules("existingRoleArn", args.existingRoleArn, "role"),
    ...(typeof args.existingRoleArn === "string" && args.existingRoleArn !== ""
      ? []
      : [{ path: "existingRoleArn", rule: "must be the ARN of an IAM role", actual: args.existingRoleArn }]),
    ...flagIssues("attachPolicies", args.attachPolicies),
    ...ofOwner.map((path) => ({
      path,
      rule: "cannot be given together with existingRoleArn, whose owner decides it",
      fix: "Leave it out.",
    })),
    ...unattached.map((path) => ({
      path,
      rule: "cannot be given together with attachPolicies: false: no policy is created or attached",
      fix: "Leave one of them out.",
    })),
  ];
}

function prefixIssues(prefix: string | undefined): Issue[] {
  if (prefix === undefined || (typeof prefix === "string" && /^[\w+=,.@-]{1,32}$/.test(prefix))) {
    return [];
  }
  return [
    {
      path: "userNamePrefix",
      rule: "must have 1 to 32 characters out of letters, digits and _+=,.@-",
      actual: prefix,
      fix: "Without a prefix Vault could change every user of the account.",
    },
  ];
}

function roleIssues(path: string, role: AwsSecretsRoleSpec): Issue[] {
  const kinds = under(path, kindRules(roleFields, role as unknown as Values));
  const misused = new Set(kinds.map((issue) => issue.path));
  return [...kinds, ...roleValueIssues(path, role).filter((issue) => !misused.has(issue.path))];
}

/** The rules for the values of a role, whatever is of another kind left to the rules of kinds. */
function roleValueIssues(path: string, role: AwsSecretsRoleSpec): Issue[] {
  const issues: Issue[] = [
    ...(role.credentialType === undefined
      ? [{ path: `${path}.credentialType`, rule: "is required", fix: `One of ${credentialTypes.join(", ")}.` }]
      : oneOfIssues(`${path}.credentialType`, role.credentialType, credentialTypes)),
    ...policyIssues(`${path}.policyDocument`, role.policyDocument),
    ...eachIssues(`${path}.policyArns`, role.policyArns, (at, arn) => iamArnRules(at, arn, "policy")),
    ...eachIssues(`${path}.roleArns`, role.roleArns, (at, arn) => iamArnRules(at, arn, "role")),
    ...eachIssues(`${path}.iamGroups`, role.iamGroups, groupNameIssues),
    ...(role.userPath === "" ? [] : iamPathIssues(`${path}.userPath`, role.userPath)),
    ...iamArnRules(`${path}.permissionsBoundaryArn`, role.permissionsBoundaryArn, "policy"),
    ...tagIssues(`${path}.iamTags`, role.iamTags),
    ...tagIssues(`${path}.sessionTags`, role.sessionTags),
  ];
  if (!isKnown(role.credentialType)) {
    issues.push({ path: `${path}.credentialType`, rule: "must be a plain value: it decides what is created" });
  }
  if (role.credentialType === "federation_token" && role.policyArns !== undefined && !isKnown(role.policyArns)) {
    issues.push({
      path: `${path}.policyArns`,
      rule: "must be a plain list for federation_token: each ARN becomes an attachment",
      fix: "Write the list out; its ARNs may be outputs.",
    });
  }
  return issues;
}
