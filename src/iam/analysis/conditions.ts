import { BlockList, isIPv6 } from "node:net";
import type { ConditionValue, PolicyStatement } from "../../aws/policyDocument.js";
import { asList } from "../policies/statements.js";
import { coverage, literal, patternOf, type Variables } from "./wildcards.js";

/**
 * What is known of a request, by condition key: `{ "iam:PolicyARN": "arn:…", "aws:TagKeys": ["team"] }`. Null says that the request does
 * not carry the key.
 */
export type RequestContext = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** Whether a condition holds; `unknown` where it asks for a key of which nothing is known. */
export type Truth = boolean | "unknown";

/** The values of a context key: none where the request does not carry it, undefined where nothing is known. */
type Lookup = (key: string) => readonly string[] | undefined;

/** Compares one value of the request with one value of the policy. */
type Comparison = (actual: string, wanted: string, variables: Variables) => boolean;

const matchesPattern = (actual: string, wanted: string, variables: Variables): boolean => {
  const pattern = patternOf(wanted, variables);
  return pattern !== undefined && coverage(pattern, literal(actual)) === "all";
};

/** ARNs are compared part by part, so that a wildcard in one part never reaches into the next. */
const matchesArn: Comparison = (actual, wanted, variables) => {
  const parts = (arn: string) => {
    const fields = arn.split(":");
    return [...fields.slice(0, 5), fields.slice(5).join(":")];
  };
  const wantedParts = parts(wanted);
  return parts(actual).every((part, index) => matchesPattern(part, wantedParts[index] ?? "", variables));
};

const withVariables = (wanted: string, variables: Variables): string | undefined =>
  wanted.includes("${")
    ? patternOf(wanted, variables)
        ?.map((token) => (typeof token === "string" ? token : "*"))
        .join("")
    : wanted;

const numbers =
  (compare: (actual: number, wanted: number) => boolean): Comparison =>
  (actual, wanted) =>
    compare(Number(actual), Number(wanted));

const dates =
  (compare: (actual: number, wanted: number) => boolean): Comparison =>
  (actual, wanted) =>
    compare(moment(actual), moment(wanted));

/** A date of a policy: ISO 8601, or seconds since 1970. */
function moment(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

const isInNetwork: Comparison = (actual, wanted) => {
  const [network = "", bits] = wanted.split("/");
  const family = isIPv6(network) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  return list.check(actual, isIPv6(actual) ? "ipv6" : "ipv4");
};

const equal: Comparison = (actual, wanted, variables) => actual === withVariables(wanted, variables);
const equalIgnoringCase: Comparison = (actual, wanted, variables) =>
  actual.toLowerCase() === withVariables(wanted, variables)?.toLowerCase();

/** The operators that hold where one value matches. Each has a counterpart with `Not` that holds where none does. */
const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: equal,
  StringEqualsIgnoreCase: equalIgnoringCase,
  StringLike: matchesPattern,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  BinaryEquals: equal,
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  IpAddress: isInNetwork,
  NumericEquals: numbers((actual, wanted) => actual === wanted),
  NumericLessThan: numbers((actual, wanted) => actual < wanted),
  NumericLessThanEquals: numbers((actual, wanted) => actual <= wanted),
  NumericGreaterThan: numbers((actual, wanted) => actual > wanted),
  NumericGreaterThanEquals: numbers((actual, wanted) => actual >= wanted),
  DateEquals: dates((actual, wanted) => actual === wanted),
  DateLessThan: dates((actual, wanted) => actual < wanted),
  DateLessThanEquals: dates((actual, wanted) => actual <= wanted),
  DateGreaterThan: dates((actual, wanted) => actual > wanted),
  DateGreaterThanEquals: dates((actual, wanted) => actual >= wanted),
};

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
  NotIpAddress: "IpAddress",
  NumericNotEquals: "NumericEquals",
  DateNotEquals: "DateEquals",
};

/** Looks condition keys up in a context; their letter case does not matter. */
export function lookupIn(context: RequestContext, isPartial: boolean): Lookup {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return (key) => {
    const value = values.get(key.toLowerCase());
    if (value === undefined) {
      return isPartial ? undefined : [];
    }
    return value === null ? [] : asList(value).map(String);
  };
}

/**
 * Whether all conditions of a statement hold for a request.
 *
 * @throws RangeError for an operator that IAM does not have
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function conditionHolds(statement: PolicyStatement, lookup: Lookup): { holds: Truth; unknownKeys: string[] } {
  const unknownKeys: string[] = [];
  let holds = true;
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, wanted] of Object.entries(keys)) {
      const truth = keyHolds(operator, key, wanted, lookup);
      if (truth === "unknown") {
        unknownKeys.push(key);
      } else {
        holds &&= truth;
      }
    }
  }
  if (!holds) {
    return { holds: false, unknownKeys: [] };
  }
  return { holds: unknownKeys.length === 0 ? true : "unknown", unknownKeys };
}

function keyHolds(operator: string, key: string, wanted: ConditionValue, lookup: Lookup): Truth {
  const [, set, name = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const actual = lookup(key);
  if (name === "Null") {
    return actual === undefined ? "unknown" : (actual.length === 0) === (String(asList(wanted)[0]) === "true");
  }
  const isNegated = name in negations;
  const compare = comparisons[negations[name] ?? name];
  if (compare === undefined) {
    throw new RangeError(`IAM has no condition operator ${JSON.stringify(operator)}`);
  }
  if (actual === undefined) {
    return "unknown";
  }
  if (actual.length === 0) {
    return ifExists !== undefined || set === "ForAllValues" || (isNegated && set === undefined);
  }
  const variables: Variables = (variable) => lookup(variable)?.[0];
  const holdsFor = (value: string) =>
    asList(wanted).some((one) => compare(value, String(one), variables)) !== isNegated;
  // Without a set operator a negated one asks that no value matches, any other that one does.
  return set === "ForAllValues" || (set === undefined && isNegated) ? actual.every(holdsFor) : actual.some(holdsFor);
}
