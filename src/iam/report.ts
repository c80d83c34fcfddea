import * as pulumi from "@pulumi/pulumi";
import { formatIssues } from "../validation/issues.js";
import { refuserOf, type Refuse } from "../validation/refusal.js";
import { formatFinding, issuesOf, merged, type Finding } from "./findings.js";

/** Tells what was found about the arguments of a resource, on the resource's row. */
export interface Report {
  /**
   * Warns of what is to be warned of, each thing once however often it is found.
   *
   * @returns the value, unless there are errors among the findings: then as {@link Report.refuse}
   */
  readonly pass: <T>(findings: readonly Finding[], value: T) => T;
  /** See {@link refuserOf}. */
  readonly refuse: Refuse;
}

/** @param subject how messages name the resource: `RootCredential "vault"` */
export function reportOn(resource: pulumi.Resource, subject: string): Report {
  const told = new Set<string>();
  const warnOnce = (text: string) => {
    if (!told.has(text)) {
      told.add(text);
      void pulumi.log.warn(text, resource);
    }
  };
  const refuse = refuserOf(resource);
  const pass = <T>(findings: readonly Finding[], value: T): T => {
    for (const warning of merged(findings.filter(({ severity }) => severity === "warning"))) {
      warnOnce(`${subject}: ${formatFinding(warning)}`);
    }
    const errors = issuesOf(findings.filter(({ severity }) => severity === "error"));
    return errors.length === 0 ? value : refuse<T>(formatIssues(subject, errors));
  };
  return { pass, refuse };
}
