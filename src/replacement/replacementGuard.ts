import * as pulumi from "@pulumi/pulumi";
import { resourceHost } from "../vaultresource/resourceHost.js";
import type { Guarded } from "./guarded.js";

/** What {@link ReplacementGuard} takes. */
export interface ReplacementGuardArgs {
  readonly guarded: Guarded;
  /** The arguments of which a change replaces the guarded resource; null where Pulumi or the provider chooses. */
  readonly place: Readonly<Record<string, pulumi.Input<string | null>>>;
  /** Whether the resource may be replaced. */
  readonly replaces?: boolean;
}

/**
 * Rejects the replacement of a resource that holds the only copy of something: Vault's data, its unseal keys. A dynamic resource that creates nothing,
 * and on which the guarded one depends.
 *
 * A replacement is the creation of another resource, for which no hook is told of the one before. Without a preview, as in the Automation API's `up`,
 * whatever objects later comes too late: the new resource exists then, and the old one is marked in the state, to be deleted by the next `up`, even one
 * that takes the change back.
 */
export class ReplacementGuard extends pulumi.CustomResource {
  constructor(
    name: string,
    { replaces, ...args }: ReplacementGuardArgs,
    opts: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
  ) {
    const host = resourceHost();
    const kind = "ReplacementGuard";
    super(
      host.typeOf(kind),
      name,
      { ...args, ...(replaces === true ? { replaces } : {}), ...host.propsOf(kind) },
      host.optionsOf(kind, opts),
    );
  }
}
