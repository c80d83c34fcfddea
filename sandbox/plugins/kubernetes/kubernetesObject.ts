import { isObject, type PropertyObject, type PropertyValue } from "../common/propertyValues.js";

export interface ObjectMetadata extends PropertyObject {
  name?: string;
  namespace?: string;
  annotations?: { [key: string]: string };
  finalizers?: string[];
}

/** A Kubernetes object of any kind. */
export interface KubernetesObject extends PropertyObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
}

/** Notes of the provider among a resource's outputs, under the released provider's names. */
const notes = ["__fieldManager", "__initialApiVersion"] as const;

/** The object among inputs or outputs, without the provider's notes. */
export function objectOf(values: PropertyObject): KubernetesObject {
  const own = Object.entries(values).filter(([key]) => !notes.includes(key as (typeof notes)[number]));
  const object = Object.fromEntries(own);
  return {
    ...object,
    apiVersion: String(object.apiVersion),
    kind: String(object.kind),
    metadata: isObject(object.metadata) ? (object.metadata as ObjectMetadata) : {},
  };
}

/** The id that the released provider gives: `namespace/name`, or the name alone. */
export function idOf({ metadata }: KubernetesObject): string {
  const name = metadata.name ?? "";
  return metadata.namespace === undefined ? name : `${metadata.namespace}/${name}`;
}

export function annotation(object: KubernetesObject, key: string): string | undefined {
  return object.metadata.annotations?.[key];
}

export function isSecret({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

export function isConfigMap({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === "v1" && kind === "ConfigMap";
}

/** A Secret's `stringData` is a way to write `data`: the API server keeps only the latter. */
export function withEncodedData(object: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = object;
  if (!isSecret(object) || !isObject(stringData)) {
    return object;
  }
  const encoded = Object.entries(stringData).map(([key, value]): [string, PropertyValue] => [
    key,
    typeof value === "string" ? Buffer.from(value, "utf8").toString("base64") : (value as PropertyValue),
  ]);
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
    data: { ...(object.data as { [key: string]: PropertyValue } | undefined), ...Object.fromEntries(encoded) },
  };
}
