import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";

/** The rules for the name of an AWS region: its shape only, since AWS adds regions. */
export function regionRules(path: string, region: unknown): Issue[] {
  return region === undefined ||
    !isKnown(region) ||
    (typeof region === "string" && /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region))
    ? []
    : [{ path, rule: "must be the name of an AWS region, such as eu-west-1", actual: region }];
}
