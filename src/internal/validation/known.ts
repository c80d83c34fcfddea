/**
 * Stands in a plain value for a part that is not known yet: an output of a resource that does not exist at preview. Rules skip it.
 *
 * It is a string, and the one that Pulumi's engine itself uses, so that the same rules serve both sides: a program's arguments with
 * their outputs blanked, and the inputs that the engine hands to a dynamic provider's check and diff.
 */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or the part of it looked at, is known and so can be held against a rule. */
export function isKnown(value: unknown): boolean {
  return value !== unknownValue;
}

/** Whether nothing at any depth of the value is unknown. */
export function isFullyKnown(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.every(isFullyKnown);
  }
  if (value !== null && typeof value === "object") {
    return Object.values(value).every(isFullyKnown);
  }
  return isKnown(value);
}
