import type { Socket } from "node:net";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, buildConnector, type Dispatcher } from "undici";
import { retry } from "../retry.js";
import { healthCall } from "../healthCall.js";
import type { PortForwardTunnel, ResolvedSettings } from "../resolvedSettings.js";
import { tlsOptions } from "../tlsOptions.js";
import type { VaultAnswer, VaultCall } from "../vaultCall.js";
import { loadKubeconfig } from "./kubeconfig.js";
import { bestPod, evidentPod, type PodHealth, type VaultPod } from "./podChoice.js";
import { forwardToPod } from "./forwardToPod.js";
import { nameOf, servicePods } from "./servicePods.js";
import type { KubernetesConnection } from "./kubernetesConnection.js";

/** Makes one call with given settings: handed in, since the transport itself sends through tunnels. */
type Send = (settings: ResolvedSettings, call: VaultCall) => Promise<VaultAnswer>;

/** Longest time to wait for one pod's state where there are several. */
const healthTimeoutMs = 10_000;

/**
 * Opens a port-forward: finds a ready pod of the Service, preferring the active node. Connections to it are opened as calls need them.
 *
 * @throws Error in plain words where there is no such Service, no ready pod or a right is missing
 */
export async function openTunnel(
  settings: ResolvedSettings,
  kubernetes: KubernetesConnection,
  send: Send,
): Promise<PortForwardTunnel> {
  const { config, server } = await loadKubeconfig(kubernetes, nameOf(kubernetes), settings.requestTimeoutMs);
  const tunnel = new ServiceTunnel(settings, kubernetes, config, server, send);
  try {
    await retry({ repetitions: settings.maxRetries }, () => tunnel.findPod());
  } catch (error) {
    await tunnel.close();
    throw error;
  }
  return tunnel;
}

class ServiceTunnel implements PortForwardTunnel {
  private readonly agents: Agent[] = [];
  private chosen: Promise<VaultPod> | undefined;
  /** Whether pods are asked which is active, whatever their labels say. */
  private askPods = false;

  constructor(
    private readonly settings: ResolvedSettings,
    private readonly kubernetes: KubernetesConnection,
    private readonly config: KubeConfig,
    private readonly server: string,
    private readonly send: Send,
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

  /** The pod in use; another is chosen after a connection was lost. */
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
    const tunnel: PortForwardTunnel = { dispatcher: agent, change: () => undefined, close: () => agent.destroy() };
    try {
      const timeoutMs = Math.min(healthTimeoutMs, this.settings.requestTimeoutMs);
      const { body } = await this.send({ ...this.settings, tunnel }, { ...healthCall, timeoutMs });
      return { pod, health: body };
    } catch (error) {
      return { pod, error };
    } finally {
      await tunnel.close();
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
      // The HTTP client asks its sockets to let the process end meanwhile; a web socket is closed with the tunnel instead.
      return Object.assign(stream, { ref: () => stream, unref: () => stream }) as unknown as Socket;
    } catch (error) {
      this.forget(chosen);
      throw error;
    }
  }
}
