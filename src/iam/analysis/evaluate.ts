import { conditionHolds, lookupIn, type RequestContext, type Truth } from "./conditions.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { asList, statementsOf } from "../policies/statements.js";
import { coverage, literal, patternOf, type Coverage, type Pattern, type Variables } from "./wildcards.js";

/** A request to AWS, or a family of requests. */
export interface AccessRequest {
  /** The action: `iam:CreateUser`. A `*` stands for every text: `s3:*` asks for all actions of S3. */
  readonly action: string;
  /** ARN of the resource. A `*` stands for every text: `arn:aws:iam::123456789012:user/vault-*` asks for all these users. */
  readonly resource: string;
  /** What is known of the request, by condition key. Default: nothing. */
  readonly context?: RequestContext;
  /** Whether the request may carry keys that `context` does not name: conditions on these are undecided. Default: false. */
  readonly contextIsPartial?: boolean;
}

/** The policies that decide about a request of one identity. */
export interface IdentityPolicies {
  /** What is attached to the identity. */
  readonly policies: readonly PolicyDocument[];
  /** The identity's permissions boundary. Default: none. */
  readonly boundary?: PolicyDocument;
  /** The policies passed along when the session was asked for. Default: none. */
  readonly sessionPolicies?: readonly PolicyDocument[];
}

/**
 * - `allowed`: all that is asked for is allowed
 * - `denied`: a `Deny` covers all that is asked for
 * - `notAllowed`: nothing allows any of it
 * - `partly`: some of what is asked for is allowed, some is not
 * - `undecided`: it depends on condition keys of which nothing is known
 */
export type Verdict = "allowed" | "denied" | "notAllowed" | "partly" | "undecided";

/** The answer to a request, and why. */
export interface Decision {
  readonly verdict: Verdict;
  /** The statement that decided it; none for `notAllowed`. */
  readonly statement?: PolicyStatement;
  /** The condition keys that an undecided answer depends on. */
  readonly unknownKeys: readonly string[];
}

/** From the best to the worst: of several layers of policies the worst answer counts. */
const byGoodness: readonly Verdict[] = ["allowed", "undecided", "partly", "notAllowed", "denied"];

/**
 * Decides a request as IAM does: a `Deny` beats every `Allow`, and what nothing allows is refused; boundary and session policies must
 * allow it too.
 *
 * It knows `Action`, `NotAction`, `Resource`, `NotResource`, wildcards, policy variables and all condition operators. It does not know
 * policies of resources, of organizations, or what AWS does besides.
 *
 * Where a request stands for many (`*` in it), one statement has to allow all of them; several that do so together count as `partly`.
 *
 * @throws RangeError for a condition operator that IAM does not have
 * @example
 * evaluate(
 *   { action: "iam:CreateUser", resource: "arn:aws:iam::123456789012:user/vault-*" },
 *   { policies: [documentedRootPolicy({ partition: "aws", accountId: "123456789012" })] },
 * ).verdict // "allowed"
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: AccessRequest, identity: IdentityPolicies): Decision {
  const layers = [
    identity.policies,
    ...(identity.boundary === undefined ? [] : [[identity.boundary]]),
    ...(identity.sessionPolicies === undefined ? [] : [identity.sessionPolicies]),
  ];
  return layers
    .map((documents) => decide(request, documents))
    .reduce((left, right) => (byGoodness.indexOf(right.verdict) > byGoodness.indexOf(left.verdict) ? right : left));
}

function decide(request: AccessRequest, documents: readonly PolicyDocument[]): Decision {
  return decideBy(documents.flatMap(statementsOf), (statement) => applies(statement, request));
}

/** How far a statement goes for a request. */
export interface Applicability {
  readonly extent: Coverage;
  readonly holds: Truth;
  readonly unknownKeys: readonly string[];
}

/** Decides by statements, given how far each goes. */
export function decideBy(
  statements: readonly PolicyStatement[],
  applicability: (statement: PolicyStatement) => Applicability,
): Decision {
  let best: Decision = { verdict: "notAllowed", unknownKeys: [] };
  let denies: Decision | undefined;
  for (const statement of statements) {
    const { extent, holds, unknownKeys } = applicability(statement);
    if (extent === "none" || holds === false) {
      continue;
    }
    const isSure = extent === "all" && holds === true;
    const doubt: Verdict = extent === "all" ? "undecided" : "partly";
    if (statement.Effect === "Deny") {
      if (isSure) {
        return { verdict: "denied", statement, unknownKeys: [] };
      }
      denies ??= { verdict: doubt, statement, unknownKeys };
      continue;
    }
    const verdict = isSure ? "allowed" : doubt;
    if (byGoodness.indexOf(verdict) < byGoodness.indexOf(best.verdict)) {
      best = { verdict, statement, unknownKeys };
    }
  }
  return best.verdict === "allowed" && denies !== undefined ? denies : best;
}

/** How far a statement goes for a request: its action, its resource and its conditions. */
function applies(statement: PolicyStatement, request: AccessRequest): Applicability {
  const isPartial = request.contextIsPartial ?? false;
  const lookup = lookupIn(request.context ?? {}, isPartial);
  const variables: Variables = (name) => lookup(name)?.[0];
  const outside: Applicability = { extent: "none", holds: false, unknownKeys: [] };
  const action = extentOf(statement.Action, statement.NotAction, request.action.toLowerCase(), (text) =>
    patternOf(text.toLowerCase()),
  );
  if (action === "none") {
    return outside;
  }
  const resource = extentOf(statement.Resource, statement.NotResource, request.resource, (text) =>
    patternOf(text, variables),
  );
  const extent = narrower(action, resource);
  if (extent === "none") {
    return outside;
  }
  return { extent, ...conditionHolds(statement, lookup) };
}

/** How much of what is asked for a pair of elements such as `Action` and `NotAction` covers. */
function extentOf(
  named: string | readonly string[] | undefined,
  excepted: string | readonly string[] | undefined,
  asked: string,
  read: (text: string) => Pattern | undefined,
): Coverage {
  const subject = patternOf(asked) ?? literal(asked);
  const widest = (texts: readonly string[]): Coverage => {
    let found: Coverage = "none";
    for (const text of texts) {
      const pattern = read(text);
      const covered = pattern === undefined ? "none" : coverage(pattern, subject);
      if (covered === "all") {
        return "all";
      }
      found = covered === "some" ? "some" : found;
    }
    return found;
  };
  return excepted === undefined ? widest(asList(named)) : opposite[widest(asList(excepted))];
}

const opposite: Readonly<Record<Coverage, Coverage>> = { all: "none", some: "some", none: "all" };

function narrower(left: Coverage, right: Coverage): Coverage {
  return left === "none" || right === "none" ? "none" : left === "some" || right === "some" ? "some" : "all";
}
