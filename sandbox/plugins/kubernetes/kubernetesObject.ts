import {
  isObject,
  unknownValue,
  type PropertyObject,
  type PropertyValue,
} from "../../../src/plugin/server/propertyValues.js";

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

/** What the provider remembers of an object besides the object. */
export interface ProviderNotes {
  /** Under which name it applies the object, and so owns its fields. */
  readonly fieldManager: string;
  readonly initialApiVersion: string;
}

/** Notes of the provider among a resource's outputs, under the released provider's names. */
const notes = ["__fieldManager", "__initialApiVersion"] as const;

/** The object among inputs or outputs, without the provider's notes. */
export function objectOf(values: PropertyObject): KubernetesObject {
  const own = Object.entries(values).filter(([key]) => !notes.includes(key as (typeof notes)[number]));
  const object = Object.fromEntries(own);
  return {
    ...object,
    apiVersion: textOf(object.apiVersion),
    kind: textOf(object.kind),
    metadata: isObject(object.metadata) ? object.metadata : {},
  };
}

/** The provider's notes among a resource's outputs. */
export function notesOf(outputs: PropertyObject): ProviderNotes {
  return { fieldManager: textOf(outputs.__fieldManager), initialApiVersion: textOf(outputs.__initialApiVersion) };
}

function textOf(value: PropertyValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The id that the released provider gives: `namespace/name`, or the name alone. */
export function idOf({ metadata }: KubernetesObject): string {
  const name = metadata.name ?? "";
  return metadata.namespace === undefined ? name : `${metadata.namespace}/${name}`;
}

/** What a resource's type and id say of an object that is only read: `kubernetes:core/v1:Secret` and `namespace/name`. */
export function objectNamedBy(type: string, id: string): KubernetesObject {
  const [, group = "", kind = ""] = type.split(":");
  const slash = id.indexOf("/");
  const namespace = slash < 0 ? {} : { namespace: id.slice(0, slash) };
  return { apiVersion: group.replace(/^core\//, ""), kind, metadata: { ...namespace, name: id.slice(slash + 1) } };
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
    typeof value === "string" && value !== unknownValue
      ? Buffer.from(value, "utf8").toString("base64")
      : (value as PropertyValue),
  ]);
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
    data: { ...(object.data as { [key: string]: PropertyValue } | undefined), ...Object.fromEntries(encoded) },
  };
}
