import * as pulumi from "@pulumi/pulumi";
import { formatIssues, type Issue } from "./issues.js";
import { maskUnknowns } from "./maskUnknowns.js";
import { rejecterOf } from "./reject.js";

/**
 * Holds arguments against their rules before anything is created.
 *
 * What is plain is checked at once, in the constructor. What hides in outputs is checked as soon as the values are known, and the
 * arguments come back as an output that never resolves to a value that breaks a rule: whatever is built from it cannot be reached by a
 * bad value.
 *
 * @param resource whose arguments they are: errors are shown on its row
 * @param subject how errors name it: `VaultServer "vault"`
 * @param args the arguments as the user gave them
 * @param rules the rules: called with the plain arguments, in which parts that are not known yet are `unknownValue`
 * @returns the arguments, resolved and checked. Where they break a rule: at preview the error is shown and they stay unknown, in an update they fail.
 * @throws pulumi.ResourceError with all issues in its message and no stack
 */
export function validateInputs<T>(
  resource: pulumi.Resource,
  subject: string,
  args: pulumi.Input<T>,
  rules: (args: pulumi.Unwrap<T>) => readonly Issue[],
): pulumi.Output<pulumi.Unwrap<T>> {
  const broken = rules(maskUnknowns(args) as pulumi.Unwrap<T>);
  if (broken.length > 0) {
    throw new pulumi.ResourceError(formatIssues(subject, broken), resource, true);
  }
  const refuse = rejecterOf(resource);
  return pulumi.output<T>(args).apply((resolved) => {
    const issues = rules(resolved);
    return issues.length === 0 ? resolved : refuse<pulumi.Unwrap<T>>(formatIssues(subject, issues));
  });
}
