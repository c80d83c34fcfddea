import { rm } from "node:fs/promises";
import { join } from "node:path";
import { KubernetesError, type KubernetesRest } from "../kubernetes/index.js";
import type { AuthMethodStatus, Phase, VaultServer } from "./vaultServer.js";
import { keyOf, pathOf, podTemplateOf, replicasOf } from "./vaultServer.js";
import { enableAuthMethods, type ApiServerAccess } from "./authMethods.js";
import { awsEnvironment, awsIdentity } from "./awsIdentity.js";
import { awsKeyStore } from "./awsKeyStore.js";
import type { Forwarder } from "./forwarder.js";
import { kubernetesKeyStore, rootTokenName, type KeyStore } from "./keyStore.js";
import { readSecret, writeStatus, type SecretData, type VaultServerVersion } from "./kubernetesCalls.js";
import { VaultNodes, type Launch, type ObservedNode, type VaultNode } from "./nodes.js";
import { applyOffshoots, removeUnowned } from "./objects.js";
import { VaultPods } from "./pods.js";
import { namedSecrets, problemsOf } from "./rules.js";
import { statusOf, type Observation } from "./status.js";
import { storageStanza } from "./storage.js";
import { removeTlsSecrets, serverTls } from "./tls.js";
import { initialise, unseal } from "./unsealer.js";

export interface ReconcilerContext {
  readonly kubernetes: KubernetesRest;
  readonly apiServer: ApiServerAccess;
  readonly vault: string;
  readonly workDir: string;
  readonly aws: { readonly endpoint: string; readonly region: string };
  /** Environment of every Vault process: its way to AWS. */
  readonly gatewayEnv: Readonly<Record<string, string>>;
  /** Whether a changed podTemplate restarts the nodes at once. */
  readonly restartOnTemplateChange: boolean;
  readonly log: (message: string) => void;
}

const finalizer = "kubevault.com";

/** A step that could not be done; the reason goes into the conditions. */
class StepFailure extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Brings what runs for one VaultServer in line with what it says, a step at each call of {@link reconcile}. */
export class Reconciler {
  private readonly nodes: VaultNodes;
  private readonly pods: VaultPods;
  private authMethods: AuthMethodStatus[] | undefined;
  private template: string | undefined;
  private phase: Phase | undefined;
  private reported = "";

  constructor(
    private readonly context: ReconcilerContext,
    private readonly key: string,
    private readonly forwarder: Forwarder,
  ) {
    this.pods = new VaultPods(context.kubernetes);
    const [, name = key] = key.split("/");
    const log = (message: string) => context.log(`${key}: ${message}`);
    this.nodes = new VaultNodes({ name, workDir: this.folder(), vault: context.vault, forwarder, log });
  }

  running(): VaultNode[] {
    return this.nodes.running();
  }

  /** Process ids of the nodes that were restarted on request, in order. */
  restarted(): readonly number[] {
    return this.nodes.restarted;
  }

  requestRestart(): void {
    this.nodes.outdateAll();
  }

  restartPending(): boolean {
    return this.nodes.restartPending();
  }

  scheme(): string | undefined {
    return this.nodes.scheme();
  }

  isReady(): boolean {
    return this.phase === "Ready";
  }

  /** Ends the processes and keeps everything else, as when the machine goes down. */
  async stop(): Promise<void> {
    await this.nodes.stop();
    await this.forwarder.stop();
  }

  /** @returns whether there is anything left to do for this VaultServer: not after it was deleted */
  async reconcile(vaultServer: VaultServer): Promise<boolean> {
    if (vaultServer.metadata.deletionTimestamp !== undefined) {
      await this.finalize(vaultServer);
      return false;
    }
    const { kubernetes } = this.context;
    const finalizers = vaultServer.metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) {
      await kubernetes.merge(pathOf(vaultServer), { metadata: { finalizers: [...finalizers, finalizer] } });
    }
    const observation = await this.step(vaultServer);
    await this.pods.sync(
      vaultServer,
      observation.nodes.map(({ name, health }) => ({ name, ready: health?.sealed === false })),
    );
    const status = statusOf(vaultServer, observation, new Date());
    this.phase = status.phase;
    await writeStatus(kubernetes, vaultServer, status);
    this.report(status.phase, observation.failure?.message);
    return true;
  }

  private async step(vaultServer: VaultServer): Promise<Observation> {
    const replicas = replicasOf(vaultServer);
    const observation = { replicas, hasUnsealer: vaultServer.spec.unsealer !== undefined };
    let observed: ObservedNode[] = [];
    try {
      await this.checkRules(vaultServer);
      if (vaultServer.status?.phase === undefined) {
        // To be seen as Initializing before the first process is up.
        return { ...observation, nodes: [] };
      }
      await this.prepare(vaultServer);
      for (const name of await this.pods.deleted(vaultServer)) {
        await this.nodes.podDeleted(name);
      }
      const notStarted = await this.nodes.converge(vaultServer, (pod, folder) => this.launch(pod, folder));
      observed = await this.nodes.observe();
      await this.unseal(vaultServer, observed);
      await this.enableAuth(vaultServer, observed);
      observed = await this.restart(observed);
      if (notStarted !== undefined) {
        throw new StepFailure("ContainersNotReady", notStarted);
      }
      return { ...observation, nodes: observed, authMethods: this.authMethods };
    } catch (error) {
      const reason = error instanceof StepFailure ? error.reason : "ReconcileFailed";
      return {
        ...observation,
        nodes: observed,
        authMethods: this.authMethods,
        failure: { reason, message: (error as Error).message },
      };
    }
  }

  /** What the webhook checks at admission. Pods that run are not stopped by a rule that is broken later. */
  private async checkRules(vaultServer: VaultServer): Promise<void> {
    if (this.nodes.running().length > 0) {
      return;
    }
    const { kubernetes } = this.context;
    const { items } = await kubernetes.call<{ items: VaultServerVersion[] }>(
      "GET",
      "/apis/catalog.kubevault.com/v1alpha1/vaultserverversions",
    );
    const secrets = new Map<string, SecretData | undefined>();
    for (const name of namedSecrets(vaultServer)) {
      secrets.set(name, await readSecret(kubernetes, vaultServer.metadata.namespace, name));
    }
    const versions = items.map(({ metadata }) => metadata.name);
    const problems = problemsOf(vaultServer, { versions, secret: (name) => secrets.get(name) });
    if (problems.length > 0) {
      throw new StepFailure("ValidationFailed", problems.join("; "));
    }
  }

  private async prepare(vaultServer: VaultServer): Promise<void> {
    if (this.nodes.running().length === 0) {
      await applyOffshoots(this.context.kubernetes, vaultServer, storageStanza(vaultServer, this.folder()));
    }
    const template = podTemplateOf(vaultServer);
    const changed = this.template !== undefined && this.template !== template;
    this.template = template;
    if (changed && this.context.restartOnTemplateChange) {
      this.nodes.outdateAll();
    }
  }

  private async launch(vaultServer: VaultServer, folder: string): Promise<Launch> {
    const { kubernetes, aws, gatewayEnv } = this.context;
    const { namespace } = vaultServer.metadata;
    const { backend, configSecret } = vaultServer.spec;
    const identity = await awsIdentity(kubernetes, vaultServer, backend.dynamodb?.credentialSecretRef);
    const extra =
      configSecret?.name === undefined ? undefined : await readSecret(kubernetes, namespace, configSecret.name);
    return {
      storage: storageStanza(vaultServer, this.folder()),
      env: { ...gatewayEnv, ...(await awsEnvironment(identity, folder, aws.region)) },
      tls: await serverTls(kubernetes, vaultServer),
      extraConfig: extra?.["vault.hcl"],
    };
  }

  private async unseal(vaultServer: VaultServer, observed: readonly ObservedNode[]): Promise<void> {
    const [first] = observed;
    if (vaultServer.spec.unsealer === undefined || first === undefined) {
      return;
    }
    if (observed.every(({ health }) => !health.initialized)) {
      await attempt("InitializationFailed", async () =>
        initialise(vaultServer, first.vault, await this.keyStore(vaultServer)),
      );
      // Reported as Unsealing before it is done.
      return;
    }
    if (vaultServer.status?.initialized !== true) {
      return;
    }
    for (const { vault, health } of observed) {
      if (health.initialized && health.sealed) {
        await attempt("UnsealFailed", async () => unseal(vaultServer, vault, await this.keyStore(vaultServer)));
      }
    }
  }

  private async enableAuth(vaultServer: VaultServer, observed: readonly ObservedNode[]): Promise<void> {
    const active = observed.find(({ health }) => !health.sealed && !health.standby);
    if (active === undefined || this.authMethods !== undefined || vaultServer.spec.unsealer === undefined) {
      return;
    }
    const { kubernetes, apiServer } = this.context;
    const rootToken = await (await this.keyStore(vaultServer)).get(rootTokenName(vaultServer));
    this.authMethods =
      rootToken === undefined
        ? []
        : await attempt("AuthMethodFailed", () =>
            enableAuthMethods(kubernetes, vaultServer, active.vault, rootToken, apiServer),
          );
  }

  /** Goes on with a restart that was asked for. Returns the nodes that remain meanwhile. */
  private async restart(observed: ObservedNode[]): Promise<ObservedNode[]> {
    const stopped = await this.nodes.restartNext(observed);
    return observed.filter(({ name }) => name !== stopped);
  }

  private async keyStore(vaultServer: VaultServer): Promise<KeyStore> {
    const { kubernetes, aws } = this.context;
    const { kubernetesSecret, awsKmsSsm } = vaultServer.spec.unsealer?.mode ?? {};
    if (kubernetesSecret !== undefined) {
      return kubernetesKeyStore(kubernetes, vaultServer, kubernetesSecret.secretName);
    }
    if (awsKmsSsm !== undefined) {
      const identity = await awsIdentity(kubernetes, vaultServer, awsKmsSsm.credentialSecretRef);
      return awsKeyStore(awsKmsSsm, identity, aws.endpoint, aws.region);
    }
    throw new Error("The stand-in keeps keys in kubernetesSecret or awsKmsSsm mode only");
  }

  /**
   * What deleting a VaultServer takes with it. Never the unseal keys nor the DynamoDB table. The owned objects go in any case; TLS Secrets
   * only with WipeOut; the data of a file backend, its volume, unless Halt.
   */
  private async finalize(vaultServer: VaultServer): Promise<void> {
    const { kubernetes } = this.context;
    const policy = vaultServer.spec.terminationPolicy ?? "Delete";
    await this.stop();
    await this.pods.sync(vaultServer, []);
    await removeUnowned(kubernetes, vaultServer);
    if (policy === "WipeOut") {
      await removeTlsSecrets(kubernetes, vaultServer);
    }
    if (policy !== "Halt") {
      await rm(this.folder(), { recursive: true, force: true });
    }
    const finalizers = (vaultServer.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    await ignoreNotFound(kubernetes.merge(pathOf(vaultServer), { metadata: { finalizers } }));
    this.context.log(`${keyOf(vaultServer)}: gone (terminationPolicy ${policy})`);
  }

  private folder(): string {
    return join(this.context.workDir, ...this.key.split("/"));
  }

  private report(phase: string | undefined, failure: string | undefined): void {
    const line = `${this.key}: ${phase}${failure === undefined ? "" : `: ${failure}`}`;
    if (line !== this.reported) {
      this.reported = line;
      this.context.log(line);
    }
  }
}

async function ignoreNotFound(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof KubernetesError && error.statusCode === 404)) {
      throw error;
    }
  }
}

async function attempt<T>(reason: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new StepFailure(reason, (error as Error).message);
  }
}
