import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { startAws, type Aws } from "../../../sandbox/aws/index.js";
import {
  kubernetesRest,
  startKubernetes,
  type Kubernetes,
  type KubernetesRest,
} from "../../../sandbox/kubernetes/index.js";
import { startOperator, type Operator, type OperatorOptions } from "../../../sandbox/operator/index.js";
import { waitFor } from "../../../sandbox/process/index.js";
import { findTool, pythonEnvironment } from "../../../sandbox/tools/index.js";
import { vaultRequest, type VaultEndpoint } from "../../../sandbox/vault/index.js";

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface Status {
  readonly phase?: string;
  readonly serviceName?: string;
  readonly clientPort?: number;
  readonly updatedNodes?: readonly string[];
  readonly observedGeneration?: number;
  readonly initialized?: boolean;
  readonly vaultStatus?: {
    readonly active?: string;
    readonly standby?: readonly string[];
    readonly sealed?: readonly string[];
    readonly unsealed?: readonly string[];
  };
  readonly conditions?: readonly Condition[];
  readonly authMethodStatus?: readonly { readonly type: string; readonly path: string; readonly status: string }[];
}

interface Stored {
  readonly metadata: { readonly finalizers?: readonly string[] };
  readonly status?: Status;
}

/** The parts of the sandbox that the operator stand-in works between, and shorthands for its tests. */
export class TestSandbox {
  /** Every line that the stand-in logged. */
  readonly lines: string[] = [];
  operator!: Operator;

  private constructor(
    private readonly workDir: string,
    readonly aws: Aws,
    readonly kubernetes: Kubernetes,
    readonly rest: KubernetesRest,
  ) {}

  static async start(): Promise<TestSandbox> {
    const workDir = await mkdtemp(join(tmpdir(), "kubevault-aws-operator-"));
    const [aws, kubernetes] = await Promise.all([
      startAws({ workDir: join(workDir, "aws"), python: await pythonEnvironment(), keyDelaySeconds: 0 }),
      startKubernetes({
        workDir: join(workDir, "kubernetes"),
        kubeApiserver: (await findTool("kube-apiserver")).path,
        kubeControllerManager: (await findTool("kube-controller-manager")).path,
        etcd: (await findTool("etcd")).path,
      }),
    ]);
    const sandbox = new TestSandbox(workDir, aws, kubernetes, kubernetesRest(kubernetes.kubeconfigPath));
    await sandbox.startOperator();
    return sandbox;
  }

  async startOperator(options: Partial<OperatorOptions> = {}): Promise<void> {
    this.operator = await startOperator({
      workDir: join(this.workDir, "operator"),
      kubeconfigPath: this.kubernetes.kubeconfigPath,
      vault: (await findTool("vault")).path,
      aws: this.aws,
      log: (line) => this.lines.push(line),
      ...options,
    });
  }

  async stop(): Promise<void> {
    await this.operator.stop();
    await this.rest.close();
    await this.kubernetes.stop();
    await this.aws.stop();
    await rm(this.workDir, { recursive: true, force: true });
  }

  /** A Secret with the administrator's keys, or others. */
  async putSecret(name: string, values: Record<string, string>): Promise<void> {
    const path = "/api/v1/namespaces/default/secrets";
    await this.rest.remove(`${path}/${name}`);
    await this.rest.call("POST", path, { metadata: { name }, stringData: values });
  }

  adminKeys(): Record<string, string> {
    return { access_key: this.aws.admin.accessKeyId, secret_key: this.aws.admin.secretAccessKey };
  }

  async readSecret(name: string): Promise<Record<string, string>> {
    const { data } = await this.rest.call<{ data: Record<string, string> }>(
      "GET",
      `/api/v1/namespaces/default/secrets/${name}`,
    );
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
    );
  }

  path(name: string): string {
    return `/apis/kubevault.com/v1alpha2/namespaces/default/vaultservers/${name}`;
  }

  async create(name: string, spec: Record<string, unknown>): Promise<void> {
    await this.rest.call("POST", "/apis/kubevault.com/v1alpha2/namespaces/default/vaultservers", {
      apiVersion: "kubevault.com/v1alpha2",
      kind: "VaultServer",
      metadata: { name },
      spec: {
        version: "1.18.4",
        unsealer: { secretShares: 3, secretThreshold: 2, mode: { kubernetesSecret: { secretName: `${name}-keys` } } },
        ...spec,
      },
    });
  }

  async status(name: string): Promise<Status> {
    return (await this.rest.find<Stored>(this.path(name)))?.status ?? {};
  }

  async condition(name: string, type: string): Promise<Condition | undefined> {
    return (await this.status(name)).conditions?.find((condition) => condition.type === type);
  }

  /** Waits for a phase, and returns the phases that were seen on the way. */
  async untilPhase(name: string, phase: string, timeoutMs = 60_000): Promise<string[]> {
    const seen: string[] = [];
    try {
      await waitFor(
        async () => {
          const { phase: now } = await this.status(name);
          if (now !== undefined && seen.at(-1) !== now) {
            seen.push(now);
          }
          return now === phase ? true : undefined;
        },
        { what: `${name} to be ${phase}`, timeoutMs, intervalMs: 25 },
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\nphases: ${seen.join(", ")}\n${this.lines.slice(-10).join("\n")}`, {
        cause: error,
      });
    }
    return seen;
  }

  async until(what: string, check: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    await waitFor(async () => ((await check()) ? true : undefined), { what, timeoutMs });
  }

  /** Deletes a VaultServer with all that it owns. */
  async delete(name: string): Promise<void> {
    await this.rest.call("DELETE", this.path(name), { propagationPolicy: "Foreground" });
    await this.until(`${name} to be gone`, async () => (await this.rest.find(this.path(name))) === undefined);
  }

  endpoint(name: string, caCertificate?: string): VaultEndpoint {
    const address = this.operator.address(`default/${name}`);
    expect(address).toBeDefined();
    return { address: address as string, caCertificate };
  }

  async rootToken(name: string): Promise<string> {
    const token = (await this.readSecret(`${name}-keys`))[`k8s.-.default.${name}-root-token`];
    expect(token).toMatch(/^hvs\./);
    return token as string;
  }

  async writeKv(name: string, key: string, value: string): Promise<void> {
    const token = await this.rootToken(name);
    const endpoint = this.endpoint(name);
    const { data } = await vaultRequest<{ data: Record<string, unknown> }>(endpoint, { path: "sys/mounts", token });
    if (data["kv/"] === undefined) {
      await vaultRequest(endpoint, { method: "POST", path: "sys/mounts/kv", token, body: { type: "kv" } });
    }
    await vaultRequest(endpoint, { method: "POST", path: `kv/${key}`, token, body: { value } });
  }

  async readKv(name: string, key: string): Promise<string> {
    const answer = await vaultRequest<{ data: { value: string } }>(this.endpoint(name), {
      path: `kv/${key}`,
      token: await this.rootToken(name),
    });
    return answer.data.value;
  }
}
