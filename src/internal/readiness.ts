import * as pulumi from "@pulumi/pulumi";

/**
 * A value that is known once the resources exist, and makes whatever uses it depend on them: it is created after them and deleted before
 * them. At preview it is known as far as the value itself is.
 */
export function resolveAfterCreation<T>(
  value: pulumi.Output<T>,
  resources: readonly pulumi.Resource[],
): pulumi.Output<T> {
  const created = pulumi.all(resources.map(({ urn }) => urn));
  return pulumi.all([value, created]).apply(([resolved]) => resolved) as pulumi.Output<T>;
}

/**
 * A value of a resource that was made from what a gate let through. Where the gate fails, so does the value, at once; the resource's own
 * outputs would stay open forever.
 */
export function resolveAfterValidation<T>(gate: pulumi.Output<unknown>, value: pulumi.Output<T>): pulumi.Output<T> {
  return pulumi.all([value, gate]).apply(([resolved]) => resolved) as pulumi.Output<T>;
}
