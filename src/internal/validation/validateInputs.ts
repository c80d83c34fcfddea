import * as pulumi from "@pulumi/pulumi";
import { shapedIssues, type ObjectShape } from "./argumentShape.js";
import { formatIssues, type Issue } from "./issues.js";
import { maskUnknowns } from "./maskUnknowns.js";
import { rejecterOf } from "./reject.js";
import { resolveKnown } from "./resolveKnown.js";

/**
 * Checks arguments against their rules before anything is created.
 *
 * Plain values are checked at once, in the constructor. Values in outputs are checked as soon as they are known: at preview each of them on its
 * own, next to others that only an update can know. The arguments come back as an output that never resolves to a value that breaks a rule, so
 * that nothing can be built from such a value.
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
  assertPlainParts(resource, subject, args, rules);
  const reject = rejecterOf(resource, subject);
  whenKnownAtPreview(args, (known) => {
    const issues = rules(known as pulumi.Unwrap<T>);
    if (issues.length > 0) {
      reject(issues);
    }
  });
  return pulumi.output<T>(args).apply((resolved) => {
    const issues = rules(resolved);
    return issues.length === 0 ? resolved : reject<pulumi.Unwrap<T>>(issues);
  });
}

/**
 * {@link validateInputs} for the arguments of a component: also rejects arguments that it does not have, and outputs where it needs plain values.
 *
 * @param args all arguments, with `transform` where there is one: the rules and the result leave it out
 */
export function validateArguments<Args extends object>(
  resource: pulumi.Resource,
  subject: string,
  shape: ObjectShape,
  args: Args,
  rules: (args: pulumi.Unwrap<Omit<Args, "transform">>) => readonly Issue[],
): pulumi.Output<pulumi.Unwrap<Omit<Args, "transform">>> {
  assertPlainParts<Args>(resource, subject, args, (known) =>
    shapedIssues(shape, known, () =>
      rules(withoutTransform(known as object) as pulumi.Unwrap<Omit<Args, "transform">>),
    ),
  );
  return validateInputs<Omit<Args, "transform">>(resource, subject, withoutTransform(args), rules);
}

function withoutTransform<Args extends object>(args: Args): Omit<Args, "transform"> {
  const { transform: _transform, ...rest } = args as Args & { readonly transform?: unknown };
  return rest;
}

/**
 * Checks the plain parts of arguments.
 *
 * @throws pulumi.ResourceError with all issues in its message and no stack
 */
export function assertPlainParts<T>(
  resource: pulumi.Resource,
  subject: string,
  args: pulumi.Input<T>,
  rules: (args: pulumi.Unwrap<T>) => readonly Issue[],
): void {
  const issues = rules(maskUnknowns(args) as pulumi.Unwrap<T>);
  if (issues.length > 0) {
    throw new pulumi.ResourceError(formatIssues(subject, issues), resource, true);
  }
}

/** Calls back at preview, once it is clear which parts of a value are known; the others are `unknownValue`. Holds nothing back. */
export function whenKnownAtPreview(value: unknown, callback: (known: unknown) => void): void {
  if (!pulumi.runtime.isDryRun()) {
    return;
  }
  void resolveKnown(value).then(callback);
}
