import * as pulumi from "@pulumi/pulumi";
import { unknownValue } from "./known.js";

/**
 * Turns arguments into a plain value that can be checked at once: outputs, promises and resources become {@link unknownValue}, all else is
 * copied as it is.
 */
export function maskUnknowns(value: unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise || pulumi.Resource.isInstance(value)) {
    return unknownValue;
  }
  if (Array.isArray(value)) {
    return value.map(maskUnknowns);
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, maskUnknowns(part)]));
  }
  return value;
}
