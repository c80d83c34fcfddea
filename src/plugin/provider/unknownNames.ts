import { pathOf, under, type Issue } from "../../internal/validation/issues.js";
import type { Values } from "../../vaultresource/fields.js";
import { unknownArguments } from "../../vaultresource/rules.js";

/** A type in a package's schema, as far as names go. */
interface TypeSpec {
  readonly $ref?: string;
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  readonly oneOf?: readonly TypeSpec[];
  readonly discriminator?: { readonly propertyName: string; readonly mapping: Readonly<Record<string, string>> };
}

export type Properties = Readonly<Record<string, TypeSpec>>;

export interface PackageSchema {
  readonly resources: Readonly<Record<string, { readonly inputProperties: Properties } | undefined>>;
  readonly types: Readonly<Record<string, { readonly properties: Properties } | undefined>>;
}

/** Properties that the schema does not have, at any depth: misspelt, or of a newer version. They would have no effect. */
export function unknownNames({ types }: PackageSchema, properties: Properties, values: Values): Issue[] {
  const ofObject = (known: Properties, object: Values): Issue[] => [
    ...unknownArguments(object, Object.keys(known)),
    ...Object.entries(object).flatMap(([name, value]) => under(pathOf("", name), ofValue(known[name], value))),
  ];
  const ofValue = (type: TypeSpec | undefined, value: unknown): Issue[] => {
    if (type === undefined || typeof value !== "object" || value === null) {
      return [];
    }
    if (Array.isArray(value)) {
      return value.flatMap((item: unknown, index) => under(pathOf("", index), ofValue(type.items, item)));
    }
    const object = value as Values;
    if (type.additionalProperties !== undefined) {
      return Object.entries(object).flatMap(([key, item]) =>
        under(pathOf("", key), ofValue(type.additionalProperties, item)),
      );
    }
    const known = types[referenceOf(type, object)?.replace("#/types/", "") ?? ""]?.properties;
    return known === undefined ? [] : ofObject(known, object);
  };
  return ofObject(properties, values);
}

/** The object type of a value; undefined where several could be meant, or any. */
function referenceOf({ $ref, oneOf = [], discriminator }: TypeSpec, value: Values): string | undefined {
  if (discriminator !== undefined) {
    return discriminator.mapping[String(value[discriminator.propertyName])];
  }
  const objects = oneOf.filter((type) => type.$ref !== undefined);
  return $ref ?? (objects.length === 1 ? objects[0]?.$ref : undefined);
}
