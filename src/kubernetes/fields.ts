import type { Issue } from "../internal/validation/issues.js";

/**
 * What a field of a Kubernetes object may hold, as data: the validation walks it, and a test can list every field and hold it against the
 * CustomResourceDefinition of a cluster.
 */
export type Field =
  | { readonly kind: "string" | "boolean" | "quantity" }
  /** A whole number, within bounds where they are given. */
  | { readonly kind: "integer"; readonly min?: number; readonly max?: number }
  /** The name of a Kubernetes object. */
  | { readonly kind: "name" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "map"; readonly values: "string" | "quantity" }
  | { readonly kind: "list"; readonly items: Field }
  | ObjectField
  /** A type of Kubernetes itself, such as `Affinity`: its fields are in `coreFields`, and what is asked of their values beyond that in `coreValues` and `coreRules`. */
  | { readonly kind: "core"; readonly type: string };

/** An object with named fields and no others. */
export interface ObjectField {
  readonly kind: "object";
  readonly fields: Readonly<Record<string, Field>>;
  readonly required: readonly string[];
  readonly rules?: ObjectRules;
}

/** What is wrong with an object whose fields are all of their kind, with paths within it; parts not known yet are `unknownValue`. */
export type ObjectRules = (value: Readonly<Record<string, unknown>>) => Issue[];

/** Makes the compiler refuse a table of fields that has one more or one less than the type it describes. */
export type FieldsOf<T> = { readonly [Key in keyof T]-?: Field };

export const text: Field = { kind: "string" };
export const objectName: Field = { kind: "name" };
export const flag: Field = { kind: "boolean" };
export const integer: Field = { kind: "integer" };
export const positive: Field = { kind: "integer", min: 1 };
/** A length of time in seconds, or none. */
export const seconds: Field = { kind: "integer", min: 0 };
export const portNumber: Field = { kind: "integer", min: 1, max: 65_535 };
export const quantity: Field = { kind: "quantity" };
export const textMap: Field = { kind: "map", values: "string" };
export const quantityMap: Field = { kind: "map", values: "quantity" };

export function oneOf(values: readonly string[]): Field {
  return { kind: "enum", values };
}

export function listOf(items: Field): Field {
  return { kind: "list", items };
}

export function core(type: string): Field {
  return { kind: "core", type };
}

/** @typeParam T the type that the fields describe */
export function objectOf<T>(
  fields: FieldsOf<T>,
  required: readonly (keyof T & string)[] = [],
  rules?: ObjectRules,
): ObjectField {
  return { kind: "object", fields, required, ...(rules === undefined ? {} : { rules }) };
}

/** One field of an object, by its path: `backend.dynamodb.table`, `authMethods[].path`, `podTemplate.metadata.labels{}`. */
export interface FieldPath {
  readonly path: string;
  readonly field: Field;
}

/** Every field below an object, parents before children, in the order of the table. */
export function fieldPaths(object: ObjectField, prefix = ""): FieldPath[] {
  return Object.entries(object.fields).flatMap(([key, field]) =>
    below(prefix === "" ? key : `${prefix}.${key}`, field),
  );
}

function below(path: string, field: Field): FieldPath[] {
  switch (field.kind) {
    case "object":
      return [{ path, field }, ...fieldPaths(field, path)];
    case "list":
      return [{ path, field }, ...below(`${path}[]`, field.items)];
    case "map":
      return [{ path: `${path}{}`, field }];
    default:
      return [{ path, field }];
  }
}
