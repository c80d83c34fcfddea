/** A field of a structural schema, and whether its parent must carry it. */
export interface Field {
  readonly schema: Schema;
  readonly required: boolean;
}

export type Schema = Readonly<Record<string, unknown>>;

const field = (schema: Schema): Field => ({ schema, required: false });

export const string = field({ type: "string" });
export const boolean = field({ type: "boolean" });
export const int32 = field({ type: "integer", format: "int32" });
export const int64 = field({ type: "integer", format: "int64" });
export const dateTime = field({ type: "string", format: "date-time" });
export const strings = list(string);
export const labels = mapOf(string);

export function choice(...values: string[]): Field {
  return field({ type: "string", enum: values });
}

export function list(item: Field): Field {
  return field({ type: "array", items: item.schema });
}

export function mapOf(value: Field): Field {
  return field({ type: "object", additionalProperties: value.schema });
}

export function object(fields: Readonly<Record<string, Field>>): Field {
  const required = Object.keys(fields).filter((name) => fields[name]?.required);
  return field({
    type: "object",
    properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
    ...(required.length > 0 ? { required } : {}),
  });
}

export function required({ schema }: Field): Field {
  return { schema, required: true };
}

export function withDefault(of: Field, value: unknown): Field {
  return { ...of, schema: { ...of.schema, default: value } };
}

/** An object type without some of its fields. */
export function withoutFields(of: Field, ...names: string[]): Field {
  const properties = Object.entries(of.schema.properties as Record<string, Schema>);
  const required = (of.schema.required ?? []) as string[];
  const rest = {
    ...of.schema,
    properties: Object.fromEntries(properties.filter(([name]) => !names.includes(name))),
    required: required.filter((name) => !names.includes(name)),
  };
  return { ...of, schema: rest };
}

/** A reference to a Secret or other object of the same namespace. An empty name is legal, as in KubeVault's own schema. */
export const localReference = field({
  ...object({ name: withDefault(string, "") }).schema,
  "x-kubernetes-map-type": "atomic",
});

/** A schema as it is: one of Kubernetes' own types. */
export function raw(schema: Schema): Field {
  return field(schema);
}
