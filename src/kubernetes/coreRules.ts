import { isIP } from "node:net";
import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { ObjectRules } from "./fields.js";
import { isLabelKey, isLabelValue, isNamespaceName, isPortName } from "./objectNames.js";
import { labelIssues } from "./objectRules.js";
import { resourceIssues } from "./resourceRules.js";
import { emptyDirIssues, hostPathIssues, mountIssues, podVolumeIssues, volumeIssues } from "./volumeRules.js";

type Values = Parameters<ObjectRules>[0];

/** What `fieldRef` can name: of a variable or of a file. */
const podFields =
  /^(metadata\.(name|namespace|uid|labels|annotations|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;
const podFieldAdvice =
  "Known names: metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], metadata.annotations['KEY'], spec.nodeName, " +
  "spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP, status.podIPs.";
const containerResources = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-\w+)$/;

const labelKeyRule = "must be the key of a label: a name, with or without a DNS name and a slash before it";

/**
 * What Kubernetes asks of several fields of its own types together, by type. KubeVault's CustomResourceDefinition does not: the VaultServer would be
 * accepted, and Vault's pods never created.
 *
 * @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/
 */
export const coreRules: Readonly<Record<string, ObjectRules>> = {
  AppArmorProfile: localhostProfileIssues,
  EnvVar: ({ name, value, valueFrom }) => [
    ...filled("name", name),
    ...(given(value) && value !== "" && valueFrom !== undefined
      ? [{ path: "valueFrom", rule: "cannot be given together with value", fix: "Leave one of the two out." }]
      : []),
  ],
  EnvVarSource: (value) =>
    exactlyOne(value, ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"]),
  ConfigMapEnvSource: referenceIssues,
  ConfigMapKeySelector: referenceIssues,
  ConfigMapProjection: referenceIssues,
  ConfigMapVolumeSource: referenceIssues,
  EmptyDirVolumeSource: emptyDirIssues,
  ExecAction: ({ command }) =>
    command === undefined || (Array.isArray(command) && command.length === 0)
      ? [{ path: "command", rule: "must have at least the name of the program" }]
      : [],
  GRPCAction: ({ port }) => portIssues(port),
  HTTPGetAction: ({ port }) => portIssues(port),
  HostPathVolumeSource: hostPathIssues,
  LabelSelector: ({ matchLabels }) => labelIssues("matchLabels", matchLabels),
  LabelSelectorRequirement: (value) => [...operatorIssues(value), ...labelValuesIssues(value)],
  LifecycleHandler: (value) => exactlyOne(value, ["exec", "httpGet", "sleep", "tcpSocket"]),
  NodeSelector: ({ nodeSelectorTerms }) =>
    Array.isArray(nodeSelectorTerms) && nodeSelectorTerms.length === 0
      ? [{ path: "nodeSelectorTerms", rule: "must have at least one term: none matches no node" }]
      : [],
  NodeSelectorRequirement: operatorIssues,
  ObjectFieldSelector: ({ fieldPath }) =>
    !given(fieldPath) || podFields.test(String(fieldPath))
      ? []
      : [
          {
            path: "fieldPath",
            rule: "is not a field of pods that a container can have",
            actual: fieldPath,
            fix: podFieldAdvice,
          },
        ],
  PodAffinityTerm: ({ topologyKey, namespaces }) => [
    ...keyIssues("topologyKey", topologyKey),
    ...(Array.isArray(namespaces) ? namespaces : []).flatMap((name: unknown, index) =>
      typeof name !== "string" || !isKnown(name) || isNamespaceName(name)
        ? []
        : [{ path: pathOf("namespaces", index), rule: "must be the name of a Kubernetes namespace", actual: name }],
    ),
  ],
  PodDNSConfig: ({ nameservers }) =>
    (Array.isArray(nameservers) ? nameservers : []).flatMap((address: unknown, index) =>
      !isKnown(address) || isIP(String(address)) !== 0
        ? []
        : [{ path: pathOf("nameservers", index), rule: "must be an IP address", actual: address }],
    ),
  Probe: (value) => exactlyOne(value, ["exec", "grpc", "httpGet", "tcpSocket"]),
  ResourceFieldSelector: ({ resource }) =>
    !given(resource) || containerResources.test(String(resource))
      ? []
      : [
          {
            path: "resource",
            rule: "must be limits or requests of cpu, memory, ephemeral-storage or hugepages-<size>, such as limits.memory",
            actual: resource,
          },
        ],
  ResourceRequirements: resourceIssues,
  SeccompProfile: localhostProfileIssues,
  SecretEnvSource: referenceIssues,
  SecretKeySelector: referenceIssues,
  SecretProjection: referenceIssues,
  SecretVolumeSource: ({ secretName }) =>
    secretName === undefined ? [{ path: "secretName", rule: "is required" }] : [],
  SecurityContext: ({ privileged, allowPrivilegeEscalation }) =>
    privileged === true && allowPrivilegeEscalation === false
      ? [{ path: "allowPrivilegeEscalation", rule: "cannot be false where privileged is true" }]
      : [],
  TCPSocketAction: ({ port }) => portIssues(port),
  TopologySpreadConstraint: ({ topologyKey, minDomains, whenUnsatisfiable }) => [
    ...keyIssues("topologyKey", topologyKey),
    ...(given(minDomains) && given(whenUnsatisfiable) && whenUnsatisfiable !== "DoNotSchedule"
      ? [{ path: "minDomains", rule: 'needs whenUnsatisfiable: "DoNotSchedule"', fix: "Leave it out." }]
      : []),
  ],
  Volume: volumeIssues,
  VolumeMount: mountIssues,
};

/** What Kubernetes asks of a toleration. */
export function tolerationIssues({ key, operator, value, effect, tolerationSeconds }: Values): Issue[] {
  const issues: Issue[] = [];
  if (operator === "Exists" && given(value) && value !== "") {
    issues.push({
      path: "value",
      rule: "must be left out with operator Exists, which tolerates every value",
      actual: value,
      fix: 'Write operator: "Equal", or leave value out.',
    });
  }
  if (operator !== "Exists" && isKnown(operator) && given(value) && !isLabelValue(value as string)) {
    issues.push({
      path: "value",
      rule: "must be at most 63 letters, digits, hyphens, underscores and dots, and begin and end with a letter or digit",
      actual: value,
    });
  }
  if ((key === undefined || key === "") && operator !== "Exists" && isKnown(operator)) {
    issues.push({ path: "key", rule: "is required, unless operator is Exists" });
  } else if (given(key) && key !== "") {
    issues.push(...keyIssues("key", key));
  }
  if (given(tolerationSeconds) && effect !== "NoExecute" && isKnown(effect)) {
    issues.push({
      path: "tolerationSeconds",
      rule: "needs effect NoExecute: the others do not end a pod that runs",
      actual: tolerationSeconds,
    });
  }
  return issues;
}

/** What Kubernetes asks of the pods' fields together. */
export function podIssues({ dnsPolicy, dnsConfig, shareProcessNamespace, hostPID, ...pod }: Values): Issue[] {
  const { nameservers } = (isKnown(dnsConfig) ? (dnsConfig ?? {}) : { nameservers: "" }) as Values;
  const { readinessProbe, livenessProbe, nodeSelector } = pod;
  return [
    ...labelIssues("nodeSelector", nodeSelector),
    ...podVolumeIssues(pod),
    ...(given(readinessProbe) && (readinessProbe as Values)["terminationGracePeriodSeconds"] !== undefined
      ? [
          {
            path: "readinessProbe.terminationGracePeriodSeconds",
            rule: "is not for readiness probes, which end no container",
            fix: "Leave it out.",
          },
        ]
      : []),
    ...(given(livenessProbe) &&
    ![undefined, 0, 1].includes((livenessProbe as { successThreshold?: number }).successThreshold)
      ? [{ path: "livenessProbe.successThreshold", rule: "must be 1 for liveness probes", fix: "Leave it out." }]
      : []),
    ...(dnsPolicy === "None" && (nameservers === undefined || (Array.isArray(nameservers) && nameservers.length === 0))
      ? [{ path: "dnsConfig.nameservers", rule: 'must have at least one name server with dnsPolicy: "None"' }]
      : []),
    ...(shareProcessNamespace === true && hostPID === true
      ? [
          {
            path: "shareProcessNamespace",
            rule: "cannot be given together with hostPID",
            fix: "Leave one of the two out.",
          },
        ]
      : []),
  ];
}

function given(value: unknown): boolean {
  return value !== undefined && isKnown(value);
}

function filled(path: string, value: unknown): Issue[] {
  return value === "" ? [{ path, rule: "must be a text that is not empty" }] : [];
}

/** A reference to nothing: Kubernetes' types do not require the name, its validation does. */
function referenceIssues({ name }: Values): Issue[] {
  return name === undefined ? [{ path: "name", rule: "is required" }] : [];
}

function keyIssues(path: string, key: unknown): Issue[] {
  return typeof key !== "string" || !isKnown(key) || isLabelKey(key) ? [] : [{ path, rule: labelKeyRule, actual: key }];
}

function exactlyOne(value: Values, names: readonly string[]): Issue[] {
  const there = names.filter((name) => value[name] !== undefined);
  return there.length === 1 ? [] : [{ path: "", rule: `must have exactly one of ${names.join(", ")}`, actual: there }];
}

/** How many values an operator on labels compares with. */
function operatorIssues({ key, operator, values }: Values): Issue[] {
  const count = values === undefined ? 0 : Array.isArray(values) ? values.length : undefined;
  const rule =
    count === undefined || !isKnown(operator)
      ? undefined
      : ["In", "NotIn"].includes(operator as string)
        ? count === 0 && `must have at least one value with operator ${String(operator)}`
        : ["Gt", "Lt"].includes(operator as string)
          ? count !== 1 && `must have exactly one value with operator ${String(operator)}`
          : count > 0 && `must be left out with operator ${String(operator)}`;
  return [...keyIssues("key", key), ...(typeof rule === "string" ? [{ path: "values", rule, actual: values }] : [])];
}

function labelValuesIssues({ values }: Values): Issue[] {
  return (Array.isArray(values) ? values : []).flatMap((value: unknown, index) =>
    labelIssues("values", { [index]: value }).map((issue) => ({ ...issue, path: pathOf("values", index) })),
  );
}

/** A number, or the name of one of the container's ports. */
function portIssues(port: unknown): Issue[] {
  const holds =
    typeof port === "number" ? Number.isInteger(port) && port >= 1 && port <= 65_535 : isPortName(String(port));
  return !given(port) || holds
    ? []
    : [
        {
          path: "port",
          rule: "must be a number from 1 to 65535, or the name of one of the container's ports",
          actual: port,
        },
      ];
}

function localhostProfileIssues({ type, localhostProfile }: Values): Issue[] {
  if (!isKnown(type) || (type === "Localhost") === (localhostProfile !== undefined)) {
    return [];
  }
  return [
    {
      path: "localhostProfile",
      rule: type === "Localhost" ? "is required with type Localhost" : `must be left out with type ${String(type)}`,
    },
  ];
}
