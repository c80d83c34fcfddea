import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { pathOf } from "../../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { pathOrRoot } from "../../aws/arns.js";
import type { RequestContext } from "./conditions.js";
import { sortedEntries } from "../policies/federation.js";
import { rolePath } from "../../internal/validation/findings.js";
import {
  arnsOfName,
  defaultUserNamePrefix,
  vaultUsersArn,
  type RootIdentity,
  type RootPolicyOptions,
} from "../policies/rootPolicy.js";

/** One right that Vault needs, so that a feature works. */
export interface Requirement {
  /** What asks for it, as the user wrote it: `roles.deploy.iamGroups[0]`. */
  readonly path: string;
  /** The role of the secrets engine that asks for it; undefined where it is none. */
  readonly role?: string;
  /** What Vault does with it: `adds the user to the group`. */
  readonly feature: string;
  readonly action: string;
  /** The ARNs under which AWS may know the resource: the right is needed on one of them. `*` stands for every text. */
  readonly resources: readonly string[];
  /** What the request carries, by condition key. */
  readonly context: RequestContext;
}

/**
 * Everything that Vault's AWS secrets engine must be allowed for the declared roles, call by call. Parts that are not known yet are left
 * out.
 *
 * @example
 * requirements({ partition: "aws", accountId, principalArn, roles: { deploy: { credentialType: "session_token" } } }) // []
 * @see https://developer.hashicorp.com/vault/docs/secrets/aws
 */
export function requirements(options: RootPolicyOptions): Requirement[] {
  return [
    ...sortedEntries(options.roles).flatMap(([name, role]) => roleRequirements(options, name, role)),
    ...sortedEntries(options.staticRoles ?? {}).flatMap(([name, role]) => staticRoleRequirements(options, name, role)),
    ...(options.assumeRoleArns ?? []).flatMap((arn, index): Requirement[] =>
      isKnown(arn)
        ? [
            {
              path: pathOf("assumeRoleArns", index),
              feature: "takes the role",
              action: "sts:AssumeRole",
              resources: [arn],
              context: {},
            },
          ]
        : [],
    ),
    ...formerRequirements(options),
    ...(options.rotateRoot === true ? rotateRootRequirements(options) : []),
  ].filter(({ resources }) => resources.every(isKnown));
}

function roleRequirements(options: RootPolicyOptions, name: string, role: AwsSecretsRoleSpec): Requirement[] {
  switch (role.credentialType) {
    case "iam_user":
      return userRequirements(options, name, role);
    case "assumed_role":
      return [...assumeRequirements(name, role), ...readGroupRequirements(options, name, role)];
    case "federation_token":
      return [federationRequirement(options, name), ...readGroupRequirements(options, name, role)];
    case "session_token":
      return [];
  }
}

/** The elements of a list that are known, with their places. */
function knownEntries(values: readonly string[] | undefined): [number, string][] {
  return values === undefined || !isKnown(values) ? [] : [...values.entries()].filter(([, value]) => isKnown(value));
}

/** The tags of a request, as conditions see them. */
function tagContext(tags: Readonly<Record<string, string>>): RequestContext {
  return {
    "aws:TagKeys": Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
}

function hasTags(tags: Readonly<Record<string, string>> | undefined): tags is Readonly<Record<string, string>> {
  return tags !== undefined && isFullyKnown(tags) && Object.keys(tags).length > 0;
}

function userRequirements(options: RootPolicyOptions, name: string, role: AwsSecretsRoleSpec): Requirement[] {
  if (!isKnown(role.userPath) || !isKnown(role.permissionsBoundaryArn)) {
    return [];
  }
  const users = [vaultUsersArn(options, role.userPath)];
  const boundary: RequestContext = { "iam:PermissionsBoundary": role.permissionsBoundaryArn ?? null };
  const onUser = (action: string, feature: string, path: string, context: RequestContext = {}): Requirement => ({
    path,
    role: name,
    feature,
    action,
    resources: users,
    context,
  });
  const whole = rolePath(name);
  const pathOfUsers = pathOrRoot(role.userPath) === "/" ? whole : rolePath(name, "userPath");
  return [
    onUser("iam:CreateUser", "makes a user for each lease", pathOfUsers, boundary),
    ...knownEntries(role.policyArns).map(([index, arn]) =>
      onUser("iam:AttachUserPolicy", "attaches the policy to the user", rolePath(name, "policyArns", index), {
        "iam:PolicyARN": arn,
        ...boundary,
      }),
    ),
    ...(role.policyDocument === undefined || !isKnown(role.policyDocument)
      ? []
      : [onUser("iam:PutUserPolicy", "gives the user the policy", rolePath(name, "policyDocument"), boundary)]),
    ...knownEntries(role.iamGroups).flatMap(([index, group]) => groupMembership(options, name, index, group)),
    ...(hasTags(role.iamTags)
      ? [onUser("iam:TagUser", "tags the user", rolePath(name, "iamTags"), tagContext(role.iamTags))]
      : []),
    onUser("iam:CreateAccessKey", "makes the user's key", pathOfUsers),
    ...revocationActions.map((action) => onUser(action, "ends the lease", pathOfUsers)),
    ...(pathOrRoot(role.userPath) === "/"
      ? []
      : [
          {
            ...onUser(
              "iam:ListGroupsForUser",
              "finds out that a user is gone, which IAM knows no path of",
              pathOfUsers,
            ),
            resources: [vaultUsersArn(options, "/")],
          },
        ]),
  ];
}

/** What ending a lease takes, in the order of Vault's calls. */
const revocationActions = [
  "iam:ListGroupsForUser",
  "iam:ListUserPolicies",
  "iam:ListAttachedUserPolicies",
  "iam:ListAccessKeys",
  "iam:DeleteAccessKey",
  "iam:DetachUserPolicy",
  "iam:DeleteUserPolicy",
  "iam:DeleteUser",
] as const;

/** What ending the leases of earlier roles takes. */
function formerRequirements(options: RootPolicyOptions): Requirement[] {
  const feature = "ends leases of earlier roles";
  return [
    ...(options.formerUserPaths ?? []).flatMap((userPath, index) =>
      revocationActions.map((action) => ({
        path: pathOf("formerUserPaths", index),
        feature,
        action,
        resources: [vaultUsersArn(options, userPath)],
        context: {},
      })),
    ),
    ...(options.formerGroups ?? []).map((group, index) => ({
      path: pathOf("formerGroups", index),
      feature,
      action: "iam:RemoveUserFromGroup",
      resources: arnsOfName(options, "group", group),
      context: {},
    })),
  ];
}

function groupMembership(options: RootIdentity, role: string, index: number, group: string): Requirement[] {
  const common = {
    path: rolePath(role, "iamGroups", index),
    role,
    resources: arnsOfName(options, "group", group),
    context: {},
  };
  return [
    { ...common, feature: "adds the user to the group", action: "iam:AddUserToGroup" },
    { ...common, feature: "removes the user from the group when the lease ends", action: "iam:RemoveUserFromGroup" },
  ];
}

function readGroupRequirements(options: RootIdentity, role: string, spec: AwsSecretsRoleSpec): Requirement[] {
  return knownEntries(spec.iamGroups).flatMap(([index, group]) =>
    ["iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies", "iam:GetGroupPolicy"].map((action) => ({
      path: rolePath(role, "iamGroups", index),
      role,
      feature: "reads the group's policies",
      action,
      resources: arnsOfName(options, "group", group),
      context: {},
    })),
  );
}

function assumeRequirements(name: string, role: AwsSecretsRoleSpec): Requirement[] {
  if (!isKnown(role.externalId)) {
    return [];
  }
  return knownEntries(role.roleArns).flatMap(([index, arn]) => {
    const common = { path: rolePath(name, "roleArns", index), role: name, resources: [arn] };
    const tags = hasTags(role.sessionTags) ? tagContext(role.sessionTags) : {};
    return [
      {
        ...common,
        feature: "takes the role",
        action: "sts:AssumeRole",
        context: { "sts:ExternalId": role.externalId ?? null, ...tags },
      },
      ...(hasTags(role.sessionTags)
        ? [{ ...common, feature: "tags the session", action: "sts:TagSession", context: tags }]
        : []),
    ];
  });
}

function federationRequirement(options: RootPolicyOptions, name: string): Requirement {
  const { partition, accountId, principalArn, userNamePrefix = defaultUserNamePrefix } = options;
  return {
    path: rolePath(name),
    role: name,
    feature: "asks for a federation token",
    action: "sts:GetFederationToken",
    resources: [`arn:${partition}:sts::${accountId}:federated-user/${userNamePrefix}*`, principalArn],
    context: {},
  };
}

function staticRoleRequirements(
  options: RootPolicyOptions,
  name: string,
  { username, assumeRoleArn }: { username: string; assumeRoleArn?: string },
): Requirement[] {
  const path = pathOf("staticRoles", name);
  if (assumeRoleArn !== undefined) {
    const feature = "takes the role that reaches the user";
    return [
      {
        path: `${path}.assumeRoleArn`,
        role: name,
        feature,
        action: "sts:AssumeRole",
        resources: [assumeRoleArn],
        context: {},
      },
    ];
  }
  if (!isKnown(username)) {
    return [];
  }
  return [
    { action: "iam:GetUser", feature: "looks the user up" },
    { action: "iam:ListAccessKeys", feature: "rotates the user's key" },
    { action: "iam:CreateAccessKey", feature: "rotates the user's key" },
    { action: "iam:DeleteAccessKey", feature: "rotates the user's key" },
  ].map((need) => ({
    ...need,
    path: `${path}.username`,
    role: name,
    resources: arnsOfName(options, "user", username),
    context: {},
  }));
}

function rotateRootRequirements({ principalArn }: RootPolicyOptions): Requirement[] {
  return ["iam:GetUser", "iam:CreateAccessKey", "iam:DeleteAccessKey"].map((action) => ({
    path: "rotateRoot",
    feature: "replaces its own key",
    action,
    resources: [principalArn],
    context: {},
  }));
}
