import * as pulumi from "@pulumi/pulumi";

/** The value of an input; undefined where it is not known yet, or cannot be had. */
export function ifKnown<T>(value: pulumi.Input<T> | undefined): Promise<pulumi.Unwrap<T> | undefined> {
  return new Promise((resolve) => {
    const output = pulumi.output(value) as pulumi.Output<pulumi.Unwrap<T> | undefined>;
    const { isKnown } = output as unknown as { readonly isKnown: Promise<boolean> };
    isKnown.then(
      (is) => (is ? output.apply(resolve) : resolve(undefined)),
      () => resolve(undefined),
    );
  });
}
