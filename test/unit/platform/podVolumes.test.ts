import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { VaultPlatform } from "../../../src/index.js";
import { record, settled } from "../../support/recorder.js";
import { cloud, small } from "./support.js";

const inPods = "vaultServer.podTemplate.spec";
const podLabel = "must be at most 63 lower-case letters, digits and hyphens, and begin and end with a letter or digit";
const mode = (path: string) => `${path}: must be a whole number from 0 to 511`;
const isRequired = "is required.";
const init = (spec: object) => ({ initContainers: [{ name: "init", image: "busybox:1.37", ...spec }] });
const volume = (source: object) => ({ volumes: [{ name: "data", ...source }] });
const variable = (valueFrom: object) => ({ env: [{ name: "A", valueFrom }] });
const relative = 'must be a path within the volume, without "..", and not begin with a slash';

const platform = (spec: object) =>
  new VaultPlatform("p", { ...small, vaultServer: { version: "1.18.4", podTemplate: { spec } } });

describe("volumes, references and init containers that Kubernetes rejects in pods are one error", () => {
  it.each<[string, object, string]>([
    ["a volume without a name", { volumes: [{ emptyDir: {} }] }, `volumes[0].name: ${isRequired}`],
    ["a volume's name", { volumes: [{ name: "Data", emptyDir: {} }] }, `volumes[0].name: ${podLabel}, got "Data".`],
    [
      "two volumes of one name",
      {
        volumes: [
          { name: "a", emptyDir: {} },
          { name: "a", secret: { secretName: "b" } },
        ],
      },
      'volumes[1].name: must differ from the names of the others, got "a".',
    ],
    [
      "a medium",
      volume({ emptyDir: { medium: "memory" } }),
      'volumes[0].emptyDir.medium: must be Memory, HugePages or HugePages-<size>, got "memory".',
    ],
    [
      "a size",
      volume({ emptyDir: { sizeLimit: "1GB" } }),
      'volumes[0].emptyDir.sizeLimit: must be a Kubernetes quantity such as 500m or 2Gi, got "1GB".',
    ],
    [
      "a type of a path",
      volume({ hostPath: { path: "/data", type: "directory" } }),
      "volumes[0].hostPath.type: must be one of DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice, " +
        'got "directory".',
    ],
    ["no Secret", volume({ secret: {} }), `volumes[0].secret.secretName: ${isRequired}`],
    ["no ConfigMap", volume({ configMap: {} }), `volumes[0].configMap.name: ${isRequired}`],
    [
      "a Secret in a projection without a name",
      volume({ projected: { sources: [{ secret: {} }] } }),
      `volumes[0].projected.sources[0].secret.name: ${isRequired}`,
    ],
    [
      "a mode in octal digits",
      volume({ secret: { secretName: "tls", defaultMode: 644 } }),
      `${mode("volumes[0].secret.defaultMode")}, got 644.`,
    ],
    [
      "a file's mode in octal digits",
      volume({ configMap: { name: "files", items: [{ key: "a", path: "a", mode: 755 }] } }),
      `${mode("volumes[0].configMap.items[0].mode")}, got 755.`,
    ],
    [
      "a mount with a colon",
      { volumeMounts: [{ name: "a", mountPath: "C:/data" }] },
      'volumeMounts[0].mountPath: must not contain a colon, got "C:/data".',
    ],
    [
      "two mounts at one path",
      {
        volumeMounts: [
          { name: "a", mountPath: "/data" },
          { name: "b", mountPath: "/data" },
        ],
      },
      'volumeMounts[1].mountPath: must differ from the paths of the others, got "/data".',
    ],
    [
      "a sub-path from the root",
      { volumeMounts: [{ name: "a", mountPath: "/data", subPath: "/a" }] },
      `volumeMounts[0].subPath: ${relative}, got "/a".`,
    ],
    [
      "a sub-path out of the volume",
      { volumeMounts: [{ name: "a", mountPath: "/data", subPath: "a/../.." }] },
      `volumeMounts[0].subPath: ${relative}, got "a/../..".`,
    ],
    [
      "a Secret's key without the Secret",
      variable({ secretKeyRef: { key: "password" } }),
      `env[0].valueFrom.secretKeyRef.name: ${isRequired}`,
    ],
    [
      "a Secret's name",
      variable({ secretKeyRef: { name: "My Secret", key: "password" } }),
      "env[0].valueFrom.secretKeyRef.name: must be at most 253 lower-case letters, digits, hyphens and dots, and begin and end with a letter " +
        'or digit, got "My Secret".',
    ],
    [
      "a field of the pod",
      variable({ fieldRef: { fieldPath: "status.podIp" } }),
      'env[0].valueFrom.fieldRef.fieldPath: is not a field of pods that a container can have, got "status.podIp". Known names: metadata.name, ' +
        "metadata.namespace, metadata.uid, metadata.labels['KEY'], metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, " +
        "status.hostIP, status.hostIPs, status.podIP, status.podIPs.",
    ],
    [
      "a resource of the container",
      variable({ resourceFieldRef: { resource: "limits.mem" } }),
      "env[0].valueFrom.resourceFieldRef.resource: must be limits or requests of cpu, memory, ephemeral-storage or hugepages-<size>, such as " +
        'limits.memory, got "limits.mem".',
    ],
    ["an init container's name", init({ name: "Init_1" }), `initContainers[0].name: ${podLabel}, got "Init_1".`],
    [
      "two init containers of one name",
      { initContainers: [{ name: "a" }, { name: "a" }] },
      'initContainers[1].name: must differ from the names of the others, got "a".',
    ],
    [
      "an init container's restartPolicy",
      init({ restartPolicy: "always" }),
      'initContainers[0].restartPolicy: must be one of Always, OnFailure, Never, got "always".',
    ],
    [
      "an init container's port",
      init({ ports: [{ containerPort: 0 }] }),
      "initContainers[0].ports[0].containerPort: must be a whole number from 1 to 65535, got 0.",
    ],
    [
      "where its last words come from",
      init({ terminationMessagePolicy: "file" }),
      'initContainers[0].terminationMessagePolicy: must be one of File, FallbackToLogsOnError, got "file".',
    ],
    [
      "its variables from no Secret",
      init({ envFrom: [{ secretRef: {} }] }),
      `initContainers[0].envFrom[0].secretRef.name: ${isRequired}`,
    ],
    [
      "a mount of /proc",
      { containerSecurityContext: { procMount: "default" } },
      'containerSecurityContext.procMount: must be one of Default, Unmasked, got "default".',
    ],
    [
      "a name server by its name",
      { dnsConfig: { nameservers: ["dns.example.com"] } },
      'dnsConfig.nameservers[0]: must be an IP address, got "dns.example.com".',
    ],
  ])("%s", async (_, spec, message) => {
    const recorded = await record({ ...cloud, preview: true });
    expect(() => platform(spec)).toThrow(
      expect.objectContaining({ message: `VaultPlatform "p": invalid argument: ${inPods}.${message}` }),
    );
    await settled();
    expect(recorded.map(({ type }) => type)).toEqual(["kubevault-aws:index:VaultPlatform"]);
  });

  it.each<[string, object]>([
    [
      "every kind of volume that Vault's pods have",
      {
        volumes: [
          { name: "tls", secret: { secretName: "vault-tls", defaultMode: 0o400 } },
          { name: "files", configMap: { name: "files", items: [{ key: "a", path: "b", mode: 0o644 }] } },
          { name: "scratch", emptyDir: { medium: "", sizeLimit: "1Gi" } },
          { name: "pages", emptyDir: { medium: "HugePages-2Mi" } },
          { name: "host", hostPath: { path: "/var/log", type: "" } },
          {
            name: "identity",
            projected: {
              sources: [
                { serviceAccountToken: { path: "token", audience: "vault" } },
                { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
              ],
            },
          },
        ],
        volumeMounts: [
          { name: "tls", mountPath: "/tls", subPath: "server/tls.crt" },
          { name: "tls", mountPath: "/other" },
        ],
      },
    ],
    [
      "variables",
      {
        env: [
          { name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app.kubernetes.io/name']" } } },
          { name: "B", valueFrom: { resourceFieldRef: { resource: "requests.ephemeral-storage", divisor: "1Mi" } } },
          { name: "C", valueFrom: { configMapKeyRef: { name: "c", key: "d", optional: true } } },
        ],
      },
    ],
    ["a sidecar", init({ restartPolicy: "Always", envFrom: [{ configMapRef: { name: "a" } }] })],
    ["name servers", { dnsConfig: { nameservers: ["10.0.0.10", "fd00::10", pulumi.output("1.1.1.1")] } }],
    [
      "names that are outputs",
      {
        volumes: [
          { name: pulumi.output("a"), secret: { secretName: pulumi.output("b") } },
          { name: "c", emptyDir: {} },
        ],
      },
    ],
  ])("right are: %s", async (_, spec) => {
    await record({ ...cloud, preview: true });
    expect(() => platform(spec)).not.toThrow();
    await settled();
  });
});
