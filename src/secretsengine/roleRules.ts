import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { policyIssues } from "../aws/policyGrammar.js";
import { policySizeLimits } from "../aws/policySizeLimits.js";
import { tagIssues } from "../aws/tags.js";
import { canonicalJson } from "../vaultresource/canonicalJson.js";
import { adoptionSettings, type Values } from "../vaultresource/fields.js";
import { roleFields, roleSettings } from "./engineFields.js";
import { roleArnIssues } from "./roleArnRules.js";
import { credentialTypes, type CredentialType } from "./roleSpec.js";
import {
  iamArnRules,
  kindRules,
  mayBeSet,
  notLonger,
  objectNameRules,
  secondsBetween,
} from "../vaultresource/rules.js";

/** Which credential types a field is for. Vault rejects some of the others, and forgets to refuse the rest. */
const fieldUse: Readonly<Record<string, readonly CredentialType[]>> = {
  roleArns: ["assumed_role"],
  policyArns: ["iam_user", "assumed_role", "federation_token"],
  policyDocument: ["iam_user", "assumed_role", "federation_token"],
  iamGroups: ["iam_user", "assumed_role", "federation_token"],
  iamTags: ["iam_user"],
  sessionTags: ["assumed_role"],
  externalId: ["assumed_role"],
  defaultStsTtl: ["assumed_role", "federation_token", "session_token"],
  maxStsTtl: ["assumed_role", "federation_token", "session_token"],
  userPath: ["iam_user"],
  permissionsBoundaryArn: ["iam_user"],
  mfaSerialNumber: ["session_token"],
};

/** Maximum lifetime of session credentials that AWS grants, in seconds. */
const longestSession: Readonly<Record<CredentialType, number>> = {
  iam_user: 0,
  assumed_role: 43_200,
  federation_token: 129_600,
  session_token: 129_600,
};

/** A user's inline policies and a session's policy have the same limit. */
const longestPolicy = policySizeLimits.session;

/**
 * The rules of a role: Vault's own, and those of AWS that Vault leaves to the first reader of credentials to find out.
 *
 * @param role the role's arguments, by the names of {@link AwsSecretsRoleSpec}
 */
export function roleRules(role: Values): Issue[] {
  return [
    ...kindRules([...roleFields, ...roleSettings, ...adoptionSettings], role),
    ...credentialTypeRules(role),
    ...fieldUseRules(role),
    ...enoughRules(role),
    ...policyDocumentRules(role),
    ...arnRules(role),
    ...roleArnIssues(role),
    ...groupRules(role),
    ...tagIssues("iamTags", textsOf(role.iamTags)),
    ...tagIssues("sessionTags", textsOf(role.sessionTags)),
    ...ttlRules(role),
    ...userPathRules(role),
  ];
}

/** The members that are texts: the others break the rule of the field's kind. */
function textsOf(tags: unknown): Values | undefined {
  return typeof tags === "object" && tags !== null && !Array.isArray(tags)
    ? Object.fromEntries(Object.entries(tags).filter(([, value]) => typeof value === "string"))
    : undefined;
}

/** The rules of settings by name, such as `roles`, with the paths as the user wrote them. */
export function eachRole(argument: string, roles: unknown, rules: (values: Values) => Issue[]): Issue[] {
  if (roles === undefined || roles === null || !isKnown(roles)) {
    return [];
  }
  const isObject = (value: unknown): value is Values =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(roles)) {
    return [{ path: argument, rule: "must be an object, with the settings of each role by its name", actual: roles }];
  }
  return Object.entries(roles).flatMap(([name, settings]) => {
    const path = pathOf(argument, name);
    const named = objectNameRules({ name }, "name").map((issue) => ({ ...issue, path }));
    if (!isKnown(settings)) {
      return named;
    }
    const own = isObject(settings)
      ? under(path, rules(settings))
      : [{ path, rule: "must be an object with the settings of a role", actual: settings }];
    return [...named, ...own];
  });
}

function typeOf(role: Values): CredentialType | undefined {
  return credentialTypes.find((type) => type === role.credentialType);
}

function credentialTypeRules(role: Values): Issue[] {
  if (!isKnown(role.credentialType) || typeOf(role) !== undefined) {
    return [];
  }
  return [
    {
      path: "credentialType",
      rule: `must be one of ${credentialTypes.join(", ")}`,
      actual: role.credentialType,
    },
  ];
}

function fieldUseRules(role: Values): Issue[] {
  const type = typeOf(role);
  if (type === undefined) {
    return [];
  }
  return Object.entries(fieldUse)
    .filter(([name, types]) => mayBeSet(roleFields, role, name) && !types.includes(type))
    .map(([name, types]) => ({
      path: name,
      rule: `is for credential type ${types.join(", ")} only, not for ${type}`,
      fix: `Remove it, or choose another credentialType.`,
    }));
}

/** A role that hands out nothing useful, or that Vault accepts and then fails to read from. */
function enoughRules(role: Values): Issue[] {
  const has = (...names: string[]) => names.some((name) => mayBeSet(roleFields, role, name));
  switch (typeOf(role)) {
    case "assumed_role":
      return has("roleArns")
        ? []
        : [
            {
              path: "roleArns",
              rule: "needs at least one ARN of a role to assume",
              fix: "Vault cannot tell which role else.",
            },
          ];
    case "iam_user":
      return has("policyDocument", "policyArns", "iamGroups")
        ? []
        : [
            {
              path: "policyDocument",
              rule: "or policyArns or iamGroups is needed for credential type iam_user",
              fix: "The users would have no permissions at all.",
            },
          ];
    case "federation_token":
      return has("policyDocument", "policyArns", "iamGroups")
        ? []
        : [
            {
              path: "policyDocument",
              rule: "or policyArns or iamGroups is needed for credential type federation_token",
              fix: "Vault refuses to read credentials from a role without.",
            },
          ];
    default:
      return [];
  }
}

function policyDocumentRules(role: Values): Issue[] {
  const document = role.policyDocument;
  const path = "policyDocument";
  if (document === undefined || document === null || document === "" || Array.isArray(document)) {
    return [];
  }
  const issues = policyIssues(path, document);
  const size = isFullyKnown(document) ? (canonicalJson(document)?.length ?? 0) : 0;
  const fix = "Move what is common into a managed policy and name it in policyArns.";
  const withArns = size + arnCharacters(role);
  if (size > longestPolicy) {
    const rule = `must be at most ${longestPolicy} characters long without white space, and has ${size}`;
    issues.push({ path, rule, fix });
  } else if (size > 0 && withArns > longestPolicy) {
    const limit = `at most ${longestPolicy} characters long without white space for credential type ${String(role.credentialType)}`;
    issues.push({ path, rule: `and policyArns must together be ${limit}, and have ${withArns}`, fix });
  }
  return issues;
}

/**
 * Length of the ARNs that STS counts together with an inline session policy; those that are not known yet are left out. The ARNs of an
 * `iam_user` are attached to the user, which has nothing to do with the length of its inline policy.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html PolicyArns
 */
function arnCharacters({ credentialType, policyArns }: Values): number {
  const isSession = credentialType === "assumed_role" || credentialType === "federation_token";
  return isSession && Array.isArray(policyArns)
    ? policyArns.reduce(
        (sum: number, arn: unknown) => sum + (isKnown(arn) && typeof arn === "string" ? arn.length : 0),
        0,
      )
    : 0;
}

function arnRules(role: Values): Issue[] {
  const each = (name: string, type: "policy" | "role") => {
    const arns = role[name];
    return Array.isArray(arns)
      ? arns.flatMap((arn: unknown, index) => iamArnRules(pathOf(name, index), arn, type))
      : [];
  };
  const issues = [
    ...each("policyArns", "policy"),
    ...each("roleArns", "role"),
    ...iamArnRules("permissionsBoundaryArn", role.permissionsBoundaryArn, "policy"),
  ];
  const most = typeOf(role) === "iam_user" ? 20 : 10;
  if (Array.isArray(role.policyArns) && role.policyArns.length > most) {
    issues.push({
      path: "policyArns",
      rule: `must be at most ${most} for credential type ${String(role.credentialType)}`,
      actual: role.policyArns.length,
    });
  }
  return issues;
}

function groupRules({ iamGroups }: Values): Issue[] {
  return Array.isArray(iamGroups) && iamGroups.length > 10
    ? [{ path: "iamGroups", rule: "must be at most 10: IAM takes a user into no more", actual: iamGroups.length }]
    : [];
}

function ttlRules(role: Values): Issue[] {
  const type = typeOf(role);
  if (type === undefined || type === "iam_user") {
    return [];
  }
  const why = `AWS grants ${type === "assumed_role" ? "the session of a role" : "such a session"} no other length.`;
  return [
    ...secondsBetween(role, "defaultStsTtl", 900, longestSession[type], why),
    ...secondsBetween(role, "maxStsTtl", 900, longestSession[type], why),
    ...notLonger(role, "defaultStsTtl", "maxStsTtl"),
  ];
}

function userPathRules({ userPath }: Values): Issue[] {
  if (typeof userPath !== "string" || !isKnown(userPath)) {
    return [];
  }
  if (!/^(?:\/(?:[\x21-\x7F]{0,510}\/)?)?$/.test(userPath)) {
    return [
      { path: "userPath", rule: 'must start and end with "/" and be at most 512 characters long', actual: userPath },
    ];
  }
  return /[*?]/.test(userPath)
    ? [
        {
          path: "userPath",
          rule: "must not hold * or ?: policies would match them as wildcards",
          actual: userPath,
        },
      ]
    : [];
}
