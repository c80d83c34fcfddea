import type { core } from "@pulumi/kubernetes/types/input.js";
import type * as pulumi from "@pulumi/pulumi";
import {
  core as coreType,
  flag,
  integer,
  listOf,
  objectName,
  objectOf,
  oneOf,
  quantityMap,
  text,
  textMap,
  type Field,
  type ObjectField,
} from "./fields.js";

/** What Vault's pods, and the StatefulSet that makes them, look like. */
export interface PodTemplate {
  /** Metadata of the pods. The operator takes the annotations; it is not known to take the labels. */
  readonly metadata?: TemplateMetadata;
  /** Metadata of the StatefulSet. The operator takes the annotations; it is not known to take the labels. */
  readonly controller?: TemplateMetadata;
  readonly spec?: PodTemplateSpec;
}

/** Labels and annotations. */
export interface TemplateMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The pod fields that KubeVault's schema accepts. `honouredPodFields` are those that the operator is known to use; the others are
 * accepted and ignored, and a warning says so.
 *
 * @see https://kubevault.com/docs/latest/concepts/vault-server-crds/vaultserver/#specpodtemplate
 */
export interface PodTemplateSpec {
  readonly affinity?: pulumi.Unwrap<core.v1.Affinity>;
  readonly args?: readonly string[];
  readonly containerSecurityContext?: pulumi.Unwrap<core.v1.SecurityContext>;
  readonly dnsConfig?: pulumi.Unwrap<core.v1.PodDNSConfig>;
  readonly dnsPolicy?: string;
  readonly enableServiceLinks?: boolean;
  readonly env?: readonly pulumi.Unwrap<core.v1.EnvVar>[];
  readonly hostIPC?: boolean;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly initContainers?: readonly pulumi.Unwrap<core.v1.Container>[];
  readonly lifecycle?: pulumi.Unwrap<core.v1.Lifecycle>;
  readonly livenessProbe?: pulumi.Unwrap<core.v1.Probe>;
  /** Cannot change once the VaultServer exists. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly podPlacementPolicy?: { readonly name: string };
  readonly priority?: number;
  readonly priorityClassName?: string;
  readonly readinessProbe?: pulumi.Unwrap<core.v1.Probe>;
  /** Requests and limits of the `vault` container. */
  readonly resources?: ResourceRequirements;
  readonly runtimeClassName?: string;
  readonly schedulerName?: string;
  /** Security context of the pods. The operator sets `fsGroup` to 65535 whatever is given. */
  readonly securityContext?: pulumi.Unwrap<core.v1.PodSecurityContext>;
  readonly serviceAccountName?: string;
  readonly shareProcessNamespace?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly tolerations?: readonly Toleration[];
  readonly topologySpreadConstraints?: readonly pulumi.Unwrap<core.v1.TopologySpreadConstraint>[];
  readonly volumeMounts?: readonly pulumi.Unwrap<core.v1.VolumeMount>[];
  readonly volumes?: readonly pulumi.Unwrap<core.v1.Volume>[];
}

/** Requests and limits of a container. */
export interface ResourceRequirements {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
  readonly claims?: readonly pulumi.Unwrap<core.v1.ResourceClaim>[];
}

/** A taint that Vault's pods tolerate. */
export interface Toleration {
  readonly effect?: string;
  readonly key?: string;
  readonly operator?: string;
  readonly tolerationSeconds?: number;
  readonly value?: string;
}

/** What one of Vault's Services looks like. */
export interface ServiceTemplate {
  /** Which Service: `vault` for clients, `internal` for the pods among themselves, `stats` for metrics, `primary` for the active node. */
  readonly alias: ServiceAlias;
  readonly metadata?: TemplateMetadata;
  readonly spec?: ServiceTemplateSpec;
}

/** The fields of a Service that can be set. */
export interface ServiceTemplateSpec {
  /** `ClusterIP`, `NodePort` or `LoadBalancer`. */
  readonly type?: string;
  readonly clusterIP?: string;
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly nodePort?: number }[];
  readonly externalIPs?: readonly string[];
  readonly loadBalancerIP?: string;
  readonly loadBalancerSourceRanges?: readonly string[];
  readonly externalTrafficPolicy?: string;
  readonly healthCheckNodePort?: number;
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } };
}

/** A Service of the VaultServer that a template changes. */
export type ServiceAlias = (typeof serviceAliases)[number];

export const serviceAliases = ["internal", "vault", "stats", "primary"] as const;

/** The fields of {@link PodTemplateSpec} that KubeVault's operator is known, by its documentation, to put into the pods. */
export const honouredPodFields: readonly (keyof PodTemplateSpec)[] = [
  "affinity",
  "enableServiceLinks",
  "imagePullSecrets",
  "nodeSelector",
  "priority",
  "priorityClassName",
  "readinessProbe",
  "resources",
  "schedulerName",
  "securityContext",
  "tolerations",
];

const templateMetadata = objectOf<TemplateMetadata>({ labels: textMap, annotations: textMap });

const podTemplateSpecFields = objectOf<PodTemplateSpec>({
  affinity: coreType("Affinity"),
  args: listOf(text),
  containerSecurityContext: coreType("SecurityContext"),
  dnsConfig: coreType("PodDNSConfig"),
  dnsPolicy: text,
  enableServiceLinks: flag,
  env: listOf(coreType("EnvVar")),
  hostIPC: flag,
  hostNetwork: flag,
  hostPID: flag,
  imagePullSecrets: listOf(named()),
  initContainers: listOf(coreType("Container")),
  lifecycle: coreType("Lifecycle"),
  livenessProbe: coreType("Probe"),
  nodeSelector: textMap,
  podPlacementPolicy: named(),
  priority: integer,
  priorityClassName: text,
  readinessProbe: coreType("Probe"),
  resources: objectOf<ResourceRequirements>({
    requests: quantityMap,
    limits: quantityMap,
    claims: listOf(coreType("ResourceClaim")),
  }),
  runtimeClassName: text,
  schedulerName: text,
  securityContext: coreType("PodSecurityContext"),
  serviceAccountName: text,
  shareProcessNamespace: flag,
  terminationGracePeriodSeconds: integer,
  tolerations: listOf(
    objectOf<Toleration>({ effect: text, key: text, operator: text, tolerationSeconds: integer, value: text }),
  ),
  topologySpreadConstraints: listOf(coreType("TopologySpreadConstraint")),
  volumeMounts: listOf(coreType("VolumeMount")),
  volumes: listOf(coreType("Volume")),
});

/** The fields of {@link PodTemplate}. */
export const podTemplateFields: ObjectField = objectOf<PodTemplate>({
  metadata: templateMetadata,
  controller: templateMetadata,
  spec: podTemplateSpecFields,
});

/** The fields of {@link ServiceTemplate}. */
export const serviceTemplateFields: Field = objectOf<ServiceTemplate>(
  {
    alias: oneOf(serviceAliases),
    metadata: templateMetadata,
    spec: objectOf<ServiceTemplateSpec>({
      type: text,
      clusterIP: text,
      ports: listOf(
        objectOf<{ name?: string; port: number; nodePort?: number }>({ name: text, port: integer, nodePort: integer }, [
          "port",
        ]),
      ),
      externalIPs: listOf(text),
      loadBalancerIP: text,
      loadBalancerSourceRanges: listOf(text),
      externalTrafficPolicy: text,
      healthCheckNodePort: integer,
      sessionAffinityConfig: objectOf<NonNullable<ServiceTemplateSpec["sessionAffinityConfig"]>>({
        clientIP: objectOf<{ timeoutSeconds?: number }>({ timeoutSeconds: integer }),
      }),
    }),
  },
  ["alias"],
);

function named(): ObjectField {
  return objectOf<{ name: string }>({ name: objectName }, ["name"]);
}
