import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { coreTypeFields } from "./coreTypeFields.js";
import { coreRules } from "./coreRules.js";
import type { Field } from "./fields.js";

/** Holds a value whose fields are all of their kind against the rules of the objects in it. */
export function fieldRuleIssues(path: string, value: unknown, field: Field): Issue[] {
  if (value === undefined || !isKnown(value)) {
    return [];
  }
  const values = value as Readonly<Record<string, unknown>>;
  switch (field.kind) {
    case "list":
      return (value as readonly unknown[]).flatMap((item, index) =>
        fieldRuleIssues(pathOf(path, index), item, field.items),
      );
    case "object":
      return [
        ...under(path, field.rules?.(values) ?? []),
        ...Object.entries(field.fields).flatMap(([key, inner]) =>
          fieldRuleIssues(pathOf(path, key), values[key], inner),
        ),
      ];
    case "core":
      return [
        ...under(path, coreRules[field.type]?.(values) ?? []),
        ...[...coreTypeFields(field.type)].flatMap(([key, { field: inner }]) =>
          inner === undefined ? [] : fieldRuleIssues(pathOf(path, key), values[key], inner),
        ),
      ];
    default:
      return [];
  }
}
