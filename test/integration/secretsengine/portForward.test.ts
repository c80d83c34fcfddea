import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCertificateAuthority } from "../../../sandbox/kubernetes/index.js";
import { freePort, waitFor } from "../../../sandbox/process/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import {
  startUnsealedVault,
  startVault,
  unsealVault,
  vaultHealth,
  vaultRequest,
  type UnsealedVault,
  type Vault,
} from "../../../sandbox/vault/index.js";
import { VaultSession } from "../../../src/vault/session.js";
import { closeConnections } from "../../../src/vaultresource/providers/connection.js";
import { startPortForwardServer, type PortForwardServer } from "../../support/portForwardServer.js";
import { startTestKubernetes, type TestKubernetes } from "../kubernetes/support.js";
import { Plugin, World, type Values } from "./support.js";

const kind = "AwsSecretsRole";
const role = { mount: "aws", name: "r", credentialType: "session_token", adoptExisting: true };
const where = "the way to Vault through Kubernetes: Service demo/vault";

let kubernetes: PortForwardServer;
let folder: string;

beforeAll(async () => {
  kubernetes = await startPortForwardServer();
  folder = await mkdtemp(path.join(tmpdir(), "kubernetes-tunnel-test-"));
});
afterAll(async () => {
  await kubernetes.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  kubernetes.forbidden = [];
  kubernetes.ports = [{ port: 8200, targetPort: "client" }];
  kubernetes.hangs = "nothing";
  kubernetes.forwarded.length = 0;
});

async function mountEngine(vault: UnsealedVault): Promise<void> {
  await vaultRequest(vault, { method: "POST", path: "sys/mounts/aws", token: vault.rootToken, body: { type: "aws" } });
}

function plugin(vault: UnsealedVault, tunnel: Values = {}, more: Values = {}): Plugin {
  return new Plugin({
    "kubevault-aws:kubernetes": JSON.stringify({
      namespace: "demo",
      service: "vault",
      kubeconfig: kubernetes.kubeconfig,
      ...tunnel,
    }),
    "kubevault-aws:login": JSON.stringify({ kind: "token", token: vault.rootToken }),
    "kubevault-aws:maxRetries": 0,
    ...more,
  });
}

/** What a connection leads to: the address of the Vault that a role is then in, or the error. */
async function outcome(vault: UnsealedVault, tunnel: Values = {}, more: Values = {}): Promise<unknown> {
  try {
    return (await plugin(vault, tunnel, more).create(kind, role)).outputs.vaultAddress;
  } catch (error) {
    return (error as Error).message;
  } finally {
    // Each test makes its own cluster: the next call is to look at it again.
    await closeConnections();
  }
}

async function nothingIsOpen(): Promise<void> {
  await closeConnections();
  await waitFor(async () => kubernetes.open() === 0 || undefined, {
    what: "all port-forwards to be closed",
    timeoutMs: 5_000,
  });
}

describe("a Vault without TLS", () => {
  let vault: UnsealedVault;

  beforeAll(async () => {
    vault = await startUnsealedVault({
      workDir: path.join(folder, "plain"),
      vault: (await findTool("vault")).path,
      storage: { type: "inmem" },
    });
    await mountEngine(vault);
  });
  beforeEach(() => {
    kubernetes.pods = { "vault-0": { leadsTo: vault.port } };
  });
  afterAll(async () => {
    await vault.stop();
  });

  it("is worked with through a port-forward that operations share, and that ends with the connection", async () => {
    const through = plugin(vault);
    const stored = await through.create(kind, role);
    expect(stored.outputs.vaultAddress).toBe("http://vault.demo.svc:8200");
    expect((await through.refresh(stored))?.outputs).toEqual(stored.outputs);
    const updated = await through.update(stored, { ...role, defaultStsTtl: 900 });
    await through.destroy(updated);
    expect(await through.refresh(updated)).toBeUndefined();
    expect(new Set(kubernetes.forwarded)).toEqual(new Set(["vault-0"]));
    expect(kubernetes.forwarded.length).toBeLessThan(5);
    await nothingIsOpen();
  });

  it("is the same Vault at its address", async () => {
    const stored = await plugin(vault).create(kind, role);
    const straight = plugin(
      vault,
      {},
      { "kubevault-aws:kubernetes": undefined, "kubevault-aws:address": vault.address },
    );
    expect((await straight.refresh(stored))?.outputs).toEqual(stored.outputs);
  });

  it("serves much work at once", async () => {
    const through = plugin(vault);
    const names = Array.from({ length: 12 }, (_, index) => `many-${index}`);
    const stored = await Promise.all(names.map((name) => through.create(kind, { ...role, name })));
    expect(stored.map(({ id }) => id)).toEqual(names.map((name) => `aws/roles/${name}`));
    await nothingIsOpen();
  });

  it("is sent and answers what takes many pieces", async () => {
    const session = new VaultSession(
      { kubernetes: { namespace: "demo", service: "vault", kubeconfig: kubernetes.kubeconfig } },
      { kind: "token", token: vault.rootToken },
      {},
    );
    const policy = `# ${"long ".repeat(100_000)}\npath "aws/*" { capabilities = ["read"] }`;
    const read = await session.useOwnToken(async ({ client }) => {
      await client.write("sys/policies/acl/long", { policy });
      return client.read("sys/policies/acl/long");
    });
    expect(read?.policy).toBe(policy);
    await session.close();
    await nothingIsOpen();
  });

  it("is found behind any port of its Service", async () => {
    kubernetes.ports = [{ port: 443, targetPort: 8200 }];
    expect(await outcome(vault, { port: 443 })).toBe("http://vault.demo.svc:443");
    expect(await outcome(vault)).toBe(`${where} has no port 8200; it has: 443. Set kubernetes.port`);
  });

  it("has to have a ready pod", async () => {
    kubernetes.pods = {
      "vault-0": { ready: false, leadsTo: vault.port },
      "vault-1": { ready: false, phase: "Pending" },
    };
    expect(await outcome(vault)).toBe(
      `${where} has no ready pod: vault-0 is running and not ready, vault-1 is Pending`,
    );
    kubernetes.pods = {};
    expect(await outcome(vault)).toBe(`${where} has no ready pod: its selector matches no pod`);
  });

  it("is waited for while it restarts", async () => {
    kubernetes.pods = { "vault-0": { ready: false, leadsTo: vault.port } };
    const work = outcome(vault, {}, { "kubevault-aws:maxRetries": 20 });
    setTimeout(() => (kubernetes.pods = { "vault-0": { leadsTo: vault.port } }), 500);
    expect(await work).toBe("http://vault.demo.svc:8200");
  });

  it("has to listen", async () => {
    kubernetes.pods = { "vault-0": {} };
    expect(await outcome(vault)).toBe(
      `${where}, pod vault-0: port 8200 cannot be reached: error forwarding port 8200 to pod: connection refused`,
    );
    await nothingIsOpen();
  });

  it("needs rights in Kubernetes, which are told one by one", async () => {
    const lacks = (verbs: string) => `forbidden (403): the kubeconfig's user needs ${verbs} in the namespace "demo"`;
    kubernetes.forbidden = ["get services"];
    expect(await outcome(vault)).toBe(`${where}: ${lacks('"get" on services')}`);
    kubernetes.forbidden = ["list pods"];
    expect(await outcome(vault)).toBe(`${where}: ${lacks('"list" on pods')}`);
    kubernetes.forbidden = ["portforward"];
    // No amount of trying again would help.
    const started = Date.now();
    expect(await outcome(vault, {}, { "kubevault-aws:maxRetries": 20 })).toBe(
      `${where}, pod vault-0: ${lacks('"get" and "create" on pods/portforward')}`,
    );
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it("is looked for in the right place", async () => {
    expect(await outcome(vault, { service: "other" })).toBe(
      `the way to Vault through Kubernetes: Service demo/other: there is no such Service at ${kubernetes.address}. Is it the right context?`,
    );
    expect(await outcome(vault, { context: "none" })).toBe(`${where}: the kubeconfig has no context "none"`);
    const unknown = await outcome(vault, { context: "stranger" });
    expect(unknown).toBe(`${where}: ${kubernetes.address} does not accept the kubeconfig's credentials (401)`);
    const gone = kubernetes.kubeconfig.replace(kubernetes.address, `https://127.0.0.1:${await freePort()}`);
    expect(await outcome(vault, { kubeconfig: gone })).toMatch(/cannot get services at https:.*ECONNREFUSED/);
    expect(await outcome(vault, { namespace: "" })).toBe(
      'kubernetes.namespace: must be the name of a Kubernetes object: ""',
    );
  });

  it("is not waited for longer than a call may take", async () => {
    for (const hangs of ["services", "portforward"] as const) {
      kubernetes.hangs = hangs;
      const started = Date.now();
      expect(await outcome(vault, {}, { "kubevault-aws:requestTimeout": "500ms" })).toMatch(
        /: no answer within 0\.5 s$/,
      );
      expect(Date.now() - started).toBeLessThan(3_000);
    }
  });
});

describe("a Vault with TLS", () => {
  let vault: UnsealedVault;
  let ca: Values;

  beforeAll(async () => {
    const authority = await createCertificateAuthority("test authority");
    vault = await startUnsealedVault({
      workDir: path.join(folder, "secure"),
      vault: (await findTool("vault")).path,
      storage: { type: "inmem" },
      tls: {
        ...(await authority.issue("vault", ["127.0.0.1", "vault.demo.svc", "vault.test"])),
        caCertificate: authority.certificate,
      },
    });
    ca = { "kubevault-aws:caCertificate": authority.certificate };
    await mountEngine(vault);
  });
  beforeEach(() => {
    kubernetes.pods = { "vault-0": { leadsTo: vault.port } };
  });
  afterAll(async () => {
    await vault.stop();
  });

  it("is verified for its Service's name", async () => {
    expect(await outcome(vault, { tls: true }, ca)).toBe("https://vault.demo.svc:8200");
    await nothingIsOpen();
  });

  it("is verified for another name where one is given", async () => {
    expect(await outcome(vault, { tls: true }, { ...ca, "kubevault-aws:tlsServerName": "vault.test" })).toBe(
      "https://vault.demo.svc:8200",
    );
    expect(await outcome(vault, { tls: true }, { ...ca, "kubevault-aws:tlsServerName": "other.test" })).toMatch(
      /^Vault at https:\/\/vault\.demo\.svc:8200: GET sys\/health: .*Set tlsServerName/,
    );
    await nothingIsOpen();
  });

  it("is not trusted without its authority", async () => {
    expect(await outcome(vault, { tls: true })).toMatch(
      /^Vault at https:\/\/vault\.demo\.svc:8200: GET sys\/health: .*Set caCertificate or caCertificateFile/,
    );
    await nothingIsOpen();
  });

  it("has to listen", async () => {
    kubernetes.pods = { "vault-0": {} };
    expect(await outcome(vault, { tls: true }, ca)).toBe(
      `${where}, pod vault-0: port 8200 cannot be reached: error forwarding port 8200 to pod: connection refused`,
    );
    await nothingIsOpen();
  });

  it("is reached again after lost connections", async () => {
    const through = plugin(vault, { tls: true }, { ...ca, "kubevault-aws:maxRetries": 10 });
    const stored = await through.create(kind, role);
    const reading = Promise.all(Array.from({ length: 20 }, () => through.refresh(stored)));
    const dropping = setInterval(() => kubernetes.drop(), 5);
    setTimeout(() => clearInterval(dropping), 100);
    expect((await reading).map((read) => read?.id)).toEqual(Array.from({ length: 20 }, () => "aws/roles/r"));
    await nothingIsOpen();
  });

  it("is told from its lack", async () => {
    expect(await outcome(vault, {}, ca)).toMatch(
      /GET sys\/health: 400: Client sent an HTTP request to an HTTPS server/,
    );
  });
});

describe("a Vault of two nodes that cannot forward to each other", () => {
  let world: World;
  let active: UnsealedVault;
  let standby: Vault;

  beforeAll(async () => {
    world = await World.start();
    const storage = {
      type: "dynamodb",
      options: { endpoint: world.aws.endpoint, region: world.aws.region, table: "vault", ha_enabled: "true" },
    };
    const env = {
      AWS_ACCESS_KEY_ID: world.aws.admin.accessKeyId,
      AWS_SECRET_ACCESS_KEY: world.aws.admin.secretAccessKey,
    };
    const node = async (name: string) => ({
      workDir: path.join(folder, name),
      vault: (await findTool("vault")).path,
      storage,
      env,
      // As the operator sets it, for every node.
      apiAddr: "http://vault.demo.svc:8200",
      clusterAddr: `https://127.0.0.1:${await freePort()}`,
    });
    active = await startUnsealedVault(await node("active"));
    await mountEngine(active);
    standby = await startVault(await node("standby"));
    await unsealVault(standby, active.unsealKeys);
    await waitFor(
      async () => {
        const health = await vaultHealth(standby);
        return health.standby && !health.sealed ? health : undefined;
      },
      { what: "the second node to be a standby", timeoutMs: 30_000 },
    );
  });
  afterAll(async () => {
    await standby.stop();
    await active.stop();
    await world.stop();
  });

  it("is worked with at its active node, which each is asked for", async () => {
    kubernetes.pods = { "vault-0": { leadsTo: standby.port }, "vault-1": { leadsTo: active.port } };
    expect(await outcome(active)).toBe("http://vault.demo.svc:8200");
    expect(kubernetes.forwarded.slice(0, 2).sort()).toEqual(["vault-0", "vault-1"]);
    expect(new Set(kubernetes.forwarded.slice(2))).toEqual(new Set(["vault-1"]));
    await nothingIsOpen();
  });

  it("is found by its labels where it has them", async () => {
    kubernetes.pods = {
      "vault-0": { leadsTo: standby.port, labels: { "vault-active": "false" } },
      "vault-1": { leadsTo: active.port, labels: { "vault-active": "true" } },
    };
    expect(await outcome(active)).toBe("http://vault.demo.svc:8200");
    expect(new Set(kubernetes.forwarded)).toEqual(new Set(["vault-1"]));
  });

  it("is found again where labels lag behind", async () => {
    kubernetes.pods = {
      "vault-0": { leadsTo: standby.port, labels: { "vault-active": "true" } },
      "vault-1": { leadsTo: active.port, labels: { "vault-active": "false" } },
    };
    expect(await outcome(active)).toBe("http://vault.demo.svc:8200");
    expect(kubernetes.forwarded[0]).toBe("vault-0");
    expect(kubernetes.forwarded.at(-1)).toBe("vault-1");
    await nothingIsOpen();
  });

  it("cannot be worked with while only a standby is ready", async () => {
    kubernetes.pods = { "vault-0": { leadsTo: standby.port }, "vault-1": { leadsTo: active.port, ready: false } };
    expect(await outcome(active)).toMatch(
      /^Vault at http:\/\/vault\.demo\.svc:8200: \S+ \S+: a standby redirects to http:\/\/vault\.demo\.svc:8200, which is an address inside the cluster, and none of the Service's ready pods is the active node$/,
    );
  });

  it("is found again after its pod went away in the middle", async () => {
    kubernetes.pods = { "vault-0": { leadsTo: active.port } };
    const through = plugin(active, {}, { "kubevault-aws:maxRetries": 10 });
    const stored = await through.create(kind, role);
    const reading = Promise.all(Array.from({ length: 20 }, () => through.refresh(stored)));
    const dropping = setInterval(() => kubernetes.drop(), 5);
    setTimeout(() => clearInterval(dropping), 100);
    kubernetes.pods = { "vault-1": { leadsTo: active.port } };
    expect((await reading).map((read) => read?.id)).toEqual(Array.from({ length: 20 }, () => "aws/roles/r"));
    await nothingIsOpen();
  });
});

describe("the real Kubernetes API", () => {
  let cluster: TestKubernetes;
  const vault = { address: "", rootToken: "hvs.none" } as UnsealedVault;
  const home = "/api/v1/namespaces/default";
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";

  beforeAll(async () => {
    cluster = await startTestKubernetes();
    await cluster.rest.call("POST", `${home}/serviceaccounts`, { metadata: { name: "deployer" } });
    await cluster.rest.call("POST", `${rbac}/rolebindings`, {
      metadata: { name: "deployer" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "deployer" },
      subjects: [{ kind: "ServiceAccount", name: "deployer", namespace: "default" }],
    });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  /** A kubeconfig of the ServiceAccount. */
  async function deployer(): Promise<string> {
    const { status } = await cluster.rest.call<{ status: { token: string } }>(
      "POST",
      `${home}/serviceaccounts/deployer/token`,
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 600 } },
    );
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfigPath);
    const current = config.getCurrentCluster();
    const own = new KubeConfig();
    own.loadFromClusterAndUser(current!, { name: "deployer", token: status.token });
    return own.exportConfig();
  }

  it("refuses step by step what the rights do not cover, and knows the words of this package", async () => {
    const kubeconfig = await deployer();
    const tunnel = { namespace: "default", kubeconfig };
    const through = async () => outcome(vault, tunnel);
    const here = "the way to Vault through Kubernetes: Service default/vault";
    const lacks = (verbs: string) => `forbidden (403): the kubeconfig's user needs ${verbs} in the namespace "default"`;
    expect(await through()).toBe(`${here}: ${lacks('"get" on services')}`);

    const rules = [{ apiGroups: [""], resources: ["services"], verbs: ["get"] }];
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "deployer" } };
    await cluster.rest.call("POST", `${rbac}/roles`, { ...role, rules });
    const allowed = async (resource: string, ...verbs: string[]) => {
      rules.push({ apiGroups: [""], resources: [resource], verbs });
      await cluster.rest.call("PUT", `${rbac}/roles/deployer`, { ...role, rules });
    };
    await eventually(through, /there is no such Service at https:/);
    await cluster.rest.call("POST", `${home}/services`, {
      metadata: { name: "vault" },
      spec: { selector: { app: "vault" }, ports: [{ port: 8200 }] },
    });
    expect(await through()).toBe(`${here}: ${lacks('"list" on pods')}`);

    await allowed("pods", "list");
    await eventually(through, /has no ready pod: its selector matches no pod$/);
    const pod = { metadata: { name: "vault-0", labels: { app: "vault" } } };
    await cluster.rest.call("POST", `${home}/pods`, {
      ...pod,
      spec: { containers: [{ name: "vault", image: "vault" }] },
    });
    expect(await through()).toBe(`${here} has no ready pod: vault-0 is Pending`);

    await cluster.rest.call("PUT", `${home}/pods/vault-0/status`, {
      ...pod,
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    expect(await through()).toBe(`${here}, pod vault-0: ${lacks('"get" and "create" on pods/portforward')}`);
    await allowed("pods/portforward", "get", "create");
    // As far as it goes without a kubelet: the API server accepts the request and finds no node to pass it on to.
    await eventually(through, /pod vault-0: port-forward failed: Unexpected server response: 400$/);
  });

  /** Rights take effect a moment after they were given. */
  async function eventually(work: () => Promise<unknown>, expected: RegExp): Promise<void> {
    let last: unknown;
    await waitFor(
      async () => {
        last = await work();
        return expected.test(String(last)) || undefined;
      },
      { what: `an outcome like ${String(expected)}`, timeoutMs: 10_000 },
    ).catch(() => {
      // The outcome itself says more than that the time is over.
    });
    expect(last).toMatch(expected);
  }
});
