import type { PodTemplate, ServiceTemplate } from "./podTemplate.js";
import type { TlsConfig } from "./tlsConfig.js";
import type { core } from "@pulumi/kubernetes/types/input.js";
import type * as pulumi from "@pulumi/pulumi";

/**
 * The `spec` of a KubeVault VaultServer in `kubevault.com/v1alpha2`, field by field under KubeVault's own names.
 *
 * The type is closed. Kubernetes silently drops a field it does not know, so every key is held against this list before anything is
 * sent. Left out on purpose: `isolateTenants`, `relayPlacementRef` and `relayTemplate`, which serve OpenBao only, and all backends but
 * `dynamodb`.
 *
 * @see https://kubevault.com/docs/latest/concepts/vault-server-crds/vaultserver/
 */
export interface VaultServerSpec {
  /**
   * Name of the VaultServerVersion, such as `1.18.4`. KubeVault ships 1.10.3, 1.11.5, 1.12.1, 1.13.3, 1.14.10, 1.15.6, 1.16.3, 1.17.6 and
   * 1.18.4; any other must exist in the cluster as a VaultServerVersion of your own.
   */
  readonly version: string;
  /** Where Vault keeps its data. Cannot change once the VaultServer exists. */
  readonly backend: VaultServerBackend;
  /** How many Vault pods run. More than one needs `backend.dynamodb.haEnabled`. Default: 1. */
  readonly replicas?: number;
  /** A Secret whose key `vault.hcl` is appended to Vault's configuration: telemetry, `log_level`, service registration. */
  readonly configSecret?: LocalObjectReference;
  /** Volumes mounted into Vault's pods at `/etc/vault/data/data-<index>`. */
  readonly dataSources?: readonly pulumi.Unwrap<Omit<core.v1.Volume, "name">>[];
  /** TLS of Vault's listener. Default: none, Vault speaks plain HTTP inside the cluster. */
  readonly tls?: TlsConfig;
  /** Who initialises and unseals Vault, and where the unseal keys and the root token are kept. Cannot change once the VaultServer exists. */
  readonly unsealer?: VaultServerUnsealer;
  /** Auth methods that the operator enables. Default: `kubernetes` at path `kubernetes`, which the operator adds in any case. */
  readonly authMethods?: readonly VaultServerAuthMethod[];
  /** Prometheus metrics. Default: none. */
  readonly monitor?: VaultServerMonitor;
  /** What Vault's pods look like. The operator ignores some of the fields; a warning names them. */
  readonly podTemplate?: PodTemplate;
  /** What the Services look like, one entry for each that is to differ from the operator's. */
  readonly serviceTemplates?: readonly ServiceTemplate[];
  /** Whether Vault is stopped: KubeVault deletes what runs it, except persistent volume claims. The data in DynamoDB stay. Default: false. */
  readonly halted?: boolean;
  /**
   * What deleting the VaultServer removes. `DoNotTerminate` makes `pulumi destroy` fail until it is changed. The table, unseal keys and root
   * token are never removed by the operator. Default: the operator's, `Delete`.
   */
  readonly terminationPolicy?: TerminationPolicy;
  /** Which SecretEngine objects may use this Vault. Default: all engines, from the VaultServer's own namespace. */
  readonly allowedSecretEngines?: AllowedSecretEngines;
  /** The operator's health check. It writes to Vault, and so to DynamoDB, at every period unless `disableWriteCheck` is set. */
  readonly healthChecker?: HealthChecker;
  /** An extra Service `<name>-primary` that always leads to the active node. Needs `backend.dynamodb.haEnabled`. Default: false. */
  readonly exposePrimary?: boolean;
}

/** A Secret or other object in the VaultServer's namespace, by name. */
export interface LocalObjectReference {
  /** Name of the object. KubeVault accepts an empty name and then refers to nothing; it is rejected here. */
  readonly name: string;
}

/** Where Vault keeps its data: DynamoDB. */
export interface VaultServerBackend {
  /** The DynamoDB table. */
  readonly dynamodb: DynamoDbBackend;
}

/**
 * Vault's DynamoDB storage.
 *
 * @see https://developer.hashicorp.com/vault/docs/configuration/storage/dynamodb
 */
export interface DynamoDbBackend {
  /** Name of the table. Default: Vault's, `vault-dynamodb-backend`. */
  readonly table?: string;
  /**
   * Region of the table. Under IRSA the AWS_REGION of the pod, which is the cluster's region, wins over it. Default: Vault's, `us-east-1`.
   */
  readonly region?: string;
  /** Another endpoint of DynamoDB, such as a VPC endpoint. Default: AWS's own for the region. */
  readonly endpoint?: string;
  /** Whether standby nodes can take over, by a lock in the table. Default: false. */
  readonly haEnabled?: boolean;
  /** Read capacity units of a table that Vault itself makes: without effect on a table that exists. Default: Vault's, 5. */
  readonly readCapacity?: number;
  /** Write capacity units of a table that Vault itself makes: without effect on a table that exists. Default: Vault's, 5. */
  readonly writeCapacity?: number;
  /** How many requests to DynamoDB Vault has open at a time. Default: Vault's, 128. */
  readonly maxParallel?: number;
  /**
   * The Secret with AWS keys: `access_key`, `secret_key` and, for temporary credentials, `session_token`. Default: none, Vault uses the
   * identity of its pod.
   */
  readonly credentialSecretRef?: LocalObjectReference;
}

/** Who initialises and unseals Vault. */
export interface VaultServerUnsealer {
  /** Into how many shares the root key is split. Required: KubeVault checks it and does not default it reliably. */
  readonly secretShares: number;
  /** How many shares unseal Vault. Required, at most `secretShares`. */
  readonly secretThreshold: number;
  /** Where the unseal keys and the root token are kept: exactly one. */
  readonly mode: UnsealerMode;
  /** Seconds between attempts. Default: the unsealer's, 10. */
  readonly retryPeriodSeconds?: number;
  /** Whether initialising Vault may overwrite unseal keys that exist. Default: false. */
  readonly overwriteExisting?: boolean;
  /** Whether the root token is kept. KubeVault takes `false` for "not given", so it cannot be turned off here. Default: true. */
  readonly storeRootToken?: boolean;
}

/** Where the unseal keys and the root token are kept: exactly one of them. */
export interface UnsealerMode {
  /** In a Secret of the VaultServer's namespace. */
  readonly kubernetesSecret?: {
    /** Name of the Secret. */
    readonly secretName: string;
  };
  /** In AWS Systems Manager parameters, encrypted by a KMS key. */
  readonly awsKmsSsm?: AwsKmsSsmUnsealer;
  /** In Google Cloud Storage, encrypted by Cloud KMS. */
  readonly googleKmsGcs?: GoogleKmsGcsUnsealer;
  /** In Azure Key Vault. */
  readonly azureKeyVault?: AzureKeyVaultUnsealer;
}

/** Unseal keys in AWS Systems Manager parameters. */
export interface AwsKmsSsmUnsealer {
  /** ID or ARN of the KMS key that encrypts the parameters' values. */
  readonly kmsKeyID: string;
  /** Start of the parameters' names. It is put before a name as it is, so it must start and end with a slash: `/vault/prod/`. */
  readonly ssmKeyPrefix?: string;
  /** Region of the key and the parameters. A node that answers instance metadata (IMDSv1) beats it with its own. */
  readonly region?: string;
  /** Passed on by the operator, but not read by the unsealer: reach KMS privately by private DNS instead. */
  readonly endpoint?: string;
  /** A Secret with `access_key` and `secret_key`. The unsealer takes no session token. Default: none, the identity of the pod. */
  readonly credentialSecretRef?: LocalObjectReference;
}

/** Unseal keys in Google Cloud Storage. */
export interface GoogleKmsGcsUnsealer {
  /** Name of the bucket. */
  readonly bucket: string;
  /** Name of the key in Cloud KMS. */
  readonly kmsCryptoKey: string;
  /** Key ring of the key. */
  readonly kmsKeyRing: string;
  /** Location of the key ring, such as `europe-west1`. */
  readonly kmsLocation: string;
  /** ID of the key's project. */
  readonly kmsProject: string;
  /** A Secret with the JSON of a service account. @default - the identity of the pod */
  readonly credentialSecretRef?: LocalObjectReference;
}

/** Unseal keys in Azure Key Vault. */
export interface AzureKeyVaultUnsealer {
  /** URL of the key vault: `https://name.vault.azure.net`. */
  readonly vaultBaseURL: string;
  /** ID of the tenant in Microsoft Entra. */
  readonly tenantID: string;
  /** Azure's environment. Default: `AZUREPUBLICCLOUD`. */
  readonly cloud?: string;
  /** Whether the pod's managed identity is used, instead of `credentialSecretRef`. @default false */
  readonly useManagedIdentity?: boolean;
  /** A Secret with the client's ID and secret. */
  readonly credentialSecretRef?: LocalObjectReference;
  /** A Secret with the client's certificate and its password. */
  readonly tlsSecretRef?: LocalObjectReference;
}

/** An auth method that the operator enables. */
export interface VaultServerAuthMethod {
  /** Type of the auth method. */
  readonly type: AuthMethodType;
  /** Where it is mounted. */
  readonly path: string;
  /** Description that `vault auth list` shows. */
  readonly description?: string;
  /**
   * Configuration of a `kubernetes` method. KubeVault's conversion to v1alpha1 fails on it: an object that has it cannot be read as v1alpha1.
   */
  readonly kubernetesConfig?: KubernetesAuthConfig;
  /** Configuration of an `oidc` method. */
  readonly oidcConfig?: JwtOidcAuthConfig;
  /** Configuration of a `jwt` method. */
  readonly jwtConfig?: JwtOidcAuthConfig;
  /** Name of the plugin, where it is not the built-in one. */
  readonly pluginName?: string;
  /** Whether the method is local to this cluster and not replicated. @default false */
  readonly local?: boolean;
}

/** What all auth methods can be tuned by. */
export interface KubernetesAuthConfig {
  /** Lease of tokens where a login asks for none, such as `1h`. @default - Vault's */
  readonly defaultLeaseTTL?: string;
  /** Maximum lease of tokens, such as `24h`. @default - Vault's */
  readonly maxLeaseTTL?: string;
  /** Name of the plugin, where it is not the built-in one. */
  readonly pluginName?: string;
  /** Keys of requests that the audit log shows in plain text. */
  readonly auditNonHMACRequestKeys?: readonly string[];
  /** Keys of responses that the audit log shows in plain text. */
  readonly auditNonHMACResponseKeys?: readonly string[];
  /** `unauth` shows the method to clients that are not logged in. @default "hidden" */
  readonly listingVisibility?: string;
  /** Headers of requests that are passed on to the plugin. */
  readonly passthroughRequestHeaders?: readonly string[];
}

/** Configuration of a `jwt` or `oidc` auth method. */
export interface JwtOidcAuthConfig extends KubernetesAuthConfig {
  /** Issuer that tokens must have (`iss`). */
  readonly boundIssuer?: string;
  /** A Secret with the OIDC client's secret. */
  readonly credentialSecretRef?: LocalObjectReference;
  /** Role of logins that name none. */
  readonly defaultRole?: string;
  /** URL of the issuer's keys (JWKS). Exactly one of this, `jwtValidationPubkeys` and `oidcDiscoveryURL`. */
  readonly jwksURL?: string;
  /** Signing algorithms that are accepted. @default - RS256 for `oidc`, all for `jwt` */
  readonly jwtSupportedAlgs?: readonly string[];
  /** The issuer's public keys in PEM. */
  readonly jwtValidationPubkeys?: readonly string[];
  /** Client ID at the issuer. */
  readonly oidcClientID?: string;
  /** URL of the issuer, without `/.well-known/openid-configuration`. */
  readonly oidcDiscoveryURL?: string;
  /** How the issuer answers: `query` or `form_post`. @default "query" */
  readonly oidcResponseMode?: string;
  /** What the issuer is asked for: `code`, `id_token`. @default "code" */
  readonly oidcResponseTypes?: string;
  /** Settings of an issuer that Vault has special code for, under Vault's own names. */
  readonly providerConfig?: Readonly<Record<string, string>>;
  /** A Secret with the certificate of the authority that signed the issuer's certificate. */
  readonly tlsSecretRef?: LocalObjectReference;
}

/** Prometheus metrics of Vault. */
export interface VaultServerMonitor {
  /** Who scrapes: the Prometheus operator by a ServiceMonitor, or Prometheus by annotations. @default - none */
  readonly agent?: MonitorAgent;
  /** Settings of Prometheus. */
  readonly prometheus?: {
    /** The exporter's container. */
    readonly exporter?: {
      /** Arguments of the exporter. */
      readonly args?: readonly string[];
      /** Environment variables of the exporter. */
      readonly env?: readonly pulumi.Unwrap<core.v1.EnvVar>[];
      /** Port of the exporter's metrics. Default: 56790. */
      readonly port?: number;
      /** Requests and limits of the exporter. */
      readonly resources?: pulumi.Unwrap<core.v1.ResourceRequirements>;
      /** Security context of the exporter. */
      readonly securityContext?: pulumi.Unwrap<core.v1.SecurityContext>;
    };
    /** The ServiceMonitor, for the Prometheus operator. */
    readonly serviceMonitor?: {
      /** How often to scrape, such as `30s`. */
      readonly interval?: string;
      /** Labels of the ServiceMonitor, which the Prometheus object selects by. */
      readonly labels?: Readonly<Record<string, string>>;
    };
  };
}

/** Which SecretEngine objects may use a Vault. */
export interface AllowedSecretEngines {
  /** Namespaces whose SecretEngine objects are admitted. */
  readonly namespaces?: {
    /** Default: `Same`. */
    readonly from?: AllowedNamespaces;
    /** Which namespaces, for `Selector`. */
    readonly selector?: {
      /** Labels that a namespace must have, all of them. */
      readonly matchLabels?: Readonly<Record<string, string>>;
      /** Conditions on labels that a namespace must meet, all of them. */
      readonly matchExpressions?: readonly {
        /** Key of the label. */
        readonly key: string;
        /** `In`, `NotIn`, `Exists` or `DoesNotExist`. */
        readonly operator: string;
        /** Values to compare with, for `In` and `NotIn`. */
        readonly values?: readonly string[];
      }[];
    };
  };
  /** Which engines. Default: all. */
  readonly secretEngines?: readonly SecretEngineType[];
}

/** The operator's health check. */
export interface HealthChecker {
  /** Seconds between two checks. Default: 10. */
  readonly periodSeconds?: number;
  /** Seconds after which a check has failed. Default: 10. */
  readonly timeoutSeconds?: number;
  /** How many checks in a row must fail before Vault counts as unhealthy. Default: 1. */
  readonly failureThreshold?: number;
  /** Whether the check only reads. The writing check costs DynamoDB write capacity at every period. Default: false. */
  readonly disableWriteCheck?: boolean;
}

/** An auth method that KubeVault can enable. */
export type AuthMethodType = (typeof authMethodTypes)[number];
/** What a deletion of the VaultServer leaves behind: `WipeOut` nothing; `DoNotTerminate` rejects the deletion. */
export type TerminationPolicy = (typeof terminationPolicies)[number];
/** What scrapes Vault's metrics. */
export type MonitorAgent = (typeof monitorAgents)[number];
/** Whose SecretEngines a VaultServer accepts: those of all namespaces, of selected ones, or of its own. */
export type AllowedNamespaces = (typeof allowedNamespaces)[number];
/** A secrets engine that KubeVault can enable. */
export type SecretEngineType = (typeof secretEngineTypes)[number];

/** All of {@link AuthMethodType}. */
export const authMethodTypes = ["kubernetes", "aws", "gcp", "userpass", "cert", "azure", "jwt", "oidc"] as const;
/** All of {@link TerminationPolicy}. */
export const terminationPolicies = ["Halt", "Delete", "WipeOut", "DoNotTerminate"] as const;
/** All of {@link MonitorAgent}. */
export const monitorAgents = ["prometheus.io/operator", "prometheus.io", "prometheus.io/builtin"] as const;
/** All of {@link AllowedNamespaces}. */
export const allowedNamespaces = ["All", "Selector", "Same"] as const;
/** All of {@link SecretEngineType}. */
export const secretEngineTypes = [
  "kv",
  "pki",
  "aws",
  "azure",
  "gcp",
  "postgres",
  "mongodb",
  "mysql",
  "mariadb",
  "elasticsearch",
  "redis",
] as const;
