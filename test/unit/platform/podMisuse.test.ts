import { describe, expect, it } from "vitest";
import { platformIssues } from "../../../src/platform/vaultPlatformRules.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { small } from "./support.js";

const inPods = "vaultServer.podTemplate.spec";
const server = (spec: object) => ({ version: "1.18.4", ...spec });
const pods = (spec: object) => server({ podTemplate: { spec } });
const service = (spec: object) => server({ serviceTemplates: [{ alias: "vault", spec }] });
const inService = "vaultServer.serviceTemplates[0].spec";
const nodeTerms = (...nodeSelectorTerms: object[]) =>
  pods({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } });
const inNodeTerms = `${inPods}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
const podTerm = (term: object) =>
  pods({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } });
const inPodTerm = `${inPods}.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]`;
const labelKey = "must be the key of a label: a name, with or without a DNS name and a slash before it";
const labelValue =
  "must be at most 63 letters, digits, hyphens, underscores and dots, and begin and end with a letter or digit";
const port = "must be a number from 1 to 65535, or the name of one of the container's ports";

function told(vaultServer: object): string[] {
  return platformIssues("p", { ...small, vaultServer }).map(formatIssue);
}

describe("what Kubernetes asks of several fields together is one error", () => {
  it.each<[string, object, string]>([
    [
      "a value with operator Exists",
      pods({ tolerations: [{ key: "vault", operator: "Exists", value: "true" }] }),
      `${inPods}.tolerations[0].value: must be left out with operator Exists, which tolerates every value, got "true". Write operator: "Equal", or leave value out.`,
    ],
    [
      "no key with operator Equal",
      pods({ tolerations: [{ operator: "Equal", value: "true" }] }),
      `${inPods}.tolerations[0].key: is required, unless operator is Exists.`,
    ],
    [
      "no key and no operator",
      pods({ tolerations: [{ effect: "NoSchedule" }] }),
      `${inPods}.tolerations[0].key: is required, unless operator is Exists.`,
    ],
    [
      "a key of a taint with its value",
      pods({ tolerations: [{ key: "vault=true", operator: "Exists" }] }),
      `${inPods}.tolerations[0].key: ${labelKey}, got "vault=true".`,
    ],
    [
      "a value of a taint",
      pods({ tolerations: [{ key: "vault", value: "a b" }] }),
      `${inPods}.tolerations[0].value: ${labelValue}, got "a b".`,
    ],
    [
      "seconds without NoExecute",
      pods({ tolerations: [{ key: "vault", operator: "Exists", effect: "NoSchedule", tolerationSeconds: 60 }] }),
      `${inPods}.tolerations[0].tolerationSeconds: needs effect NoExecute: the others do not end a pod that runs, got 60.`,
    ],
    [
      "two handlers of a probe",
      pods({ readinessProbe: { httpGet: { port: 8200 }, tcpSocket: { port: 8200 } } }),
      `${inPods}.readinessProbe: must have exactly one of exec, grpc, httpGet, tcpSocket, got ["httpGet","tcpSocket"].`,
    ],
    [
      "no handler of a probe",
      pods({ readinessProbe: { periodSeconds: 5 } }),
      `${inPods}.readinessProbe: must have exactly one of exec, grpc, httpGet, tcpSocket, got [].`,
    ],
    [
      "a port of a probe as a text of digits",
      pods({ readinessProbe: { httpGet: { port: "8200" } } }),
      `${inPods}.readinessProbe.httpGet.port: ${port}, got "8200".`,
    ],
    [
      "a port of a probe out of range",
      pods({ readinessProbe: { tcpSocket: { port: 82000 } } }),
      `${inPods}.readinessProbe.tcpSocket.port: ${port}, got 82000.`,
    ],
    [
      "a command of a probe without words",
      pods({ readinessProbe: { exec: { command: [] } } }),
      `${inPods}.readinessProbe.exec.command: must have at least the name of the program.`,
    ],
    [
      "the end of a container by a readiness probe",
      pods({ readinessProbe: { tcpSocket: { port: 8200 }, terminationGracePeriodSeconds: 5 } }),
      `${inPods}.readinessProbe.terminationGracePeriodSeconds: is not for readiness probes, which end no container. Leave it out.`,
    ],
    [
      "a request above its limit",
      pods({ resources: { requests: { memory: "1Gi" }, limits: { memory: "512Mi" } } }),
      `${inPods}.resources.requests.memory: must be at most the limit, 512Mi, got "1Gi".`,
    ],
    [
      "a request in cores above a limit in thousandths",
      pods({ resources: { requests: { cpu: "1" }, limits: { cpu: "500m" } } }),
      `${inPods}.resources.requests.cpu: must be at most the limit, 500m, got "1".`,
    ],
    [
      "thousandths of a byte",
      pods({ resources: { requests: { memory: "512m" } } }),
      `${inPods}.resources.requests.memory: must be whole bytes: n, u and m stand for fractions, got "512m". Write 512Mi for mebibytes, or 512M for megabytes.`,
    ],
    [
      "a negative quantity",
      pods({ resources: { limits: { cpu: "-1" } } }),
      `${inPods}.resources.limits.cpu: must not be negative, got "-1".`,
    ],
    [
      "a resource that containers do not have",
      pods({ resources: { limits: { ram: "1Gi" } } }),
      `${inPods}.resources.limits.ram: is not a resource of containers: cpu, memory, ephemeral-storage, hugepages-<size>, or a name with a domain.`,
    ],
    [
      "resources of the exporter",
      server({ monitor: { prometheus: { exporter: { resources: { limits: { Memory: "1Gi" } } } } } }),
      "vaultServer.monitor.prometheus.exporter.resources.limits.Memory: is not a resource of containers: cpu, memory, ephemeral-storage, hugepages-<size>, or a name with a domain.",
    ],
    ["no term of nodes", nodeTerms(), `${inNodeTerms}: must have at least one term: none matches no node.`],
    [
      "no values with operator In",
      nodeTerms({ matchExpressions: [{ key: "zone", operator: "In" }] }),
      `${inNodeTerms}[0].matchExpressions[0].values: must have at least one value with operator In.`,
    ],
    [
      "values with operator Exists",
      nodeTerms({ matchExpressions: [{ key: "zone", operator: "Exists", values: ["a"] }] }),
      `${inNodeTerms}[0].matchExpressions[0].values: must be left out with operator Exists, got ["a"].`,
    ],
    [
      "two values with operator Gt",
      nodeTerms({ matchExpressions: [{ key: "cores", operator: "Gt", values: ["4", "8"] }] }),
      `${inNodeTerms}[0].matchExpressions[0].values: must have exactly one value with operator Gt, got ["4","8"].`,
    ],
    ["an empty topology", podTerm({ topologyKey: "" }), `${inPodTerm}.topologyKey: ${labelKey}, got "".`],
    [
      "a namespace of an affinity",
      podTerm({ topologyKey: "zone", namespaces: ["Vault"] }),
      `${inPodTerm}.namespaces[0]: must be the name of a Kubernetes namespace, got "Vault".`,
    ],
    [
      "a label of an affinity",
      podTerm({ topologyKey: "zone", labelSelector: { matchLabels: { app: "a b" } } }),
      `${inPodTerm}.labelSelector.matchLabels.app: ${labelValue}, got "a b".`,
    ],
    [
      "a value of an affinity's condition",
      podTerm({
        topologyKey: "zone",
        labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["a b"] }] },
      }),
      `${inPodTerm}.labelSelector.matchExpressions[0].values[0]: ${labelValue}, got "a b".`,
    ],
    [
      "domains of a spread that may be ignored",
      pods({
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway", minDomains: 2 },
        ],
      }),
      `${inPods}.topologySpreadConstraints[0].minDomains: needs whenUnsatisfiable: "DoNotSchedule". Leave it out.`,
    ],
    [
      "two values of a variable",
      pods({ env: [{ name: "A", value: "b", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] }),
      `${inPods}.env[0].valueFrom: cannot be given together with value. Leave one of the two out.`,
    ],
    [
      "two sources of a variable",
      pods({
        env: [
          { name: "A", valueFrom: { secretKeyRef: { name: "n", key: "k" }, configMapKeyRef: { name: "n", key: "k" } } },
        ],
      }),
      `${inPods}.env[0].valueFrom: must have exactly one of configMapKeyRef, fieldRef, fileKeyRef, resourceFieldRef, secretKeyRef, got ["configMapKeyRef","secretKeyRef"].`,
    ],
    [
      "a profile on the node that is not named",
      pods({ securityContext: { seccompProfile: { type: "Localhost" } } }),
      `${inPods}.securityContext.seccompProfile.localhostProfile: is required with type Localhost.`,
    ],
    [
      "a profile on the node beside the runtime's",
      pods({ securityContext: { seccompProfile: { type: "RuntimeDefault", localhostProfile: "vault.json" } } }),
      `${inPods}.securityContext.seccompProfile.localhostProfile: must be left out with type RuntimeDefault.`,
    ],
    [
      "no name servers",
      pods({ dnsPolicy: "None" }),
      `${inPods}.dnsConfig.nameservers: must have at least one name server with dnsPolicy: "None".`,
    ],
    [
      "two volumes in one",
      server({ dataSources: [{ secret: { secretName: "a" }, configMap: { name: "b" } }] }),
      'vaultServer.dataSources[0]: must have exactly one kind of volume, got ["secret","configMap"].',
    ],
    [
      "a data source that is nothing",
      server({ dataSources: [{ name: "data" }] }),
      "vaultServer.dataSources[0]: must have exactly one kind of volume, got [].",
    ],
    [
      "a path inside a container",
      pods({ volumeMounts: [{ name: "data", mountPath: "" }] }),
      `${inPods}.volumeMounts[0].mountPath: must be a text that is not empty.`,
    ],
    [
      "a class of priority",
      pods({ priorityClassName: "High Priority" }),
      `${inPods}.priorityClassName: must be at most 253 lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit, got "High Priority".`,
    ],
    [
      "an annotation of the pods",
      server({ podTemplate: { metadata: { annotations: { "a b": "c" } } } }),
      'vaultServer.podTemplate.metadata.annotations["a b"]: must have a key of at most 63 letters, digits, hyphens, underscores and dots, with or without a DNS name and a slash before it. Write team, or example.com/team.',
    ],
    [
      "the name of a Secret with settings",
      server({ configSecret: { name: "Vault_Config" } }),
      'vaultServer.configSecret.name: must be at most 253 lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit, got "Vault_Config".',
    ],
    [
      "an issuer without a name",
      server({ tls: { issuerRef: { kind: "Issuer", name: "" } } }),
      'vaultServer.tls.issuerRef.name: must be a name: an empty one refers to nothing, got "".',
    ],
    [
      "two certificates of an alias",
      server({ tls: { certificates: [{ alias: "server" }, { alias: "server" }] } }),
      'vaultServer.tls.certificates[1].alias: must differ from the aliases of the others, got "server".',
    ],
    [
      "an e-mail address of a certificate",
      server({ tls: { certificates: [{ alias: "server", emailAddresses: ["vault"] }] } }),
      'vaultServer.tls.certificates[0].emailAddresses[0]: must be an e-mail address, got "vault".',
    ],
    [
      "a URI of a certificate",
      server({ tls: { certificates: [{ alias: "server", uris: ["vault"] }] } }),
      'vaultServer.tls.certificates[0].uris[0]: must be a URI such as spiffe://cluster.local/ns/vault, got "vault".',
    ],
    [
      "two templates of a Service",
      server({ serviceTemplates: [{ alias: "vault" }, { alias: "vault", spec: { type: "LoadBalancer" } }] }),
      'vaultServer.serviceTemplates[1].alias: must differ from the aliases of the others: the first template of a Service counts, got "vault".',
    ],
    [
      "a port of nodes without the type",
      service({ ports: [{ port: 8200, nodePort: 30200 }] }),
      `${inService}.ports[0].nodePort: needs type NodePort or LoadBalancer. Leave it out.`,
    ],
    [
      "clients of a load balancer without the type",
      service({ loadBalancerSourceRanges: ["10.0.0.0/8"] }),
      `${inService}.loadBalancerSourceRanges: needs type LoadBalancer. Leave it out.`,
    ],
    [
      "an address for a range",
      service({ type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.1"] }),
      `${inService}.loadBalancerSourceRanges[0]: must be a range of IP addresses such as 10.0.0.0/8, got "10.0.0.1".`,
    ],
    [
      "a traffic policy without the type",
      service({ externalTrafficPolicy: "Local" }),
      `${inService}.externalTrafficPolicy: needs type NodePort or LoadBalancer. Leave it out.`,
    ],
    [
      "a port of health checks without Local",
      service({ type: "LoadBalancer", healthCheckNodePort: 30201 }),
      `${inService}.healthCheckNodePort: needs type LoadBalancer and externalTrafficPolicy: "Local". Leave it out.`,
    ],
    [
      "a headless load balancer",
      service({ type: "LoadBalancer", clusterIP: "None" }),
      `${inService}.clusterIP: cannot be None with type LoadBalancer. Leave it out.`,
    ],
    [
      "a name for an IP address",
      service({ clusterIP: "vault" }),
      `${inService}.clusterIP: must be an IP address or None, got "vault".`,
    ],
    [
      "two ports without names",
      service({ ports: [{ name: "client", port: 8200 }, { port: 8201 }] }),
      `${inService}.ports[1].name: is required where there is more than one port.`,
    ],
    [
      "two ports of a name",
      service({
        ports: [
          { name: "client", port: 8200 },
          { name: "client", port: 443 },
        ],
      }),
      `${inService}.ports[1].name: must differ from the names of the others, got "client".`,
    ],
    [
      "sessions of more than a day",
      service({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 90000 } } }),
      `${inService}.sessionAffinityConfig.clientIP.timeoutSeconds: must be at most 86400, a day, got 90000.`,
    ],
    [
      "settings of another auth method",
      server({ authMethods: [{ type: "jwt", path: "ci", oidcConfig: {} }] }),
      "vaultServer.authMethods[0].oidcConfig: is for type oidc, and the operator would ignore it. Leave it out.",
    ],
    [
      "a lease of an auth method",
      server({ authMethods: [{ type: "jwt", path: "ci", jwtConfig: { defaultLeaseTTL: "1 hour" } }] }),
      'vaultServer.authMethods[0].jwtConfig.defaultLeaseTTL: must be a length of time such as 1h, got "1 hour".',
    ],
    [
      "an auth method without a path",
      server({ authMethods: [{ type: "jwt", path: "/" }] }),
      'vaultServer.authMethods[0].path: must be a path in Vault, got "/".',
    ],
    [
      "a selector of namespaces that is ignored",
      server({ allowedSecretEngines: { namespaces: { from: "Same", selector: { matchLabels: { team: "a" } } } } }),
      'vaultServer.allowedSecretEngines.namespaces.selector: needs from: Selector, and is ignored without. Write from: "Selector".',
    ],
    [
      "no selector of namespaces",
      server({ allowedSecretEngines: { namespaces: { from: "Selector" } } }),
      "vaultServer.allowedSecretEngines.namespaces.selector: is required with from: Selector.",
    ],
    [
      "an interval of Prometheus",
      server({ monitor: { agent: "prometheus.io/operator", prometheus: { serviceMonitor: { interval: "30 s" } } } }),
      'vaultServer.monitor.prometheus.serviceMonitor.interval: must be a length of time such as 30s, got "30 s".',
    ],
  ])("%s", (_what, vaultServer, message) => {
    expect(told(vaultServer)).toEqual([message]);
  });

  it.each<[string, object]>([
    ["a toleration of everything", pods({ tolerations: [{ operator: "Exists" }] })],
    [
      "a toleration for a time",
      pods({
        tolerations: [
          { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 30 },
        ],
      }),
    ],
    ["a toleration of a value", pods({ tolerations: [{ key: "team", value: "payments", effect: "NoSchedule" }] })],
    ["a toleration not known yet", pods({ tolerations: [{ key: unknownValue, operator: unknownValue, value: "a" }] })],
    [
      "a probe by a port's name",
      pods({ readinessProbe: { httpGet: { path: "/v1/sys/health", port: "client", scheme: "HTTPS" } } }),
    ],
    ["a probe not known yet", pods({ readinessProbe: { httpGet: unknownValue } })],
    [
      "requests in other units than their limits",
      pods({
        resources: {
          requests: { cpu: "250m", memory: "512Mi", "example.com/hsm": 1 },
          limits: { cpu: "0.5", memory: "1G", "example.com/hsm": "1", "hugepages-2Mi": "64Mi" },
        },
      }),
    ],
    ["resources not known yet", pods({ resources: { requests: { memory: unknownValue }, limits: unknownValue } })],
    [
      "an affinity with all operators",
      nodeTerms({
        matchExpressions: [
          { key: "topology.kubernetes.io/zone", operator: "In", values: ["eu-west-1a", "eu-west-1b"] },
          { key: "spot", operator: "DoesNotExist" },
          { key: "cores", operator: "Gt", values: ["4"] },
          { key: "arch", operator: unknownValue, values: unknownValue },
        ],
      }),
    ],
    [
      "Services of each type",
      server({
        serviceTemplates: [
          {
            alias: "vault",
            spec: {
              type: "LoadBalancer",
              externalTrafficPolicy: "Local",
              healthCheckNodePort: 30201,
              loadBalancerSourceRanges: ["10.0.0.0/8", "fd00::/8"],
              ports: [{ port: 8200, nodePort: 30200 }],
            },
          },
          { alias: "internal", spec: { clusterIP: "None" } },
          { alias: "stats", spec: { type: unknownValue, externalTrafficPolicy: "Local" } },
        ],
      }),
    ],
    ["name servers of one's own", pods({ dnsPolicy: "None", dnsConfig: { nameservers: ["10.0.0.2"] } })],
    [
      "a volume of each data source",
      server({ dataSources: [{ secret: { secretName: "a" } }, { configMap: { name: "b" } }] }),
    ],
    [
      "a JWT method with its settings",
      server({
        authMethods: [{ type: "jwt", path: "ci", jwtConfig: { defaultLeaseTTL: "1h", listingVisibility: "unauth" } }],
      }),
    ],
    [
      "selected namespaces",
      server({ allowedSecretEngines: { namespaces: { from: "Selector", selector: { matchLabels: { team: "a" } } } } }),
    ],
  ])("takes %s", (_what, vaultServer) => {
    expect(told(vaultServer)).toEqual([]);
  });
});
