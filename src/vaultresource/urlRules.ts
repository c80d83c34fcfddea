import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";

/** A URL, which is not quoted where it holds a password. */
export function urlRules(path: string, value: unknown): Issue[] {
  if (typeof value !== "string" || value === "" || !isKnown(value)) {
    return [];
  }
  if (/^[^/?#]*\/\/[^/?#]*@/.test(value)) {
    return [{ path, rule: "must be a URL without a user name and password" }];
  }
  return URL.canParse(value) && /^https?:\/\/\S+$/.test(value)
    ? []
    : [{ path, rule: "must be an http or https URL", actual: value }];
}
