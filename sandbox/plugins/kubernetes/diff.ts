import { isDeepStrictEqual } from "node:util";
import {
  containsUnknown,
  isObject,
  valueAt,
  type PropertyObject,
  type PropertyPath,
  type PropertyValue,
} from "../../../src/plugin/server/propertyValues.js";
import type { DiffResult, PropertyChange } from "../../../src/plugin/server/resourceProvider.js";
import { annotation, isConfigMap, isSecret, withEncodedData, type KubernetesObject } from "./kubernetesObject.js";
import type { ProviderConfig } from "./providerConfig.js";

/** Says that the provider chose the object's name, as the released provider's annotation does. */
export const autonamedAnnotation = "pulumi.com/autonamed";

/**
 * Compares what is wanted with the live object, as far as the inputs of before spoke of it: fields that others set are none of the
 * program's business.
 */
export function diffObjects(
  live: KubernetesObject,
  oldInputs: KubernetesObject,
  newInputs: KubernetesObject,
  config: ProviderConfig,
): DiffResult {
  const wanted = withEncodedData(newInputs);
  const actual = prune(live, withEncodedData(oldInputs)) as KubernetesObject;
  const found = new Map<string, { path: PropertyPath; change: "add" | "delete" | "update" }>();
  compare(actual, wanted, [], found);

  const changes = new Map<string, PropertyChange>();
  for (const { path, change } of found.values()) {
    const replaces = isIdentity(path) || isFixedData(newInputs, live, path, config);
    changes.set(text(shownPath(newInputs, path)), replaces ? `${change}Replace` : change);
  }
  const replaced = [...changes.values()].some((change) => change.endsWith("Replace"));
  const sameName =
    annotation(newInputs, autonamedAnnotation) === undefined &&
    newInputs.metadata.name === live.metadata.name &&
    newInputs.metadata.namespace === live.metadata.namespace;
  return { changes, deleteBeforeReplace: replaced && sameName };
}

/** The part of a live value that has a counterpart in the inputs. */
export function prune(live: PropertyValue | PropertyObject, inputs: PropertyValue | PropertyObject): PropertyValue {
  if (isObject(live) && isObject(inputs)) {
    const shared = Object.keys(inputs).filter((key) => live[key] !== undefined && inputs[key] !== undefined);
    return Object.fromEntries(
      shared.map((key) => [key, prune(live[key] as PropertyValue, inputs[key] as PropertyValue)]),
    );
  }
  if (Array.isArray(live) && Array.isArray(inputs) && live.length === inputs.length) {
    return live.map((element, index) => prune(element, inputs[index] as PropertyValue));
  }
  return live;
}

function compare(
  actual: PropertyValue | PropertyObject | undefined,
  wanted: PropertyValue | PropertyObject | undefined,
  path: PropertyPath,
  found: Map<string, { path: PropertyPath; change: "add" | "delete" | "update" }>,
): void {
  if (isObject(actual) && isObject(wanted)) {
    for (const key of new Set([...Object.keys(actual), ...Object.keys(wanted)])) {
      compare(actual[key], wanted[key], [...path, key], found);
    }
  } else if (Array.isArray(actual) && Array.isArray(wanted) && actual.length === wanted.length) {
    wanted.forEach((element, index) => compare(actual[index], element, [...path, index], found));
  } else if (containsUnknown(wanted) || !isDeepStrictEqual(actual, wanted)) {
    const change = actual === undefined ? "add" : wanted === undefined ? "delete" : "update";
    if (!(change === "add" && isEmptyObject(wanted)) && !(change === "delete" && isEmptyObject(actual))) {
      found.set(text(path), { path, change });
    }
  }
}

/** The API server drops objects without fields from some places. */
function isEmptyObject(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function isIdentity(path: PropertyPath): boolean {
  return path[0] === "metadata" && (path[1] === "name" || path[1] === "namespace");
}

/** New data makes a new Secret or ConfigMap unless the provider is told otherwise; an immutable one can be changed in no other way. */
function isFixedData(
  wanted: KubernetesObject,
  live: KubernetesObject,
  path: PropertyPath,
  config: ProviderConfig,
): boolean {
  const property = String(path[0]);
  const immutable = live.immutable === true;
  if (isSecret(wanted)) {
    return property === "type" || (property === "data" && (immutable || !config.enableSecretMutable));
  }
  return (
    isConfigMap(wanted) && ["data", "binaryData"].includes(property) && (immutable || !config.enableConfigMapMutable)
  );
}

/** Shows a change of a Secret's data where the program wrote it. */
function shownPath(inputs: KubernetesObject, path: PropertyPath): PropertyPath {
  const [property, ...rest] = path;
  const inStringData =
    isSecret(inputs) && property === "data" && valueAt(inputs, ["stringData", ...rest]) !== undefined;
  return inStringData ? ["stringData", ...rest] : path;
}

/** A path in Pulumi's notation. */
function text(path: PropertyPath): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") {
        return `[${key}]`;
      }
      if (/^[A-Za-z_]\w*$/.test(key)) {
        return index === 0 ? key : `.${key}`;
      }
      return `[${JSON.stringify(key)}]`;
    })
    .join("");
}
