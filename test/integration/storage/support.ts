import * as core from "@pulumi/kubernetes/core/v1/index.js";
import type { Output } from "@pulumi/pulumi";
import { kubernetesRest, type KubernetesRest } from "../../../sandbox/kubernetes/index.js";
import { startSandbox, type Sandbox } from "../../../sandbox/index.js";
import { vaultRequest } from "../../../sandbox/vault/index.js";
import type { InputOf, VaultServerSpec } from "../../../src/kubernetes/index.js";

/** Where all tests of this folder run Vault. */
export const namespace = "vault";

/** The parts of the sandbox, and shorthands for what the tests look at. */
export class StorageSandbox {
  private constructor(
    readonly parts: Sandbox,
    readonly rest: KubernetesRest,
  ) {}

  static async start(vaultServers: readonly string[]): Promise<StorageSandbox> {
    const parts = await startSandbox({ vaultServers: vaultServers.map((name) => `${namespace}/${name}`) });
    return new StorageSandbox(parts, kubernetesRest(parts.kubernetes.kubeconfigPath));
  }

  async stop(): Promise<void> {
    await this.rest.close();
    await this.parts.stop();
  }

  /** The values of a Secret; undefined where there is none. */
  async secret(name: string): Promise<Record<string, string> | undefined> {
    const found = await this.rest.find<{ data?: Record<string, string> }>(
      `/api/v1/namespaces/${namespace}/secrets/${name}`,
    );
    return found === undefined
      ? undefined
      : Object.fromEntries(
          Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
        );
  }

  /** A request to a Vault of the sandbox, with its root token. */
  async vault<T>(server: string, tokenSecret: string, method: "GET" | "PUT", path: string, body?: object): Promise<T> {
    const token = (await this.secret(tokenSecret))?.[`k8s.-.${namespace}.${server}-root-token`];
    const address = this.parts.vaultAddresses[`${namespace}/${server}`];
    if (address === undefined || token === undefined) {
      throw new Error(`no Vault ${server} with a root token in the Secret ${tokenSecret}`);
    }
    return vaultRequest<T>({ address }, { method, path, token, body });
  }
}

/** The namespace, made by the program itself. */
export function makeNamespace(): Output<string> {
  return new core.Namespace("namespace", { metadata: { name: namespace } }).metadata.name;
}

/** One share is enough for a test. */
export function unsealedBy(secretName: string | Output<string>): InputOf<NonNullable<VaultServerSpec["unsealer"]>> {
  return { secretShares: 1, secretThreshold: 1, mode: { kubernetesSecret: { secretName } } };
}
