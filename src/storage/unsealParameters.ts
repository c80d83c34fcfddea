import * as pulumi from "@pulumi/pulumi";
import { resourceHost } from "../vaultresource/resourceHost.js";

/** What {@link UnsealParameters} takes. */
export interface UnsealParametersArgs {
  /** Names of the SSM parameters. */
  readonly names: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Region of the parameters. */
  readonly region: pulumi.Input<string>;
  /** Endpoint of SSM, where it is not AWS's own for the region. */
  readonly ssmEndpoint?: pulumi.Input<string>;
}

/**
 * The SSM parameters that KubeVault's unsealer keeps Vault's unseal keys and root token in (mode `awsKmsSsm`).
 *
 * The unsealer creates them and never deletes them, and does not initialise a new Vault while they exist. This resource creates nothing; deleting it deletes
 * the parameters. Let the table depend on it, so that they are deleted after the data and never before. AWS is called with the usual chain of
 * credentials where the provider runs.
 */
export class UnsealParameters extends pulumi.CustomResource {
  constructor(name: string, args: UnsealParametersArgs, opts?: pulumi.CustomResourceOptions) {
    const host = resourceHost();
    const kind = "UnsealParameters";
    super(host.typeOf(kind), name, { ...args, ...host.propsOf(kind) }, host.optionsOf(kind, opts));
  }
}
