import type * as pulumi from "@pulumi/pulumi";

interface OutputInternals<T> {
  promise(): Promise<T>;
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
  allResources(): Promise<Set<pulumi.Resource>>;
}

function internals<T>(output: pulumi.Output<T>): OutputInternals<T> {
  return output as unknown as OutputInternals<T>;
}

/** The value of an output; undefined where it is not known. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return internals(output).promise();
}

/** Whether an output is marked as secret. */
export function isSecret<T>(output: pulumi.Output<T>): Promise<boolean> {
  return internals(output).isSecret;
}

/** Whether an output's value is known: false for what a preview cannot tell. */
export function isKnownOutput<T>(output: pulumi.Output<T>): Promise<boolean> {
  return internals(output).isKnown;
}

/** The error of an output that must fail. An output fails in several promises at once; all are waited for, or Node calls them unhandled. */
export async function failureOf<T>(output: pulumi.Output<T>): Promise<Error> {
  const parts = internals(output);
  const results = await Promise.allSettled([parts.promise(), parts.isKnown, parts.isSecret, parts.allResources()]);
  const [value] = results;
  if (value.status === "fulfilled") {
    throw new Error(`The output did not fail; its value is ${JSON.stringify(value.value)}`);
  }
  return value.reason as Error;
}
