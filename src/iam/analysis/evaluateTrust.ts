import { parseArn } from "../../aws/arns.js";
import type { Truth } from "./conditionOperators.js";
import { conditionHolds, lookupIn, variablesIn, type RequestContext } from "./conditions.js";
import { documentProblems } from "./documentProblems.js";
import { decideBy, exactly, extentOf, notApplicable, type Decision } from "./evaluate.js";
import { principalContext } from "./principal.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { asList, statementsOf } from "../policies/statements.js";
import { readText } from "./wildcards.js";

/** A request to assume a role. */
export interface TrustRequest {
  /** `sts:AssumeRole`, `sts:TagSession` or `sts:AssumeRoleWithWebIdentity`. */
  readonly action: string;
  /** ARN of who asks: an IAM user or role, a role's session, or the OIDC provider that vouches for it. */
  readonly principalArn: string;
  /** What is known of the request besides its principal, by condition key. Default: nothing. */
  readonly context?: RequestContext;
  /** Whether the request may carry keys that `context` does not name: conditions on these are undecided. Default: false. */
  readonly contextIsPartial?: boolean;
}

/**
 * Decides whether a role's trust policy lets a principal assume the role.
 *
 * A trust policy that names the principal's account leaves it to that account's own policies; it counts as `allowed` here, and
 * {@link evaluate} answers for the rest. A trust policy that AWS rejects, such as one with `NotPrincipal`, allows nothing.
 *
 * @example
 * evaluateTrust({ action: "sts:AssumeRole", principalArn }, assumableRoleTrustPolicy({ trustedPrincipalArn: principalArn })).verdict
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function evaluateTrust(request: TrustRequest, trustPolicy: PolicyDocument): Decision {
  if (documentProblems(trustPolicy, "trust").length > 0) {
    return { verdict: "implicitDeny", unknownKeys: [] };
  }
  const context = { ...principalContext(request.principalArn), ...request.context };
  const lookup = lookupIn(context, request.contextIsPartial ?? false);
  return decideBy([trustPolicy], (statement, hasVariables) => {
    if (!namesPrincipal(statement, request.principalArn) || !namesAction(statement, request.action)) {
      return notApplicable;
    }
    const variables = hasVariables ? variablesIn(lookup) : undefined;
    return { least: "all", most: "all", ...conditionHolds(statement, { lookup, variables }) };
  });
}

/**
 * Whether a trust policy allows the request by naming the very principal, rather than its account or everyone. Within one account AWS
 * then needs no permission of the principal's own policies.
 */
export function trustsDirectly(trustPolicy: PolicyDocument, request: TrustRequest): Truth {
  const direct = statementsOf(trustPolicy).filter(
    ({ Effect, Principal }) =>
      Effect === "Deny" || (typeof Principal === "object" && asList(Principal.AWS).includes(request.principalArn)),
  );
  const { verdict } = evaluateTrust(request, { ...trustPolicy, Statement: direct });
  return verdict === "conditional" ? "unknown" : verdict === "allowed";
}

/** Whether a statement's principals include the one that asks. Each kind of principal is matched by its own element alone. */
function namesPrincipal({ Principal: named }: PolicyStatement, principalArn: string): boolean {
  if (named === undefined) {
    return false;
  }
  const arn = parseArn(principalArn);
  const isProvider = /^(oidc|saml)-provider\//.test(arn?.resource ?? "");
  if (named === "*") {
    return true;
  }
  if (isProvider) {
    return asList(named.Federated).includes(principalArn);
  }
  return asList(named.AWS).some((name) => {
    if (name === "*" || name === principalArn || arn === undefined) {
      return name === "*" || name === principalArn;
    }
    return (
      name === arn.accountId ||
      name === `arn:${arn.partition}:iam::${arn.accountId}:root` ||
      name === roleOfSession(principalArn, name)
    );
  });
}

/** The role's ARN as the trust policy spells it, where it is the role of this session, whose ARN does not show the role's path. */
function roleOfSession(sessionArn: string, roleArn: string): string | undefined {
  const session = parseArn(sessionArn);
  const role = parseArn(roleArn);
  const [, sessionRole] = /^assumed-role\/([^/]+)\//.exec(session?.resource ?? "") ?? [];
  const [, name] = /^role\/(?:.*\/)?([^/]+)$/.exec(role?.resource ?? "") ?? [];
  const isSame =
    sessionRole !== undefined &&
    sessionRole === name &&
    session?.partition === role?.partition &&
    session?.accountId === role?.accountId;
  return isSame ? roleArn : undefined;
}

function namesAction(statement: PolicyStatement, action: string): boolean {
  const asked = exactly(action.toLowerCase());
  const extent = extentOf(statement.Action, statement.NotAction, asked, (text) => readText(text.toLowerCase()));
  return extent.least === "all";
}
