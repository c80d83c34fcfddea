import { raw, type Field, type Schema } from "./schema.js";

/** Finds a type of Kubernetes' core/v1 group by name, such as `Affinity`, as a structural schema. */
export type CoreTypes = (name: string) => Field;

interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema;
  readonly items?: OpenApiSchema;
  readonly required?: readonly string[];
}

export interface OpenApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, OpenApiSchema>> };
}

// Types whose JSON form is not what their schema's properties say.
const scalarTypes: Readonly<Record<string, Schema>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { "x-kubernetes-int-or-string": true },
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": { type: "string", format: "date-time" },
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": {
    type: "object",
    "x-kubernetes-preserve-unknown-fields": true,
  },
};

/** The core types that the API server itself publishes, inlined: a CRD may not refer to other schemas. */
export function coreTypes(document: OpenApiDocument): CoreTypes {
  const { schemas } = document.components;

  const byName = (name: string): Schema => {
    const scalar = scalarTypes[name];
    if (scalar !== undefined) {
      return scalar;
    }
    const schema = schemas[name];
    if (schema === undefined) {
      throw new Error(`The API server publishes no type ${name}`);
    }
    return inline(schema);
  };

  const inline = (schema: OpenApiSchema): Schema => {
    const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
    if (reference !== undefined) {
      return byName(reference.slice(reference.lastIndexOf("/") + 1));
    }
    if (schema.format === "int-or-string") {
      return { "x-kubernetes-int-or-string": true };
    }
    return withoutUndefined({
      type: schema.type,
      format: schema.format,
      properties: schema.properties && properties(schema.properties, schema.required ?? []),
      additionalProperties: schema.additionalProperties && inline(schema.additionalProperties),
      items: schema.items && inline(schema.items),
      required: schema.required,
    });
  };

  const properties = (fields: Readonly<Record<string, OpenApiSchema>>, required: readonly string[]) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        // Required fields are published with Go's zero value as their default, which would make them optional.
        const isDefault = typeof field.default !== "object" && field.default !== undefined && !required.includes(name);
        return [name, isDefault ? { ...inline(field), default: field.default } : inline(field)];
      }),
    );

  return (name) => raw(byName(`io.k8s.api.core.v1.${name}`));
}

function withoutUndefined(schema: Record<string, unknown>): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}
