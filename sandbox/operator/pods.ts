import type { KubernetesRest } from "../kubernetes/index.js";
import { nodeName } from "./kubelet.js";
import { labels, owner } from "./objects.js";
import type { VaultServer } from "./vaultServer.js";

/** A Vault process as the Pod that stands for it. */
export interface PodState {
  readonly name: string;
  readonly ready: boolean;
}

/** Keeps the Pod objects of a VaultServer in line with its Vault processes. Writes only what differs from the last call. */
export class VaultPods {
  private written = new Map<string, boolean>();

  constructor(private readonly kubernetes: KubernetesRest) {}

  /** Names of Pods that were made and that somebody else has deleted. */
  async deleted({ metadata: { namespace, name } }: VaultServer): Promise<string[]> {
    if (this.written.size === 0) {
      return [];
    }
    const selector = Object.entries(labels(name)).map((label) => label.join("="));
    const { items } = await this.kubernetes.call<{ items: { metadata: { name: string } }[] }>(
      "GET",
      `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector.join(","))}`,
    );
    const found = new Set(items.map(({ metadata }) => metadata.name));
    const gone = [...this.written.keys()].filter((written) => !found.has(written));
    gone.forEach((pod) => this.written.delete(pod));
    return gone;
  }

  async sync(vaultServer: VaultServer, pods: readonly PodState[]): Promise<void> {
    for (const { name, ready } of pods) {
      if (this.written.get(name) !== ready) {
        await this.write(vaultServer, name, ready);
        this.written.set(name, ready);
      }
    }
    const names = pods.map(({ name }) => name);
    for (const name of [...this.written.keys()].filter((written) => !names.includes(written))) {
      await this.kubernetes.remove(podPath(vaultServer, name));
      this.written.delete(name);
    }
  }

  private async write(vaultServer: VaultServer, name: string, ready: boolean): Promise<void> {
    const { namespace, name: instance } = vaultServer.metadata;
    const path = podPath(vaultServer, name);
    await this.kubernetes.apply(path, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels: labels(instance), ownerReferences: [owner(vaultServer)] },
      spec: {
        nodeName,
        serviceAccountName: instance,
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        containers: [{ name: "vault", image: "vault", ports: [{ name: "client", containerPort: 8200 }] }],
      },
    });
    await this.kubernetes.merge(`${path}/status`, {
      status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
    });
  }
}

function podPath({ metadata }: VaultServer, name: string): string {
  return `/api/v1/namespaces/${metadata.namespace}/pods/${name}`;
}
