import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startAws, type Aws } from "./aws/index.js";
import { createEngine, findLanguages, type Engine, type Language } from "./engine/index.js";
import { putFixtures } from "./fixtures.js";
import { startKubernetes, type Kubernetes } from "./kubernetes/index.js";
import { startOperator, type Operator } from "./operator/index.js";
import { freePort } from "./process/index.js";
import { findTools, pythonEnvironment, type FoundTool } from "./tools/index.js";

export interface SandboxOptions {
  /** Takes a line for each step. */
  readonly log?: (line: string) => void;
  /** How long AWS refuses a new access key, in seconds. Default 2; on AWS it is 5 to 10. */
  readonly keyDelaySeconds?: number;
  /** Accounts of AWS besides the main one, for what crosses accounts. Default: none. */
  readonly otherAccountIds?: readonly string[];
  /** Region of the cluster and of programs that name none. Default us-east-1. */
  readonly region?: string;
  /** VaultServers whose address must be known ahead, as `namespace/name`. Default: `vault/vault`. */
  readonly vaultServers?: readonly string[];
  /**
   * Languages of programs that are run by their Pulumi.yaml. With "python", `python3` is one that has Pulumi's SDK; what else a program imports goes
   * onto PYTHONPATH. Default: nodejs.
   */
  readonly languages?: readonly Language[];
  /** Use the machine's released AWS and Kubernetes plugins of Pulumi's instead of the stand-ins. Default false. */
  readonly releasedPlugins?: boolean;
  /** More variables for the engine, its plugins and the programs. */
  readonly engineEnvironment?: Readonly<Record<string, string>>;
  /** Build tools that the machine does not have from their sources, and fetch no releases. Default false. */
  readonly buildTools?: boolean;
}

/** A cloud on one machine: AWS with enforced IAM, a Kubernetes API with KubeVault's stand-in, and Pulumi's engine set up to use both. */
export interface Sandbox {
  readonly aws: Aws;
  readonly kubernetes: Kubernetes;
  readonly operator: Operator;
  readonly engine: Engine;
  /** Where each of `vaultServers` answers once it runs. */
  readonly vaultAddresses: Readonly<Record<string, string>>;
  /** What is in use, for the reader: `vault 1.18.0 (cache)`. */
  readonly parts: readonly string[];
  /** Stops every process by its id and removes the sandbox's folder. */
  readonly stop: () => Promise<void>;
}

const toolNames = ["pulumi", "vault", "kube-apiserver", "kube-controller-manager", "etcd"] as const;

type Tools = Readonly<Record<(typeof toolNames)[number], FoundTool>>;

/** Starts the sandbox on free loopback ports. What was already started is stopped again when a later part fails. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const log = options.log ?? (() => undefined);
  const python = await pythonEnvironment(log);
  const find = { log, buildTools: options.buildTools };
  const tools = await findTools(toolNames, find);
  const languageSupport = await findLanguages(options.languages ?? ["nodejs"], find);
  const workDir = await mkdtemp(path.join(tmpdir(), "kubevault-aws-"));
  // The folder holds keys: it goes even where stop() is never called.
  const removeFolder = () => rmSync(workDir, { recursive: true, force: true });
  process.once("exit", removeFolder);
  const stops: (() => Promise<void>)[] = [
    async () => {
      process.removeListener("exit", removeFolder);
      await rm(workDir, { recursive: true, force: true });
    },
  ];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) {
      await stopPart();
    }
  };
  try {
    log("starting AWS (moto behind enforced IAM) and Kubernetes (etcd, kube-apiserver, kube-controller-manager)");
    const [aws, kubernetes] = await startTogether(
      stops,
      () =>
        startAws({
          workDir: path.join(workDir, "aws"),
          python,
          keyDelaySeconds: options.keyDelaySeconds ?? 2,
          otherAccountIds: options.otherAccountIds,
          region: options.region,
        }),
      () =>
        startKubernetes({
          workDir: path.join(workDir, "kubernetes"),
          kubeApiserver: tools["kube-apiserver"].path,
          kubeControllerManager: tools["kube-controller-manager"].path,
          etcd: tools.etcd.path,
        }),
    );
    await putFixtures(aws);
    // What EKS does for a cluster: AWS can fetch the keys that ServiceAccount tokens are signed with.
    await aws.control.putIssuer(kubernetes.serviceAccountIssuer, kubernetes.serviceAccountJwks);
    const ports = Object.fromEntries(
      await Promise.all(
        (options.vaultServers ?? ["vault/vault"]).map(async (name) => [name, await freePort()] as const),
      ),
    );
    const operator = await startOperator({
      workDir: path.join(workDir, "operator"),
      kubeconfigPath: kubernetes.kubeconfigPath,
      vault: tools.vault.path,
      aws,
      listen: ports,
    });
    stops.push(() => operator.stop());
    const engine = await createEngine({
      workDir: path.join(workDir, "engine"),
      pulumi: tools.pulumi.path,
      aws,
      kubeconfigPath: kubernetes.kubeconfigPath,
      releasedPlugins: options.releasedPlugins,
      ...languageSupport,
      env: { ...languageSupport.env, ...options.engineEnvironment },
    });
    return {
      aws,
      kubernetes,
      operator,
      engine,
      vaultAddresses: Object.fromEntries(
        Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}`]),
      ),
      parts: describeParts(tools, engine),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts two parts at once; each is registered to be stopped even if the other fails. */
async function startTogether<A extends { stop: () => Promise<void> }, B extends { stop: () => Promise<void> }>(
  stops: (() => Promise<void>)[],
  first: () => Promise<A>,
  second: () => Promise<B>,
): Promise<[A, B]> {
  const register = <T extends { stop: () => Promise<void> }>(part: T): T => {
    stops.push(() => part.stop());
    return part;
  };
  const results = await Promise.allSettled([first().then(register), second().then(register)]);
  for (const result of results) {
    if (result.status === "rejected") {
      throw result.reason;
    }
  }
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as [A, B];
}

function describeParts(tools: Tools, engine: Engine): string[] {
  return [
    ...toolNames.map((name) => {
      const { path: file, version, source } = tools[name];
      // What the machine has of its own may be of any version.
      return `${name}: ${version ?? file}, ${source}`;
    }),
    ...Object.entries(engine.pluginsInUse).map(([name, kind]) => `Pulumi's ${name} provider: ${kind}`),
    "AWS: moto behind the sandbox's IAM enforcement",
    "KubeVault's operator: stand-in, which runs the vault above whatever version a VaultServer asks for",
  ];
}
