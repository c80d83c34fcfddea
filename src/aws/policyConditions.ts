import { isIP } from "node:net";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { nearest } from "../internal/validation/nearest.js";

type ValueRule = { readonly holds: (value: unknown) => boolean; readonly rule: string };

const isText = (value: unknown) => typeof value === "string";
const text: ValueRule = {
  holds: (value) => isText(value) || typeof value === "number" || typeof value === "boolean",
  rule: "must be a text",
};
const number: ValueRule = {
  holds: (value) =>
    typeof value === "number" || (typeof value === "string" && /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(value)),
  rule: "must be a number",
};
const date: ValueRule = {
  holds: (value) =>
    typeof value === "number" ||
    (typeof value === "string" &&
      (/^\d+$/.test(value) ||
        (/^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?$/.test(value) &&
          !Number.isNaN(Date.parse(value))))),
  rule: "must be a date in ISO 8601, such as 2026-01-31T00:00:00Z",
};
const flag: ValueRule = {
  holds: (value) => typeof value === "boolean" || (typeof value === "string" && /^(?:true|false)$/i.test(value)),
  rule: "must be true or false",
};
const address: ValueRule = {
  holds: (value) => typeof value === "string" && isAddressRange(value),
  rule: "must be an IP address or a range in CIDR notation, such as 203.0.113.0/24",
};
const arn: ValueRule = {
  holds: (value) => typeof value === "string" && /^(?:arn:.+|[*?].*)$/s.test(value),
  rule: "must be an ARN, which may hold wildcards",
};
const binary: ValueRule = {
  holds: (value) => typeof value === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  rule: "must be a text in Base64",
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Readonly<Record<string, ValueRule>> = {
  ...each(text, [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
  ]),
  ...each(number, [
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
  ]),
  ...each(date, [
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
  ]),
  ...each(flag, ["Bool", "Null"]),
  ...each(binary, ["BinaryEquals"]),
  ...each(address, ["IpAddress", "NotIpAddress"]),
  ...each(arn, ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"]),
};

function each(rule: ValueRule, names: readonly string[]): Record<string, ValueRule> {
  return Object.fromEntries(names.map((name) => [name, rule]));
}

/** What is wrong with the `Condition` of a statement. */
export function conditionIssues(path: string, condition: unknown): Issue[] {
  if (condition === undefined || !isKnown(condition)) {
    return [];
  }
  if (!isObject(condition)) {
    return [{ path, rule: "must be an object of condition operators", actual: condition }];
  }
  return Object.entries(condition).flatMap(([name, keys]) => operatorIssues(pathOf(path, name), name, keys));
}

function operatorIssues(path: string, name: string, keys: unknown): Issue[] {
  const values = valueRuleOf(name);
  if (values === undefined) {
    return [{ path, rule: "is not a condition operator of IAM", fix: operatorAdvice(name) }];
  }
  if (!isKnown(keys)) {
    return [];
  }
  if (!isObject(keys)) {
    return [
      {
        path,
        rule: "must be an object of condition keys",
        actual: keys,
        fix: `Write {"aws:RequestedRegion": "eu-west-1"}.`,
      },
    ];
  }
  const repeated = repeatedConditionKeys(keys);
  return Object.entries(keys).flatMap(([key, value]) => {
    const keyPath = pathOf(path, key);
    const same = repeated.get(key);
    if (same !== undefined) {
      return [{ path: keyPath, rule: same, fix: "Merge the two." }];
    }
    const named = /^[^\s:]+:\S/.test(key)
      ? []
      : [{ path: keyPath, rule: "must be a condition key with its service in front, such as aws:RequestedRegion" }];
    return [...named, ...valueIssues(keyPath, value, values)];
  });
}

/**
 * The keys of a condition operator that are there already in other letters, each with the rule that it breaks. Which of the two AWS uses is not
 * documented.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
export function repeatedConditionKeys(keys: object): ReadonlyMap<string, string> {
  const written = new Map<string, string>();
  const repeated = new Map<string, string>();
  for (const key of Object.keys(keys)) {
    const first = written.get(key.toLowerCase());
    if (first === undefined) {
      written.set(key.toLowerCase(), key);
    } else {
      repeated.set(key, `is the same condition key as ${first}: upper and lower case make no difference`);
    }
  }
  return repeated;
}

function valueRuleOf(operator: string): ValueRule | undefined {
  const [, name = "", ifExists = ""] = /^(?:ForAllValues:|ForAnyValue:)?(.+?)(IfExists)?$/.exec(operator) ?? [];
  const isNull = name === "Null";
  return Object.hasOwn(operators, name) && !(isNull && ifExists !== "") ? operators[name] : undefined;
}

function operatorAdvice(name: string): string {
  if (name.includes(":") && !/^For\w+:/i.test(name)) {
    return `It looks like a condition key. Put it below an operator: {"StringEquals": {${JSON.stringify(name)}: ...}}.`;
  }
  const [, given, bare = "", suffix = ""] = /^(For\w+:)?(.*?)(IfExists)?$/i.exec(name) ?? [];
  const prefix = given === undefined ? "" : /all/i.test(given) ? "ForAllValues:" : "ForAnyValue:";
  const near = nearest(bare, Object.keys(operators));
  return near === undefined
    ? "Operators are case-sensitive, such as StringEquals."
    : `Did you mean ${prefix}${near}${near === "Null" || suffix === "" ? "" : "IfExists"}?`;
}

function valueIssues(path: string, value: unknown, { holds, rule }: ValueRule): Issue[] {
  const one = (at: string, part: unknown): Issue[] =>
    !isKnown(part) || holdsVariable(part) || holds(part) ? [] : [{ path: at, rule, actual: part }];
  return Array.isArray(value)
    ? value.flatMap((part: unknown, index) => one(pathOf(path, index), part))
    : one(path, value);
}

/** What a policy variable stands for is known only to AWS. */
function holdsVariable(value: unknown): boolean {
  return typeof value === "string" && value.includes("${");
}

function isAddressRange(value: string): boolean {
  const [base = "", length, ...more] = value.split("/");
  const version = isIP(base);
  if (version === 0 || more.length > 0) {
    return false;
  }
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
