import { isDeepStrictEqual } from "node:util";
import { isObject, type PropertyValue } from "../../../src/plugin/server/propertyValues.js";

/** Lists that are sets to AWS: order and repetition mean nothing. */
export function sameSet(left: PropertyValue, right: PropertyValue): boolean {
  return Array.isArray(left) && Array.isArray(right) && isDeepStrictEqual(sorted(left), sorted(right));
}

/** Whether what was given is all found in what AWS tells, which may say more. For blocks whose other fields have defaults. */
export function sameGiven(left: PropertyValue, right: PropertyValue): boolean {
  return contains(left, right) || contains(right, left);
}

function contains(whole: PropertyValue, part: PropertyValue): boolean {
  if (Array.isArray(whole) && Array.isArray(part)) {
    return whole.length === part.length && part.every((element) => whole.some((other) => contains(other, element)));
  }
  if (isObject(whole) && isObject(part)) {
    return Object.entries(part).every(([key, value]) => contains(whole[key] as PropertyValue, value as PropertyValue));
  }
  return isDeepStrictEqual(whole, part);
}

/** Policy documents that mean the same: layout, key order, and one-element lists do not count, nor does the order of actions. */
export function samePolicy(left: PropertyValue, right: PropertyValue): boolean {
  if (left === right) {
    return true;
  }
  const leftDocument = parse(left);
  const rightDocument = parse(right);
  return (
    leftDocument !== undefined &&
    rightDocument !== undefined &&
    isDeepStrictEqual(normal(leftDocument), normal(rightDocument))
  );
}

function parse(text: PropertyValue): unknown {
  try {
    return typeof text === "string" ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    // Text that is no JSON is never equal to a document; AWS will say what is wrong with it.
    return undefined;
  }
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) {
    const elements = value.map(normal);
    return elements.length === 1 ? elements[0] : sorted(elements);
  }
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, element]) => [key, normal(element)]),
  );
}

function sorted(values: readonly unknown[]): unknown[] {
  const texts = values.map((value) => JSON.stringify(value));
  return [...new Set(texts)].sort().map((text) => JSON.parse(text) as unknown);
}
