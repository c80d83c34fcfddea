import { isKnown } from "../internal/validation/known.js";
import type { Issue } from "../internal/validation/issues.js";

/** The rules for the name of an IAM user or role. */
export function entityNameIssues(path: string, name: string | undefined): Issue[] {
  if (name === undefined || !isKnown(name) || /^[\w+=,.@-]{1,64}$/.test(name)) {
    return [];
  }
  return [{ path, rule: "must have 1 to 64 characters out of letters, digits and _+=,.@-", actual: name }];
}

/** The rules for an IAM path. */
export function iamPathIssues(path: string, value: string | undefined): Issue[] {
  if (value === undefined || !isKnown(value)) {
    return [];
  }
  if (/^\/([\x21-\x7e]{1,510}\/)?$/.test(value)) {
    return /[*?]/.test(value)
      ? [{ path, rule: "must not hold * or ?: policies would match them as wildcards", actual: value }]
      : [];
  }
  return [{ path, rule: "must be / or begin and end with /", actual: value, fix: "Write it as /platform/." }];
}

/** The rules for the ARN of a managed policy. */
export function policyArnIssues(path: string, arn: string | undefined): Issue[] {
  if (arn === undefined || !isKnown(arn) || /^arn:aws[\w-]*:iam::(\d{12}|aws):policy\/[^\s*?]+$/.test(arn)) {
    return [];
  }
  return [{ path, rule: "must be the ARN of a managed IAM policy", actual: arn }];
}

/** The rules for the name of an IAM group. */
export function groupNameIssues(path: string, name: unknown): Issue[] {
  return !isKnown(name) || (typeof name === "string" && /^[\w+=,.@-]{1,128}$/.test(name))
    ? []
    : [{ path, rule: "must be the name of an IAM group, not its ARN or path", actual: name }];
}
