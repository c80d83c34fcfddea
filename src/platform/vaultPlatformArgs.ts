import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationSettings } from "../access/applicationAccessArgs.js";
import type { AssumableRoleArgs } from "../iam/assumableRole.js";
import type { RootCredentialArgs } from "../iam/rootCredentialArgs.js";
import type { InputOf } from "../internal/inputOf.js";
import type { PlainObject } from "../internal/plainObject.js";
import type { TextsInput } from "../internal/texts.js";
import type { VaultServerArgs } from "../kubernetes/vaultServerArgs.js";
import type { VaultServerSpec } from "../kubernetes/vaultServerSpec.js";
import type { AwsLeaseConfigSettings } from "../secretsengine/awsLeaseConfig.js";
import type { AwsRootConfigSettings } from "../secretsengine/awsRootConfig.js";
import type { AwsSecretsMountSettings } from "../secretsengine/awsSecretsMount.js";
import type { AwsSecretsRoleSettings } from "../secretsengine/awsSecretsRole.js";
import type { AwsStaticRoleSettings } from "../secretsengine/awsStaticRole.js";
import type { VaultPlatformAutomationArgs } from "./automationArgs.js";
import type { CredentialType } from "../secretsengine/roleSpec.js";
import type { VaultConnectionArgs } from "../vaultresource/vaultConnection.js";
import type { DynamoDbStorageArgs } from "../storage/dynamoDbStorageArgs.js";

/** A role of the secrets engine, as a platform declares it. */
export interface VaultPlatformRoleArgs extends Omit<AwsSecretsRoleSettings, "credentialType" | "arn"> {
  /** Type of the credentials that the role issues. A plain value, not an output, since the root credential's permissions depend on it. Left out only where the old `policy` or `arn` decides it. */
  readonly credentialType?: CredentialType;
  /**
   * An ARN of a policy or role, as Vault took it before release 0.11: written as `policyArns` of an `iam_user`, or as `roleArns` of an `assumed_role`. Plain,
   * since it decides the credential type.
   */
  readonly arn?: string;
  /** Names of the platform's `assumableRoles` that may be assumed, besides `roleArns`. `assumed_role` only. */
  readonly assumableRoles?: readonly string[];
}

/** The `spec` of a platform's VaultServer: a plain object, whose fields may be outputs. */
export type VaultPlatformServerSpec = {
  readonly [Field in keyof Omit<VaultServerSpec, "backend">]: InputOf<VaultServerSpec[Field]>;
};

/** Vault's pods on EKS take an IAM role by their ServiceAccount (IRSA): there is then no access key anywhere. Either `oidcProviderArn` or `roleArn`. */
export interface VaultPlatformIrsaArgs {
  /** ARN of the cluster's IAM OIDC provider: a role is created that trusts Vault's ServiceAccount. */
  readonly oidcProviderArn?: pulumi.Input<string>;
  /** ARN of a role that exists. Its trust policy must let `system:serviceaccount:<namespace>:<serverName>` in. */
  readonly roleArn?: pulumi.Input<string>;
  /**
   * With `roleArn`: whether the role is given its rights. `false` where only its owner may change it: the owner then attaches `rootCredential.policy`,
   * `storage.policyDocument` and, with unseal keys in SSM, `storage.unsealerPolicyDocument`. Vault becomes Ready once they are attached.
   *
   * @default true
   */
  readonly attachPolicies?: boolean;
  /** Region of the cluster: EKS puts it into the pods, where it wins over the table's. */
  readonly clusterRegion: pulumi.Input<string>;
}

/** Arguments of the parts that the platform sets itself. */
export const vaultServerArgumentsSet = ["namespace", "spec", "irsa", "serverName"] as const;
export const storageArgumentsSet = ["endpoint", "unsealer"] as const;
export const rootCredentialArgumentsSet = [
  "roles",
  "staticRoles",
  "identity",
  "serviceAccount",
  "trustPolicy",
  "existingRoleArn",
  "attachPolicies",
] as const;
export const assumableRoleArgumentsSet = ["trustedPrincipalArn"] as const;

/** The AWS provider of a part that is in another account or region than the rest. */
export interface VaultPlatformProviderArgs {
  /**
   * AWS provider of its account and region.
   *
   * @default - the platform's own
   */
  readonly provider?: pulumi.ProviderResource;
}

/** How Vault's unseal key is split into shares. */
export interface VaultPlatformSharesArgs {
  /**
   * Number of shares.
   *
   * @default 5
   */
  readonly secretShares?: number;
  /**
   * How many of them unseal Vault.
   *
   * @default 3, or secretShares where that is less
   */
  readonly secretThreshold?: number;
}

/** Unseal keys and root token in a Kubernetes Secret. */
export interface VaultPlatformSecretUnsealerArgs extends VaultPlatformSharesArgs {
  /** Selects a Kubernetes Secret. */
  readonly kind: "kubernetesSecret";
  /**
   * Name of the Secret that is created.
   *
   * @default "<serverName>-keys"
   */
  readonly secretName?: pulumi.Input<string>;
  /**
   * A Secret that exists, such as that of a Vault whose data are restored. It is not deleted with the platform.
   *
   * @default - a Secret is created
   */
  readonly existingSecretName?: pulumi.Input<string>;
}

/** Unseal keys and root token in SSM parameters, encrypted by a KMS key. Vault's identity gets the rights for them. */
export interface VaultPlatformKmsUnsealerArgs extends VaultPlatformSharesArgs {
  /** Selects SSM parameters encrypted by KMS. */
  readonly kind: "awsKmsSsm";
  /**
   * ARN of the KMS key, not of an alias: policies name it.
   *
   * @default - a key is created, with yearly rotation
   */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /**
   * Start of the parameters' names, with a slash at both ends. Parameters of an earlier Vault under it, `k8s.<cluster>.<namespace>.<serverName>-*`, are taken
   * over.
   *
   * @default "/vault/<project>/<stack>/<serverName>/"
   */
  readonly ssmKeyPrefix?: pulumi.Input<string>;
}

/** Where a platform's unseal keys and root token are kept. */
export type VaultPlatformUnsealerArgs = VaultPlatformSecretUnsealerArgs | VaultPlatformKmsUnsealerArgs;

/** What {@link VaultPlatform} takes. */
export interface VaultPlatformArgs {
  /**
   * What the names of all children begin with, and so the names in AWS that Pulumi makes of them. A component that is renamed by `aliases` keeps all it has with
   * its former name as prefix.
   *
   * @default - the component's name
   */
  readonly namePrefix?: string;
  /**
   * ARN of the permissions boundary of all IAM users and roles that are created, also of the users that Vault creates for `iam_user` roles. A part's own
   * `permissionsBoundaryArn` comes first; roles of another account (`provider`) and roles that exist get none.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /** Kubernetes namespace of Vault. It must exist. */
  readonly namespace: pulumi.Input<string>;
  /**
   * The `spec` of the VaultServer in KubeVault's own terms, all but its backend. `version` is required.
   *
   * @default - of `tls`: `{}`, certificates that the operator signs
   */
  readonly vaultServer: PlainObject<VaultPlatformServerSpec>;
  /**
   * Where the unseal keys and the root token are kept; everything that this needs is created. Not together with `vaultServer.unsealer`, which takes an
   * unsealer in KubeVault's own terms.
   *
   * `pulumi up` reads the root token at each operation: for `awsKmsSsm` whoever runs it needs `ssm:GetParameter` and `kms:Decrypt`, and for a destroy
   * `ssm:DeleteParameters`.
   *
   * @default "kubernetesSecret"
   */
  readonly unsealer?: "kubernetesSecret" | "awsKmsSsm" | VaultPlatformUnsealerArgs;
  /**
   * Serves Vault over plain HTTP inside the cluster: whoever reads the cluster's traffic reads tokens and credentials. For trials only.
   *
   * @default false - TLS, with certificates of `vaultServer.tls.issuerRef`, or else signed by the operator
   */
  readonly plainHttp?: boolean;
  /** Further arguments of the VaultServer component. */
  readonly vaultServerOptions?: PlainObject<Omit<VaultServerArgs, (typeof vaultServerArgumentsSet)[number]>>;
  /**
   * Name of the VaultServer, its Service and its ServiceAccount.
   *
   * @default - namePrefix
   */
  readonly serverName?: string;
  /**
   * Address that `pulumi up` reaches Vault at, such as `https://vault.example.com:8200`: that of an ingress or a load balancer.
   *
   * @default - Vault's Service, as `portForward` says
   */
  readonly vaultAddress?: pulumi.Input<string>;
  /**
   * How `pulumi up` reaches Vault's Service: `true` always by a port-forward through the Kubernetes API, for as long as each operation lasts; `false`
   * always at the Service's DNS name. Not together with `vaultAddress`.
   *
   * @default - at its DNS name where `pulumi` runs in a pod of the cluster and no kubeconfig is given, by a port-forward everywhere else
   */
  readonly portForward?: boolean;
  /**
   * Kubeconfig of the cluster: a file's path, or its contents, which are kept encrypted in the state. It serves the port-forward, the reading of the
   * root token, and the wait for the VaultServer. Pulumi's Kubernetes provider has its own, which is not read: give both the same one.
   *
   * @default - KUBECONFIG, `~/.kube/config`, or the pod's own service account
   */
  readonly kubeconfig?: pulumi.Input<string>;
  /**
   * Context of the kubeconfig.
   *
   * @default - its current context
   */
  readonly context?: pulumi.Input<string>;
  /**
   * A login of `pulumi up` of its own, with the least policy for what this platform manages in Vault. The root token, from its Secret or from
   * KUBEVAULT_AWS_VAULT_TOKEN, is then used only for this policy and login themselves: to create them, and when they change. `kind` and names are plain.
   *
   * @default - all is done with the root token
   */
  readonly automation?: VaultPlatformAutomationArgs;
  /**
   * How `pulumi up` speaks with Vault and logs in.
   *
   * @default - the root token, read from its Secret at each operation and never stored
   */
  readonly connection?: PlainObject<Omit<VaultConnectionArgs, "address" | "kubernetes">>;
  /** Other endpoints of AWS for Vault, such as those of a VPC. */
  readonly endpoints?: PlainObject<{
    /** Endpoint of DynamoDB. Needed in the European Sovereign Cloud, which Vault's AWS SDK does not know. @default - AWS's own for the region */
    readonly dynamodb?: pulumi.Input<string>;
    /** Endpoint of IAM. @default - AWS's own for the region's partition */
    readonly iam?: pulumi.Input<string>;
    /** Endpoint of STS. @default - AWS's own for the region, in every partition */
    readonly sts?: pulumi.Input<string>;
  }>;
  /**
   * Keeps data from being lost by mistake: deletion protection of the table, `terminationPolicy: "DoNotTerminate"`, and Pulumi's `protect` on both. Another
   * `vaultServer.terminationPolicy` is rejected meanwhile. To destroy the platform set it to false, run `pulumi up`, then `pulumi destroy`.
   *
   * @default true
   */
  readonly protectData?: boolean;
  /**
   * The table of Vault's data, and the identity that Vault uses it with. `haEnabled` is true by default, also for one replica, so that replicas can be
   * added later: KubeVault cannot change it once the VaultServer exists. The lock costs about one write capacity unit every five seconds.
   */
  readonly storage?: PlainObject<
    Omit<DynamoDbStorageArgs, (typeof storageArgumentsSet)[number]> & VaultPlatformProviderArgs
  >;
  /**
   * Name of the Secret with the key that Vault uses the table with.
   *
   * @default "<serverName>-storage-credential"
   */
  readonly storageSecretName?: pulumi.Input<string>;
  /** Vault's pods take an IAM role instead of access keys. Federation tokens and session tokens are then not to be had. */
  readonly irsa?: PlainObject<VaultPlatformIrsaArgs>;
  /** The identity of Vault's AWS secrets engine. Its rights are derived from `roles` and `staticRoles`. */
  readonly rootCredential?: PlainObject<Omit<RootCredentialArgs, (typeof rootCredentialArgumentsSet)[number]>>;
  /**
   * IAM roles for Vault to assume, by names that `roles` refer to. One of another account is created by that account's `provider`; where there is none,
   * give its owner `rootCredential.trustPolicy()`, and its ARN to `roleArns` of a role.
   */
  readonly assumableRoles?: Readonly<
    Record<
      string,
      PlainObject<Omit<AssumableRoleArgs, (typeof assumableRoleArgumentsSet)[number]> & VaultPlatformProviderArgs>
    >
  >;
  /** What applications can ask Vault for, by the names of the roles in Vault. */
  readonly roles?: Readonly<Record<string, VaultPlatformRoleArgs>>;
  /** IAM users whose keys Vault rotates, by the names of the static roles in Vault. Vault 1.14 and later. */
  readonly staticRoles?: Readonly<Record<string, PlainObject<AwsStaticRoleSettings>>>;
  /**
   * Applications on Kubernetes that may read credentials, by the names of their policies and auth roles in Vault: `{ shop: { serviceAccounts: ["shop"],
   * namespaces: ["shop"], roles: ["deploy"] } }`. Names are plain values, not outputs.
   */
  readonly applications?: Readonly<Record<string, ApplicationSettings>>;
  /**
   * Where the secrets engine is mounted.
   *
   * @default "aws"
   */
  readonly mountPath?: pulumi.Input<string>;
  /** Further settings of the mount. */
  readonly mount?: PlainObject<AwsSecretsMountSettings>;
  /** Further settings of `config/root`. */
  readonly rootConfig?: PlainObject<
    Omit<AwsRootConfigSettings, "accessKey" | "secretKey" | "iamEndpoint" | "stsEndpoint">
  >;
  /**
   * Lifetime of the leases of `iam_user` roles.
   *
   * @default - the mount's
   */
  readonly leaseConfig?: PlainObject<AwsLeaseConfigSettings>;
  /** Tags of all AWS resources created. Those of a part are added to them, and win. */
  readonly tags?: TextsInput;
  /** Labels of all Kubernetes objects created. Those of `vaultServerOptions` are added to them, and win. */
  readonly labels?: TextsInput;
  /** Annotations of all Kubernetes objects created, likewise. */
  readonly annotations?: TextsInput;
}
