import { parseArn } from "../../aws/arns.js";
import { conditionHolds, lookupIn, type RequestContext } from "./conditions.js";
import { decideBy, type Decision } from "./evaluate.js";
import type { PolicyDocument, PolicyStatement, Principal } from "../../aws/policyDocument.js";
import { asList, statementsOf } from "../policies/statements.js";
import { coverage, literal, patternOf } from "./wildcards.js";

/** A request to take a role. */
export interface TrustRequest {
  /** `sts:AssumeRole`, `sts:TagSession` or `sts:AssumeRoleWithWebIdentity`. */
  readonly action: string;
  /** ARN of who asks: an IAM user or role, or the OIDC provider that vouches for it. */
  readonly principalArn: string;
  /** What is known of the request, by condition key. Default: nothing. */
  readonly context?: RequestContext;
  /** Whether the request may carry keys that `context` does not name: conditions on these are undecided. Default: false. */
  readonly contextIsPartial?: boolean;
}

/**
 * Decides whether a role's trust policy lets a principal in.
 *
 * A trust policy that names the principal's account leaves it to that account's own policies; it counts as `allowed` here, and
 * {@link evaluate} answers for the rest.
 *
 * @example
 * evaluateTrust({ action: "sts:AssumeRole", principalArn: root }, assumableRoleTrustPolicy({ trustedPrincipalArn: root })).verdict
 */
export function evaluateTrust(request: TrustRequest, trustPolicy: PolicyDocument): Decision {
  const lookup = lookupIn(request.context ?? {}, request.contextIsPartial ?? false);
  return decideBy(statementsOf(trustPolicy), (statement) => {
    const isMeant = namesPrincipal(statement, request.principalArn) && namesAction(statement, request.action);
    return isMeant
      ? { extent: "all", ...conditionHolds(statement, lookup) }
      : { extent: "none", holds: false, unknownKeys: [] };
  });
}

/** Whether a trust policy names the very principal, rather than its account or everyone. */
export function namesItself(trustPolicy: PolicyDocument, principalArn: string): boolean {
  return statementsOf(trustPolicy).some(
    ({ Effect, Principal }) => Effect === "Allow" && namesOf(Principal).includes(principalArn),
  );
}

function namesOf(principal: Principal | undefined): readonly string[] {
  if (principal === undefined) {
    return [];
  }
  return principal === "*" ? ["*"] : Object.values(principal).flatMap((names) => asList(names));
}

function namesPrincipal(statement: PolicyStatement, principalArn: string): boolean {
  const arn = parseArn(principalArn);
  const account = arn === undefined ? [] : [arn.accountId, `arn:${arn.partition}:iam::${arn.accountId}:root`];
  const isNamed = (principal: Principal) =>
    namesOf(principal).some((name) => name === "*" || name === principalArn || account.includes(name));
  if (statement.NotPrincipal !== undefined) {
    return !isNamed(statement.NotPrincipal);
  }
  return statement.Principal !== undefined && isNamed(statement.Principal);
}

function namesAction(statement: PolicyStatement, action: string): boolean {
  const asked = literal(action.toLowerCase());
  const names = (list: PolicyStatement["Action"]) =>
    asList(list).some((name) => coverage(patternOf(name.toLowerCase()) ?? [], asked) === "all");
  return statement.NotAction === undefined ? names(statement.Action) : !names(statement.NotAction);
}
