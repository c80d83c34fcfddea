import type * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../internal/transform.js";
import { formatIssues, type Issue } from "../internal/validation/issues.js";
import type { Finding } from "../internal/validation/findings.js";

/** A user or role after its transform, and which of its parts the transform changed. */
export interface TransformedEntity<Args> {
  readonly args: Args;
  /** Whether the transform gave this argument another value. */
  readonly isChanged: (key: keyof Args) => boolean;
}

/** Applies a transform, and says what it changed: what the analysis has to look at in the place of the component's own arguments. */
export function transformedEntity<Args extends object>(
  transform: Transform<Args> | undefined,
  before: Args,
): TransformedEntity<Args> {
  const after = transformed(transform, before);
  return { args: after, isChanged: (key) => after[key] !== before[key] };
}

/**
 * @throws pulumi.ResourceError where a transform takes the name away: without it the policies could not be checked against the identity, nor name it
 */
export function assertNamed(
  resource: pulumi.Resource,
  subject: string,
  kind: "user" | "role",
  { name }: { readonly name?: unknown },
): void {
  if (name === undefined) {
    const rule = `must keep a name: the policies name the ${kind} and are checked against it`;
    const issue: Issue = { path: `transform.${kind}.name`, rule, fix: `Set ${kind}Name, or another name.` };
    throw new pulumi.ResourceError(formatIssues(subject, [issue]), resource, true);
  }
}

/** The text of an inline policy of a role. */
export function inlinePolicyTexts(
  inline: iam.RoleArgs["inlinePolicies"],
): pulumi.Output<(string | undefined)[]> | undefined {
  return inline === undefined
    ? undefined
    : pulumi.output(inline).apply((policies = []) => policies.map(({ policy }) => policy));
}

/** The warning of a transform that makes the key for another user. */
export const accessKeyWarning: Finding = {
  severity: "warning",
  path: "transform.accessKey.user",
  problem: "makes the key for another user than the root user: the analysis does not know what that user may do",
  fix: "Leave user as it is, and name the root user by userName.",
};

/** The warning of a transform that attaches something else, or to somebody else, than what the analysis looks at. */
export function attachmentWarning(name: string, transform: string): Finding {
  return {
    severity: "warning",
    path: `transform.${transform}`,
    problem: `changes which policy ${name} attaches, or to whom: the analysis takes the original one as attached to the root credential`,
    fix: "Use additionalPolicyArns to attach further policies.",
  };
}
