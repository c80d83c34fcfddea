import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { parsedPolicy, usableByFederationToken } from "../policies/federation.js";
import { evaluate } from "./evaluate.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { asList, sortedOnce, statementsOf } from "../policies/statements.js";

/** What a proof of delegation needs to know of Vault's identity. */
interface FederationIssuer {
  readonly policies: readonly PolicyDocument[];
  readonly unreadPolicyArns?: readonly string[];
  readonly permissionsBoundary?: PolicyDocument;
}

/**
 * Whether a federation token would come back weaker than its policies read: it never has more than the user that asks for it, and AWS says
 * nothing about it.
 */
export function federationFindings(input: FederationIssuer, name: string, role: AwsSecretsRoleSpec): Finding[] {
  if (role.credentialType !== "federation_token") {
    return [];
  }
  return [
    ...documentFindings(input, name, role),
    ...arnFindings(input, name, role),
    ...(isKnown(role.iamGroups) ? (role.iamGroups ?? []) : []).map((group, index): Finding => ({
      severity: "warning",
      path: rolePath(name, "iamGroups", index),
      role: name,
      problem: `the token is weaker than the policies of group ${group} wherever the root credential has less`,
      fix: "Make sure that the root credential holds what these policies allow.",
    })),
  ];
}

function documentFindings(input: FederationIssuer, name: string, role: AwsSecretsRoleSpec): Finding[] {
  if (role.policyDocument === undefined || !isFullyKnown(role.policyDocument)) {
    return [];
  }
  const path = rolePath(name, "policyDocument");
  return statementsOf(parsedPolicy(role.policyDocument))
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap((statement): Finding[] => [
      ...uselessFindings(path, name, statement),
      ...excessFindings(input, path, name, usableByFederationToken(statement)),
    ]);
}

/** Actions that no federation token can call. */
function uselessFindings(path: string, name: string, statement: PolicyStatement): Finding[] {
  const useless = sortedOnce(asList(statement.Action).filter((action) => /^(iam|sts):/i.test(action)));
  return useless.map((action) => ({
    severity: "warning",
    path,
    role: name,
    action,
    problem: `${action} has no effect: AWS refuses IAM and STS calls to federation tokens`,
    fix: "Use assumed_role for it, or leave it out.",
  }));
}

/** What the token is to be able to do and the root credential is not. */
function excessFindings(
  input: FederationIssuer,
  path: string,
  name: string,
  usable: PolicyStatement | undefined,
): Finding[] {
  if (usable === undefined || holdsWhole(input, usable)) {
    return [];
  }
  const actions = usable.Action === undefined ? ["*"] : asList(usable.Action);
  const resources = usable.Resource === undefined ? ["*"] : asList(usable.Resource);
  return actions.flatMap((action) =>
    resources.flatMap((resource): Finding[] => {
      const request = { action, resource, context: contextOf(usable), contextIsPartial: true };
      const { verdict } = evaluate(request, { policies: input.policies, boundary: input.permissionsBoundary });
      if (verdict === "allowed") {
        return [];
      }
      const unread = input.unreadPolicyArns ?? [];
      const isSure = verdict !== "undecided" && (unread.length === 0 || verdict === "denied");
      return [
        {
          severity: isSure ? "error" : "warning",
          path,
          role: name,
          action,
          resource,
          problem: `${action} on ${resource} is more than the root credential has: the token would come back without it`,
          fix: isSure
            ? 'Use permissions: "derived", or grant it by extraStatements.'
            : `Make sure that the root credential holds it${unread.length > 0 ? ` by ${unread.join(" or ")}` : ""}.`,
        },
      ];
    }),
  );
}

/** Whether one of the identity's statements is as wide as this one, exceptions and conditions included. */
function holdsWhole(input: FederationIssuer, usable: PolicyStatement): boolean {
  const { Sid: _sid, ...wanted } = usable;
  const statements = input.policies.flatMap(statementsOf);
  if (input.permissionsBoundary !== undefined || statements.some(({ Effect }) => Effect === "Deny")) {
    return false;
  }
  return statements.some(({ Sid: _own, ...held }) => JSON.stringify(normal(held)) === JSON.stringify(normal(wanted)));
}

/** A statement with every list as a list, keys and values in order. */
function normal(statement: PolicyStatement): unknown {
  const lists = (["Action", "NotAction", "Resource", "NotResource"] as const).map((key) =>
    sortedOnce(asList(statement[key])),
  );
  return [statement.Effect, ...lists, statement.Condition ?? null];
}

/** What a statement's own conditions say of the requests that it allows, where they say it by plain equality. */
function contextOf(statement: PolicyStatement): Record<string, string> {
  const equals = Object.entries(statement.Condition?.["StringEquals"] ?? {});
  return Object.fromEntries(equals.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])));
}

/** Managed policies that the token is narrowed to, of which the root credential must hold each itself. */
function arnFindings(input: FederationIssuer, name: string, role: AwsSecretsRoleSpec): Finding[] {
  if (role.policyArns === undefined || !isKnown(role.policyArns)) {
    return [];
  }
  return role.policyArns.flatMap((arn, index): Finding[] => {
    if (!isKnown(arn) || (input.unreadPolicyArns ?? []).includes(arn)) {
      return [];
    }
    return [
      {
        severity: "warning",
        path: rolePath(name, "policyArns", index),
        role: name,
        problem: `the token is weaker than ${arn} wherever the root credential has less`,
        fix: "Attach the policy to the root credential too.",
      },
    ];
  });
}
