import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestSandbox } from "./support.js";

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await TestSandbox.start();
  await sandbox.putSecret("aws", sandbox.adminKeys());
  await sandbox.create("vault", {
    replicas: 3,
    backend: {
      dynamodb: { table: "ha", region: "us-east-1", haEnabled: true, credentialSecretRef: { name: "aws" } },
    },
  });
  await sandbox.untilPhase("vault", "Ready", 90_000);
  await sandbox.writeKv("vault", "greeting", "hello");
});
afterAll(async () => {
  await sandbox.stop();
});

/** Restarts that are asked for, by the way that KubeVault has for it. */
async function restart(name: string): Promise<void> {
  const collection = "/apis/ops.kubevault.com/v1alpha1/namespaces/default/vaultopsrequests";
  await sandbox.rest.call("POST", collection, {
    apiVersion: "ops.kubevault.com/v1alpha1",
    kind: "VaultOpsRequest",
    metadata: { name },
    spec: { type: "Restart", vaultRef: { name: "vault" } },
  });
  await sandbox.until(
    `request ${name} to be Successful`,
    async () => {
      const { status } = await sandbox.rest.call<{ status?: { phase?: string } }>("GET", `${collection}/${name}`);
      return status?.phase === "Successful";
    },
    120_000,
  );
}

const pids = () => sandbox.operator.nodes("default/vault").map(({ process }) => process.pid);

describe("three replicas on one table", () => {
  it("are one active node and two standbys", async () => {
    const { vaultStatus } = await sandbox.status("vault");
    const active = vaultStatus?.active ?? "";
    const standby = ["vault-0", "vault-1", "vault-2"].filter((name) => name !== active);
    expect(vaultStatus).toEqual({ active, standby, unsealed: ["vault-0", "vault-1", "vault-2"] });
  });

  it("have another leader at the same address after the leader was killed, with the data", async () => {
    const address = sandbox.operator.address("default/vault");
    const before = await sandbox.operator.activeNode("default/vault");
    await before?.process.kill();
    await sandbox.until(
      "another active node",
      async () => {
        const now = await sandbox.operator.activeNode("default/vault");
        return now !== undefined && now.name !== before?.name;
      },
      60_000,
    );
    await sandbox.until("the data to be readable", async () =>
      sandbox.readKv("vault", "greeting").then(
        (value) => value === "hello",
        () => false,
      ),
    );
    expect(sandbox.operator.address("default/vault")).toBe(address);
    await sandbox.untilPhase("vault", "Ready", 60_000);
    expect((await sandbox.status("vault")).vaultStatus?.unsealed).toHaveLength(3);
  });

  it("do not take up a changed Secret or podTemplate by themselves", async () => {
    const before = pids();
    await sandbox.putSecret("aws", { ...sandbox.adminKeys(), note: "rotated" });
    await sandbox.rest.merge(sandbox.path("vault"), {
      spec: { podTemplate: { metadata: { annotations: { checksum: "1" } } } },
    });
    await sandbox.until("the change to be seen", async () => (await sandbox.status("vault")).observedGeneration === 2);
    expect(pids()).toEqual(before);
  });

  it("are restarted one by one on request, so that two of them always run", async () => {
    const before = pids();
    const counts = new Set<number>();
    const watch = setInterval(() => counts.add(pids().length), 10);
    await restart("rotate");
    clearInterval(watch);
    const after = pids();
    expect(after).toHaveLength(3);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    expect([...counts].sort()).toEqual([2, 3]);
    expect(await sandbox.readKv("vault", "greeting")).toBe("hello");
  });

  it("a request for a VaultServer that is not there fails", async () => {
    const collection = "/apis/ops.kubevault.com/v1alpha1/namespaces/default/vaultopsrequests";
    await sandbox.rest.call("POST", collection, {
      apiVersion: "ops.kubevault.com/v1alpha1",
      kind: "VaultOpsRequest",
      metadata: { name: "stray" },
      spec: { type: "Restart", vaultRef: { name: "nobody" } },
    });
    const phase = async () =>
      (await sandbox.rest.call<{ status?: { phase?: string } }>("GET", `${collection}/stray`)).status?.phase;
    await sandbox.until("the request to be answered", async () => (await phase()) !== undefined);
    expect(await phase()).toBe("Failed");
  });
});

it("with RollingUpdate a changed podTemplate restarts the nodes", async () => {
  await sandbox.operator.stop();
  await sandbox.startOperator({ updateStrategy: "RollingUpdate" });
  await sandbox.until("all nodes to be back", () => Promise.resolve(pids().length === 3));
  await sandbox.untilPhase("vault", "Ready", 90_000);
  await sandbox.until("an active node", async () => (await sandbox.operator.activeNode("default/vault")) !== undefined);
  const before = pids();
  await sandbox.rest.merge(sandbox.path("vault"), {
    spec: { podTemplate: { metadata: { annotations: { checksum: "2" } } } },
  });
  await sandbox.until(
    "all nodes to be new",
    () => Promise.resolve(pids().length === 3 && pids().every((pid) => !before.includes(pid))),
    120_000,
  );
});
