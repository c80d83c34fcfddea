import type { AccessRequest, Decision } from "./evaluate.js";
import type { PolicyStatement } from "../../aws/policyDocument.js";
import type { Step, Technique } from "./escalationTechniques.js";

/**
 * How far an identity gets with an action.
 *
 * - `all`: it may do it on all targets, but for single ones that are denied
 * - `conditional`: on all of them, on conditions that only AWS can decide
 * - `some`: on some of them
 */
export type Reach = "all" | "conditional" | "some" | "none";

const reaches: readonly Reach[] = ["none", "some", "conditional", "all"];

/** How far an identity gets, and by which action. */
export interface Reached {
  readonly reach: Reach;
  readonly action: string;
  readonly resource: string;
  /** The request that it was found by. */
  readonly request: AccessRequest;
  readonly unknownKeys: readonly string[];
}

/** Decides a request of the identity looked at. */
export type Decide = (request: AccessRequest) => Decision;

/** How far an identity gets with one action on the targets of a request. */
export function reachOf(decide: Decide, request: AccessRequest): Reached {
  const { verdict, statement, unknownKeys } = decide(request);
  const { action, resource } = request;
  const reached = (reach: Reach): Reached => ({ reach, action, resource, request, unknownKeys });
  switch (verdict) {
    case "allowed":
      return reached("all");
    case "conditional":
      return reached("conditional");
    case "partial":
      // A Deny or NotResource on a part of the targets leaves all the others.
      return reached(leavesMost(statement, action) ? "all" : "some");
    case "implicitDeny":
    case "explicitDeny":
      return reached("none");
  }
}

function leavesMost(statement: PolicyStatement | undefined, action: string): boolean {
  return statement?.Effect === "Deny" || (statement?.NotResource !== undefined && !action.includes("*"));
}

/** How far an identity gets with a technique: as far as with the hardest of its steps, each by the action that goes furthest. */
export function techniqueReach(
  { steps }: Technique,
  decide: Decide,
  requestOf: (action: string, step: Step) => AccessRequest,
): Reached {
  return steps
    .map((step) => step.actions.map((action) => reachOf(decide, requestOf(action, step))).reduce(further))
    .reduce((left, right) => (isFurther(left, right) ? right : left));
}

function further(left: Reached, right: Reached): Reached {
  return isFurther(right, left) ? right : left;
}

function isFurther(left: Reached, right: Reached): boolean {
  return reaches.indexOf(left.reach) > reaches.indexOf(right.reach);
}
