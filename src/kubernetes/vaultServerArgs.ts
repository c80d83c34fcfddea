import type * as apiextensions from "@pulumi/kubernetes/apiextensions/index.js";
import type * as core from "@pulumi/kubernetes/core/v1/index.js";
import type * as pulumi from "@pulumi/pulumi";
import type { InputOf } from "../internal/inputOf.js";
import type { VaultServerApiVersion } from "./vaultServerRules.js";
import type { VaultServerSpec } from "./vaultServerSpec.js";

/** What {@link VaultServer} takes. */
export interface VaultServerArgs {
  /** Namespace that Vault runs in. It must exist. */
  readonly namespace: pulumi.Input<string>;
  /** Vault itself, in KubeVault's own terms. The form is that of v1alpha2, whatever `apiVersion` says. */
  readonly spec: InputOf<VaultServerSpec>;
  /**
   * Name of the VaultServer object: at most 63 lower-case letters, digits and hyphens, starting with a letter. Another name is another Vault:
   * unseal keys are kept under it.
   *
   * @default - the component's name
   */
  readonly serverName?: pulumi.Input<string>;
  /**
   * API version that the object is written in. v1alpha1 serves operators that know no other: it is written in its own form
   * (`credentialSecret`, `sessionTokenSecret`) and gives a warning.
   *
   * @default "kubevault.com/v1alpha2"
   */
  readonly apiVersion?: VaultServerApiVersion;
  /** `kubevault.com/v1alpha1` only: the Secret with `session_token`, beside the one with the keys. */
  readonly sessionTokenSecretName?: pulumi.Input<string>;
  /**
   * The IAM role of Vault's pods on EKS (IAM roles for service accounts). Makes the ServiceAccount, which must not exist.
   *
   * EKS Pod Identity does not serve: Vault's DynamoDB storage does not take credentials from it.
   *
   * @default - Vault uses `credentialSecretRef`, or the identity of its node
   * @see https://github.com/hashicorp/vault/issues/31860
   */
  readonly irsa?: {
    /** ARN of the role. It must trust `system:serviceaccount:<namespace>:<serverName>`. */
    readonly roleArn: pulumi.Input<string>;
    /**
     * Region of the cluster. EKS puts it into the pod as AWS_REGION, which wins over the table's region in the VaultServer: a table in
     * another region is refused.
     */
    readonly clusterRegion: pulumi.Input<string>;
  };
  /**
   * Names the credentials that Vault is to run with, such as an access key's ID. The VaultServer is restarted by a VaultOpsRequest whenever it
   * changes, and outputs wait for it, so that a key no longer in use can then be deleted. The first value restarts Vault once, too.
   *
   * @default - Vault is not restarted
   */
  readonly restartTrigger?: pulumi.Input<string>;
  /**
   * `clusterName` of KubeVault's operator, if it was installed with one: it is part of the root token's key.
   *
   * @default - none
   */
  readonly operatorClusterName?: pulumi.Input<string>;
  /**
   * How long Vault may take to become Ready, in seconds.
   *
   * @default 900
   */
  readonly readyTimeoutSeconds?: number;
  /**
   * Kubeconfig of the cluster, as text or as the path of a file. Used only to say, shortly before the wait ends, at which
   * phase and condition a VaultServer is that does not become Ready.
   *
   * @default - the KUBECONFIG variable, else `~/.kube/config`
   */
  readonly kubeconfig?: pulumi.Input<string>;
  /**
   * Context of the kubeconfig.
   *
   * @default - the current one
   */
  readonly context?: pulumi.Input<string>;
  /**
   * What happens when `spec.backend` or `spec.unsealer` changes: KubeVault cannot change them in place. `refuse` fails at preview; `replace`
   * deletes the VaultServer and makes it anew, and the data, if it is to be kept, must have been moved before.
   *
   * @default "refuse"
   */
  readonly onImmutableChange?: "refuse" | "replace";
  /** Labels of all objects made. */
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Changes the arguments of a child before it is made. What is returned is not checked again. */
  readonly transform?: {
    readonly serviceAccount?: (args: core.ServiceAccountArgs) => core.ServiceAccountArgs;
    readonly vaultServer?: (args: apiextensions.CustomResourceArgs) => apiextensions.CustomResourceArgs;
    readonly restart?: (args: apiextensions.CustomResourceArgs) => apiextensions.CustomResourceArgs;
  };
}
