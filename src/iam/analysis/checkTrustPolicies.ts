import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { pathOf } from "../../internal/validation/issues.js";
import type { RequestContext } from "./conditions.js";
import { documentProblems, problemFindings } from "./documentProblems.js";
import type { Decision } from "./evaluate.js";
import { evaluateTrust } from "./evaluateTrust.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { sortedEntries } from "../policies/federation.js";
import type { StaticRoleUser } from "../policies/rootPolicy.js";
import { assumeRoleContext, staticRoleContext, tagContext } from "./vaultContext.js";

/** What the check of trust policies looks at. */
export interface TrustCheck {
  readonly principalArn: string;
  readonly roles: Readonly<Record<string, AwsSecretsRoleSpec>>;
  readonly staticRoles?: Readonly<Record<string, StaticRoleUser>>;
  readonly assumeRoleArns?: readonly string[];
  readonly trustPolicies?: Readonly<Record<string, PolicyDocument>>;
  readonly usernameTemplate?: string;
}

/** Whether the trust policies of the roles that Vault assumes, as far as they are known, allow Vault to. */
export function trustFindings(input: TrustCheck): Finding[] {
  const trustPolicies = input.trustPolicies ?? {};
  const targets = targetsOf(input);
  const invalid = sortedEntries(trustPolicies).flatMap(([arn, trust]) =>
    problemFindings(pathOf("trustPolicies", arn), documentProblems(trust, "trust"), { resource: arn }),
  );
  const isComplete = targets.every(({ arn }) => isKnown(arn)) && hasOnlyKnownLists(input);
  return [
    ...invalid,
    ...targets.flatMap((target) => {
      const trust = isKnown(target.arn) ? trustPolicies[target.arn] : undefined;
      return trust === undefined || documentProblems(trust, "trust").length > 0
        ? []
        : targetFindings(input, target, trust);
    }),
    ...(isComplete ? unusedFindings(trustPolicies, targets) : []),
  ];
}

/** A role that Vault assumes, and what it sends along. */
interface Target {
  readonly path: string;
  readonly role?: string;
  readonly arn: string;
  /** What the call carries besides its external ID, by condition key. */
  readonly context: RequestContext;
  /** Null: none is sent. Undefined: it is not known who assumes the role, and with what. */
  readonly externalId?: string | null;
  readonly sessionTags?: Readonly<Record<string, string>>;
}

function targetsOf({ roles, staticRoles = {}, assumeRoleArns = [], usernameTemplate }: TrustCheck): Target[] {
  return [
    ...sortedEntries(roles).flatMap(([name, { credentialType, roleArns = [], externalId, sessionTags }]): Target[] =>
      credentialType !== "assumed_role" || !isKnown(roleArns)
        ? []
        : roleArns.map((arn, index) => ({
            path: rolePath(name, "roleArns", index),
            role: name,
            arn,
            context: {
              ...assumeRoleContext(usernameTemplate),
              ...(isFullyKnown(sessionTags) ? tagContext(sessionTags ?? {}) : {}),
            },
            externalId: externalId ?? null,
            sessionTags,
          })),
    ),
    ...sortedEntries(staticRoles).flatMap(([name, role]): Target[] => {
      const { assumeRoleArn, externalId } = role;
      const path = `${pathOf("staticRoles", name)}.assumeRoleArn`;
      const { "sts:ExternalId": _id, ...context } = staticRoleContext(role);
      return assumeRoleArn === undefined
        ? []
        : [{ path, role: name, arn: assumeRoleArn, context, externalId: externalId ?? null }];
    }),
    ...(isKnown(assumeRoleArns)
      ? assumeRoleArns.map((arn, index): Target => ({
          path: pathOf("assumeRoleArns", index),
          arn,
          context: tagContext({}),
        }))
      : []),
  ];
}

function hasOnlyKnownLists({ roles, assumeRoleArns }: TrustCheck): boolean {
  return isKnown(assumeRoleArns) && Object.values(roles).every(({ roleArns }) => isKnown(roleArns));
}

/** Trust policies under an ARN that nothing assumes: a misspelt ARN would otherwise leave the role unchecked. */
function unusedFindings(
  trustPolicies: Readonly<Record<string, PolicyDocument>>,
  targets: readonly Target[],
): Finding[] {
  return Object.keys(trustPolicies)
    .filter((arn) => !targets.some((target) => target.arn === arn))
    .map((arn) => ({
      severity: "warning",
      path: pathOf("trustPolicies", arn),
      resource: arn,
      problem:
        "is the trust policy of a role that neither roles nor staticRoles nor assumeRoleArns name: it is not checked",
      fix: "Correct the ARN, or leave the trust policy out.",
    }));
}

function targetFindings(input: TrustCheck, target: Target, trust: PolicyDocument): Finding[] {
  const { principalArn } = input;
  const { path, role, arn, context, externalId, sessionTags } = target;
  if (!isKnown(principalArn) || !isKnown(externalId) || !isFullyKnown(sessionTags)) {
    return [];
  }
  const tags = sessionTags ?? {};
  const decide = (action: string, given: RequestContext) =>
    evaluateTrust({ action, principalArn, context: given, contextIsPartial: true }, trust);
  const found = (action: string, decision: Decision, problem: string, fix: string): Finding[] => {
    const finding = { path, role, action, resource: arn };
    switch (decision.verdict) {
      case "allowed":
        return [];
      case "conditional":
        return [
          {
            ...finding,
            severity: "warning",
            problem: `the trust policy of ${arn} allows ${action} on conditions that only AWS can decide: ${decision.unknownKeys.join(", ")}`,
            fix: "Make sure that Vault's calls meet these conditions.",
          },
        ];
      case "partial":
      case "implicitDeny":
      case "explicitDeny":
        return [{ ...finding, severity: "error", problem, fix }];
    }
  };

  const assume = decide(
    "sts:AssumeRole",
    externalId === undefined ? context : { ...context, "sts:ExternalId": externalId },
  );
  // Where some external ID would do, it is the ID that is missing or wrong.
  const { unknownKeys } = decide("sts:AssumeRole", context);
  const dependsOnId = unknownKeys.some((key) => key.toLowerCase() === "sts:externalid");
  const [problem, fix] = dependsOnId
    ? externalId === null
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
          // AWS's reference does not say whether the check of tags sees the external ID: a condition on it stays open.
          decide("sts:TagSession", context),
          `the trust policy of ${arn} does not let ${principalArn} tag sessions (sts:TagSession)`,
          "Set sessionTags: true on the AssumableRole, or add the action to the trust policy.",
        )),
  ];
}
