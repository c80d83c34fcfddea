import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { iamArn } from "../../aws/arns.js";
import { parsedPolicy } from "../policies/federation.js";
import { evaluate } from "./evaluate.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";

/** A power that few credentials should have. */
interface Power {
  /** Any one of these actions gives it. */
  readonly actions: readonly string[];
  /** On what: all resources, or all IAM entities of a kind. */
  readonly on: "*" | "user" | "role" | "group" | "policy";
  /** What its holder can do: `take any role`. */
  readonly text: string;
}

/** A power that includes all those below it. */
const whole: readonly Power[] = [
  { actions: ["*"], on: "*", text: "do everything in the account" },
  {
    actions: ["iam:*"],
    on: "*",
    text: "do everything in IAM: give itself and others any right, make users and keys that outlive its lease, and change or delete Vault's own identity",
  },
];

const powers: readonly Power[] = [
  {
    actions: ["iam:AttachUserPolicy", "iam:PutUserPolicy"],
    on: "user",
    text: "give any user any right, itself included",
  },
  { actions: ["iam:AttachGroupPolicy", "iam:PutGroupPolicy"], on: "group", text: "give any group any right" },
  { actions: ["iam:AttachRolePolicy", "iam:PutRolePolicy"], on: "role", text: "give any role any right" },
  { actions: ["iam:AddUserToGroup"], on: "group", text: "put itself into any group" },
  {
    actions: ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"],
    on: "policy",
    text: "rewrite any managed policy",
  },
  { actions: ["iam:CreateAccessKey"], on: "user", text: "make keys of any user" },
  { actions: ["iam:CreateLoginProfile", "iam:UpdateLoginProfile"], on: "user", text: "set the password of any user" },
  { actions: ["iam:UpdateAssumeRolePolicy"], on: "role", text: "let anyone into any role" },
  {
    actions: ["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"],
    on: "user",
    text: "lift the permissions boundary of any user, itself included",
  },
  { actions: ["iam:PassRole"], on: "role", text: "hand any role to a service and work through it" },
  { actions: ["sts:AssumeRole"], on: "role", text: "take any role that trusts the account" },
];

/** Managed policies of AWS that give such a power. */
const broadPolicies: Readonly<Record<string, string>> = {
  AdministratorAccess: "do everything in the account",
  IAMFullAccess: "do everything in IAM: give itself and others any right",
};

interface Account {
  readonly partition: string;
  readonly accountId: string;
}

/**
 * The dangerous powers that a policy gives over all of an account, in words: `do everything in IAM: …`.
 *
 * @example
 * powersOf({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "iam:PassRole", Resource: "*" } }, account)
 * // ["hand any role to a service and work through it"]
 */
export function escalationPaths(document: PolicyDocument, { partition, accountId }: Account): string[] {
  const gives = ({ actions, on }: Power) => {
    const resource = on === "*" ? "*" : iamArn(partition, accountId, `${on}/*`);
    return actions.some(
      (action) =>
        evaluate({ action, resource, contextIsPartial: true }, { policies: [document] }).verdict === "allowed",
    );
  };
  const all = whole.find(gives);
  return (all === undefined ? powers.filter(gives) : [all]).map(({ text }) => text);
}

/** Warnings of policies that give whoever reads a role's credentials far more than a task needs. A permissions boundary is taken to tame them. */
export function broadRoleFindings(name: string, role: AwsSecretsRoleSpec, account: Account): Finding[] {
  // The policies of the other types only narrow what the role or the root credential has.
  if (role.credentialType !== "iam_user" || role.permissionsBoundaryArn !== undefined) {
    return [];
  }
  return broadPolicyFindings(
    { document: role.policyDocument, arns: role.policyArns },
    {
      document: { path: rolePath(name, "policyDocument"), role: name },
      arn: (index) => ({ path: rolePath(name, "policyArns", index), role: name }),
    },
    account,
  );
}

/** What gives powers: a policy document, and managed policies. */
export interface PolicySources {
  readonly document?: PolicyDocument | string;
  readonly arns?: readonly string[];
}

/** Warnings of a policy document and of managed policies that give dangerous powers. */
export function broadPolicyFindings(
  given: PolicySources,
  at: {
    readonly document: Pick<Finding, "path" | "role">;
    readonly arn: (index: number) => Pick<Finding, "path" | "role">;
  },
  account: Account,
): Finding[] {
  const warning = (where: Pick<Finding, "path" | "role">, texts: readonly string[]): Finding => ({
    ...where,
    severity: "warning",
    problem: `whoever reads these credentials can ${texts.join("; ")}`,
    fix: "Name the actions and resources that the task needs, or set a permissions boundary.",
  });
  const { document, arns } = given;
  const documented =
    document === undefined || !isFullyKnown(document) ? [] : escalationPaths(parsedPolicy(document), account);
  return [
    ...(documented.length === 0 ? [] : [warning(at.document, documented)]),
    ...(arns === undefined || !isKnown(arns) ? [] : arns).flatMap((arn, index) => {
      const power = broadPolicies[/:iam::aws:policy\/(.+)$/.exec(arn)?.[1] ?? ""];
      return power === undefined ? [] : [warning(at.arn(index), [power])];
    }),
  ];
}
