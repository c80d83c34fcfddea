import * as pulumi from "@pulumi/pulumi";
import { rejecterOf, type Reject } from "./reject.js";
import { formatFinding, issuesOf, merged, type Finding } from "./findings.js";

/** Reports findings about the arguments of a resource on the resource's row. */
export interface FindingReporter {
  /**
   * Shows the warnings among the findings, each once however often it is found.
   *
   * @returns the value, unless there are errors among the findings: then as {@link FindingReporter.reject}
   */
  readonly pass: <T>(findings: readonly Finding[], value: T) => T;
  /** See {@link rejecterOf}. */
  readonly reject: Reject;
}

/** @param subject how messages name the resource: `RootCredential "vault"` */
export function findingReporter(resource: pulumi.Resource, subject: string): FindingReporter {
  const reported = new Set<string>();
  const warnOnce = (text: string) => {
    if (!reported.has(text)) {
      reported.add(text);
      void pulumi.log.warn(text, resource);
    }
  };
  const reject = rejecterOf(resource, subject);
  const pass = <T>(findings: readonly Finding[], value: T): T => {
    for (const warning of merged(findings.filter(({ severity }) => severity === "warning"))) {
      warnOnce(`${subject}: ${formatFinding(warning)}`);
    }
    const errors = issuesOf(findings.filter(({ severity }) => severity === "error"));
    return errors.length === 0 ? value : reject<T>(errors);
  };
  return { pass, reject };
}
