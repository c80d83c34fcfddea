import type * as pulumi from "@pulumi/pulumi";
import { VaultResource } from "../vaultresource/vaultResource.js";

/**
 * Revokes the root token that it is created with, after all that it depends on: from then on Vault is reached by other logins only. Nothing brings the
 * token back; `vault operator generate-root` makes another from the unseal keys.
 */
export class RootTokenRevocation extends VaultResource {
  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super("RootTokenRevocation", name, {}, [], opts);
  }
}
