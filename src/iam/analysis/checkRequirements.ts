import { parseArn } from "../../aws/arns.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import type { Finding } from "../../internal/validation/findings.js";
import { isKnown } from "../../internal/validation/known.js";
import { asList } from "../policies/statements.js";
import { isWorse, type Decision } from "./evaluate.js";
import { trustsDirectly } from "./evaluateTrust.js";
import type { Requirement } from "./requirements.js";
import type { RootPolicies } from "./rootPolicies.js";

/** Who assumes roles, and the trust policies of these roles by their ARNs. */
interface TrustedRoles {
  readonly principalArn: string;
  readonly trustPolicies?: Readonly<Record<string, PolicyDocument>>;
}

/** What is missing of a requirement. */
export function requirementFindings(policies: RootPolicies, input: TrustedRoles, need: Requirement): Finding[] {
  const decisions = need.resources.map((resource) => ({
    resource,
    ...policies.decide({ action: need.action, resource, context: need.context }),
  }));
  const [usual, ...others] = decisions;
  if (usual === undefined) {
    return [];
  }
  const isGranted = ({ verdict }: Decision) => verdict === "allowed";
  const isDenied = ({ statement }: Decision) => statement?.Effect === "Deny";
  if (need.isAnyOf === true) {
    // AWS's documents do not agree on the resource: a grant on any will do, a Deny on any is taken to apply.
    const decided = decisions.find(isDenied) ?? decisions.find(isGranted) ?? decisions.reduce(better);
    return shortOf(policies, input, need, decided);
  }
  if (!isGranted(usual)) {
    const elsewhere = isDenied(usual) ? undefined : others.find(isGranted);
    return elsewhere === undefined
      ? shortOf(policies, input, need, usual)
      : [pathWarning(need, `is granted to the root credential on ${elsewhere.resource} only`, usual.resource)];
  }
  const denied = others.find(isDenied);
  return denied === undefined
    ? []
    : [pathWarning(need, `is denied to the root credential on ${denied.resource}`, usual.resource)];
}

function better<T extends Decision>(left: T, right: T): T {
  return isWorse(left.verdict, right.verdict) ? right : left;
}

/** A group or user is declared by its name; AWS also knows its path, which decides where grants differ by path. */
function pathWarning(need: Requirement, problem: string, resource: string): Finding {
  return {
    severity: "warning",
    path: need.path,
    role: need.role,
    action: need.action,
    resource,
    problem: `${describe(need, resource)} ${problem}, which depends on the IAM path`,
    fix: "Make sure that the grant fits the path, or grant it on both.",
  };
}

function describe({ action, feature }: Requirement, resource: string): string {
  return `${action} on ${resource} (Vault ${feature})`;
}

/** The findings of a decision that does not allow all that is needed. */
function shortOf(
  policies: RootPolicies,
  input: TrustedRoles,
  need: Requirement,
  decision: Decision & { readonly resource: string },
): Finding[] {
  const { verdict, resource, statement, unknownKeys, layer } = decision;
  const finding = { path: need.path, role: need.role, action: need.action, resource };
  const because = describe(need, resource);
  const holder = layer === "boundary" ? "by its permissions boundary" : "to the root credential";
  switch (verdict) {
    case "allowed":
      return [];
    case "conditional":
      return [
        {
          ...finding,
          severity: "warning",
          problem: `${because} is ${statement?.Effect === "Deny" ? "denied" : "granted"} ${holder} on conditions that only AWS can decide: ${unknownKeys.join(", ")}`,
          fix: "Make sure that Vault's calls meet these conditions.",
        },
      ];
    case "explicitDeny":
      return [
        {
          ...finding,
          severity: "error",
          problem: `${because} is denied ${holder} by a Deny statement`,
          fix: "Remove the Deny statement, or the role.",
        },
      ];
    case "partial":
    case "implicitDeny":
      break;
  }
  const isDenied = statement?.Effect === "Deny";
  const lack =
    verdict === "partial"
      ? isDenied
        ? `is denied ${holder} in part by a Deny statement`
        : `is granted ${holder} for a part only`
      : layer === "boundary"
        ? "is not allowed by the root credential's permissions boundary"
        : "is not granted to the root credential";
  const byTrustPolicy = verdict === "implicitDeny" && allowedByTrustPolicy(policies, input, need);
  if (isDenied && !namesBeginning(statement, resource)) {
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${lack}`,
        fix: "Make sure that no name that Vault makes is one of those denied.",
      },
    ];
  }
  if (isDenied || (layer === "boundary" && !byTrustPolicy)) {
    const fix = layer === "boundary" ? "Allow it in the boundary." : "Remove the Deny statement, or the role.";
    return [{ ...finding, severity: "error", problem: `${because} ${lack}`, fix }];
  }
  const { unreadArns } = policies;
  if (unreadArns.length > 0 && layer !== "boundary") {
    if (!unreadArns.every(isKnown)) {
      // The analysis runs again when it is known which policies there are.
      return [];
    }
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${lack} by the policies at hand`,
        fix: `Make sure that ${unreadArns.join(" or ")} grants it.`,
      },
    ];
  }
  if (byTrustPolicy) {
    return [
      {
        ...finding,
        severity: "warning",
        problem: `${because} ${lack}, only the role's trust policy allows it`,
        fix: "Grant it, so that it does not depend on the trust policy naming the very identity.",
      },
    ];
  }
  return [
    {
      ...finding,
      severity: "error",
      problem: `${because} ${lack}`,
      fix: 'Use permissions: "derived", or grant it by extraStatements.',
    },
  ];
}

/**
 * Whether a Deny statement on a part of Vault's users names how these begin: `user/vault-prod-*`. One on `user/*admin*` is about other
 * users, and meets one of Vault's only if its name happens to hold that text, as one on a path of another depth does.
 */
function namesBeginning({ Resource, NotResource }: PolicyStatement, resource: string): boolean {
  const beginning = resource.slice(0, resource.indexOf("*")).split("/").at(-1) ?? "";
  const depth = (arn: string) => arn.split("/").length;
  return (
    NotResource !== undefined ||
    beginning === "" ||
    asList(Resource).some((one) => one.includes(`/${beginning}`) && depth(one) <= depth(resource))
  );
}

/**
 * Whether AWS lets the principal assume the role nevertheless: a trust policy of its own account that names it suffices. The implicit deny
 * of a boundary still applies to a role, but not to a user.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
function allowedByTrustPolicy(
  policies: RootPolicies,
  { principalArn, trustPolicies }: TrustedRoles,
  need: Requirement,
): boolean {
  const [roleArn = ""] = need.resources;
  const isRole = parseArn(principalArn)?.resource.startsWith("role/") === true;
  if (isRole && !policies.boundaryAllows({ action: need.action, resource: roleArn, context: need.context })) {
    return false;
  }
  const trust = trustPolicies?.[roleArn];
  const request = { action: need.action, principalArn, context: need.context, contextIsPartial: true };
  return (
    need.action.startsWith("sts:") &&
    trust !== undefined &&
    parseArn(roleArn)?.accountId === parseArn(principalArn)?.accountId &&
    trustsDirectly(trust, request) !== false
  );
}
