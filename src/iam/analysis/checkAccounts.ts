import { parseArn, type Arn } from "../../aws/arns.js";
import type { Finding } from "../../internal/validation/findings.js";
import { pathOf } from "../../internal/validation/issues.js";
import { isKnown } from "../../internal/validation/known.js";
import { sessionPolicyIssues } from "../../secretsengine/roleArnRules.js";
import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import type { Values } from "../../vaultresource/fields.js";
import type { RootIdentity, StaticRoleUser } from "../policies/rootPolicy.js";

/** Where ARNs are given. */
export interface ArnsInUse {
  readonly roles: Readonly<Record<string, AwsSecretsRoleSpec>>;
  readonly staticRoles?: Readonly<Record<string, StaticRoleUser>>;
  readonly assumeRoleArns?: readonly string[];
  readonly unreadPolicyArns?: readonly string[];
  readonly permissionsBoundaryArn?: string;
}

type Account = Pick<RootIdentity, "partition" | "accountId">;

/**
 * ARNs that name another partition than the root credential's, whose entities it cannot reach, and policies of another account, which cannot be
 * attached. AWS rejects both only when credentials are read.
 */
export function accountFindings(args: ArnsInUse, account: Account): Finding[] {
  const own = (path: string, arn: unknown, role?: string) =>
    arnFindings(path, arn, account, { anyAccount: false, role });
  const anywhere = (path: string, arn: unknown, role?: string) =>
    arnFindings(path, arn, account, { anyAccount: true, role });
  return [
    ...own("permissionsBoundaryArn", args.permissionsBoundaryArn),
    ...each("unreadPolicyArns", args.unreadPolicyArns, own),
    ...each("assumeRoleArns", args.assumeRoleArns, anywhere),
    ...Object.entries(args.roles).flatMap(([name, role]) => roleFindings(name, role, own, anywhere)),
    ...Object.entries(args.staticRoles ?? {}).flatMap(([name, role]) =>
      anywhere(`${pathOf("staticRoles", name)}.assumeRoleArn`, role.assumeRoleArn),
    ),
  ];
}

type Check = (path: string, arn: unknown, role?: string) => Finding[];

function roleFindings(name: string, role: AwsSecretsRoleSpec, own: Check, anywhere: Check): Finding[] {
  const path = pathOf("roles", name);
  // The policies that narrow a session of an assumed role are of that role's account.
  const policies = role.credentialType === "assumed_role" ? anywhere : own;
  return [
    ...each(`${path}.policyArns`, role.policyArns, (at, arn) => policies(at, arn, name)),
    ...each(`${path}.roleArns`, role.roleArns, (at, arn) => anywhere(at, arn, name)),
    ...own(`${path}.permissionsBoundaryArn`, role.permissionsBoundaryArn, name),
    ...sessionPolicyIssues(role as unknown as Values).map(({ path: at, rule, actual, fix = "" }): Finding => ({
      severity: "error",
      path: `${path}.${at}`,
      role: name,
      resource: String(actual),
      problem: `${rule}, got ${JSON.stringify(actual)}`,
      fix,
    })),
  ];
}

function each(path: string, arns: readonly string[] | undefined, check: Check): Finding[] {
  return Array.isArray(arns)
    ? (arns as readonly string[]).flatMap((arn, index) => check(pathOf(path, index), arn))
    : [];
}

function arnFindings(
  path: string,
  value: unknown,
  account: Account,
  { anyAccount, role }: { readonly anyAccount: boolean; readonly role?: string | undefined },
): Finding[] {
  const arn: Arn | undefined = typeof value === "string" && isKnown(value) ? parseArn(value) : undefined;
  if (arn === undefined) {
    return [];
  }
  const finding = (problem: string, fix: string): Finding[] => [
    { severity: "error", path, ...(role === undefined ? {} : { role }), resource: String(value), problem, fix },
  ];
  if (arn.partition !== account.partition) {
    return finding(
      `is in partition ${arn.partition}, but the root credential is in ${account.partition}, got ${JSON.stringify(value)}`,
      `Write arn:${account.partition}:...`,
    );
  }
  return anyAccount || arn.accountId === "aws" || arn.accountId === account.accountId
    ? []
    : finding(
        `is a policy of account ${arn.accountId}, but the root credential is in ${account.accountId}, got ${JSON.stringify(value)}`,
        "A policy can be attached in its own account only.",
      );
}
