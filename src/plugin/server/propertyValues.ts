import { isDeepStrictEqual } from "node:util";

/** A value as the engine sends it: JSON, with unknowns as {@link unknownValue}. */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | PropertyObject;

/** An object of property values. An undefined property is the same as an absent one. */
export type PropertyObject = { [key: string]: PropertyValue | undefined };

/** Where a value lies inside an object. */
export type PropertyPath = readonly (string | number)[];

/** What the engine sends, during preview, in place of a value that is not known yet. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";

/** Plain values, and where among them the secrets were. */
export interface Decoded {
  readonly values: PropertyObject;
  readonly secrets: readonly PropertyPath[];
}

/** Takes the wrappings off values that came over the wire. */
export function decode(wire: unknown): Decoded {
  const secrets: PropertyPath[] = [];
  const values = unwrap(wire ?? {}, [], secrets) as PropertyObject;
  return { values, secrets };
}

function unwrap(value: unknown, path: PropertyPath, secrets: PropertyPath[]): PropertyValue {
  if (Array.isArray(value)) {
    return value.map((element, index) => unwrap(element, [...path, index], secrets));
  }
  if (!isObject(value)) {
    return value as PropertyValue;
  }
  if (value[signatureKey] === secretSignature) {
    secrets.push(path);
    return unwrap(value.value, path, secrets);
  }
  if (value[signatureKey] === resourceSignature) {
    return (value.id ?? value.urn) as PropertyValue;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, element]) => element !== null && element !== undefined)
      .map(([key, element]) => [key, unwrap(element, [...path, key], secrets)]),
  );
}

/** Wraps the values at these paths as secrets; a path that leads nowhere is skipped. */
export function encode(values: PropertyObject, secrets: readonly PropertyPath[]): { [key: string]: PropertyValue } {
  const wire = structuredClone(withoutUndefined(values)) as { [key: string]: PropertyValue };
  // The innermost first, so that an outer wrapping does not change the way to an inner value.
  for (const path of [...secrets].sort((left, right) => right.length - left.length)) {
    const last = path.at(-1);
    const parent = valueAt(wire, path.slice(0, -1));
    if (last === undefined || !isContainer(parent)) {
      continue;
    }
    const value = parent[last];
    if (value !== undefined && !(isObject(value) && value[signatureKey] === secretSignature)) {
      parent[last] = { [signatureKey]: secretSignature, value };
    }
  }
  return wire;
}

/**
 * Where outputs must be secret because inputs were: at the same path where the value is the same or is a scalar, else the whole top-level
 * property, since a cloud may have moved the secret within it.
 */
export function secretsOfOutputs(
  inputs: PropertyObject,
  inputSecrets: readonly PropertyPath[],
  outputs: PropertyObject,
): PropertyPath[] {
  return inputSecrets.map((path) => {
    const input = valueAt(inputs, path);
    const output = valueAt(outputs, path);
    return isDeepStrictEqual(input, output) ? path : path.slice(0, 1);
  });
}

/** The value at a path, or undefined. */
export function valueAt(
  value: PropertyValue | PropertyObject | undefined,
  path: PropertyPath,
): PropertyValue | undefined {
  let current: unknown = value;
  for (const key of path) {
    if (!isContainer(current)) {
      return undefined;
    }
    current = (current as { [key: string | number]: unknown })[key];
  }
  return current as PropertyValue | undefined;
}

/** Whether there is an unknown anywhere inside. */
export function containsUnknown(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(containsUnknown);
  }
  return isObject(value) ? Object.values(value).some(containsUnknown) : value === unknownValue;
}

/** A copy without undefined and null properties. */
export function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutUndefined);
  }
  if (!isObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, element]) => element !== undefined && element !== null)
      .map(([key, element]) => [key, withoutUndefined(element)]),
  );
}

export function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isContainer(value: unknown): value is { [key: string | number]: PropertyValue } {
  return typeof value === "object" && value !== null;
}
