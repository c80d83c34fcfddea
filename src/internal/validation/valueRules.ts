import type { Issue } from "./issues.js";
import { isKnown } from "./known.js";

/** A whole number within bounds; what is not given or not known is not judged. */
export function wholeNumberIssues(
  path: string,
  value: unknown,
  { least = 1, most, unit }: { readonly least?: number; readonly most?: number; readonly unit?: string } = {},
): Issue[] {
  if (value === undefined || !isKnown(value)) {
    return [];
  }
  const holds =
    Number.isSafeInteger(value) && (value as number) >= least && (most === undefined || (value as number) <= most);
  const of = unit === undefined ? "" : ` of ${unit}`;
  const bounds = most !== undefined ? ` from ${least} to ${most}` : least > -Infinity ? ` of at least ${least}` : "";
  return holds ? [] : [{ path, rule: `must be a whole number${of}${bounds}`, actual: shown(value) }];
}

/** `true` or `false`; what is not given or not known is not judged. */
export function flagIssues(path: string, value: unknown): Issue[] {
  return value === undefined || !isKnown(value) || typeof value === "boolean"
    ? []
    : [{ path, rule: "must be true or false", actual: value }];
}

/** A text; what is not given or not known is not judged. */
export function textIssues(path: string, value: unknown): Issue[] {
  return value === undefined || !isKnown(value) || typeof value === "string"
    ? []
    : [{ path, rule: "must be a text", actual: value }];
}

/** One of several texts; what is not given or not known is not judged. */
export function oneOfIssues(path: string, value: unknown, texts: readonly string[]): Issue[] {
  return value === undefined || !isKnown(value) || texts.includes(value as string)
    ? []
    : [{ path, rule: `must be one of ${texts.join(", ")}`, actual: value }];
}

/** JSON has no form for NaN and Infinity. */
function shown(value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
