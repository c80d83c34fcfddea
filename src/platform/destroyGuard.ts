import * as pulumi from "@pulumi/pulumi";

/**
 * Stands in the way of `pulumi destroy` before anything is deleted.
 *
 * Pulumi looks at `protect` only when a resource's turn comes, and the table's turn comes last: roles, mount and keys would be gone by then, and all
 * leases revoked. This depends on everything, so its turn comes first. It creates nothing.
 */
export class DestroyGuard extends pulumi.ComponentResource {
  constructor(name: string, protect: boolean, parent: pulumi.ComponentResource, guarded: readonly pulumi.Resource[]) {
    super("kubevault-aws:index:DestroyGuard", name, {}, { parent, protect, dependsOn: [...guarded] });
    this.registerOutputs();
  }
}
