import * as pulumi from "@pulumi/pulumi";
import { formatIssue, type Issue } from "./issues.js";

/** Shows warnings on a resource's row, one line each. */
export function warn(resource: pulumi.Resource, subject: string, warnings: readonly Issue[]): void {
  for (const warning of warnings) {
    // Not awaited: the engine waits for its log messages itself before a program ends.
    void pulumi.log.warn(`${subject}: ${formatIssue(warning)}`, resource);
  }
}
