import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import { isLabelKey, isLabelValue } from "../kubernetes/objectNames.js";
import type { Values } from "../vaultresource/fields.js";

const operators: Readonly<Record<string, "values" | "no values">> = {
  In: "values",
  NotIn: "values",
  Exists: "no values",
  DoesNotExist: "no values",
};

const fix = 'Write { matchLabels: { team: "shop" } }.';

/**
 * The rules of a selector of namespaces: those of Kubernetes, since Vault stores any and rejects logins later. Paths are within the selector.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export function namespaceSelectorRules(selector: unknown): Issue[] {
  if (selector === undefined || selector === null || selector === "" || !isKnown(selector)) {
    return [];
  }
  const parsed = parsedSelector(selector);
  if (parsed === "YAML") {
    // Only Vault reads it.
    return [];
  }
  if (parsed === undefined) {
    return [{ path: "", rule: "must be a label selector as an object, JSON or YAML", actual: selector, fix }];
  }
  return [
    ...Object.keys(parsed)
      .filter((key) => key !== "matchLabels" && key !== "matchExpressions")
      .map((path) => ({
        path,
        rule: "is not a part of a label selector",
        fix: "A selector has matchLabels and matchExpressions.",
      })),
    ...labelRules(parsed.matchLabels),
    ...expressionRules(parsed.matchExpressions),
  ];
}

/** Whether it selects all namespaces, as an empty selector does. */
export function selectsAll(selector: unknown): boolean {
  const parsed = parsedSelector(selector);
  return (
    typeof parsed === "object" &&
    Object.values(parsed).every((part) => part !== null && typeof part === "object" && Object.keys(part).length === 0)
  );
}

function parsedSelector(selector: unknown): Values | "YAML" | undefined {
  let value = selector;
  if (typeof selector === "string") {
    try {
      value = JSON.parse(selector);
    } catch {
      const closed = selector.split("{").length === selector.split("}").length;
      return closed && selector.includes(":") ? "YAML" : undefined;
    }
  }
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Values) : undefined;
}

function labelRules(labels: unknown): Issue[] {
  if (labels === undefined || labels === null || !isKnown(labels)) {
    return [];
  }
  if (typeof labels !== "object" || Array.isArray(labels)) {
    return [{ path: "matchLabels", rule: "must be an object of labels", actual: labels, fix }];
  }
  return Object.entries(labels).flatMap(([key, value]: [string, unknown]) => {
    const path = pathOf("matchLabels", key);
    return [...keyRules(path, key), ...valueRules(path, value)];
  });
}

function expressionRules(expressions: unknown): Issue[] {
  if (expressions === undefined || expressions === null || !isKnown(expressions)) {
    return [];
  }
  if (!Array.isArray(expressions)) {
    return [{ path: "matchExpressions", rule: "must be a list of expressions", actual: expressions }];
  }
  return expressions.flatMap((expression: unknown, index) => {
    const path = pathOf("matchExpressions", index);
    if (!isFullyKnown(expression)) {
      return [];
    }
    return expression !== null && typeof expression === "object"
      ? expressionIssues(path, expression as Values)
      : [{ path, rule: "must be an object with key and operator", actual: expression }];
  });
}

function expressionIssues(path: string, { key, operator, values }: Values): Issue[] {
  const takes = typeof operator === "string" && Object.hasOwn(operators, operator) ? operators[operator] : undefined;
  if (takes === undefined) {
    const rule = `must be one of ${Object.keys(operators).join(", ")}`;
    return [{ path: `${path}.operator`, rule, actual: operator }];
  }
  const given = values ?? [];
  const at = `${path}.values`;
  if (!Array.isArray(given)) {
    return [{ path: at, rule: "must be a list of texts", actual: values }];
  }
  if (given.length > 0 !== (takes === "values")) {
    return [
      {
        path: at,
        rule: `must ${takes === "values" ? "not be empty" : "be empty"} with ${String(operator)}`,
        actual: values,
      },
    ];
  }
  return [
    ...keyRules(`${path}.key`, key),
    ...given.flatMap((value: unknown, index) => valueRules(pathOf(at, index), value)),
  ];
}

function keyRules(path: string, key: unknown): Issue[] {
  return typeof key === "string" && isLabelKey(key)
    ? []
    : [{ path, rule: "must be the key of a label, such as team or example.com/team", actual: key }];
}

function valueRules(path: string, value: unknown): Issue[] {
  return !isKnown(value) || (typeof value === "string" && isLabelValue(value))
    ? []
    : [
        {
          path,
          rule: "must be the value of a label: a text of at most 63 letters, digits, '-', '_' and '.'",
          actual: value,
        },
      ];
}
