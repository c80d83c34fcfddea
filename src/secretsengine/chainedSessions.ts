import { durationSeconds, type Duration } from "../internal/duration.js";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown } from "../internal/validation/known.js";
import type { AwsSecretsRoleSpec } from "./roleSpec.js";

/** Longest session that AWS grants to a session which assumes another role (role chaining), in seconds. */
export const longestChainedSession = 3600;

type Roles = Readonly<Record<string, Partial<Pick<AwsSecretsRoleSpec, "credentialType" | "defaultStsTtl">>>>;

/**
 * Sessions that cannot be had because Vault is itself a session of a role: AWS limits role chaining to one hour, whatever the assumed role allows.
 *
 * @param who who Vault is, as a clause of the message: `the root credential is a role`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export function chainedSessionIssues(roles: Roles, who = "the root credential is a role"): Issue[] {
  return Object.entries(roles).flatMap(([name, { credentialType, defaultStsTtl }]) =>
    credentialType === "assumed_role" && longerThan(defaultStsTtl, longestChainedSession)
      ? [
          {
            path: `${pathOf("roles", name)}.defaultStsTtl`,
            rule: `must be at most ${longestChainedSession} seconds: ${who}, and AWS limits a session that assumes another role to one hour`,
            actual: defaultStsTtl,
          },
        ]
      : [],
  );
}

/** Whether a length of time is known, and longer. */
export function longerThan(duration: Duration | undefined, seconds: number): boolean {
  return duration !== undefined && isFullyKnown(duration) && (durationSeconds(duration) ?? 0) > seconds;
}
