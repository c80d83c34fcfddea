import type { core } from "@pulumi/kubernetes/types/input.js";
import type * as pulumi from "@pulumi/pulumi";
import { podIssues, tolerationIssues } from "./coreRules.js";
import {
  core as coreType,
  flag,
  integer,
  listOf,
  objectName,
  objectOf,
  oneOf,
  portNumber,
  positive,
  quantityMap,
  seconds,
  text,
  textMap,
  type Field,
  type ObjectField,
} from "./fields.js";
import { annotationIssues, labelIssues } from "./objectRules.js";
import { resourceIssues } from "./resourceRules.js";

/** What Vault's pods, and the StatefulSet that makes them, look like. */
export interface PodTemplate {
  /** Metadata of the pods. The operator takes the annotations; it is not known to take the labels. */
  readonly metadata?: TemplateMetadata;
  /** Metadata of the StatefulSet. The operator takes the annotations; it is not known to take the labels. */
  readonly controller?: TemplateMetadata;
  /** Fields of the pods. */
  readonly spec?: PodTemplateSpec;
}

/** Labels and annotations. */
export interface TemplateMetadata {
  /** Labels of the object, in Kubernetes' syntax. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the object. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The pod fields that KubeVault's schema accepts. `honouredPodFields` are those that the operator is known to use; the others are
 * accepted and ignored, and a warning says so.
 *
 * @see https://kubevault.com/docs/latest/concepts/vault-server-crds/vaultserver/#specpodtemplate
 */
export interface PodTemplateSpec {
  /** Node and pod affinity, for example to spread the pods over zones. */
  readonly affinity?: pulumi.Unwrap<core.v1.Affinity>;
  /** Arguments of the `vault` container. KubeVault ignores it. */
  readonly args?: readonly string[];
  /** Security context of the `vault` container. KubeVault ignores it. */
  readonly containerSecurityContext?: pulumi.Unwrap<core.v1.SecurityContext>;
  /** DNS settings of the pods. KubeVault ignores it. */
  readonly dnsConfig?: pulumi.Unwrap<core.v1.PodDNSConfig>;
  /** DNS policy of the pods. KubeVault ignores it. */
  readonly dnsPolicy?: string;
  /** Whether the Services of the namespace are passed to containers as environment variables. @default true, as in Kubernetes */
  readonly enableServiceLinks?: boolean;
  /** Environment variables of the `vault` container. KubeVault ignores it. */
  readonly env?: readonly pulumi.Unwrap<core.v1.EnvVar>[];
  /** Whether the pods share the node's IPC namespace. KubeVault ignores it. @default false */
  readonly hostIPC?: boolean;
  /** Whether the pods use the node's network. KubeVault ignores it. @default false */
  readonly hostNetwork?: boolean;
  /** Whether the pods share the node's process namespace. KubeVault ignores it. @default false */
  readonly hostPID?: boolean;
  /** Secrets with the login of the images' registry. */
  readonly imagePullSecrets?: readonly {
    /** Name of a Secret in the VaultServer's namespace. */
    readonly name: string;
  }[];
  /** Containers that run before Vault. KubeVault ignores it. */
  readonly initContainers?: readonly pulumi.Unwrap<core.v1.Container>[];
  /** Lifecycle hooks of the `vault` container. KubeVault ignores it. */
  readonly lifecycle?: pulumi.Unwrap<core.v1.Lifecycle>;
  /** Liveness probe of the `vault` container. KubeVault ignores it. */
  readonly livenessProbe?: pulumi.Unwrap<core.v1.Probe>;
  /** Cannot change once the VaultServer exists. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** The PlacementPolicy of KubeVault that spreads the pods. KubeVault ignores it. */
  readonly podPlacementPolicy?: {
    /** Name of the PlacementPolicy. */
    readonly name: string;
  };
  /** Priority of the pods; the cluster's admission takes it from `priorityClassName`. @default - the class's */
  readonly priority?: number;
  /** Name of the PriorityClass of the pods. */
  readonly priorityClassName?: string;
  /** Readiness probe of the `vault` container. @default - the operator's */
  readonly readinessProbe?: pulumi.Unwrap<core.v1.Probe>;
  /** Requests and limits of the `vault` container. */
  readonly resources?: ResourceRequirements;
  /** RuntimeClass of the pods. KubeVault ignores it. */
  readonly runtimeClassName?: string;
  /** Scheduler of the pods. @default - the cluster's default scheduler */
  readonly schedulerName?: string;
  /** Security context of the pods. The operator sets `fsGroup` to 65535 whatever is given. */
  readonly securityContext?: pulumi.Unwrap<core.v1.PodSecurityContext>;
  /** ServiceAccount of the pods. The operator creates and uses one named like the VaultServer, and ignores this. */
  readonly serviceAccountName?: string;
  /** Whether the containers of a pod share a process namespace. KubeVault ignores it. @default false */
  readonly shareProcessNamespace?: boolean;
  /** Seconds between the signal to end and the kill. KubeVault ignores it. @default 30 */
  readonly terminationGracePeriodSeconds?: number;
  /** Taints of nodes that the pods tolerate. */
  readonly tolerations?: readonly Toleration[];
  /** How the pods are spread over zones and nodes. KubeVault ignores it. */
  readonly topologySpreadConstraints?: readonly pulumi.Unwrap<core.v1.TopologySpreadConstraint>[];
  /** Mounts of the `vault` container. KubeVault ignores it. */
  readonly volumeMounts?: readonly pulumi.Unwrap<core.v1.VolumeMount>[];
  /** Volumes of the pods. KubeVault ignores it. */
  readonly volumes?: readonly pulumi.Unwrap<core.v1.Volume>[];
}

/** Requests and limits of a container. */
export interface ResourceRequirements {
  /** What the scheduler reserves, by resource: `{ cpu: "250m", memory: "256Mi" }`. */
  readonly requests?: Readonly<Record<string, string>>;
  /** What the container can use at most, by resource. */
  readonly limits?: Readonly<Record<string, string>>;
  /** Claims of dynamic resource allocation that the container uses. */
  readonly claims?: readonly pulumi.Unwrap<core.v1.ResourceClaim>[];
}

/** A taint that Vault's pods tolerate. */
export interface Toleration {
  /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`. @default - all effects */
  readonly effect?: string;
  /** Key of the taint. @default - all keys, with `operator: "Exists"` */
  readonly key?: string;
  /** `Exists` or `Equal`. @default "Equal" */
  readonly operator?: string;
  /** Seconds that a pod stays on the node with a `NoExecute` taint. @default - for ever */
  readonly tolerationSeconds?: number;
  /** Value of the taint, for `Equal`. */
  readonly value?: string;
}

/** What one of Vault's Services looks like. */
export interface ServiceTemplate {
  /** Which Service: `vault` for clients, `internal` for the pods among themselves, `stats` for metrics, `primary` for the active node. */
  readonly alias: ServiceAlias;
  /** Labels and annotations of the Service. */
  readonly metadata?: TemplateMetadata;
  /** Fields of the Service. */
  readonly spec?: ServiceTemplateSpec;
}

/** The fields of a Service that can be set. */
export interface ServiceTemplateSpec {
  /** `ClusterIP`, `NodePort` or `LoadBalancer`. */
  readonly type?: string;
  /** IP address of the Service in the cluster; `None` for a headless Service. @default - assigned by the cluster */
  readonly clusterIP?: string;
  /** Ports of the Service. */
  readonly ports?: readonly {
    /** Name of the port: `client` is Vault's API. */
    readonly name?: string;
    /** Port of the Service, 1 to 65535. */
    readonly port: number;
    /** Port on each node, for `NodePort` and `LoadBalancer`. @default - assigned by the cluster */
    readonly nodePort?: number;
  }[];
  /** IP addresses outside the cluster that lead to the Service. */
  readonly externalIPs?: readonly string[];
  /** IP address that the load balancer is to have, where the cloud lets it be chosen. */
  readonly loadBalancerIP?: string;
  /** CIDR ranges whose clients the load balancer admits. @default - all */
  readonly loadBalancerSourceRanges?: readonly string[];
  /** `Cluster` or `Local`; `Local` keeps the client's address. @default "Cluster" */
  readonly externalTrafficPolicy?: string;
  /** Port on each node for the load balancer's health check, with `externalTrafficPolicy: "Local"`. @default - Kubernetes chooses one */
  readonly healthCheckNodePort?: number;
  /** Settings of sessions that stay at one pod. */
  readonly sessionAffinityConfig?: {
    /** Sessions by the client's IP address. */
    readonly clientIP?: {
      /** Seconds that a client stays at one pod, 1 to 86400. @default 10800 */
      readonly timeoutSeconds?: number;
    };
  };
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

const templateMetadata = objectOf<TemplateMetadata>(
  { labels: textMap, annotations: textMap },
  [],
  ({ labels, annotations }) => [...labelIssues("labels", labels), ...annotationIssues("annotations", annotations)],
);

const podTemplateSpecFields = objectOf<PodTemplateSpec>(
  {
    affinity: coreType("Affinity"),
    args: listOf(text),
    containerSecurityContext: coreType("SecurityContext"),
    dnsConfig: coreType("PodDNSConfig"),
    dnsPolicy: oneOf(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
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
    priorityClassName: objectName,
    readinessProbe: coreType("Probe"),
    resources: objectOf<ResourceRequirements>(
      {
        requests: quantityMap,
        limits: quantityMap,
        claims: listOf(coreType("ResourceClaim")),
      },
      [],
      resourceIssues,
    ),
    runtimeClassName: objectName,
    schedulerName: objectName,
    securityContext: coreType("PodSecurityContext"),
    serviceAccountName: objectName,
    shareProcessNamespace: flag,
    terminationGracePeriodSeconds: seconds,
    tolerations: listOf(
      objectOf<Toleration>(
        {
          effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
          key: text,
          operator: oneOf(["Exists", "Equal"]),
          tolerationSeconds: integer,
          value: text,
        },
        [],
        tolerationIssues,
      ),
    ),
    topologySpreadConstraints: listOf(coreType("TopologySpreadConstraint")),
    volumeMounts: listOf(coreType("VolumeMount")),
    volumes: listOf(coreType("Volume")),
  },
  [],
  podIssues,
);

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
      type: oneOf(["ClusterIP", "NodePort", "LoadBalancer"]),
      clusterIP: text,
      ports: listOf(
        objectOf<{ name?: string; port: number; nodePort?: number }>(
          { name: text, port: portNumber, nodePort: portNumber },
          ["port"],
        ),
      ),
      externalIPs: listOf(text),
      loadBalancerIP: text,
      loadBalancerSourceRanges: listOf(text),
      externalTrafficPolicy: oneOf(["Cluster", "Local"]),
      healthCheckNodePort: portNumber,
      sessionAffinityConfig: objectOf<NonNullable<ServiceTemplateSpec["sessionAffinityConfig"]>>({
        clientIP: objectOf<{ timeoutSeconds?: number }>({ timeoutSeconds: positive }),
      }),
    }),
  },
  ["alias"],
);

function named(): ObjectField {
  return objectOf<{ name: string }>({ name: objectName }, ["name"]);
}
