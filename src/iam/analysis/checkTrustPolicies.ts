import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { parseArn } from "../../aws/arns.js";
import type { RequestContext } from "./conditions.js";
import type { Decision } from "./evaluate.js";
import { evaluateTrust } from "./evaluateTrust.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";

/** Whether the trust policies of a role's targets, as far as they are known, let Vault in. */
export function trustFindings(
  input: {
    readonly principalArn: string;
    readonly trustPolicies?: Readonly<Record<string, PolicyDocument>>;
  },
  name: string,
  role: AwsSecretsRoleSpec,
): Finding[] {
  if (role.credentialType !== "assumed_role" || role.roleArns === undefined || !isKnown(role.roleArns)) {
    return [];
  }
  return role.roleArns.flatMap((arn, index) => {
    const trust = input.trustPolicies?.[arn];
    return trust === undefined || !isKnown(role.externalId) || !isFullyKnown(role.sessionTags)
      ? []
      : targetFindings(input.principalArn, rolePath(name, "roleArns", index), { name, role, arn, trust });
  });
}

interface Target {
  readonly name: string;
  readonly role: AwsSecretsRoleSpec;
  readonly arn: string;
  readonly trust: PolicyDocument;
}

function targetFindings(principalArn: string, path: string, { name, role, arn, trust }: Target): Finding[] {
  const tags = role.sessionTags ?? {};
  const context: RequestContext = {
    "sts:ExternalId": role.externalId ?? null,
    "aws:PrincipalArn": principalArn,
    "aws:PrincipalAccount": parseArn(principalArn)?.accountId ?? null,
    "aws:TagKeys": Object.keys(tags).length === 0 ? null : Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
  const decide = (action: string, given: RequestContext = context) =>
    evaluateTrust({ action, principalArn, context: given, contextIsPartial: true }, trust);
  const found = (action: string, decision: Decision, problem: string, fix: string): Finding[] => {
    if (decision.verdict === "allowed") {
      return [];
    }
    const finding = { path, role: name, action, resource: arn };
    return decision.verdict === "undecided"
      ? [
          {
            ...finding,
            severity: "warning",
            problem: `the trust policy of ${arn} allows ${action} on conditions that only AWS can decide: ${decision.unknownKeys.join(", ")}`,
            fix: "Make sure that Vault's calls meet these conditions.",
          },
        ]
      : [{ ...finding, severity: "error", problem, fix }];
  };

  const assume = decide("sts:AssumeRole");
  // Where any external ID would do, it is the ID that is missing or wrong.
  const { "sts:ExternalId": _given, ...withoutId } = context;
  const hangsOnId = decide("sts:AssumeRole", withoutId).verdict === "undecided";
  const [problem, fix] = hangsOnId
    ? role.externalId === undefined
      ? [`the trust policy of ${arn} asks for an external ID (sts:ExternalId), the role sends none`, "Set externalId."]
      : [
          `the trust policy of ${arn} asks for another external ID (sts:ExternalId) than the role sends`,
          "Set externalId to it.",
        ]
    : [
        `the trust policy of ${arn} does not let ${principalArn} in (sts:AssumeRole)`,
        "Name it as the principal, as RootCredential.trustPolicy() does.",
      ];
  return [
    ...found("sts:AssumeRole", assume, problem, fix),
    ...(Object.keys(tags).length === 0
      ? []
      : found(
          "sts:TagSession",
          decide("sts:TagSession"),
          `the trust policy of ${arn} does not let ${principalArn} tag sessions (sts:TagSession)`,
          "Set sessionTags: true on the AssumableRole, or add the action to the trust policy.",
        )),
  ];
}
