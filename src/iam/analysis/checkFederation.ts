import type { AwsSecretsRoleSpec } from "../../secretsengine/roleSpec.js";
import { isFullyKnown, isKnown } from "../../internal/validation/known.js";
import { isDeniedToFederationTokens, parsedPolicy, usableByFederationToken } from "../policies/federation.js";
import { rolePath, type Finding } from "../../internal/validation/findings.js";
import type { PolicyStatement } from "../../aws/policyDocument.js";
import { asList, sortedOnce, statementsOf } from "../policies/statements.js";
import type { RootPolicies } from "./rootPolicies.js";

/** The managed policies attached to the identity. */
interface Attached {
  readonly unreadPolicyArns?: readonly string[];
  readonly federatedPolicyArns?: readonly string[];
}

/**
 * Whether a federation token would come back weaker than its policies read: it never has more than the user that asks for it, and AWS
 * reduces it silently.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
export function federationFindings(
  policies: RootPolicies,
  attached: Attached,
  name: string,
  role: AwsSecretsRoleSpec,
): Finding[] {
  if (role.credentialType !== "federation_token") {
    return [];
  }
  return [
    ...documentFindings(policies, name, role),
    ...arnFindings(attached, name, role),
    ...(isKnown(role.iamGroups) ? (role.iamGroups ?? []) : []).map((group, index): Finding => ({
      severity: "warning",
      path: rolePath(name, "iamGroups", index),
      role: name,
      problem: `the token is weaker than the policies of group ${group} wherever the root credential has less`,
      fix: "Make sure that the root credential holds what these policies allow.",
    })),
  ];
}

function documentFindings(policies: RootPolicies, name: string, role: AwsSecretsRoleSpec): Finding[] {
  if (role.policyDocument === undefined || !isFullyKnown(role.policyDocument)) {
    return [];
  }
  const path = rolePath(name, "policyDocument");
  return statementsOf(parsedPolicy(role.policyDocument))
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap((statement): Finding[] => [
      ...uselessFindings(path, name, statement),
      ...excessFindings(policies, path, name, usableByFederationToken(statement)),
    ]);
}

/** Actions that no federation token can call. */
function uselessFindings(path: string, name: string, statement: PolicyStatement): Finding[] {
  const useless = sortedOnce(asList(statement.Action).filter(isDeniedToFederationTokens));
  return useless.map((action) => ({
    severity: "warning",
    path,
    role: name,
    action,
    problem: `${action} has no effect: AWS rejects IAM and STS calls of federation tokens`,
    fix: "Use assumed_role for it, or leave it out.",
  }));
}

/** What the token is to be able to do and the root credential is not. */
function excessFindings(
  policies: RootPolicies,
  path: string,
  name: string,
  usable: PolicyStatement | undefined,
): Finding[] {
  if (usable === undefined) {
    return [];
  }
  const actions = usable.Action === undefined ? ["*"] : asList(usable.Action);
  const resources = usable.Resource === undefined ? ["*"] : asList(usable.Resource);
  const except = { exceptActions: asList(usable.NotAction), exceptResources: asList(usable.NotResource) };
  return actions.flatMap((action) =>
    resources.flatMap((resource): Finding[] => {
      const decision = policies.decideService({ action, resource, ...except, conditions: usable.Condition });
      const { verdict, statement, unknownKeys } = decision;
      if (verdict === "allowed") {
        return [];
      }
      const finding = { path, role: name, action, resource };
      const problem = `${action} on ${resource} is more than the root credential has: the token would come back without it`;
      const isDenied = statement?.Effect === "Deny";
      if (verdict === "conditional") {
        return [
          {
            ...finding,
            severity: "warning",
            problem: `${action} on ${resource} is held by the root credential on conditions that only AWS can decide (${unknownKeys.join(", ")}): the token may come back without it`,
            fix: "Make sure that the root credential holds it.",
          },
        ];
      }
      if (verdict === "partial" && isDenied) {
        return [
          {
            ...finding,
            severity: "warning",
            problem: `${action} on ${resource} is denied to the root credential in part: the token would come back without that part`,
            fix: "Make sure that the tokens need nothing of what is denied.",
          },
        ];
      }
      const unread = isDenied ? [] : policies.unreadArnsForServices;
      if (!unread.every(isKnown)) {
        return [];
      }
      return [
        {
          ...finding,
          severity: unread.length === 0 ? "error" : "warning",
          problem,
          fix:
            unread.length === 0
              ? 'Use permissions: "derived", or grant it by extraStatements.'
              : `Make sure that the root credential holds it by ${unread.join(" or ")}.`,
        },
      ];
    }),
  );
}

/** Managed policies that the token is narrowed to, of which the root credential must hold each itself. */
function arnFindings(attached: Attached, name: string, role: AwsSecretsRoleSpec): Finding[] {
  if (role.policyArns === undefined || !isKnown(role.policyArns)) {
    return [];
  }
  const held = [...(attached.unreadPolicyArns ?? []), ...(attached.federatedPolicyArns ?? [])];
  return role.policyArns.flatMap((arn, index): Finding[] => {
    if (!isKnown(arn) || held.includes(arn)) {
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
