import * as kubernetes from "@pulumi/kubernetes";
import { setTimeout as sleep } from "node:timers/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { waitFor } from "../../sandbox/process/index.js";
import { readSecret } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";
import { VaultPlatform } from "../../src/index.js";

const vaultServer = "vault/vault";

/** Three replicas, whose key to the table is replaced while applications write. */
describe("rotating the storage key under load", () => {
  let sandbox: Sandbox;

  const platformWithKey = (generation: number) =>
    sandbox.engine.createStack({
      projectName: "rotation",
      stackName: "sandbox",
      programDirectory: path.join(__dirname, "..", ".."),
      config: { "aws:region": { value: sandbox.aws.region } },
      program: async () => {
        const { endpoint } = sandbox.aws;
        const namespace = new kubernetes.core.v1.Namespace("vault", { metadata: { name: "vault" } });
        const platform = new VaultPlatform("vault", {
          namespace: namespace.metadata.name,
          vaultServer: { version: "1.18.4", replicas: 3 },
          protectData: false,
          endpoints: { dynamodb: endpoint, iam: endpoint, sts: endpoint },
          storage: { credential: { kind: "accessKey", generation } },
        });
        return { mountPath: platform.mountPath };
      },
    });

  beforeAll(async () => {
    sandbox = await startSandbox();
    await (await platformWithKey(1)).up();
  });

  afterAll(async () => {
    await sandbox.stop();
  });

  async function secretOf(name: string): Promise<Record<string, string>> {
    return readSecret(sandbox.kubernetes.kubeconfigPath, "vault", name);
  }

  async function rootToken(): Promise<string> {
    return (await secretOf("vault-keys"))["k8s.-.vault.vault-root-token"] ?? "";
  }

  it("loses nothing that Vault has taken, and ends with the new key in use", async () => {
    const token = await rootToken();
    const before = await secretOf("vault-storage-credential");
    const processes = () => new Set(sandbox.operator.nodes(vaultServer).map((node) => node.process.pid));
    const oldProcesses = processes();

    const taken: string[] = [];
    let rotating = true;
    const load = (async () => {
      for (let number = 0; rotating; number += 1) {
        const name = `load-${number}`;
        const written = await vaultRequest(sandbox.operator.endpoint(vaultServer), {
          method: "PUT",
          path: `sys/policies/acl/${name}`,
          token,
          body: { policy: `# ${number}` },
          timeoutMs: 5000,
        }).then(
          () => true,
          // While another replica takes over, an application waits and tries again.
          () => false,
        );
        if (written) {
          taken.push(name);
        }
        await sleep(20);
      }
    })();
    const { summary } = await (await platformWithKey(2)).up();
    rotating = false;
    await load;

    expect(summary.result).toBe("succeeded");
    const after = await secretOf("vault-storage-credential");
    expect(after.access_key).not.toBe(before.access_key);
    expect([...processes()].filter((pid) => oldProcesses.has(pid))).toEqual([]);
    expect(taken.length).toBeGreaterThan(100);
    const { data } = await waitFor(
      () =>
        vaultRequest<{ data: { keys: string[] } }>(sandbox.operator.endpoint(vaultServer), {
          method: "LIST",
          path: "sys/policies/acl",
          token,
        }),
      { what: "Vault to answer", timeoutMs: 60_000 },
    );
    expect(taken.filter((name) => !data.keys.includes(name))).toEqual([]);
  });

  it("leaves one key, and nothing to do for another up", async () => {
    const { summary } = await (await platformWithKey(2)).up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    const state = await (await platformWithKey(2)).exportStack();
    const resources = (state.deployment as { resources: { type: string; urn: string }[] }).resources;
    const keys = resources.filter((resource) => resource.type === "aws:iam/accessKey:AccessKey");
    expect(keys.map((key) => key.urn.split("::").at(-1)).sort()).toEqual(["vault-root-key-1", "vault-storage-key-2"]);
  });

  it("is destroyed", async () => {
    const { summary } = await (await platformWithKey(2)).destroy();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["delete"]);
  });
});
