import { pathOf, type Issue } from "../internal/validation/issues.js";
import { wholeNumberIssues } from "../internal/validation/valueRules.js";
import { nameAdvice } from "../internal/validation/nearest.js";
import { isKnown } from "../internal/validation/known.js";
import { coreTypeFields } from "./coreTypeFields.js";
import type { Field, ObjectField } from "./fields.js";
import { objectNameIssues } from "./objectRules.js";

/** What to say of a key that is not a field: by the key's name, or by its path without indexes (`unsealer.secretThresold`). */
export type KeyAdvice = Readonly<Record<string, KeyFix>>;

/** What is wrong with a key, where more can be said than that it is unknown, and what to write instead. */
export interface KeyFix {
  readonly rule?: string;
  readonly fix: string;
}

/**
 * Holds a value against its table of fields: no unknown key, none missing, every value of its kind.
 *
 * Kubernetes itself would not: the API server drops unknown keys of a custom resource silently, so a misspelt key is a setting that
 * never takes effect.
 *
 * @param path where the value is, as the user wrote it: `spec`
 * @param advice what to say of keys known to be written in error
 */
export function closedFieldIssues(path: string, value: unknown, field: Field, advice: KeyAdvice): Issue[] {
  return walk({ path, fieldPath: "", value, field, advice });
}

interface Place {
  readonly path: string;
  readonly fieldPath: string;
  readonly value: unknown;
  readonly field: Field;
  readonly advice: KeyAdvice;
}

function walk(place: Place): Issue[] {
  const { path, value, field } = place;
  if (!isKnown(value) || value === undefined) {
    return [];
  }
  switch (field.kind) {
    case "string":
      return typeof value === "string" ? [] : [{ path, rule: "must be a string", actual: value }];
    case "name":
      return typeof value === "string" && value !== ""
        ? objectNameIssues(path, value)
        : [{ path, rule: "must be a name: an empty one refers to nothing", actual: value }];
    case "boolean":
      return typeof value === "boolean" ? [] : [{ path, rule: "must be true or false", actual: value }];
    case "integer":
      return wholeNumberIssues(path, value, { least: field.min ?? -Infinity, most: field.max });
    case "quantity":
      return isQuantity(value)
        ? []
        : [{ path, rule: "must be a Kubernetes quantity such as 500m or 2Gi", actual: value }];
    case "enum":
      return field.values.includes(value as string)
        ? []
        : [{ path, rule: `must be one of ${field.values.join(", ")}`, actual: value }];
    case "list":
      return Array.isArray(value)
        ? value.flatMap((item, index) => walk({ ...place, path: pathOf(path, index), value: item, field: field.items }))
        : [{ path, rule: `must be a list${itemsOf(field.items)}`, actual: value }];
    case "map":
      return mapIssues(place, field.values);
    case "core":
      return coreIssues(path, value, field.type);
    case "object":
      return objectIssues(place, field);
  }
}

/** A value of a type of Kubernetes itself: the API server drops unknown fields in a custom resource, and does not look at most values. */
function coreIssues(path: string, value: unknown, type: string): Issue[] {
  if (!isKnown(value) || value === undefined) {
    return [];
  }
  if (!isObject(value)) {
    return [{ path, rule: `must be a ${type} object of Kubernetes`, actual: value }];
  }
  const fields = coreTypeFields(type);
  const missing = [...fields].flatMap(([key, { required }]) =>
    required && value[key] === undefined ? [{ path: pathOf(path, key), rule: "is required" }] : [],
  );
  const found = Object.entries(value).flatMap(([key, part]): Issue[] => {
    const field = fields.get(key);
    if (part === undefined) {
      return [];
    }
    if (field === undefined) {
      const rule = `is not a field of ${type}, and Kubernetes would drop it silently`;
      return [{ path: pathOf(path, key), rule, fix: nameAdvice(key, [...fields.keys()]) }];
    }
    return field.field === undefined
      ? []
      : walk({ path: pathOf(path, key), fieldPath: "", value: part, field: field.field, advice: {} });
  });
  return [...found, ...missing];
}

function itemsOf(items: Field): string {
  return items.kind === "core" ? ` of ${items.type} values` : items.kind === "string" ? " of string values" : "";
}

function mapIssues({ path, value }: Place, kind: "string" | "quantity"): Issue[] {
  if (!isObject(value)) {
    return [{ path, rule: `must be an object of ${kind} values`, actual: value }];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    !isKnown(item) || (kind === "string" ? typeof item === "string" : isQuantity(item))
      ? []
      : [{ path: pathOf(path, key), rule: `must be a ${kind}`, actual: item }],
  );
}

function objectIssues(place: Place, field: ObjectField): Issue[] {
  const { path, fieldPath, value, advice } = place;
  if (!isObject(value)) {
    return [{ path, rule: "must be an object", actual: value }];
  }
  const unknownKeys = Object.keys(value)
    .filter((key) => value[key] !== undefined && !Object.hasOwn(field.fields, key))
    .map((key) => unknownKey(place, field, key, advice));
  const missingKeys = field.required
    .filter((key) => value[key] === undefined)
    .map((key): Issue => ({ path: pathOf(path, key), rule: "is required" }));
  const inner = Object.entries(field.fields).flatMap(([key, inside]) =>
    walk({
      path: pathOf(path, key),
      fieldPath: fieldPath === "" ? key : `${fieldPath}.${key}`,
      value: value[key],
      field: inside,
      advice,
    }),
  );
  return [...unknownKeys, ...missingKeys, ...inner];
}

function unknownKey({ path, fieldPath }: Place, field: ObjectField, key: string, advice: KeyAdvice): Issue {
  const keyPath = fieldPath === "" ? key : `${fieldPath}.${key}`;
  const known = Object.keys(field.fields);
  // Own properties only: a key named "constructor" must not find one of Object's.
  const advised = Object.hasOwn(advice, keyPath)
    ? advice[keyPath]
    : Object.hasOwn(advice, key)
      ? advice[key]
      : undefined;
  return {
    path: pathOf(path, key),
    rule: advised?.rule ?? "is not a field of VaultServer, and Kubernetes would drop it silently",
    fix: advised?.fix ?? nameAdvice(key, known),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isQuantity(value: unknown): boolean {
  return (
    typeof value === "number" ||
    (typeof value === "string" && /^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(value))
  );
}
