import * as pulumi from "@pulumi/pulumi";
import { parseArn } from "../aws/arns.js";
import type { Finding } from "../internal/validation/findings.js";
import type { RootCredentialArgs } from "./rootCredentialArgs.js";

/** What the ARN of an existing role says. */
export function existingRoleOf({ existingRoleArn }: RootCredentialArgs) {
  if (existingRoleArn === undefined) {
    return undefined;
  }
  const arn = pulumi.output(existingRoleArn);
  const parsed = arn.apply((text) => parseArn(String(text)));
  return {
    arn,
    name: arn.apply((text) => String(text).replace(/^.*\//, "")),
    partition: parsed.apply((parts) => parts?.partition ?? ""),
    accountId: parsed.apply((parts) => parts?.accountId ?? ""),
  };
}

/** Policies of one account cannot be attached to a role of another. */
export function foreignRole(accountId: string, callerId: string | undefined): Finding[] {
  return callerId === undefined || callerId === accountId
    ? []
    : [
        {
          severity: "error",
          path: "existingRoleArn",
          problem: `is a role of account ${accountId}, but the AWS provider works in ${callerId}`,
          fix: `Give the component a provider of account ${accountId}, or set attachPolicies: false and let the role's owner attach the policy.`,
        },
      ];
}
