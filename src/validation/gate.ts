import * as pulumi from "@pulumi/pulumi";
import { formatIssues, type Issue } from "./issues.js";
import { knownParts } from "./knownParts.js";

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
 * @returns the arguments, resolved and checked
 * @throws pulumi.ResourceError with all issues in its message and no stack
 */
export function checked<T>(
  resource: pulumi.Resource,
  subject: string,
  args: pulumi.Input<T>,
  rules: (args: pulumi.Unwrap<T>) => readonly Issue[],
): pulumi.Output<pulumi.Unwrap<T>> {
  const refuse = (issues: readonly Issue[]) => {
    if (issues.length > 0) {
      throw new pulumi.ResourceError(formatIssues(subject, issues), resource, true);
    }
  };
  refuse(rules(knownParts(args) as pulumi.Unwrap<T>));
  return pulumi.output(args).apply((resolved) => {
    refuse(rules(resolved));
    return resolved;
  });
}
