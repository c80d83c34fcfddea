import type { Truth } from "./conditionOperators.js";
import { conditionHolds, lookupIn, variablesIn, type RequestContext } from "./conditions.js";
import { includes } from "./longLists.js";
import { documentProblems } from "./documentProblems.js";
import type { PolicyDocument, PolicyStatement } from "../../aws/policyDocument.js";
import { asList, statementsOf } from "../policies/statements.js";
import {
  arnParts,
  coverage,
  literal,
  patternOf,
  readText,
  type Coverage,
  type Pattern,
  type ReadText,
  type Variables,
} from "./wildcards.js";

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
  /** Actions that are not asked for, as patterns: `action: "*"` without `iam:*`. Default: none. */
  readonly exceptActions?: readonly string[];
  /** Resources that are not asked for, as patterns. Default: none. */
  readonly exceptResources?: readonly string[];
  /** Conditions that all requests of the family meet. Default: none. */
  readonly conditions?: PolicyStatement["Condition"];
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

/** From the best to the worst: of several layers of policies the worst verdict counts. */
const verdicts = ["allowed", "conditional", "partial", "implicitDeny", "explicitDeny"] as const;

/**
 * - `allowed`: all that is asked for is allowed
 * - `explicitDeny`: a `Deny` statement covers all that is asked for
 * - `implicitDeny`: nothing allows any of it
 * - `partial`: some of what is asked for is allowed, some is not
 * - `conditional`: it depends on condition keys or policy variables of which nothing is known
 */
export type Verdict = (typeof verdicts)[number];

/** Where the statement that decided stands. */
export type PolicyLayer = "identity" | "boundary" | "session";

/** The answer to a request, and why. */
export interface Decision {
  /** What AWS would answer. */
  readonly verdict: Verdict;
  /** The statement that decided it; none for `implicitDeny`. */
  readonly statement?: PolicyStatement;
  /** The condition keys and policy variables that the answer depends on; empty unless it is `conditional`. */
  readonly unknownKeys: readonly string[];
  /** The policies that decided it. Left out: those of the identity, which is the usual case. */
  readonly layer?: Exclude<PolicyLayer, "identity">;
}

/** Whether a verdict is worse than another: less is allowed. */
export function isWorse(verdict: Verdict, other: Verdict): boolean {
  return verdicts.indexOf(verdict) > verdicts.indexOf(other);
}

/**
 * Decides a request as IAM does: a `Deny` statement outweighs every `Allow`, and what nothing allows is denied; boundary and session
 * policies must allow it too.
 *
 * It evaluates `Action`, `NotAction`, `Resource`, `NotResource`, wildcards, policy variables and all condition operators. It does not
 * know policies of resources, of organizations, or what AWS checks besides. A document that AWS rejects (a misspelt `Effect`, an operator
 * that does not exist) allows nothing, nor does any other of its layer: what AWS would store instead is not known.
 *
 * Where a request stands for many (`*` in it), one statement has to allow all of them; several that do so together count as `partial`.
 *
 * @example
 * evaluate(
 *   { action: "iam:CreateUser", resource: "arn:aws:iam::123456789012:user/vault-*" },
 *   { policies: [documentedRootPolicy({ partition: "aws", accountId: "123456789012" })] },
 * ).verdict // "allowed"
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: AccessRequest, identity: IdentityPolicies): Decision {
  const { policies, boundary, sessionPolicies } = identity;
  return [
    decide(request, policies),
    ...(boundary === undefined ? [] : [{ ...decide(request, [boundary]), layer: "boundary" as const }]),
    ...(sessionPolicies === undefined ? [] : [{ ...decide(request, sessionPolicies), layer: "session" as const }]),
  ].reduce(worse);
}

/** The worse of two decisions; two that are conditional depend on the keys of both. */
function worse(left: Decision, right: Decision): Decision {
  if (left.verdict === "conditional" && right.verdict === "conditional") {
    return { ...left, unknownKeys: [...new Set([...left.unknownKeys, ...right.unknownKeys])] };
  }
  return isWorse(right.verdict, left.verdict) ? right : left;
}

function decide(request: AccessRequest, documents: readonly PolicyDocument[]): Decision {
  if (documents.some((document) => documentProblems(document, "identity").length > 0)) {
    return { verdict: "implicitDeny", unknownKeys: [] };
  }
  const asked = readRequest(request);
  return decideBy(documents, (statement, hasVariables) => applies(statement, asked, hasVariables));
}

/** How far a statement goes for a request. */
export interface Applicability {
  /** How much of what is asked for it covers at least, whatever the unknown variables are. */
  readonly least: Coverage;
  /** How much it covers at most. */
  readonly most: Coverage;
  readonly holds: Truth;
  readonly unknownKeys: readonly string[];
}

/** What {@link decideBy} takes for a statement that has nothing to do with the request. */
export const notApplicable: Applicability = { least: "none", most: "none", holds: false, unknownKeys: [] };

/** Decides by the statements of documents, given how far each goes. Only documents of Version 2012-10-17 have policy variables. */
export function decideBy(
  documents: readonly PolicyDocument[],
  applicability: (statement: PolicyStatement, hasVariables: boolean) => Applicability,
): Decision {
  let allowing: Decision = { verdict: "implicitDeny", unknownKeys: [] };
  let denying: Decision | undefined;
  for (const document of documents) {
    for (const statement of statementsOf(document)) {
      const { least, most, holds, unknownKeys } = applicability(statement, document.Version === "2012-10-17");
      if (most === "none" || holds === false) {
        continue;
      }
      const isSure = least === most && holds === true;
      if (statement.Effect === "Deny") {
        if (isSure && least === "all") {
          return { verdict: "explicitDeny", statement, unknownKeys: [] };
        }
        // A Deny that may not apply at all leaves the request open, however little of it the Deny covers.
        const isPartial = least !== "none" && holds === true;
        const decision: Decision = {
          verdict: isPartial ? "partial" : "conditional",
          statement,
          unknownKeys: isPartial ? [] : unknownKeys,
        };
        denying = denying === undefined ? decision : worse(denying, decision);
        continue;
      }
      const verdict = isSure && least === "all" ? "allowed" : most === "all" ? "conditional" : "partial";
      if (isWorse(allowing.verdict, verdict)) {
        allowing = { verdict, statement, unknownKeys: verdict === "conditional" ? unknownKeys : [] };
      }
    }
  }
  return denying === undefined || allowing.verdict === "implicitDeny" ? allowing : worse(allowing, denying);
}

/** A request, its texts read once. */
interface ReadRequest {
  readonly action: Subject;
  readonly resource: Subject;
  readonly request: AccessRequest;
  /** Made when a statement first needs it: most have to do with other actions. */
  readonly lookup: () => ReturnType<typeof lookupIn>;
}

/** What is asked for: all texts of a pattern but those of the exceptions. */
interface Subject {
  /** Undefined where policies write it in another letter case. */
  readonly text?: string;
  readonly pattern: Pattern;
  readonly except: readonly Pattern[];
}

function readRequest(request: AccessRequest): ReadRequest {
  const lower = (text: string) => patternOf(text.toLowerCase());
  let lookup: ReturnType<typeof lookupIn> | undefined;
  return {
    action: { pattern: lower(request.action), except: (request.exceptActions ?? []).map(lower) },
    resource: {
      text: request.resource,
      pattern: patternOf(request.resource),
      except: (request.exceptResources ?? []).map((text) => patternOf(text)),
    },
    request,
    lookup: () => (lookup ??= lookupIn(request.context ?? {}, request.contextIsPartial ?? false)),
  };
}

/** How far a statement goes for a request: its action, its resource and its conditions. */
function applies(
  statement: PolicyStatement,
  { action, resource, request, lookup: read }: ReadRequest,
  hasVariables: boolean,
): Applicability {
  const actions = extentOf(statement.Action, statement.NotAction, action, (text) => readText(text.toLowerCase()));
  if (actions.most === "none") {
    return notApplicable;
  }
  const lookup = read();
  const variables: Variables | undefined = hasVariables ? variablesIn(lookup) : undefined;
  const resources = extentOf(statement.Resource, statement.NotResource, resource, (text) =>
    readText(text, { variables }),
  );
  const least = narrower(actions.least, resources.least);
  const most = narrower(actions.most, resources.most);
  if (most === "none") {
    return notApplicable;
  }
  const condition = conditionHolds(statement, { lookup, variables, assumed: request.conditions });
  const unknownKeys = [...new Set([...resources.unknownKeys, ...condition.unknownKeys])];
  return { least, most, holds: condition.holds, unknownKeys };
}

interface Extent {
  readonly least: Coverage;
  readonly most: Coverage;
  readonly unknownKeys: readonly string[];
}

/** How much of what is asked for a pair of elements such as `Action` and `NotAction` covers. */
export function extentOf(
  named: string | readonly string[] | undefined,
  excepted: string | readonly string[] | undefined,
  asked: Subject,
  read: (text: string) => ReadText,
): Extent {
  const extent = widest(asList(excepted ?? named), asked, read);
  if (excepted === undefined) {
    return extent;
  }
  return { ...extent, least: opposite[extent.most], most: opposite[extent.least] };
}

function widest(texts: readonly string[], asked: Subject, read: (text: string) => ReadText): Extent {
  // A pattern covers itself, unless it has policy variables.
  if (
    asked.text !== undefined &&
    asked.except.length === 0 &&
    !asked.text.includes("${") &&
    includes(texts, asked.text)
  ) {
    return { least: "all", most: "all", unknownKeys: [] };
  }
  let least: Coverage = "none";
  let most: Coverage = "none";
  const unknownKeys: string[] = [];
  for (const text of texts) {
    const { pattern, unknownVariables } = read(text);
    const covered = pattern === undefined ? "none" : coverageOf(pattern, asked);
    if (covered === "none") {
      continue;
    }
    most = wider(most, covered);
    if (unknownVariables.length > 0) {
      unknownKeys.push(...unknownVariables);
    } else if (covered === "all") {
      return { least: "all", most: "all", unknownKeys: [] };
    } else {
      least = wider(least, covered);
    }
  }
  return { least, most, unknownKeys };
}

/** How much of what is asked for a pattern covers; what lies within an exception does not count. */
function coverageOf(pattern: Pattern, { pattern: asked, except }: Subject): Coverage {
  const whole = coverage(pattern, asked);
  // A wildcard may reach beyond a colon, which only names with colons in them could meet: `arn:aws:iam::*:user/vault-*` is not about groups.
  const covered = whole === "some" && !meetByParts(pattern, asked) ? "none" : whole;
  const isExcepted = (part: Pattern) => except.some((exception) => coverage(exception, part) === "all");
  return covered === "none" || isExcepted(pattern) ? "none" : covered;
}

function meetByParts(pattern: Pattern, asked: Pattern): boolean {
  const [left, right] = [arnParts(pattern), arnParts(asked)];
  return (
    left.length < 6 || right.length < 6 || left.every((part, index) => coverage(part, right[index] ?? []) !== "none")
  );
}

const opposite: Readonly<Record<Coverage, Coverage>> = { all: "none", some: "some", none: "all" };

const coverages: readonly Coverage[] = ["none", "some", "all"];

function narrower(left: Coverage, right: Coverage): Coverage {
  return coverages.indexOf(left) < coverages.indexOf(right) ? left : right;
}

function wider(left: Coverage, right: Coverage): Coverage {
  return coverages.indexOf(left) > coverages.indexOf(right) ? left : right;
}

/** A text without wildcards as what is asked for. */
export function exactly(text: string): Subject {
  return { pattern: literal(text), except: [] };
}
