/**
 * The calls that Vault makes for one purpose, in the order in which it makes them. The derived policy grants these actions, and the
 * analysis requires them of any policy.
 *
 * @see https://developer.hashicorp.com/vault/docs/secrets/aws
 */

/**
 * What ends a lease of an `iam_user` role, and what Vault does after a failure halfway (its write-ahead log). None of it is conditional on
 * what the role looks like now: the user may come from an earlier form of the role, or somebody attached more to it.
 */
export const revokeActions = [
  "iam:ListGroupsForUser",
  "iam:ListUserPolicies",
  "iam:ListAttachedUserPolicies",
  "iam:ListAccessKeys",
  "iam:DeleteAccessKey",
  "iam:DetachUserPolicy",
  "iam:DeleteUserPolicy",
  "iam:DeleteUser",
] as const;

/** What Vault reads of a group to narrow session credentials by its policies. */
export const readGroupActions = [
  "iam:ListAttachedGroupPolicies",
  "iam:ListGroupPolicies",
  "iam:GetGroupPolicy",
] as const;

/** What a static role does to its user: look it up when the role is written, and replace its keys each period. */
export const staticRoleActions = [
  "iam:GetUser",
  "iam:ListAccessKeys",
  "iam:CreateAccessKey",
  "iam:DeleteAccessKey",
] as const;

/** What `config/rotate-root` does to the root user itself. */
export const rotateRootActions = ["iam:GetUser", "iam:CreateAccessKey", "iam:DeleteAccessKey"] as const;
