import * as pulumi from "@pulumi/pulumi";
import { formatIssues } from "../validation/issues.js";
import { formatFinding, issuesOf, merged, type Finding } from "./findings.js";

/** Tells what was found about the arguments of a resource, on the resource's row. */
export interface Report {
  /**
   * Warns of what is to be warned of, each thing once however often it is found.
   *
   * @returns the value, unless there are errors among the findings: then as {@link Report.refuse}
   */
  readonly pass: <T>(findings: readonly Finding[], value: T) => T;
  /**
   * Refuses to go on, with this message and no stack. At preview the error is shown and the value left unknown, so that the preview goes on to
   * its end and fails there: a promise that is rejected would leave whatever waits for a resource made of it waiting forever, since Pulumi
   * settles no outputs of a resource whose inputs fail. In an update, where an unknown value would be written as if it were none, the error
   * is thrown.
   */
  readonly refuse: <T>(message: string) => T;
}

/** @param subject how messages name the resource: `RootCredential "vault"` */
export function reportOn(resource: pulumi.Resource, subject: string): Report {
  const told = new Set<string>();
  const tellOnce = (level: "warn" | "error", text: string) => {
    if (!told.has(text)) {
      told.add(text);
      void pulumi.log[level](text, resource);
    }
  };
  const refuse = <T>(message: string): T => {
    if (!pulumi.runtime.isDryRun()) {
      throw refusal(resource, message);
    }
    tellOnce("error", message);
    return pulumi.unknown as unknown as T;
  };
  const pass = <T>(findings: readonly Finding[], value: T): T => {
    for (const warning of merged(findings.filter(({ severity }) => severity === "warning"))) {
      tellOnce("warn", `${subject}: ${formatFinding(warning)}`);
    }
    const errors = issuesOf(findings.filter(({ severity }) => severity === "error"));
    return errors.length === 0 ? value : refuse<T>(formatIssues(subject, errors));
  };
  return { pass, refuse };
}

/**
 * An error that is shown as it is, without a stack. Pulumi writes `error serializing property …` in front of the message of whatever is
 * thrown while values resolve, once for each reader; that says nothing to ours, so the message stays what it was.
 */
function refusal(resource: pulumi.Resource, message: string): pulumi.ResourceError {
  const error = new pulumi.ResourceError(message, resource, true);
  return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}
