import * as pulumi from "@pulumi/pulumi";

/**
 * A value that is known once the resources exist, and makes whatever uses it depend on them: it is created after them and deleted before
 * them. At preview it is known as far as the value itself is.
 */
export function onceCreated<T>(value: pulumi.Output<T>, resources: readonly pulumi.Resource[]): pulumi.Output<T> {
  const created = pulumi.all(resources.map(({ urn }) => urn));
  return pulumi.all([value, created]).apply(([resolved]) => resolved) as pulumi.Output<T>;
}
