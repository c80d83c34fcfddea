import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { pathOf } from "../../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { pathOrRoot } from "../../aws/arns.js";
import type { RequestContext } from "./conditions.js";
import { assumeRoleContext, iamCallContext, staticRoleContext, tagContext } from "./vaultContext.js";
import { readGroupActions, revokeActions, rotateRootActions, staticRoleActions } from "../policies/vaultCalls.js";
import { sortedEntries } from "../policies/federation.js";
import { rolePath } from "../../internal/validation/findings.js";
import {
  arnsOfName,
  defaultUserNamePrefix,
  vaultUsersArn,
  type RootIdentity,
  type RootPolicyOptions,
  type StaticRoleUser,
} from "../policies/rootPolicy.js";

/** One right that Vault needs, so that a feature works. */
export interface Requirement {
  /** What asks for it, as the user wrote it: `roles.deploy.iamGroups[0]`. */
  readonly path: string;
  /** The role of the secrets engine that asks for it; undefined where it is none. */
  readonly role?: string;
  /** What Vault does with it: `adds the user to the group`. */
  readonly feature: string;
  /** The action that Vault calls: `iam:AddUserToGroup`. */
  readonly action: string;
  /**
   * The ARNs under which AWS may know the resource, the usual one first: a group is at `/` or on some path. `*` stands for every text.
   */
  readonly resources: readonly string[];
  /** Whether AWS's documents name several of `resources`, so that a grant on any of them is taken to suffice. Default: false. */
  readonly isAnyOf?: boolean;
  /** What the request carries, by condition key. */
  readonly context: RequestContext;
}

/** What {@link requirements} are listed for. */
export interface RequirementOptions extends RootPolicyOptions {
  /** The `username_template` of `config/root`: sessions of assumed roles are named by it. Default: Vault's own. */
  readonly usernameTemplate?: string;
}

/**
 * Everything that Vault's AWS secrets engine must be allowed for the declared roles, call by call. Parts that are not known yet are left
 * out.
 *
 * @example
 * requirements({ partition: "aws", accountId, principalArn, roles: { deploy: { credentialType: "session_token" } } }) // []
 * @see https://developer.hashicorp.com/vault/docs/secrets/aws
 */
export function requirements(options: RequirementOptions): Requirement[] {
  return [
    ...sortedEntries(options.roles).flatMap(([name, role]) => roleRequirements(options, name, role)),
    ...sortedEntries(options.staticRoles ?? {}).flatMap(([name, role]) => staticRoleRequirements(options, name, role)),
    ...(options.assumeRoleArns ?? []).flatMap((arn, index): Requirement[] =>
      isKnown(arn)
        ? [
            {
              path: pathOf("assumeRoleArns", index),
              feature: "assumes the role",
              action: "sts:AssumeRole",
              resources: [arn],
              context: tagContext({}),
            },
          ]
        : [],
    ),
    ...formerRequirements(options),
    ...(options.rotateRoot === true ? rotateRootRequirements(options) : []),
  ]
    .filter(({ resources }) => resources.every(isKnown))
    .map((requirement) => ({ ...requirement, context: { ...regionOf(requirement, options), ...requirement.context } }));
}

/**
 * The region of a call, where it is known: all calls to IAM go to us-east-1. Of the other partitions that is not documented.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html
 */
function regionOf({ action }: Requirement, { partition }: RequirementOptions): RequestContext {
  return partition === "aws" && action.startsWith("iam:") ? { "aws:RequestedRegion": "us-east-1" } : {};
}

function roleRequirements(options: RequirementOptions, name: string, role: AwsSecretsRoleSpec): Requirement[] {
  switch (role.credentialType) {
    case "iam_user":
      return userRequirements(options, name, role);
    case "assumed_role":
      return [...assumeRequirements(options, name, role), ...readGroupRequirements(options, name, role)];
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

function hasTags(tags: Readonly<Record<string, string>> | undefined): tags is Readonly<Record<string, string>> {
  return tags !== undefined && isFullyKnown(tags) && Object.keys(tags).length > 0;
}

function userRequirements(options: RootPolicyOptions, name: string, role: AwsSecretsRoleSpec): Requirement[] {
  if (!isKnown(role.userPath) || !isKnown(role.permissionsBoundaryArn)) {
    return [];
  }
  const users = [vaultUsersArn(options, role.userPath)];
  const boundary: RequestContext = { "iam:PermissionsBoundary": role.permissionsBoundaryArn ?? null };
  const carried: Readonly<Record<string, RequestContext>> = {
    "iam:CreateUser": boundary,
    "iam:AttachUserPolicy": boundary,
    "iam:PutUserPolicy": boundary,
    "iam:DetachUserPolicy": boundary,
    "iam:DeleteUserPolicy": boundary,
  };
  const onUser = (action: string, feature: string, path: string, context: RequestContext = {}): Requirement => ({
    path,
    role: name,
    feature,
    action,
    resources: users,
    context: iamCallContext(action, { ...carried[action], ...context }),
  });
  const policies = isFullyKnown(role.policyArns) ? (role.policyArns ?? []) : [];
  const whole = rolePath(name);
  const pathOfUsers = pathOrRoot(role.userPath) === "/" ? whole : rolePath(name, "userPath");
  return [
    onUser("iam:CreateUser", "creates a user for each lease", pathOfUsers),
    ...knownEntries(role.policyArns).map(([index, arn]) =>
      onUser("iam:AttachUserPolicy", "attaches the policy to the user", rolePath(name, "policyArns", index), {
        "iam:PolicyARN": arn,
      }),
    ),
    ...(role.policyDocument === undefined || !isKnown(role.policyDocument)
      ? []
      : [onUser("iam:PutUserPolicy", "gives the user the policy", rolePath(name, "policyDocument"))]),
    ...knownEntries(role.iamGroups).flatMap(([index, group]) => groupMembership(options, name, index, group)),
    ...(hasTags(role.iamTags)
      ? [onUser("iam:TagUser", "tags the user", rolePath(name, "iamTags"), tagContext(role.iamTags))]
      : []),
    onUser("iam:CreateAccessKey", "creates the user's key", pathOfUsers),
    ...revokeActions.flatMap((action) =>
      action === "iam:DetachUserPolicy" && policies.length > 0
        ? policies.map((arn) => onUser(action, "ends the lease", pathOfUsers, { "iam:PolicyARN": arn }))
        : [onUser(action, "ends the lease", pathOfUsers)],
    ),
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

/** What ending the leases of earlier roles takes. */
function formerRequirements(options: RootPolicyOptions): Requirement[] {
  const feature = "ends leases of earlier roles";
  return [
    ...(options.formerUserPaths ?? []).flatMap((userPath, index) =>
      revokeActions.map((action) => ({
        path: pathOf("formerUserPaths", index),
        feature,
        action,
        resources: [vaultUsersArn(options, userPath)],
        context: iamCallContext(action),
      })),
    ),
    ...(options.formerGroups ?? []).map((group, index) => ({
      path: pathOf("formerGroups", index),
      feature,
      action: "iam:RemoveUserFromGroup",
      resources: arnsOfName(options, "group", group),
      context: iamCallContext("iam:RemoveUserFromGroup"),
    })),
  ];
}

function groupMembership(options: RootIdentity, role: string, index: number, group: string): Requirement[] {
  const common = {
    path: rolePath(role, "iamGroups", index),
    role,
    resources: arnsOfName(options, "group", group),
    context: iamCallContext("iam:AddUserToGroup"),
  };
  return [
    { ...common, feature: "adds the user to the group", action: "iam:AddUserToGroup" },
    { ...common, feature: "removes the user from the group when the lease ends", action: "iam:RemoveUserFromGroup" },
  ];
}

function readGroupRequirements(options: RootIdentity, role: string, spec: AwsSecretsRoleSpec): Requirement[] {
  return knownEntries(spec.iamGroups).flatMap(([index, group]) =>
    readGroupActions.map((action) => ({
      path: rolePath(role, "iamGroups", index),
      role,
      feature: "reads the group's policies",
      action,
      resources: arnsOfName(options, "group", group),
      context: iamCallContext(action),
    })),
  );
}

function assumeRequirements(options: RequirementOptions, name: string, role: AwsSecretsRoleSpec): Requirement[] {
  if (!isKnown(role.externalId)) {
    return [];
  }
  return knownEntries(role.roleArns).flatMap(([index, arn]) => {
    const common = { path: rolePath(name, "roleArns", index), role: name, resources: [arn] };
    const context = {
      ...assumeRoleContext(options.usernameTemplate),
      ...(isFullyKnown(role.sessionTags) ? tagContext(role.sessionTags ?? {}) : {}),
    };
    return [
      {
        ...common,
        feature: "assumes the role",
        action: "sts:AssumeRole",
        context: { ...context, "sts:ExternalId": role.externalId ?? null },
      },
      // Whether AWS sees the external ID when it checks the tags is not documented: the key stays open.
      ...(hasTags(role.sessionTags)
        ? [{ ...common, feature: "tags the session", action: "sts:TagSession", context }]
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
    isAnyOf: true,
    context: tagContext({}),
  };
}

function staticRoleRequirements(options: RootPolicyOptions, name: string, role: StaticRoleUser): Requirement[] {
  const { username, assumeRoleArn } = role;
  const path = pathOf("staticRoles", name);
  if (assumeRoleArn !== undefined) {
    const feature = "assumes the role that reaches the user";
    return [
      {
        path: `${path}.assumeRoleArn`,
        role: name,
        feature,
        action: "sts:AssumeRole",
        resources: [assumeRoleArn],
        context: staticRoleContext(role),
      },
    ];
  }
  if (!isKnown(username)) {
    return [];
  }
  return staticRoleActions.map((action) => ({
    path: `${path}.username`,
    role: name,
    feature: action === "iam:GetUser" ? "looks the user up" : "rotates the user's key",
    action,
    resources: arnsOfName(options, "user", username),
    context: iamCallContext(action),
  }));
}

function rotateRootRequirements({ principalArn }: RootPolicyOptions): Requirement[] {
  return rotateRootActions.map((action) => ({
    path: "rotateRoot",
    feature: "replaces its own key",
    action,
    resources: [principalArn],
    context: iamCallContext(action),
  }));
}
