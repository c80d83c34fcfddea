import type { Socket } from "node:net";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { repeated } from "../repeated.js";
import { healthCall } from "../server.js";
import type { ResolvedSettings } from "../settings.js";
import { send, tlsOptions } from "../transport.js";
import { loadKubeconfig } from "./kubeconfig.js";
import { bestPod, evidentPod, type PodHealth, type VaultPod } from "./podChoice.js";
import { forwardToPod } from "./portForward.js";
import { nameOf, servicePods } from "./servicePods.js";
import type { KubernetesRoad } from "./roadSettings.js";

/** A way to Vault that is not simply its address. It is open for as long as something works with Vault. */
export interface VaultRoad {
  /** Makes the connections. */
  readonly dispatcher: Dispatcher;
  /** Lets connections from now on lead to another pod, if another one is active. Those in use go on. */
  readonly change: () => void;
  /** Ends all connections. */
  readonly close: () => Promise<void>;
}

/** Longest time to wait for one pod's state where there are several. */
const healthTimeoutMs = 10_000;

/**
 * Opens the way through the Kubernetes API: finds a ready pod of the Service, preferring the active node. Connections to it are made as
 * calls need them.
 *
 * @throws Error in plain words where there is no such Service, no ready pod or a right is missing
 */
export async function openRoad(settings: ResolvedSettings, kubernetes: KubernetesRoad): Promise<VaultRoad> {
  const { config, server } = await loadKubeconfig(kubernetes, nameOf(kubernetes));
  const road = new PortForwardRoad(settings, kubernetes, config, server);
  try {
    await repeated(settings.maxRetries, () => road.findPod());
  } catch (error) {
    await road.close();
    throw error;
  }
  return road;
}

class PortForwardRoad implements VaultRoad {
  private readonly agents: Agent[] = [];
  private chosen: Promise<VaultPod> | undefined;
  /** Whether pods are asked which is active, whatever their labels say. */
  private askPods = false;

  constructor(
    private readonly settings: ResolvedSettings,
    private readonly kubernetes: KubernetesRoad,
    private readonly config: KubeConfig,
    private readonly server: string,
  ) {
    this.agents.push(this.agentTo(() => this.findPod()));
  }

  get dispatcher(): Dispatcher {
    return this.agents.at(-1)!;
  }

  change(): void {
    this.chosen = undefined;
    this.askPods = true;
    this.agents.push(this.agentTo(() => this.findPod()));
  }

  async close(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.destroy()));
  }

  /** The pod in use; chosen anew after a connection was lost. */
  async findPod(): Promise<VaultPod> {
    const chosen = (this.chosen ??= this.choosePod());
    try {
      return await chosen;
    } catch (error) {
      this.forget(chosen);
      throw error;
    }
  }

  private forget(chosen: Promise<VaultPod> | undefined): void {
    if (this.chosen === chosen) {
      this.chosen = undefined;
    }
  }

  private async choosePod(): Promise<VaultPod> {
    const pods = await servicePods(this.kubernetes, this.config, this.server, this.settings.requestTimeoutMs);
    const evident = this.askPods && pods.length > 1 ? undefined : evidentPod(pods);
    if (evident !== undefined) {
      return evident;
    }
    const answers = await Promise.all(pods.map((pod) => this.healthOf(pod)));
    const best = bestPod(answers);
    if (best === undefined) {
      throw answers[0]?.error;
    }
    return best;
  }

  private async healthOf(pod: VaultPod): Promise<PodHealth> {
    const agent = this.agentTo(async () => pod);
    const road: VaultRoad = { dispatcher: agent, change: () => undefined, close: () => agent.destroy() };
    try {
      const timeoutMs = Math.min(healthTimeoutMs, this.settings.requestTimeoutMs);
      const { whole } = await send({ ...this.settings, road }, { ...healthCall, timeoutMs });
      return { pod, health: whole };
    } catch (error) {
      return { pod, error };
    } finally {
      await road.close();
    }
  }

  private agentTo(pod: () => Promise<VaultPod>): Agent {
    const secure = buildConnector({
      ...tlsOptions(this.settings),
      keepAlive: false,
      timeout: this.settings.requestTimeoutMs,
    });
    return new Agent({
      keepAliveTimeout: 4_000,
      connect: (options, callback) => {
        this.connect(pod).then(
          (socket) => {
            if (options.protocol === "https:") {
              secure({ ...options, httpSocket: socket }, (...[error, secured]) => {
                if (error !== null) {
                  // What ended the stream below says more than that TLS lost it.
                  callback(socket.errored ?? error, null);
                  socket.destroy();
                } else {
                  secured.once("close", () => socket.destroy());
                  callback(null, secured);
                }
              });
            } else {
              callback(null, socket);
            }
          },
          (error: Error) => callback(error, null),
        );
      },
    });
  }

  private async connect(pod: () => Promise<VaultPod>): Promise<Socket> {
    const target = await pod();
    const { chosen } = this;
    try {
      const stream = await forwardToPod(this.kubernetes, this.config, target, this.settings.requestTimeoutMs, () =>
        this.forget(chosen),
      );
      // The HTTP client asks its sockets to let the process end meanwhile; a web socket is closed with the road instead.
      return Object.assign(stream, { ref: () => stream, unref: () => stream }) as unknown as Socket;
    } catch (error) {
      this.forget(chosen);
      throw error;
    }
  }
}
