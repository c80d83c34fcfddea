import * as pulumi from "@pulumi/pulumi";
import { unknownValue } from "./known.js";

/** What an output offers to Pulumi's own SDK; its types leave it out. */
interface OutputInternals {
  readonly isKnown: Promise<boolean>;
  readonly promise: (withUnknowns: true) => Promise<unknown>;
}

/**
 * Resolves arguments as far as they are known at preview: each output and promise on its own, so that one that is not known yet does not hide
 * the others. What is not known, and what fails, becomes {@link unknownValue}; a failure is reported by whatever uses the value.
 */
export async function resolveKnown(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) {
    const { isKnown, promise } = internalsOf(value);
    const [known, resolved] = await Promise.all([isKnown, promise]).catch(() => [false, undefined] as const);
    return known || pulumi.containsUnknowns(resolved) ? plainOf(resolved) : unknownValue;
  }
  if (value instanceof Promise) {
    return value.then(resolveKnown, () => unknownValue);
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map(resolveKnown));
  }
  if (isPlainObject(value)) {
    const entries = Object.entries(value).map(async ([key, part]) => [key, await resolveKnown(part)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }
  return plainOf(value);
}

function internalsOf(output: pulumi.Output<unknown>): {
  readonly isKnown: Promise<boolean>;
  readonly promise: Promise<unknown>;
} {
  const internals = output as unknown as OutputInternals;
  return { isKnown: internals.isKnown, promise: internals.promise(true) };
}

/** A resolved value with {@link unknownValue} in the place of what Pulumi marks as unknown. */
function plainOf(value: unknown): unknown {
  if (pulumi.isUnknown(value) || pulumi.Resource.isInstance(value)) {
    return unknownValue;
  }
  if (Array.isArray(value)) {
    return value.map(plainOf);
  }
  return isPlainObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainOf(part)]))
    : value;
}

function isPlainObject(value: unknown): value is object {
  return value !== null && typeof value === "object" && !pulumi.Resource.isInstance(value) && !pulumi.isUnknown(value);
}
