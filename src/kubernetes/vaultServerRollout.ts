import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../vaultresource/canonicalJson.js";
import { resourceHost } from "../vaultresource/resourceHost.js";

/** What {@link VaultServerRollout} takes. */
export interface VaultServerRolloutArgs {
  readonly namespace: pulumi.Input<string>;
  readonly serverName: pulumi.Input<string>;
  readonly apiVersion: string;
  /** UID of the VaultServer object. */
  readonly uid: pulumi.Input<string>;
  /** Digest of the complete `spec`: the VaultServer is waited for when it changes. */
  readonly specDigest: pulumi.Input<string>;
  /** Digest of what Vault's pods read only when they start: they are restarted when it changes. */
  readonly restartDigest: pulumi.Input<string>;
  readonly halted: pulumi.Input<boolean>;
  readonly readyTimeoutSeconds: number;
  /** Kept as a secret, whether given as one or not. */
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: pulumi.Input<string>;
}

/**
 * The wait for a VaultServer, and the restart of its pods where a change needs it. A dynamic resource: the VaultServer object itself is in the state as
 * soon as it exists, so that an interrupted `up` is continued by the next one.
 */
export class VaultServerRollout extends pulumi.CustomResource {
  /** Phase of the VaultServer when it was last waited for. */
  declare readonly phase: pulumi.Output<string | undefined>;

  constructor(name: string, args: VaultServerRolloutArgs, opts?: pulumi.CustomResourceOptions) {
    const host = resourceHost();
    const kind = "VaultServerRollout";
    const kubeconfig = args.kubeconfig === undefined ? undefined : pulumi.secret(args.kubeconfig);
    super(
      host.typeOf(kind),
      name,
      { phase: undefined, ...args, kubeconfig, ...host.propsOf(kind) },
      host.optionsOf(kind, pulumi.mergeOptions(opts, { additionalSecretOutputs: ["kubeconfig"] })),
    );
  }
}

/** A short text that differs where two values say something different. */
export function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(canonicalJson({ value }) ?? "")
    .digest("hex")
    .slice(0, 16);
}
