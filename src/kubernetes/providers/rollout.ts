import { setTimeout as sleep } from "node:timers/promises";
import type { KubeconfigSource } from "../../vault/portForward/kubeconfig.js";
import { describeStatus, type VaultServerStatus } from "../vaultServerStatus.js";
import {
  clusterApi,
  ClusterApiError,
  UnreachableClusterError,
  type ClusterApi,
  type ClusterObject,
  type ObjectKind,
} from "./clusterApi.js";
import { restartRequestName, type RolloutInputs } from "./rolloutRequest.js";

const pollMs = 1_000;

interface ServerStatus extends VaultServerStatus {
  readonly observedGeneration?: number;
}

interface OpsRequestStatus {
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly message?: string }[];
}

const opsRequests: ObjectKind = { group: "ops.kubevault.com", version: "v1alpha1", plural: "vaultopsrequests" };

function vaultServers({ apiVersion }: RolloutInputs): ObjectKind {
  return { group: "kubevault.com", version: apiVersion.split("/")[1] ?? "v1alpha2", plural: "vaultservers" };
}

/** What a rollout works with. */
export interface RolloutContext {
  /** Takes what is being waited for. */
  readonly progress: (message: string) => void;
  /** Opens the Kubernetes API. */
  readonly open?: (source: KubeconfigSource, purpose: string) => Promise<ClusterApi>;
  readonly pollMs?: number;
}

/**
 * Brings the pods of a VaultServer in line with its spec, and waits until it is Ready for it.
 *
 * KubeVault changes the StatefulSet at once, but a running pod only when it is restarted (update strategy OnDelete). A VaultOpsRequest of type Restart
 * lets the operator restart the pods one after the other, the active node last. Its name comes from the change, so that an interrupted rollout is
 * continued by the next one; it is deleted once it has succeeded, so that the same change can be made again later.
 *
 * @param olds the inputs of the last rollout; undefined for the first one
 * @returns the phase of the VaultServer
 * @throws Error with the phase and the conditions that do not hold, where Vault does not become Ready in time
 */
export async function rollOut(
  olds: RolloutInputs | undefined,
  news: RolloutInputs,
  restarts: boolean,
  context: RolloutContext,
): Promise<string | undefined> {
  const place = `${news.namespace}/${news.serverName}`;
  const api = await (context.open ?? clusterApi)(news, `VaultServer ${place}`);
  const rollout = new Rollout(api, news, context, Date.now() + news.readyTimeoutSeconds * 1000);
  const request = olds !== undefined && restarts ? restartRequestName(olds, news) : undefined;
  if (request !== undefined) {
    await rollout.waitUntil(({ status, metadata }) => isObserved(status, metadata.generation));
    await rollout.restart(request);
  }
  const server = await rollout.waitUntil(
    ({ status, metadata }) => isObserved(status, metadata.generation) && (news.halted || status?.phase === "Ready"),
  );
  if (request !== undefined) {
    await rollout.removeRequest(request);
  }
  return server.status?.phase;
}

/** Whether the operator has seen the latest spec. One that does not report it is taken at its word. */
function isObserved(status: ServerStatus | undefined, generation: number | undefined): boolean {
  return (
    status !== undefined &&
    (status.observedGeneration === undefined || generation === undefined || status.observedGeneration >= generation)
  );
}

class Rollout {
  private readonly place: string;
  private reported = "";

  constructor(
    private readonly api: ClusterApi,
    private readonly inputs: RolloutInputs,
    private readonly context: RolloutContext,
    private readonly deadline: number,
  ) {
    this.place = `${inputs.namespace}/${inputs.serverName}`;
  }

  /** Waits until the VaultServer is as wanted. */
  async waitUntil(wanted: (server: ClusterObject<ServerStatus>) => boolean): Promise<ClusterObject<ServerStatus>> {
    let server: ClusterObject<ServerStatus> | undefined;
    for (;;) {
      server = (await this.ask(() => this.findServer())) ?? server;
      if (server !== undefined && wanted(server)) {
        return server;
      }
      const status = describeStatus(this.place, server?.status);
      if (Date.now() >= this.deadline) {
        throw new Error(
          `${status}\nIt was waited for ${this.inputs.readyTimeoutSeconds} s (readyTimeoutSeconds). The next "pulumi up" continues to wait.`,
        );
      }
      this.tell(status.replaceAll(/\n\s*-?\s*/g, " "));
      await sleep(this.context.pollMs ?? pollMs);
    }
  }

  /** Lets the operator restart Vault's pods, and waits until it has. */
  async restart(name: string): Promise<void> {
    const { namespace, serverName } = this.inputs;
    for (let created = false; ;) {
      const request = await this.ask(() =>
        this.api.find<ClusterObject<OpsRequestStatus>>(opsRequests, name, namespace),
      );
      const phase = request?.status?.phase;
      if (phase === "Successful") {
        return;
      }
      if (phase === "Failed") {
        await this.removeRequest(name);
        if (created) {
          const reasons = (request?.status?.conditions ?? []).flatMap(({ message }) => message ?? []);
          throw new Error(
            `VaultServer ${this.place}: its restart failed (VaultOpsRequest ${name}): ${reasons.join("; ")}`,
          );
        }
        // Left from an earlier attempt.
      } else if (request === undefined && !created) {
        const body = {
          apiVersion: `${opsRequests.group}/${opsRequests.version}`,
          kind: "VaultOpsRequest",
          metadata: { name, namespace },
          spec: { type: "Restart", vaultRef: { name: serverName }, restart: {} },
        };
        await this.ask(() => this.api.create(opsRequests, namespace, body));
        created = true;
      } else if (request === undefined) {
        throw new Error(
          `VaultServer ${this.place}: the VaultOpsRequest ${name} was deleted before the restart was done`,
        );
      } else {
        created = true;
      }
      if (Date.now() >= this.deadline) {
        throw new Error(
          `VaultServer ${this.place}: the restart (VaultOpsRequest ${name}) is in phase ${phase ?? "Pending"} after ` +
            `${this.inputs.readyTimeoutSeconds} s (readyTimeoutSeconds). The next "pulumi up" continues it.`,
        );
      }
      this.tell(`Restarting Vault's pods one after the other (VaultOpsRequest ${name}: ${phase ?? "Pending"})`);
      await sleep(this.context.pollMs ?? pollMs);
    }
  }

  async removeRequest(name: string): Promise<void> {
    await this.ask(() => this.api.remove(opsRequests, this.inputs.namespace, name));
  }

  private async findServer(): Promise<ClusterObject<ServerStatus>> {
    const { namespace, serverName, uid } = this.inputs;
    const server = await this.api.find<ClusterObject<ServerStatus>>(vaultServers(this.inputs), serverName, namespace);
    if (server === undefined || server.metadata.uid !== uid) {
      throw new ClusterApiError(
        404,
        `VaultServer ${this.place} is not in the cluster at ${this.api.server}, but in the one of Pulumi's Kubernetes provider: give VaultServer or ` +
          "VaultPlatform the same kubeconfig and context",
      );
    }
    return server;
  }

  /** Asks the API server; one that does not answer is asked again until the time is over. */
  private async ask<T>(request: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await request();
      } catch (error) {
        const passing =
          error instanceof UnreachableClusterError ||
          (error instanceof ClusterApiError && (error.status === 429 || error.status >= 500));
        if (!passing || Date.now() >= this.deadline) {
          throw error;
        }
        this.tell((error as Error).message);
        await sleep(this.context.pollMs ?? pollMs);
      }
    }
  }

  private tell(message: string): void {
    if (message !== this.reported) {
      this.reported = message;
      this.context.progress(message);
    }
  }
}
