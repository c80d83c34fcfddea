import * as pulumi from "@pulumi/pulumi";
import { resourceHost } from "../vaultresource/resourceHost.js";

/** What {@link VaultServerLocation} takes. */
export interface VaultServerLocationArgs {
  readonly namespace: pulumi.Input<string>;
  readonly serverName: pulumi.Input<string>;
  /** Whether the VaultServer may be replaced by one of another namespace or name. */
  readonly replaces?: true;
}

/**
 * Namespace and name of a VaultServer, after which the operator names unseal keys and root token. A dynamic resource that creates nothing: it rejects a
 * move that would leave the keys behind.
 *
 * The VaultServer object depends on it. For Pulumi a move is the creation of a new object, for which no hook is told the old one's place, and an `up`
 * without a preview would create it before anything that comes after it could object.
 */
export class VaultServerLocation extends pulumi.CustomResource {
  constructor(name: string, args: VaultServerLocationArgs, opts?: pulumi.CustomResourceOptions) {
    const host = resourceHost();
    const kind = "VaultServerLocation";
    super(host.typeOf(kind), name, { ...args, ...host.propsOf(kind) }, host.optionsOf(kind, opts));
  }
}
