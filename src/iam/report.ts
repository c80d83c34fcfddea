import * as pulumi from "@pulumi/pulumi";
import { formatIssues } from "../validation/issues.js";
import { formatFinding, issuesOf, merged, type Finding } from "./findings.js";

/**
 * Tells what proofs found on a resource's row: each warning once, however often it is found, and all errors of a proof as one.
 *
 * @param subject how errors name the resource: `RootCredential "vault"`
 * @returns a function that takes findings and throws a pulumi.ResourceError where there are errors among them
 */
export function reporter(resource: pulumi.Resource, subject: string): (findings: readonly Finding[]) => void {
  const warned = new Set<string>();
  return (findings) => {
    for (const warning of merged(findings.filter(({ severity }) => severity === "warning"))) {
      const text = `${subject}: ${formatFinding(warning)}`;
      if (!warned.has(text)) {
        warned.add(text);
        void pulumi.log.warn(text, resource);
      }
    }
    const errors = issuesOf(findings.filter(({ severity }) => severity === "error"));
    if (errors.length > 0) {
      throw refusal(resource, formatIssues(subject, errors));
    }
  };
}

/**
 * An error that is shown as it is on a resource's row, without a stack. Pulumi writes `error serializing property …` in front of the message
 * of whatever is thrown while values resolve, once for each reader; that says nothing to ours, so the message stays what it was.
 */
export function refusal(resource: pulumi.Resource, message: string): pulumi.ResourceError {
  const error = new pulumi.ResourceError(message, resource, true);
  return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}
