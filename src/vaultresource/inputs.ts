import * as pulumi from "@pulumi/pulumi";
import { formatIssues, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown } from "../internal/validation/known.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";
import { canonicalValue, type Field, type Values } from "./fields.js";

/** A value made from an input: at once where it is plain, as an output where it is not. */
export function mapInput<T>(input: unknown, map: (value: unknown) => T): T | pulumi.Output<T> {
  return isFullyKnown(maskUnknowns(input)) ? map(input) : (pulumi.output(input) as pulumi.Output<unknown>).apply(map);
}

/** The arguments that are fields, in canonical form: how a value is written then never shows as a change. Others stay out. */
export function canonicalInputs(fields: readonly Field[], args: Values): Record<string, unknown> {
  const given = fields.filter((field) => args[field.name] !== undefined && args[field.name] !== null);
  return Object.fromEntries(
    given.map((field) => [
      field.name,
      mapInput(args[field.name], (value) => (value === undefined ? undefined : canonicalValue(field, value))),
    ]),
  );
}

/**
 * Holds what is plain in arguments against their rules, before the resource is registered. What hides in outputs is checked by the
 * provider, as soon as it is known.
 *
 * @param subject how the error names them: `AwsSecretsRole "deploy"`
 * @throws pulumi.RunError with all issues
 */
export function assertValid(
  subject: string,
  args: object | null | undefined,
  rules: (args: Values) => readonly Issue[],
): void {
  const issues = pulumi.Output.isInstance(args)
    ? [{ path: "args", rule: "must be a plain object; its fields may be outputs" }]
    : rules(maskUnknowns(args ?? {}) as Values);
  if (issues.length > 0) {
    throw new pulumi.RunError(formatIssues(subject, issues));
  }
}
