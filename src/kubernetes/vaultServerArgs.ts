import type * as apiextensions from "@pulumi/kubernetes/apiextensions/index.js";
import type * as core from "@pulumi/kubernetes/core/v1/index.js";
import type * as pulumi from "@pulumi/pulumi";
import type { InputOf } from "../internal/inputOf.js";
import type { TextsInput } from "../internal/texts.js";
import type { VaultServerApiVersion } from "./vaultServerRules.js";
import type { VaultServerSpec } from "./vaultServerSpec.js";
import type { Transform } from "../internal/transform.js";

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
  /** `kubevault.com/v1alpha1` only: the Secret with `session_token`, in addition to the one with the keys. */
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
     * another region is rejected.
     */
    readonly clusterRegion: pulumi.Input<string>;
  };
  /**
   * Any text: Vault's pods are restarted when it changes. Give what they read only at their start and Pulumi does not see, such as the ID of an access
   * key, or a version of the contents of `configSecret`.
   *
   * @default - the pods are restarted when the spec needs it
   */
  readonly restartTrigger?: pulumi.Input<string>;
  /**
   * `clusterName` of KubeVault's operator, if it was installed with one: it is part of the root token's key.
   *
   * @default - none
   */
  readonly operatorClusterName?: pulumi.Input<string>;
  /**
   * How long Vault may take to become Ready, in seconds, including a restart of its pods.
   *
   * @default 900
   */
  readonly readyTimeoutSeconds?: number;
  /**
   * Kubeconfig of the cluster that Pulumi's Kubernetes provider works with: a file's path, or its contents, which are kept encrypted in the state. It is
   * used to check that KubeVault is installed, to wait for the VaultServer, and to restart Vault.
   *
   * @default - KUBECONFIG, `~/.kube/config`, or the pod's own service account
   */
  readonly kubeconfig?: pulumi.Input<string>;
  /**
   * Context of the kubeconfig.
   *
   * @default - the current one
   */
  readonly context?: pulumi.Input<string>;
  /**
   * What happens when `spec.backend`, `spec.unsealer` or `spec.podTemplate.spec.nodeSelector` changes: KubeVault cannot change them in place. `refuse`
   * fails at preview; `replace` deletes the VaultServer and creates it again, and data that are to be kept must have been moved before.
   *
   * @default "refuse"
   */
  readonly onImmutableChange?: "refuse" | "replace";
  /** Labels of all objects made. */
  readonly labels?: TextsInput;
  /** Annotations of all objects created. */
  readonly annotations?: TextsInput;
  /** Changes the arguments of a child before it is created. What is returned is not checked again. */
  readonly transform?: {
    /** Changes the arguments of the ServiceAccount of Vault's pods. */
    readonly serviceAccount?: Transform<core.ServiceAccountArgs>;
    /** Changes the arguments of the VaultServer. */
    readonly vaultServer?: Transform<apiextensions.CustomResourceArgs>;
  };
}
