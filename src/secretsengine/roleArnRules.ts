import { parseArn, type Arn } from "../aws/arns.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { Values } from "../vaultresource/fields.js";

interface Named {
  readonly path: string;
  readonly text: string;
  readonly arn: Arn;
}

/**
 * ARNs of one role of the secrets engine that cannot go together, whoever reads from it and whatever account Vault works in. AWS says so only when
 * credentials are read.
 *
 * - A policy that narrows the session of an assumed role is of that role's account.
 * - The policies and the boundary of a user are of one account, that of the user; so are the policies of a federation token.
 * - No identity reaches into another partition.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html PolicyArns
 */
export function roleArnIssues(role: Values): Issue[] {
  const roles = namedIn(role, "roleArns");
  const policies = [...namedIn(role, "policyArns"), ...namedIn(role, "permissionsBoundaryArn")];
  const [first, ...others] = [...roles, ...policies];
  const partitions = others.filter(({ arn }) => arn.partition !== first?.arn.partition);
  if (first !== undefined && partitions.length > 0) {
    return partitions.map(({ path, text, arn }) => ({
      path,
      rule: `is in partition ${arn.partition}, but ${first.path} is in ${first.arn.partition}`,
      actual: text,
      fix: "All ARNs of a role are of one partition.",
    }));
  }
  return [...sessionPolicyIssues(role), ...(role.credentialType === "assumed_role" ? [] : ofOneAccount(policies))];
}

/** Policies that narrow the sessions of a role of another account. */
export function sessionPolicyIssues(role: Values): Issue[] {
  if (role.credentialType !== "assumed_role") {
    return [];
  }
  const roles = namedIn(role, "roleArns");
  return customerManaged(namedIn(role, "policyArns")).flatMap(({ path, text, arn }): Issue[] => {
    const foreign = roles.find((one) => one.arn.accountId !== arn.accountId);
    return foreign === undefined
      ? []
      : [
          {
            path,
            rule: `is a policy of account ${arn.accountId}, but ${foreign.path} is a role of ${foreign.arn.accountId}`,
            actual: text,
            fix: "A policy can narrow the sessions of roles of its own account only.",
          },
        ];
  });
}

function ofOneAccount(policies: readonly Named[]): Issue[] {
  const [first, ...others] = customerManaged(policies);
  return others
    .filter(({ arn }) => arn.accountId !== first?.arn.accountId)
    .map(({ path, text, arn }) => ({
      path,
      rule: `is a policy of account ${arn.accountId}, but ${first?.path} is one of ${first?.arn.accountId}`,
      actual: text,
      fix: "A policy can be attached in its own account only.",
    }));
}

function customerManaged(policies: readonly Named[]): Named[] {
  return policies.filter(({ arn }) => arn.accountId !== "aws");
}

/** The ARNs of an argument that are known, and are ARNs of IAM. */
function namedIn(role: Values, name: string): Named[] {
  const value = role[name];
  const given: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((one: unknown, index) => [pathOf(name, index), one] as const)
    : [[name, value]];
  return given.flatMap(([path, text]) => {
    const arn = isKnown(text) && typeof text === "string" ? parseArn(text) : undefined;
    return arn === undefined || arn.service !== "iam" || !/^(?:\d{12}|aws)$/.test(arn.accountId)
      ? []
      : [{ path, text: text as string, arn }];
  });
}
