import { repeatedKeys } from "../aws/policyText.js";

/**
 * A JSON text in one fixed form: no white space, keys in order. Two texts say the same exactly if this form is the same.
 *
 * @returns undefined where the text is not JSON
 */
export function canonicalJson(document: unknown): string | undefined {
  if (typeof document !== "string") {
    return JSON.stringify(inOrder(document));
  }
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return undefined;
  }
  // A reader keeps only the last of two equal keys, so such a text is like no other: not even like the one without the first.
  return repeatedKeys(document).length > 0 ? withoutSpaces(document) : JSON.stringify(inOrder(value));
}

/** A valid JSON text without white space between its tokens. */
function withoutSpaces(json: string): string {
  return (json.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? []).join("");
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder);
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, inOrder(part)]));
  }
  return value;
}
