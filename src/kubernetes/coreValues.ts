import { flag, objectName, oneOf, portNumber, quantity, quantityMap, text, type Field } from "./fields.js";

/** The plain values in Kubernetes' own types. Its numbers are all whole, and none is negative. */
export const plainKinds: Readonly<Record<string, Field>> = {
  string: text,
  boolean: flag,
  number: { kind: "integer", min: 0 },
};

const profileTypes = oneOf(["Localhost", "RuntimeDefault", "Unconfined"]);
const taintPolicies = oneOf(["Honor", "Ignore"]);
/** Permissions of a file: 0o644 is 420. */
const mode: Field = { kind: "integer", min: 0, max: 0o777 };
const weight: Field = { kind: "integer", min: 1, max: 100 };

/**
 * Fields of Kubernetes' own types with fewer values than their kind, by type and field. KubeVault's CustomResourceDefinition takes any, and Vault's pods are
 * then never created.
 *
 * @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/
 */
export const coreValues: Readonly<Record<string, Field>> = {
  "AppArmorProfile.type": profileTypes,
  "ConfigMapEnvSource.name": objectName,
  "ConfigMapKeySelector.name": objectName,
  "ConfigMapProjection.name": objectName,
  "ConfigMapVolumeSource.defaultMode": mode,
  "ConfigMapVolumeSource.name": objectName,
  "Container.imagePullPolicy": oneOf(["Always", "IfNotPresent", "Never"]),
  "Container.restartPolicy": oneOf(["Always", "OnFailure", "Never"]),
  "Container.terminationMessagePolicy": oneOf(["File", "FallbackToLogsOnError"]),
  "ContainerPort.containerPort": portNumber,
  "ContainerPort.protocol": oneOf(["TCP", "UDP", "SCTP"]),
  "DownwardAPIVolumeFile.mode": mode,
  "DownwardAPIVolumeSource.defaultMode": mode,
  "EmptyDirVolumeSource.sizeLimit": quantity,
  "HTTPGetAction.scheme": oneOf(["HTTP", "HTTPS"]),
  "KeyToPath.mode": mode,
  "LabelSelectorRequirement.operator": oneOf(["In", "NotIn", "Exists", "DoesNotExist"]),
  "NodeSelectorRequirement.operator": oneOf(["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]),
  "PodSecurityContext.fsGroupChangePolicy": oneOf(["OnRootMismatch", "Always"]),
  "PreferredSchedulingTerm.weight": weight,
  "ProjectedVolumeSource.defaultMode": mode,
  "ResourceRequirements.limits": quantityMap,
  "ResourceRequirements.requests": quantityMap,
  "SeccompProfile.type": profileTypes,
  "SecretEnvSource.name": objectName,
  "SecretKeySelector.name": objectName,
  "SecretProjection.name": objectName,
  "SecretVolumeSource.defaultMode": mode,
  "SecretVolumeSource.secretName": objectName,
  "SecurityContext.procMount": oneOf(["Default", "Unmasked"]),
  "TopologySpreadConstraint.maxSkew": { kind: "integer", min: 1 },
  "TopologySpreadConstraint.nodeAffinityPolicy": taintPolicies,
  "TopologySpreadConstraint.nodeTaintsPolicy": taintPolicies,
  "TopologySpreadConstraint.whenUnsatisfiable": oneOf(["DoNotSchedule", "ScheduleAnyway"]),
  "VolumeMount.mountPropagation": oneOf(["None", "HostToContainer", "Bidirectional"]),
  "WeightedPodAffinityTerm.weight": weight,
};
