import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { iamArn, pathOrRoot } from "../../aws/arns.js";
import { federationRoleStatements } from "./federation.js";
import type { ConditionValue, PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { allow, policyDocument, sortedOnce } from "./statements.js";
import { readGroupActions, revokeActions, rotateRootActions, staticRoleActions } from "./vaultCalls.js";

/** A static role, as far as IAM is concerned. */
export interface StaticRoleUser {
  /** Name of the IAM user whose keys Vault rotates. */
  readonly username: string;
  /** ARN of the role in another account that Vault takes to reach the user. Vault Enterprise 1.19 and later. Default: none. */
  readonly assumeRoleArn?: string;
  /** Name of Vault's session with that role. Default: Vault's own. */
  readonly assumeRoleSessionName?: string;
  /** The external ID that Vault sends with it. Default: none. */
  readonly externalId?: string;
}

/** Whose policy it is: the identity that Vault's AWS secrets engine works with. */
export interface RootIdentity {
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** The account's 12 digits. */
  readonly accountId: string;
  /** What the names of the users begin with that Vault makes. Default: `vault-`, as in Vault's own `username_template`. */
  readonly userNamePrefix?: string;
}

/** What {@link derivedRootPolicy} is written for. */
export interface RootPolicyOptions extends RootIdentity {
  /** ARN of the IAM user or role that the policy is attached to. */
  readonly principalArn: string;
  /** The roles of the secrets engine by their names in Vault. */
  readonly roles: Readonly<Record<string, AwsSecretsRoleSpec>>;
  /** The static roles by their names in Vault. Default: none. */
  readonly staticRoles?: Readonly<Record<string, StaticRoleUser>>;
  /** IAM roles to assume besides those named by the roles. Default: none. */
  readonly assumeRoleArns?: readonly string[];
  /** Whether Vault replaces its own key (`config/rotate-root`). Default: false. */
  readonly rotateRoot?: boolean;
  /** IAM paths of users that earlier roles made and whose leases may still run. Default: none. */
  readonly formerUserPaths?: readonly string[];
  /** IAM groups of users that earlier roles made and whose leases may still run. Default: none. */
  readonly formerGroups?: readonly string[];
}

/** The prefix of Vault's own `username_template`. */
export const defaultUserNamePrefix = "vault-";

/** The 16 actions of Vault's documentation for IAM users, as of Vault 1.18. */
const documentedActions = [
  "iam:AddUserToGroup",
  "iam:AttachUserPolicy",
  "iam:CreateAccessKey",
  "iam:CreateUser",
  "iam:DeleteAccessKey",
  "iam:DeleteUser",
  "iam:DeleteUserPolicy",
  "iam:DetachUserPolicy",
  "iam:GetUser",
  "iam:ListAccessKeys",
  "iam:ListAttachedUserPolicies",
  "iam:ListGroupsForUser",
  "iam:ListUserPolicies",
  "iam:PutUserPolicy",
  "iam:RemoveUserFromGroup",
  "iam:TagUser",
] as const;

/** The ARN pattern of the users that Vault makes on an IAM path. */
export function vaultUsersArn(identity: RootIdentity, userPath?: string): string {
  const { partition, accountId, userNamePrefix = defaultUserNamePrefix } = identity;
  return iamArn(partition, accountId, `user${pathOrRoot(userPath)}${userNamePrefix}*`);
}

/**
 * The ARNs under which IAM may know a group or user of which only the name is known. Names are unique in an account whatever the path, so
 * both patterns stand for the same one entity.
 */
export function arnsOfName(identity: RootIdentity, kind: "group" | "user", name: string): string[] {
  const { partition, accountId } = identity;
  return [iamArn(partition, accountId, `${kind}/${name}`), iamArn(partition, accountId, `${kind}/*/${name}`)];
}

/**
 * The policy of Vault's documentation: 16 actions on the users that Vault names, at the root path. It serves `iam_user` roles with
 * policies, tags and permissions boundaries. Groups need more, since AWS checks both group actions on the group; so do user paths, static
 * roles and session credentials.
 *
 * @example
 * documentedRootPolicy({ partition: "aws", accountId: "123456789012" })
 * @see https://developer.hashicorp.com/vault/docs/secrets/aws
 */
export function documentedRootPolicy(identity: RootIdentity): PolicyDocument {
  return policyDocument(allow({ sid: "VaultUsers", actions: documentedActions, resources: [vaultUsersArn(identity)] }));
}

/**
 * The policy that the declared roles need, and no more: what each role makes Vault call, on the users, groups and roles it is called on.
 *
 * Conditions are used where AWS has the key and the call carries it: `iam:PermissionsBoundary` where every role of a user path sets a
 * boundary, `iam:PolicyARN` on attaching. Revocation is never conditional, or a role's change would strand its users.
 *
 * @example
 * derivedRootPolicy({
 *   partition: "aws",
 *   accountId: "123456789012",
 *   principalArn: "arn:aws:iam::123456789012:user/root-of-vault",
 *   roles: { deploy: { credentialType: "assumed_role", roleArns: ["arn:aws:iam::123456789012:role/deploy"] } },
 * })
 * @see https://developer.hashicorp.com/vault/docs/secrets/aws
 */
export function derivedRootPolicy(options: RootPolicyOptions): PolicyDocument {
  return policyDocument([
    ...userStatements(options),
    ...groupStatements(options),
    ...assumeRoleStatements(options),
    ...federationStatements(options),
    ...staticRoleStatements(options),
    ...(options.rotateRoot === true
      ? allow({ sid: "RotateRoot", actions: rotateRootActions, resources: [options.principalArn] })
      : []),
  ]);
}

type Condition = Readonly<Record<string, Readonly<Record<string, ConditionValue>>>>;

/** The roles of one type, in the order of their names. */
function rolesOf(options: RootPolicyOptions, ...types: readonly AwsSecretsRoleSpec["credentialType"][]) {
  return Object.values(options.roles).filter((role) => types.includes(role.credentialType));
}

/** All values that the roles name in one of their lists. */
function named(roles: readonly AwsSecretsRoleSpec[], list: "policyArns" | "iamGroups" | "roleArns"): string[] {
  return sortedOnce(roles.flatMap((role) => role[list] ?? []));
}

/** What making and ending IAM users takes, by the path they are created on. */
function userStatements(options: RootPolicyOptions): PolicyStatement[] {
  const users = rolesOf(options, "iam_user");
  const paths = sortedOnce(users.map((role) => pathOrRoot(role.userPath)));
  const byCondition = new StatementsByCondition();
  for (const path of paths) {
    const roles = users.filter((role) => pathOrRoot(role.userPath) === path);
    const resource = vaultUsersArn(options, path);
    const boundary = boundaryCondition(roles);
    const policyArns = named(roles, "policyArns");
    byCondition.add("CreateUsers", ["iam:CreateUser"], resource, boundary);
    if (policyArns.length > 0) {
      const attached = { ArnEquals: { "iam:PolicyARN": policyArns }, ...boundary };
      byCondition.add("AttachPolicies", ["iam:AttachUserPolicy"], resource, attached);
    }
    if (roles.some((role) => role.policyDocument !== undefined)) {
      byCondition.add("PutPolicies", ["iam:PutUserPolicy"], resource, boundary);
    }
    if (roles.some((role) => Object.keys(role.iamTags ?? {}).length > 0)) {
      byCondition.add("TagUsers", ["iam:TagUser"], resource);
    }
    byCondition.add("CreateKeys", ["iam:CreateAccessKey"], resource);
  }
  const revoked = sortedOnce([...paths, ...(options.formerUserPaths ?? []).map(pathOrRoot)]);
  return [
    ...byCondition.statements(["CreateUsers", "AttachPolicies", "PutPolicies", "TagUsers", "CreateKeys"]),
    ...allow({
      sid: "RevokeUsers",
      actions: revokeActions,
      resources: revoked.map((path) => vaultUsersArn(options, path)),
    }),
    // A user that is gone has no path: IAM then asks for the right on its name alone, and Vault needs the answer "no such entity".
    ...(revoked.length > 0 && !revoked.includes("/")
      ? allow({ sid: "ReadDeletedUsers", actions: ["iam:ListGroupsForUser"], resources: [vaultUsersArn(options, "/")] })
      : []),
  ];
}

/** The condition that only users with the declared boundaries are created; none where a role sets no boundary. */
function boundaryCondition(roles: readonly AwsSecretsRoleSpec[]): Condition | undefined {
  const boundaries = roles.flatMap((role) => role.permissionsBoundaryArn ?? []);
  if (boundaries.length < roles.length) {
    return undefined;
  }
  return { StringEquals: { "iam:PermissionsBoundary": sortedOnce(boundaries) } };
}

/** Collects resources for statements that share name, actions and condition. */
class StatementsByCondition {
  private readonly found = new Map<
    string,
    { sid: string; actions: string[]; resources: string[]; condition?: Condition }
  >();

  add(sid: string, actions: string[], resource: string, condition?: Condition): void {
    const key = JSON.stringify([sid, condition]);
    const known = this.found.get(key);
    if (known === undefined) {
      this.found.set(key, { sid, actions, resources: [resource], condition });
    } else {
      known.resources.push(resource);
    }
  }

  /** The statements in this order of names; a name that is needed twice is numbered. */
  statements(order: readonly string[]): PolicyStatement[] {
    return order.flatMap((sid) =>
      [...this.found.values()]
        .filter((grant) => grant.sid === sid)
        .flatMap((grant, index) => allow({ ...grant, sid: index === 0 ? sid : `${sid}${index + 1}` })),
    );
  }
}

/** Joining groups (`iam_user`) and reading them (session credentials): AWS checks both on the group, never on the user. */
function groupStatements(options: RootPolicyOptions): PolicyStatement[] {
  const joined = named(rolesOf(options, "iam_user"), "iamGroups");
  const left = sortedOnce([...joined, ...(options.formerGroups ?? [])]);
  const read = named(rolesOf(options, "assumed_role", "federation_token"), "iamGroups");
  const arns = (groups: readonly string[]) => groups.flatMap((group) => arnsOfName(options, "group", group));
  return [
    ...allow({ sid: "JoinGroups", actions: ["iam:AddUserToGroup"], resources: arns(joined) }),
    ...allow({ sid: "LeaveGroups", actions: ["iam:RemoveUserFromGroup"], resources: arns(left) }),
    ...allow({ sid: "ReadGroups", actions: readGroupActions, resources: arns(read) }),
  ];
}

/** Taking other roles, for `assumed_role` and for static roles of other accounts; session tags need a right of their own. */
function assumeRoleStatements(options: RootPolicyOptions): PolicyStatement[] {
  const roles = rolesOf(options, "assumed_role");
  const tagged = roles.filter((role) => Object.keys(role.sessionTags ?? {}).length > 0);
  const staticTargets = Object.values(options.staticRoles ?? {}).flatMap((role) => role.assumeRoleArn ?? []);
  return [
    ...allow({
      sid: "AssumeRoles",
      actions: ["sts:AssumeRole"],
      resources: [...named(roles, "roleArns"), ...(options.assumeRoleArns ?? []), ...staticTargets],
    }),
    ...allow({ sid: "TagSessions", actions: ["sts:TagSession"], resources: named(tagged, "roleArns") }),
  ];
}

/** Asking for federation tokens, and all that these tokens are to be able to do. */
function federationStatements(options: RootPolicyOptions): PolicyStatement[] {
  if (rolesOf(options, "federation_token").length === 0) {
    return [];
  }
  const { partition, accountId, principalArn, userNamePrefix = defaultUserNamePrefix } = options;
  return [
    ...allow({
      sid: "FederationTokens",
      actions: ["sts:GetFederationToken"],
      // AWS's guide names the federated user as the resource, its reference the calling user.
      resources: [`arn:${partition}:sts::${accountId}:federated-user/${userNamePrefix}*`, principalArn],
    }),
    ...federationRoleStatements(options.roles),
  ];
}

/** Rotating the keys of the users that static roles name, in this account. */
function staticRoleStatements(options: RootPolicyOptions): PolicyStatement[] {
  const names = Object.values(options.staticRoles ?? {})
    .filter((role) => role.assumeRoleArn === undefined)
    .map((role) => role.username);
  return allow({
    sid: "StaticRoleUsers",
    actions: staticRoleActions,
    resources: names.flatMap((name) => arnsOfName(options, "user", name)),
  });
}
