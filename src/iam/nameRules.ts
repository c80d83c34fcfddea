import { isKnown } from "../internal/validation/known.js";
import type { Issue } from "../internal/validation/issues.js";

/** The rules for the name of an IAM user or role. */
export function entityNameIssues(path: string, name: unknown): Issue[] {
  return iamNameIssues(path, name, 64);
}

/** The rules for the name of a managed policy. */
export function policyNameIssues(path: string, name: unknown): Issue[] {
  return iamNameIssues(path, name, 128);
}

function iamNameIssues(path: string, name: unknown, longest: number): Issue[] {
  return name === undefined ||
    !isKnown(name) ||
    (typeof name === "string" && name.length <= longest && /^[\w+=,.@-]+$/.test(name))
    ? []
    : [{ path, rule: `must have 1 to ${longest} characters out of letters, digits and _+=,.@-`, actual: name }];
}

/** What Pulumi puts behind the name of a resource to make a name in AWS: a hyphen and seven digits. */
const autoNameEnding = "-0123456";

/**
 * The rules for a name that Pulumi makes in AWS of a resource's name.
 *
 * @param fix which argument to give instead
 */
export function autoNameIssues(resource: string, kind: "user" | "role" | "policy" | "table", fix: string): Issue[] {
  const most = { user: 64, role: 64, policy: 128, table: 255 }[kind];
  const made = `${resource}${autoNameEnding}`;
  const holds = made.length <= most && (kind === "table" ? /^[\w.-]+$/ : /^[\w+=,.@-]+$/).test(made);
  const characters = kind === "table" ? "_.-" : "_+=,.@-";
  return holds
    ? []
    : [
        {
          path: "name",
          rule: `makes the name ${JSON.stringify(made)} of the ${kind}, which must have at most ${most} characters out of letters, digits and ${characters}`,
          fix,
        },
      ];
}

/**
 * The rules for the description of an IAM role.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
export function descriptionIssues(path: string, description: unknown): Issue[] {
  return description === undefined ||
    !isKnown(description) ||
    (typeof description === "string" && /^[\t\n\r\x20-\x7e\xa1-\xff]{0,1000}$/.test(description))
    ? []
    : [
        {
          path,
          rule: "must have at most 1000 characters out of those of Latin-1: no typographic quotes or dashes",
          actual: description,
        },
      ];
}

/** The rules for an IAM path. */
export function iamPathIssues(path: string, value: unknown): Issue[] {
  if (value === undefined || !isKnown(value)) {
    return [];
  }
  if (typeof value === "string" && /^\/([\x21-\x7e]{1,510}\/)?$/.test(value)) {
    return /[*?]/.test(value)
      ? [{ path, rule: "must not hold * or ?: policies would match them as wildcards", actual: value }]
      : [];
  }
  return [{ path, rule: "must be / or begin and end with /", actual: value, fix: "Write it as /platform/." }];
}

/** The rules for the ARN of a managed policy. */
export function policyArnIssues(path: string, arn: unknown): Issue[] {
  const form = /^arn:aws[\w-]*:iam::(\d{12}|aws):policy\/[^\s*?]*[^\s*?/]$/;
  if (arn === undefined || !isKnown(arn) || (typeof arn === "string" && form.test(arn))) {
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
