import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../vaultresource/fields.js";
import { assertValid, canonicalInputs, mapInput } from "../vaultresource/inputs.js";
import { trimSlashes } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { kubernetesAuthConfigFields, kubernetesAuthConfigRules } from "./authConfigRules.js";

/** What {@link KubernetesAuthMethodConfig} takes. */
export interface KubernetesAuthMethodConfigArgs {
  /** Path of the auth method, without `auth/`. A change replaces the configuration. @default "kubernetes" */
  readonly mount?: pulumi.Input<string>;
  /** The Kubernetes API server as Vault reaches it, such as `https://kubernetes.default.svc`. */
  readonly kubernetesHost: pulumi.Input<string>;
  /** PEM text of the authority that signed its certificate. @default - that of Vault's own pod */
  readonly kubernetesCaCert?: pulumi.Input<string>;
  /**
   * A token that may review tokens (ClusterRole `system:auth-delegator`). Kept encrypted in the state.
   *
   * @default - that of Vault's own pod, or, outside the cluster, the token that logs in
   */
  readonly tokenReviewerJwt?: pulumi.Input<string>;
  /** Public keys or certificates in PEM that verify tokens besides the review. @default [] */
  readonly pemKeys?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Issuer that tokens must have, where `disableIssValidation` is false. */
  readonly issuer?: pulumi.Input<string>;
  /** Whether the issuer is left to the review. @default true */
  readonly disableIssValidation?: pulumi.Input<boolean>;
  /** Whether the certificate and the token of Vault's own pod are not used. @default false */
  readonly disableLocalCaJwt?: pulumi.Input<boolean>;
  /** Whether annotations of service accounts become metadata of their aliases. Vault 1.16 and later. @default false */
  readonly useAnnotationsAsAliasMetadata?: pulumi.Input<boolean>;
  /** Takes over a configuration that already exists and differs, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
}

/**
 * The configuration of a Kubernetes auth method: which cluster reviews the tokens. It goes with the auth method; Vault cannot delete it alone.
 *
 * KubeVault's operator configures `kubernetes` of each VaultServer itself: use this for others only.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#configure-method
 */
export class KubernetesAuthMethodConfig extends VaultResource {
  /** Path of the auth method. */
  declare public readonly mount: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: KubernetesAuthMethodConfigArgs, opts?: pulumi.CustomResourceOptions) {
    const { tokenReviewerJwt } = args;
    const given = { ...args, mount: args.mount ?? "kubernetes" };
    assertValid(`KubernetesAuthMethodConfig "${name}"`, given, kubernetesAuthConfigRules);
    const inputs: Values = {
      mount: mapInput(given.mount, (path) => trimSlashes(path as string)),
      ...canonicalInputs(kubernetesAuthConfigFields, given),
      tokenReviewerJwt: tokenReviewerJwt === undefined ? undefined : pulumi.secret(tokenReviewerJwt),
      adoptExisting: args.adoptExisting,
    };
    super(
      "KubernetesAuthMethodConfig",
      name,
      inputs,
      [],
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["tokenReviewerJwt"] }),
    );
  }
}
