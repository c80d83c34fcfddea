import { mkdir } from "node:fs/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { KubernetesError, kubernetesRest } from "../kubernetes/index.js";
import { freePort } from "../process/index.js";
import { vaultHealth, type VaultEndpoint } from "../vault/index.js";
import { installAdmission } from "./admission.js";
import type { ApiServerAccess } from "./authMethods.js";
import { startAwsGateway } from "./awsGateway.js";
import { startKubelet } from "./kubelet.js";
import { startForwarder, type Forwarder } from "./forwarder.js";
import { listVaultServers } from "./kubernetesCalls.js";
import type { VaultNode } from "./nodes.js";
import { openOpsRequests, setOpsPhase, type OpsRequest } from "./opsRequests.js";
import { Reconciler, type ReconcilerContext } from "./reconciler.js";
import { keyOf, type VaultServer } from "./vaultServer.js";

export interface OperatorOptions {
  /** Folder for the files of the Vault processes; made if missing. */
  readonly workDir: string;
  readonly kubeconfigPath: string;
  /** Path of the `vault` binary, which runs whatever `spec.version` says. */
  readonly vault: string;
  /** The sandbox's AWS. `region` is the cluster's. Default us-east-1. */
  readonly aws: { readonly endpoint: string; readonly region?: string };
  /** Ports on 127.0.0.1 of VaultServers by `namespace/name`. Default for others: a free one. */
  readonly listen?: Readonly<Record<string, number>>;
  /**
   * What a changed podTemplate does. Default "OnDelete", as KubeVault documents it: nothing until a VaultOpsRequest of type Restart; older
   * releases did "RollingUpdate".
   */
  readonly updateStrategy?: "OnDelete" | "RollingUpdate";
  readonly log?: (message: string) => void;
}

/** The stand-in for KubeVault's operator. Keys are `namespace/name` of VaultServers. */
export interface Operator {
  /** Where a VaultServer is reached, once the stand-in has seen it. */
  readonly address: (key: string) => string | undefined;
  /** The same with what verifies its certificate; throws while no Vault of it runs. */
  readonly endpoint: (key: string) => VaultEndpoint;
  /** Its running Vault processes. */
  readonly nodes: (key: string) => VaultNode[];
  /** Ids of its processes that were restarted on request, in order. */
  readonly restarts: (key: string) => readonly number[];
  /** The one of them that is active. */
  readonly activeNode: (key: string) => Promise<VaultNode | undefined>;
  readonly stop: () => Promise<void>;
}

const intervalMs = 300;

/**
 * Starts the stand-in: it runs a real `vault server` for each replica of each VaultServer. Objects are listed again and again rather than
 * watched: the processes need looking after at that pace anyway.
 */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  await mkdir(options.workDir, { recursive: true, mode: 0o700 });
  const log = options.log ?? (() => undefined);
  const reserved = await reserve(options.listen ?? {});
  const kubernetes = kubernetesRest(options.kubeconfigPath);
  await installAdmission(kubernetes);
  const gateway = await startAwsGateway(options.workDir, options.aws.endpoint);
  const controller = new Controller(
    {
      kubernetes,
      apiServer: apiServerOf(options.kubeconfigPath),
      vault: options.vault,
      workDir: options.workDir,
      aws: { endpoint: options.aws.endpoint, region: options.aws.region ?? "us-east-1" },
      gatewayEnv: gateway.env,
      restartOnTemplateChange: options.updateStrategy === "RollingUpdate",
      log,
    },
    reserved,
  );
  const kubelet = await startKubelet(kubernetes, (namespace, pod) => {
    const node = controller.nodes(`${namespace}/${pod.replace(/-\d+$/, "")}`).find(({ name }) => name === pod);
    return node === undefined ? undefined : Number(new URL(node.address).port);
  });
  controller.start();
  return {
    address: (key) => controller.address(key),
    endpoint: (key) => {
      const address = controller.address(key);
      const [node] = controller.nodes(key);
      if (address === undefined || node === undefined) {
        throw new Error(`no Vault of the VaultServer ${key} runs`);
      }
      return { address, caCertificate: node.caCertificate };
    },
    nodes: (key) => controller.nodes(key),
    restarts: (key) => controller.restarts(key),
    activeNode: async (key) => {
      for (const node of controller.nodes(key)) {
        const health = await vaultHealth(node).catch(() => undefined);
        if (health !== undefined && !health.sealed && !health.standby) {
          return node;
        }
      }
      return undefined;
    },
    stop: async () => {
      await controller.stop();
      await kubelet.stop();
      await gateway.stop();
      await kubernetes.close();
    },
  };
}

interface Managed {
  readonly reconciler: Reconciler;
  readonly port: number;
  running: Promise<void> | undefined;
  /** What the VaultServer asked for when it was first seen. */
  readonly scheme: "http" | "https";
}

class Controller {
  private readonly managed = new Map<string, Managed>();
  private readonly requested = new Map<string, OpsRequest>();
  private stopped = false;
  private loop: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;

  constructor(
    private readonly context: ReconcilerContext,
    private readonly reserved: ReadonlyMap<string, Forwarder>,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  address(key: string): string | undefined {
    const managed = this.managed.get(key);
    return managed && `${managed.reconciler.scheme() ?? managed.scheme}://127.0.0.1:${managed.port}`;
  }

  nodes(key: string): VaultNode[] {
    return this.managed.get(key)?.reconciler.running() ?? [];
  }

  restarts(key: string): readonly number[] {
    return this.managed.get(key)?.reconciler.restarted() ?? [];
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.loop;
    await Promise.all(
      [...this.managed.values()].map(async ({ running, reconciler }) => {
        await running;
        await reconciler.stop();
      }),
    );
    await Promise.all([...this.reserved.values()].map((forwarder) => forwarder.stop()));
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.round();
      } catch (error) {
        this.context.log(`operator: ${(error as Error).message}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private async round(): Promise<void> {
    const vaultServers = await listVaultServers(this.context.kubernetes);
    for (const vaultServer of vaultServers) {
      const managed = await this.manage(vaultServer);
      // One at a time for each VaultServer, any number of VaultServers side by side.
      managed.running ??= this.reconcile(vaultServer, managed).finally(() => {
        managed.running = undefined;
      });
    }
    await this.serveOpsRequests();
  }

  private async manage(vaultServer: VaultServer): Promise<Managed> {
    const key = keyOf(vaultServer);
    const known = this.managed.get(key);
    if (known !== undefined) {
      return known;
    }
    const reserved = this.reserved.get(key);
    const forwarder = reserved === undefined ? await startForwarder(await freePort()) : lent(reserved);
    const managed: Managed = {
      reconciler: new Reconciler(this.context, key, forwarder),
      port: forwarder.port,
      running: undefined,
      scheme: vaultServer.spec.tls === undefined ? "http" : "https",
    };
    this.managed.set(key, managed);
    return managed;
  }

  private async reconcile(listed: VaultServer, { reconciler }: Managed): Promise<void> {
    const key = keyOf(listed);
    try {
      if (!(await reconciler.reconcile(listed))) {
        this.managed.delete(key);
      }
    } catch (error) {
      // A conflict with someone else's change, or an object that has gone: the next round sees what is there.
      if (!(error instanceof KubernetesError && [404, 409].includes(error.statusCode))) {
        this.context.log(`${key}: ${(error as Error).message}`);
      }
    }
  }

  private async serveOpsRequests(): Promise<void> {
    for (const request of await openOpsRequests(this.context.kubernetes)) {
      const { namespace, name } = request.metadata;
      const id = `${namespace}/${name}`;
      const reconciler = this.managed.get(`${namespace}/${request.spec.vaultRef.name}`)?.reconciler;
      if (request.spec.type !== "Restart") {
        await this.answer(request, "Failed", "The stand-in serves requests of type Restart only");
      } else if (reconciler === undefined) {
        await this.answer(request, "Failed", `VaultServer ${request.spec.vaultRef.name} not found`);
      } else if (!this.requested.has(id)) {
        this.requested.set(id, request);
        reconciler.requestRestart();
        await this.answer(request, "Progressing", "Restarting the nodes one by one");
      } else if (!reconciler.restartPending() && reconciler.isReady()) {
        this.requested.delete(id);
        await this.answer(request, "Successful", "All nodes were restarted");
      }
    }
  }

  private answer(request: OpsRequest, phase: Parameters<typeof setOpsPhase>[2], message: string): Promise<void> {
    return setOpsPhase(this.context.kubernetes, request, phase, message);
  }
}

/**
 * Listens on the addresses that are known ahead, before anything else: a port that is only found free can be taken by another process at any
 * time until somebody listens on it.
 */
async function reserve(listen: Readonly<Record<string, number>>): Promise<Map<string, Forwarder>> {
  const forwarders = new Map<string, Forwarder>();
  for (const [key, port] of Object.entries(listen)) {
    forwarders.set(key, await startForwarder(port));
  }
  return forwarders;
}

/** A forwarder that outlives the VaultServer that uses it: its address stays the VaultServer's, should that be made anew. */
function lent(forwarder: Forwarder): Forwarder {
  return {
    ...forwarder,
    stop: () => {
      forwarder.target(undefined);
      return Promise.resolve();
    },
  };
}

function apiServerOf(kubeconfigPath: string): ApiServerAccess {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error(`${kubeconfigPath} names no cluster`);
  }
  return {
    server: cluster.server,
    caCertificate: Buffer.from(cluster.caData ?? "", "base64").toString("utf8"),
  };
}
