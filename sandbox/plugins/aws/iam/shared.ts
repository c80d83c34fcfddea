import type { PropertyObject } from "../../../../src/plugin/server/propertyValues.js";
import { orGone } from "../retry.js";

export const noSuchEntity = ["NoSuchEntity"];

/** Undefined when IAM does not know the entity. */
export function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  return orGone(call, noSuchEntity);
}

/** IAM gives policy documents URL-encoded. */
export function policyText(encoded: string | undefined): string | undefined {
  return encoded === undefined ? undefined : decodeURIComponent(encoded);
}

/** An argument that check has made sure is a string. */
export function text(values: PropertyObject, property: string): string {
  return values[property] as string;
}

export function optionalText(values: PropertyObject, property: string): string | undefined {
  return values[property] as string | undefined;
}

/** The two halves of an id such as `user:policy`. A user, role, or group name holds neither separator. */
export function idParts(id: string, separator: ":" | "/"): [string, string] {
  const at = id.indexOf(separator);
  if (at < 1) {
    throw new Error(`"${id}" is not an id of the form <name>${separator}<name>.`);
  }
  return [id.slice(0, at), id.slice(at + 1)];
}
