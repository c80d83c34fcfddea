import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealStatus } from "../../../sandbox/vault/index.js";
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

const opsRequests = "/apis/ops.kubevault.com/v1alpha1/namespaces/default/vaultopsrequests";
const names = ["vault-0", "vault-1", "vault-2"];

/** Asks for a restart, by the way that KubeVault has for it. */
async function request(name: string): Promise<void> {
  await sandbox.rest.call("POST", opsRequests, {
    apiVersion: "ops.kubevault.com/v1alpha1",
    kind: "VaultOpsRequest",
    metadata: { name },
    spec: { type: "Restart", vaultRef: { name: "vault" } },
  });
}

async function phaseOf(name: string): Promise<string | undefined> {
  return (await sandbox.rest.call<{ status?: { phase?: string } }>("GET", `${opsRequests}/${name}`)).status?.phase;
}

interface Pod {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Status of a Pod's Ready condition; undefined where there is no Pod. */
async function readyOf(pod: string): Promise<string | undefined> {
  const found = await sandbox.rest.find<Pod>(`/api/v1/namespaces/default/pods/${pod}`);
  return found?.status?.conditions?.find(({ type }) => type === "Ready")?.status;
}

async function restart(name: string): Promise<void> {
  await request(name);
  await sandbox.until(`request ${name} to be Successful`, async () => (await phaseOf(name)) === "Successful", 120_000);
}

/** Names of the nodes that were restarted, in their order. */
function restartsSince(line: number): string[] {
  return sandbox.lines.slice(line).flatMap((said) => /(vault-\d): restarting$/.exec(said)?.[1] ?? []);
}

const schemes = () => sandbox.operator.nodes("default/vault").map(({ address }) => new URL(address).protocol);

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
    await sandbox.until(
      "all three to be unsealed",
      async () => (await sandbox.status("vault")).vaultStatus?.unsealed?.length === 3,
    );
    await sandbox.untilPhase("vault", "Ready", 60_000);
  });

  it("do not take up a changed Secret or podTemplate by themselves", async () => {
    const before = pids();
    await sandbox.putSecret("aws", { ...sandbox.adminKeys(), note: "rotated" });
    await sandbox.rest.merge(sandbox.path("vault"), {
      spec: { podTemplate: { metadata: { annotations: { checksum: "1" } } } },
    });
    await sandbox.until("the change to be seen", async () => (await sandbox.status("vault")).observedGeneration === 2);
    expect(pids()).toEqual(before);
    // No Pod is of the changed template yet.
    expect((await sandbox.status("vault")).updatedNodes).toEqual([]);
  });

  it("are restarted one by one on request, the active one last, so that two of them always run", async () => {
    const active = (await sandbox.operator.activeNode("default/vault"))?.name;
    const said = sandbox.lines.length;
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
    const restarted = restartsSince(said);
    expect([...restarted].sort()).toEqual(names);
    expect(restarted[2]).toBe(active);
    expect((await sandbox.status("vault")).updatedNodes).toEqual(names);
  });

  it("one whose Pod is deleted is started again, and no other", async () => {
    const before = new Map(sandbox.operator.nodes("default/vault").map(({ name, process }) => [name, process.pid]));
    await sandbox.rest.remove("/api/v1/namespaces/default/pods/vault-1");
    await sandbox.until("three nodes, one of them new", async () => {
      const now = pids();
      return now.length === 3 && !now.includes(before.get("vault-1") as number);
    });
    expect(pids()).toEqual(expect.arrayContaining([before.get("vault-0"), before.get("vault-2")]));
    // The phase is Ready until the operator has seen the new node, so the node's own Pod is waited for.
    await sandbox.until("the new node's Pod to be Ready", async () => (await readyOf("vault-1")) === "True");
    await sandbox.untilPhase("vault", "Ready");
  });

  it("keep serving with the old configuration while the first with a broken one does not start, and recover by a right one", async () => {
    const active = (await sandbox.operator.activeNode("default/vault"))?.name;
    await sandbox.putSecret("config", { "vault.hcl": "this is = not { HCL" });
    await sandbox.rest.merge(sandbox.path("vault"), { spec: { configSecret: { name: "config" } } });
    await request("broken");
    await sandbox.untilPhase("vault", "Critical");
    await sandbox.until("the broken node to be tried again", async () =>
      sandbox.lines.slice(-3).some((line) => line.includes("back-off")),
    );
    expect(pids().length).toBe(2);
    expect((await sandbox.operator.activeNode("default/vault"))?.name).toBe(active);
    expect(await sandbox.readKv("vault", "greeting")).toBe("hello");
    expect((await phaseOf("broken")) ?? "").toBe("Progressing");

    await sandbox.rest.merge(sandbox.path("vault"), { spec: { configSecret: null } });
    await restart("right");
    await sandbox.until("the first request to be done too", async () => (await phaseOf("broken")) === "Successful");
    expect(pids().length).toBe(3);
    expect((await sandbox.status("vault")).updatedNodes).toEqual(names);
  });

  it("take up TLS by a restart: until then plain HTTP, also after a crash, and then verified by the CA in its Secret", async () => {
    const serverCertificate = { alias: "server", secretName: "vault-tls", dnsNames: ["vault.example.com"] };
    await sandbox.rest.merge(sandbox.path("vault"), { spec: { tls: { certificates: [serverCertificate] } } });
    const standby = (await sandbox.status("vault")).vaultStatus?.standby?.[0];
    await sandbox.operator
      .nodes("default/vault")
      .find(({ name }) => name === standby)
      ?.process.kill();
    await sandbox.untilPhase("vault", "Critical");
    await sandbox.untilPhase("vault", "Ready");
    expect(new Set(schemes())).toEqual(new Set(["http:"]));
    expect(sandbox.operator.address("default/vault")).toMatch(/^http:/);

    await restart("tls");
    expect(new Set(schemes())).toEqual(new Set(["https:"]));
    expect(sandbox.operator.address("default/vault")).toMatch(/^https:/);
    const { "ca.crt": ca } = await sandbox.readSecret("vault-ca-certs");
    expect((await sealStatus(sandbox.endpoint("vault", ca))).sealed).toBe(false);
    const { "tls.crt": certificate = "" } = await sandbox.readSecret("vault-tls");
    expect(new X509Certificate(certificate).checkHost("vault.example.com")).toBe("vault.example.com");
    expect(new X509Certificate(certificate).checkHost("vault.default.svc")).toBe("vault.default.svc");
  });

  it("a request for a VaultServer that is not there fails", async () => {
    await sandbox.rest.call("POST", opsRequests, {
      apiVersion: "ops.kubevault.com/v1alpha1",
      kind: "VaultOpsRequest",
      metadata: { name: "stray" },
      spec: { type: "Restart", vaultRef: { name: "nobody" } },
    });
    await sandbox.until("the request to be answered", async () => (await phaseOf("stray")) !== undefined);
    expect(await phaseOf("stray")).toBe("Failed");
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
