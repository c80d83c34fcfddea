import { BlockList, isIP, isIPv6 } from "node:net";
import { arnParts, coverage, literal, patternOf, readText, type Pattern, type Variables } from "./wildcards.js";

/** Whether a condition holds; `unknown` where it depends on a key of which nothing is known. */
export type Truth = boolean | "unknown";

/** A value of a context key, as text or as a pattern. */
export type Value = string | { readonly like: string };

/** A condition that is evaluated, and the keys and variables that leave it open. */
export interface Held {
  readonly holds: Truth;
  readonly unknownKeys: readonly string[];
}

/** Compares one value of the request with one value of the policy. Undefined: the request's value is not of the operator's type. */
type Comparison = (actual: Value, wanted: string, variables: Variables | undefined) => Held | undefined;

export const held = (holds: Truth): Held => ({ holds, unknownKeys: [] });

/** Compares texts, as they are or as patterns. */
const texts =
  ({ wildcards = false, ignoreCase = false }): Comparison =>
  (actual, wanted, variables) => {
    const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
    const folded: Variables | undefined =
      variables &&
      ((name) => {
        const value = variables(name);
        return typeof value === "string" ? fold(value) : value;
      });
    const { pattern, unknownVariables } = readText(foldOutsideVariables(wanted, fold), {
      wildcards,
      variables: folded,
    });
    return compared(pattern, valuePattern(actual, fold), unknownVariables);
  };

/** Folds a policy's text, but not the names of its variables. */
function foldOutsideVariables(text: string, fold: (text: string) => string): string {
  return text.replace(
    /(\$\{[^,}]*)|([^$]+|\$)/g,
    (_all, variable: string | undefined, rest: string) => variable ?? fold(rest),
  );
}

function valuePattern(value: Value, fold = (text: string) => text): Pattern {
  return typeof value === "string" ? literal(fold(value)) : patternOf(fold(value.like));
}

function compared(pattern: Pattern | undefined, actual: Pattern, unknownVariables: readonly string[]): Held {
  const covered = pattern === undefined ? "none" : coverage(pattern, actual);
  if (covered === "none") {
    return held(false);
  }
  return unknownVariables.length > 0
    ? { holds: "unknown", unknownKeys: unknownVariables }
    : held(covered === "all" ? true : "unknown");
}

/** ARNs are compared part by part: a wildcard in one part never reaches into the next. `*` alone matches every ARN. */
const arns: Comparison = (actual, wanted, variables) => {
  if (/^\*+$/.test(wanted)) {
    return held(true);
  }
  const { pattern, unknownVariables } = readText(wanted, { variables });
  if (pattern === undefined) {
    return held(false);
  }
  const wantedParts = arnParts(pattern);
  const actualParts = arnParts(valuePattern(actual));
  if (unknownVariables.length > 0 && wantedParts.length < 6) {
    // A variable may stand for a whole ARN.
    return compared(pattern, valuePattern(actual), unknownVariables);
  }
  if (wantedParts.length !== actualParts.length) {
    return held(false);
  }
  return all(wantedParts.map((part, index) => compared(part, actualParts[index] ?? [], unknownVariables)));
};

/** Compares values of another type than text. */
const typed =
  <T>(read: (text: string) => T | undefined, compare: (actual: T, wanted: T) => boolean): Comparison =>
  (actual, wanted) => {
    if (typeof actual !== "string") {
      return held("unknown");
    }
    const [left, right] = [read(actual), read(wanted)];
    return left === undefined || right === undefined ? undefined : held(compare(left, right));
  };

function numberOf(text: string): number | undefined {
  return /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}

/** A date of a policy, in milliseconds: ISO 8601, or seconds since 1970. */
export function dateOf(text: string): number | undefined {
  if (/^\d{5,}$/.test(text)) {
    return Number(text) * 1000;
  }
  const moment = /^\d{4}(-\d\d(-\d\d)?)?(T[\d:.]+(Z|[-+]\d\d:?\d\d)?)?$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? undefined : moment;
}

export function truthOf(text: string): boolean | undefined {
  return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined;
}

/** An address or a network: `10.0.0.0/8`. */
interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

function networkOf(text: string): Network | undefined {
  const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (isIP(address) === 0) {
    return undefined;
  }
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  const longest = family === "ipv6" ? 128 : 32;
  const length = bits === undefined ? longest : Number(bits);
  return length > longest ? undefined : { address, bits: length, family };
}

function isWithin(actual: Network, wanted: Network): boolean {
  const list = new BlockList();
  list.addSubnet(wanted.address, wanted.bits, wanted.family);
  return actual.bits >= wanted.bits && list.check(actual.address, actual.family);
}

const inOrder: Readonly<Record<string, (actual: number, wanted: number) => boolean>> = {
  Equals: (actual, wanted) => actual === wanted,
  LessThan: (actual, wanted) => actual < wanted,
  LessThanEquals: (actual, wanted) => actual <= wanted,
  GreaterThan: (actual, wanted) => actual > wanted,
  GreaterThanEquals: (actual, wanted) => actual >= wanted,
};

/** An operator: how it compares, and what its values in a policy have to be. */
interface Operator {
  readonly compare: Comparison;
  /** What a value has to be, in words; undefined where every text serves. */
  readonly values?: string;
  readonly accepts?: (text: string) => boolean;
}

const isNumber = { values: "a number", accepts: (text: string) => numberOf(text) !== undefined };
const isDate = {
  values: "a date of ISO 8601 or seconds since 1970",
  accepts: (text: string) => dateOf(text) !== undefined,
};

/** The operators that hold where one value matches, by their names in lower case. */
const positive: Readonly<Record<string, Operator>> = {
  stringequals: { compare: texts({}) },
  stringequalsignorecase: { compare: texts({ ignoreCase: true }) },
  stringlike: { compare: texts({ wildcards: true }) },
  arnequals: { compare: arns },
  arnlike: { compare: arns },
  binaryequals: { compare: texts({}) },
  bool: {
    compare: typed(truthOf, (actual, wanted) => actual === wanted),
    values: "true or false",
    accepts: (text) => truthOf(text) !== undefined,
  },
  ipaddress: {
    compare: typed(networkOf, isWithin),
    values: "an IP address or a CIDR block",
    accepts: (text) => networkOf(text) !== undefined,
  },
  ...Object.fromEntries(
    Object.entries(inOrder).flatMap(([name, compare]) => [
      [`numeric${name.toLowerCase()}`, { compare: typed(numberOf, compare), ...isNumber }],
      [`date${name.toLowerCase()}`, { compare: typed(dateOf, compare), ...isDate }],
    ]),
  ),
};

/** The operators that hold where no value matches, and their counterparts. */
const negative: Readonly<Record<string, string>> = {
  stringnotequals: "stringequals",
  stringnotequalsignorecase: "stringequalsignorecase",
  stringnotlike: "stringlike",
  arnnotequals: "arnequals",
  arnnotlike: "arnlike",
  notipaddress: "ipaddress",
  numericnotequals: "numericequals",
  datenotequals: "dateequals",
};

export interface ParsedOperator {
  readonly operator: Operator | "null";
  readonly set: "forallvalues" | "foranyvalue" | undefined;
  readonly isNegated: boolean;
  readonly ifExists: boolean;
}

/** Operators' names are case-insensitive. Undefined: IAM has no such operator. */
export function parseOperator(text: string): ParsedOperator | undefined {
  const [, set, name = "", ifExists] =
    /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/.exec(text.toLowerCase()) ?? [];
  const operator = name === "null" && ifExists === undefined ? "null" : positive[negative[name] ?? name];
  if (operator === undefined) {
    return undefined;
  }
  return {
    operator,
    set: set as ParsedOperator["set"],
    isNegated: name in negative,
    ifExists: ifExists !== undefined,
  };
}

export function all(parts: readonly Held[]): Held {
  if (parts.some(({ holds }) => holds === false)) {
    return held(false);
  }
  return combine(parts, true);
}

export function any(parts: readonly Held[]): Held {
  if (parts.some(({ holds }) => holds === true)) {
    return held(true);
  }
  return combine(parts, false);
}

function combine(parts: readonly Held[], decided: boolean): Held {
  return parts.some(({ holds }) => holds === "unknown")
    ? { holds: "unknown", unknownKeys: [...new Set(parts.flatMap(({ unknownKeys }) => unknownKeys))] }
    : held(decided);
}

export function not({ holds, unknownKeys }: Held): Held {
  return { holds: holds === "unknown" ? holds : !holds, unknownKeys };
}
