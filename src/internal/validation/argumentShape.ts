import type * as pulumi from "@pulumi/pulumi";
import { pathOf, type Issue } from "./issues.js";
import { isKnown } from "./known.js";
import { nameAdvice } from "./nearest.js";

/**
 * Which arguments there are, and which of them must be plain values, as data. The compiler compares it with the arguments' type
 * ({@link objectShape}), so that the two cannot differ.
 */
export type ArgumentShape = InputShape | PlainShape;

/** May be an output: other rules look at what is in it. */
interface InputShape {
  readonly kind: "input";
}

type PlainShape =
  /** A value that decides which resources there are, and so cannot be an output. */
  | { readonly kind: "plain" }
  /** A value of a plain type, such as labels, that nothing depends on: not looked at. */
  | { readonly kind: "any" }
  | { readonly kind: "callback" }
  | { readonly kind: "list"; readonly item: ArgumentShape }
  /** An object whose keys are names that the user chooses. */
  | { readonly kind: "record"; readonly item: ArgumentShape }
  | ObjectShape
  /** One of several objects, which their field `kind` tells apart. */
  | VariantShape
  /** A plain value such as a text or `true`, or an object. */
  | { readonly kind: "either"; readonly object: ObjectShape | VariantShape };

/** An object with named arguments. */
export interface ObjectShape {
  readonly kind: "object";
  /** What the arguments belong to, as messages name it: `RootCredential`. */
  readonly owner: string;
  readonly fields: Readonly<Record<string, ArgumentShape>>;
  /** Whether there are more arguments, whose names other rules check. */
  readonly partial?: boolean;
  /** What to do about a name that is known not to be an argument here. */
  readonly advice?: Readonly<Record<string, string>>;
}

interface VariantShape {
  readonly kind: "variants";
  readonly variants: Readonly<Record<string, ObjectShape>>;
}

/** A shape for each argument: an input shape exactly where the type accepts an output. */
type FieldShapes<Args> = {
  readonly [Name in Exclude<keyof Args, "apply">]-?: AcceptsOutput<Args[Name]> extends true ? InputShape : PlainShape;
};

type AcceptsOutput<T> = [Extract<T, pulumi.OutputInstance<unknown>>] extends [never] ? false : true;

/** An argument that may be an output. */
export const input: InputShape = { kind: "input" };
/** An argument that must be a plain value. */
export const plain: PlainShape = { kind: "plain" };
/** An argument of a plain type that is not looked at. */
export const any: PlainShape = { kind: "any" };
/** A function. */
export const callback: PlainShape = { kind: "callback" };

/** A plain list. */
export function listShape(item: ArgumentShape = input): PlainShape {
  return { kind: "list", item };
}

/** A plain object whose keys are names that the user chooses. */
export function recordShape(item: ArgumentShape = input): PlainShape {
  return { kind: "record", item };
}

/** A plain value or an object. */
export function plainOr(object: ObjectShape | VariantShape): PlainShape {
  return { kind: "either", object };
}

/** One of several objects, which their field `kind` tells apart. */
export function variantShape(variants: Readonly<Record<string, ObjectShape>>): VariantShape {
  return { kind: "variants", variants };
}

/**
 * A plain object with the arguments of a type. The compiler rejects a shape with one argument more or less than the type, and an input where the
 * type is plain.
 *
 * @param owner what the arguments belong to, as messages name it: `UnsealKeys`
 *
 * @example
 * objectShape<{ name?: string; tags?: Record<string, string> }>("Table", { name: any, tags: any });
 */
export function objectShape<Args>(
  owner: string,
  fields: FieldShapes<Args>,
  advice?: ObjectShape["advice"],
): ObjectShape {
  return { kind: "object", owner, fields, ...(advice === undefined ? {} : { advice }) };
}

/** An object of which only some arguments are described: the names of the others are checked by other rules. */
export function partialShape(owner: string, fields: ObjectShape["fields"]): ObjectShape {
  return { kind: "object", owner, fields, partial: true };
}

/** A shape without some of its arguments. */
export function shapeWithout(
  shape: ObjectShape,
  names: readonly string[],
  advice?: Readonly<Record<string, string>>,
): ObjectShape {
  const fields = Object.entries(shape.fields).filter(([name]) => !names.includes(name));
  return { ...shape, fields: Object.fromEntries(fields), ...(advice === undefined ? {} : { advice }) };
}

/**
 * Checks names and plainness of arguments, and then the component's own rules. The rules are left out where an output stands for a plain value:
 * they could only misread it.
 *
 * @param args the arguments in plain values; outputs in them are `unknownValue`
 */
export function shapedIssues(shape: ObjectShape, args: unknown, rules: () => readonly Issue[]): Issue[] {
  const { misread, unknownNames } = shapeIssues(shape, args);
  return misread.length > 0 ? [...misread, ...unknownNames] : [...unknownNames, ...rules()];
}

interface ShapeIssues {
  /** Values of another kind than the shape's, such as outputs in the place of plain objects. */
  readonly misread: Issue[];
  /** Arguments that would have no effect. */
  readonly unknownNames: Issue[];
}

/** What contradicts a shape. */
export function shapeIssues(shape: ArgumentShape, value: unknown): ShapeIssues {
  const found: ShapeIssues = { misread: [], unknownNames: [] };
  walk(shape, value, "", found);
  return found;
}

function walk(shape: ArgumentShape, value: unknown, path: string, found: ShapeIssues): void {
  if (value === undefined) {
    return;
  }
  const wrong = (rule: string, actual?: unknown, fix?: string) => {
    found.misread.push({ path: path === "" ? "args" : path, rule, actual, ...(fix === undefined ? {} : { fix }) });
  };
  if (value === null) {
    return wrong("must not be null", undefined, "Give a value, or leave it out.");
  }
  switch (shape.kind) {
    case "input":
    case "any":
      return;
    case "plain":
      return isKnown(value)
        ? undefined
        : wrong("must be a plain value, not an output: it decides which resources there are");
    case "callback":
      return typeof value === "function" ? undefined : wrong("must be a function");
    case "list":
      if (!Array.isArray(value)) {
        return isKnown(value)
          ? wrong("must be a list", value)
          : wrong("must be a plain list; its items may be outputs");
      }
      value.forEach((item: unknown, index) => walk(shape.item, item, pathOf(path, index), found));
      return;
    case "either":
      return isKnown(value) && typeof value !== "object" ? undefined : walk(shape.object, value, path, found);
    case "variants":
    case "record":
    case "object":
      if (!isKnown(value)) {
        return wrong("must be a plain object; its fields may be outputs");
      }
      return typeof value !== "object" || Array.isArray(value)
        ? wrong("must be an object", value)
        : walkObject(shape, value as Readonly<Record<string, unknown>>, path, found);
  }
}

function walkObject(
  shape: Extract<ArgumentShape, { readonly kind: "variants" | "record" | "object" }>,
  value: Readonly<Record<string, unknown>>,
  path: string,
  found: ShapeIssues,
): void {
  if (shape.kind === "variants") {
    const variant =
      typeof value.kind === "string" && Object.hasOwn(shape.variants, value.kind) ? value.kind : undefined;
    if (variant !== undefined) {
      walk(shape.variants[variant] ?? any, value, path, found);
    } else if (!isKnown(value.kind)) {
      found.misread.push({
        path: pathOf(path, "kind"),
        rule: "must be a plain value, not an output: it decides which resources there are",
      });
    }
    return;
  }
  for (const [name, part] of Object.entries(value)) {
    const partPath = pathOf(path, name);
    if (shape.kind === "record") {
      if (part === undefined && shape.item.kind !== "input") {
        found.misread.push({
          path: partPath,
          rule: "must not be undefined",
          fix: "Give a value, or leave the name out.",
        });
      }
      walk(shape.item, part, partPath, found);
    } else if (Object.hasOwn(shape.fields, name)) {
      walk(shape.fields[name] ?? any, part, partPath, found);
    } else if (part !== undefined && shape.partial !== true) {
      found.unknownNames.push({
        path: partPath,
        rule: `is not an argument of ${shape.owner}`,
        fix:
          (Object.hasOwn(shape.advice ?? {}, name) ? shape.advice?.[name] : undefined) ??
          nameAdvice(name, Object.keys(shape.fields)),
      });
    }
  }
}
