/** The parts of KubeVault's objects that the stand-in reads and writes. */

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface SecretReference {
  readonly name?: string;
}

export interface DynamoDbBackend {
  readonly table?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly haEnabled?: boolean;
  readonly readCapacity?: number;
  readonly writeCapacity?: number;
  readonly maxParallel?: number;
  readonly credentialSecretRef?: SecretReference;
}

export interface AwsKmsSsmMode {
  readonly kmsKeyID: string;
  readonly ssmKeyPrefix?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentialSecretRef?: SecretReference;
}

export interface UnsealerMode {
  readonly kubernetesSecret?: { readonly secretName: string };
  readonly awsKmsSsm?: AwsKmsSsmMode;
  readonly googleKmsGcs?: unknown;
  readonly azureKeyVault?: unknown;
}

export interface Unsealer {
  readonly mode?: UnsealerMode;
  readonly secretShares?: number;
  readonly secretThreshold?: number;
  readonly overwriteExisting?: boolean;
}

export interface AuthMethod {
  readonly type: string;
  readonly path: string;
  readonly description?: string;
}

export type TerminationPolicy = "Halt" | "Delete" | "WipeOut" | "DoNotTerminate";

export interface VaultServerSpec {
  readonly version: string;
  readonly replicas?: number;
  readonly backend: Readonly<Record<string, unknown>> & { readonly dynamodb?: DynamoDbBackend };
  readonly unsealer?: Unsealer;
  readonly configSecret?: SecretReference;
  readonly tls?: Tls;
  readonly authMethods?: readonly AuthMethod[];
  readonly podTemplate?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  readonly halted?: boolean;
  readonly terminationPolicy?: TerminationPolicy;
}

export type Phase = "Initializing" | "Unsealing" | "Sealed" | "Ready" | "NotReady" | "Critical";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export interface AuthMethodStatus extends Pick<AuthMethod, "type" | "path"> {
  readonly status: "EnableSucceeded" | "EnableFailed";
  readonly reason?: string;
}

export interface VaultServerStatus {
  readonly phase?: Phase;
  readonly initialized?: boolean;
  readonly serviceName?: string;
  readonly clientPort?: number;
  readonly observedGeneration?: number;
  readonly vaultStatus?: {
    readonly active?: string;
    readonly standby?: readonly string[];
    readonly sealed?: readonly string[];
    readonly unsealed?: readonly string[];
  };
  readonly updatedNodes?: readonly string[];
  readonly conditions?: readonly Condition[];
  readonly authMethodStatus?: readonly AuthMethodStatus[];
}

export interface Tls {
  readonly certificates?: readonly {
    readonly alias: string;
    readonly secretName?: string;
    readonly dnsNames?: readonly string[];
    readonly ipAddresses?: readonly string[];
  }[];
}

export interface VaultServer {
  readonly metadata: ObjectMeta;
  readonly spec: VaultServerSpec;
  readonly status?: VaultServerStatus;
}

/** `namespace/name` */
/** What the Pods are made from: a change of it reaches a Pod only when that is made again. */
export function podTemplateOf({ spec: { version, podTemplate, tls, configSecret } }: VaultServer): string {
  return JSON.stringify({ version, podTemplate, tls, configSecret });
}

export function keyOf({ metadata }: Pick<VaultServer, "metadata">): string {
  return `${metadata.namespace}/${metadata.name}`;
}

export function pathOf({ metadata }: Pick<VaultServer, "metadata">): string {
  return `/apis/kubevault.com/v1alpha2/namespaces/${metadata.namespace}/vaultservers/${metadata.name}`;
}

/** What the names of a VaultServer's unseal keys and root token begin with. The middle is the cluster's name, which few clusters have. */
export function keyPrefix({ metadata }: Pick<VaultServer, "metadata">): string {
  return `k8s.-.${metadata.namespace}.${metadata.name}`;
}

export function replicasOf({ spec }: VaultServer): number {
  return spec.halted === true ? 0 : (spec.replicas ?? 1);
}
