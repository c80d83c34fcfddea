import type { CoreTypes } from "./coreTypes.js";
import {
  boolean,
  int32,
  int64,
  labels,
  list,
  localReference,
  mapOf,
  object,
  string,
  strings,
  type Field,
} from "./schema.js";

const annotated = object({ annotations: labels, labels });

/** `spec.podTemplate`. That a field is in the schema does not mean that the operator honours it. */
export function podTemplate(core: CoreTypes): Field {
  const spec = object({
    affinity: core("Affinity"),
    args: strings,
    containerSecurityContext: core("SecurityContext"),
    dnsConfig: core("PodDNSConfig"),
    dnsPolicy: string,
    enableServiceLinks: boolean,
    env: list(core("EnvVar")),
    hostIPC: boolean,
    hostNetwork: boolean,
    hostPID: boolean,
    imagePullSecrets: list(localReference),
    initContainers: list(core("Container")),
    lifecycle: core("Lifecycle"),
    livenessProbe: core("Probe"),
    nodeSelector: mapOf(string),
    podPlacementPolicy: localReference,
    priority: int32,
    priorityClassName: string,
    readinessProbe: core("Probe"),
    resources: core("ResourceRequirements"),
    runtimeClassName: string,
    schedulerName: string,
    securityContext: core("PodSecurityContext"),
    serviceAccountName: string,
    shareProcessNamespace: boolean,
    terminationGracePeriodSeconds: int64,
    tolerations: list(core("Toleration")),
    topologySpreadConstraints: list(core("TopologySpreadConstraint")),
    volumeMounts: list(core("VolumeMount")),
    volumes: list(core("Volume")),
  });
  return object({ controller: annotated, metadata: annotated, spec });
}

/** `spec.monitor`. */
export function prometheusExporter(core: CoreTypes, port: Field): Field {
  return object({
    args: strings,
    env: list(core("EnvVar")),
    port,
    resources: core("ResourceRequirements"),
    securityContext: core("SecurityContext"),
  });
}
