import type { ConditionValue, PolicyStatement } from "../../aws/policyDocument.js";
import { asList } from "../policies/statements.js";
import { all, any, dateOf, held, not, parseOperator, truthOf, type Held, type Value } from "./conditionOperators.js";
import { includes } from "./longLists.js";
import { unknownVariable, type Variables } from "./wildcards.js";

/**
 * What is known of a request, by condition key: `{ "iam:PolicyARN": "arn:…", "aws:TagKeys": ["team"] }`.
 *
 * Null says that the request does not carry the key. `{ like: "vault-*" }` says what the value looks like. A name that ends with `*` stands
 * for all keys that begin so and are not named: `{ "aws:RequestTag/*": null }`.
 */
export type RequestContext = Readonly<
  Record<
    string,
    | string
    | number
    | boolean
    | readonly string[]
    | {
        /** A pattern, with `*` and `?` as wildcards. */
        readonly like: string;
      }
    | null
  >
>;

/** The values of a context key: none where the request does not carry it, undefined where nothing is known. */
type Lookup = (key: string) => readonly Value[] | undefined;

/**
 * What is wrong with one condition of a policy, as a rule: `must be a condition operator of IAM`.
 *
 * @returns undefined where AWS accepts it
 */
export function conditionProblem(operator: string, wanted: unknown): { value: unknown; rule: string } | undefined {
  const parsed = parseOperator(operator);
  if (parsed === undefined) {
    return { value: operator, rule: "must be a condition operator of IAM, such as StringEquals" };
  }
  for (const value of asList(wanted)) {
    if (!["string", "number", "boolean"].includes(typeof value)) {
      return { value, rule: "must be text, a number, a boolean, or a list of these" };
    }
    if (parsed.operator === "null" && truthOf(String(value)) === undefined) {
      return { value, rule: "must be true or false" };
    }
    if (parsed.operator !== "null" && parsed.operator.accepts?.(String(value)) === false) {
      return { value, rule: `must be ${parsed.operator.values}` };
    }
  }
  return undefined;
}

/** Looks condition keys up in a context; their letter case does not matter. */
export function lookupIn(context: RequestContext, isPartial: boolean): Lookup {
  const values = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const families = [...values.keys()].filter((key) => key.endsWith("*"));
  return (asked) => {
    const key = asked.toLowerCase();
    const family = values.has(key) ? key : families.find((name) => key.startsWith(name.slice(0, -1)));
    const value = family === undefined ? undefined : values.get(family);
    if (value === undefined) {
      return isPartial ? undefined : [];
    }
    if (value === null) {
      return [];
    }
    return typeof value === "object" && "like" in value
      ? [value]
      : asList<string | number | boolean>(value).map(String);
  };
}

/** The values of policy variables in a context. A key of several values is none. */
export function variablesIn(lookup: Lookup): Variables {
  return (name) => {
    const values = lookup(name);
    const [value] = values ?? [];
    if (values === undefined || typeof value === "object") {
      return unknownVariable;
    }
    return values.length === 1 ? value : undefined;
  };
}

/** What a statement's conditions are evaluated with. */
export interface ConditionInput {
  readonly lookup: Lookup;
  /** The values of `${...}`; undefined where the document has no variables. */
  readonly variables: Variables | undefined;
  /** Conditions that hold: those of the statement whose requests are asked for. Default: none. */
  readonly assumed?: PolicyStatement["Condition"];
}

/**
 * Whether all conditions of a statement hold for a request. An invalid condition never holds; {@link conditionProblem} describes it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function conditionHolds(statement: PolicyStatement, input: ConditionInput): Held {
  return all(
    Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) =>
        isAssumed(input.assumed, operator, key, wanted) ? held(true) : keyHolds(operator, key, wanted, input),
      ),
    ),
  );
}

function isAssumed(assumed: PolicyStatement["Condition"], operator: string, key: string, wanted: ConditionValue) {
  const same = assumed?.[operator]?.[key];
  return same !== undefined && JSON.stringify(asList(same)) === JSON.stringify(asList(wanted));
}

function keyHolds(text: string, key: string, wanted: ConditionValue, { lookup, variables }: ConditionInput): Held {
  const parsed = parseOperator(text);
  if (parsed === undefined) {
    return held(false);
  }
  const { operator, set, isNegated, ifExists } = parsed;
  const actual = lookup(key);
  if (operator === "null") {
    return actual === undefined
      ? { holds: "unknown", unknownKeys: [key] }
      : held(asList(wanted).some((value) => truthOf(String(value)) === (actual.length === 0)));
  }
  if (actual === undefined) {
    return heldSince(text, key, wanted) ?? { holds: "unknown", unknownKeys: [key] };
  }
  if (actual.length === 0) {
    return held(ifExists || set === "forallvalues" || (isNegated && set === undefined));
  }
  const holdsFor = (value: Value): Held => {
    // A text without wildcards and variables matches itself, whichever of the operators for texts and ARNs it is.
    if (
      operator.accepts === undefined &&
      typeof value === "string" &&
      !/[*?$]/.test(value) &&
      includes(asList(wanted), value)
    ) {
      return held(!isNegated);
    }
    const comparisons = asList(wanted).map((one) => operator.compare(value, String(one), variables));
    // A value of another type than the operator's matches nothing, negated or not.
    if (comparisons.length > 0 && comparisons.every((one) => one === undefined)) {
      return held(false);
    }
    const matched = any(comparisons.map((one) => one ?? held(false)));
    return isNegated ? not(matched) : matched;
  };
  // Without a set operator a negated one requires that no value matches, any other that one does.
  const combined = set === "forallvalues" || (set === undefined && isNegated) ? all : any;
  const result = combined(actual.map(holdsFor));
  return result.holds === "unknown" && result.unknownKeys.length === 0 ? { ...result, unknownKeys: [key] } : result;
}

/**
 * A condition on the time of a request whose moments have all passed: it is decided for good. Where one is still to come, it is open.
 *
 * @returns undefined where the condition is open, or about another key
 */
function heldSince(operator: string, key: string, wanted: ConditionValue): Held | undefined {
  const [, order] = /^date(lessthan|greaterthan|equals|notequals)(?:equals)?(?:ifexists)?$/i.exec(operator) ?? [];
  if (order === undefined || !/^aws:(?:currenttime|epochtime)$/i.test(key)) {
    return undefined;
  }
  const now = Date.now();
  const havePassed = asList(wanted).every((moment) => (dateOf(String(moment)) ?? now) < now);
  return havePassed ? held(/^(?:greaterthan|notequals)$/i.test(order)) : undefined;
}
