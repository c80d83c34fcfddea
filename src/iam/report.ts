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
      throw new pulumi.ResourceError(formatIssues(subject, errors), resource, true);
    }
  };
}
