import { DecryptCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  paginateDescribeParameters,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import path from "node:path";
import type { Deployment, Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";
import { VaultPlatform, type VaultPlatformArgs } from "../../src/index.js";

const vaultServer = "vault/vault";
const movedServer = "secure/vault";

/** The tables of a state, with whether each is to be deleted. */
function tablesOf({ deployment }: Deployment): unknown[] {
  const { resources = [] } = deployment as { resources?: { type: string; id?: string; delete?: boolean }[] };
  return resources.filter(({ type }) => type === "aws:dynamodb/table:Table").map((found) => [found.id, found.delete]);
}

/** What becomes of a platform after its first day, with unseal keys in SSM and TLS that is verified. Each test goes on where the one before ended. */
describe("a platform in operation", () => {
  let sandbox: Sandbox;
  let stack: Stack;
  let args: Partial<VaultPlatformArgs> = { vaultServer: { version: "1.17.6" } };
  let name = "vault";

  beforeAll(async () => {
    sandbox = await startSandbox();
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "vault" } });
    await rest.close();
    stack = await sandbox.engine.createStack({
      projectName: "day-two",
      stackName: "sandbox",
      programDirectory: path.join(__dirname, "..", "..", "examples", "platform"),
      config: { "aws:region": { value: sandbox.aws.region } },
      program: () => {
        const { endpoint } = sandbox.aws;
        const platform = new VaultPlatform(
          name,
          {
            namespace: "vault",
            vaultServer: { version: "1.18.4" },
            unsealer: "awsKmsSsm",
            // This program runs in the test's own process, which the sandbox's variables do not reach.
            endpoints: { dynamodb: endpoint, iam: endpoint, sts: endpoint },
            kubeconfig: sandbox.kubernetes.kubeconfigPath,
            roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
            ...args,
          },
          name === "vault" ? {} : { aliases: [{ name: "vault" }] },
        );
        return Promise.resolve({ address: platform.vaultAddress, phase: platform.vaultServer.phase });
      },
    });
  });

  afterAll(async () => {
    await sandbox.stop();
  });

  /** What `up` changed: operations by the resource's name. */
  async function up(change: Partial<VaultPlatformArgs>): Promise<Record<string, string>> {
    args = { ...args, ...change };
    const operations: Record<string, string> = {};
    await stack.up({
      onEvent: ({ resourcePreEvent }) => {
        const { op = "same", urn = "" } = resourcePreEvent?.metadata ?? {};
        if (op !== "same") {
          operations[urn.split("::").at(-1) ?? ""] = op;
        }
      },
    });
    return operations;
  }

  const processes = () => sandbox.operator.nodes(vaultServer).map((node) => node.process.pid);

  async function withParameterStore<T>(work: (ssm: SSMClient) => Promise<T>): Promise<T> {
    const { endpoint, region, admin } = sandbox.aws;
    const ssm = new SSMClient({ endpoint, region, credentials: admin });
    try {
      return await work(ssm);
    } finally {
      ssm.destroy();
    }
  }

  const parameters = () =>
    withParameterStore(async (ssm) => {
      const names: string[] = [];
      for await (const { Parameters = [] } of paginateDescribeParameters({ client: ssm }, {})) {
        names.push(...Parameters.flatMap(({ Name = "" }) => (Name.startsWith("/vault/") ? [Name] : [])));
      }
      return names.sort();
    });

  const parameterPath = "/vault/day-two/sandbox/vault/";
  const keyNamesOf = (namespace: string) =>
    ["root-token", ...[0, 1, 2, 3, 4].map((index) => `unseal-key-${index}`)].map(
      (name) => `${parameterPath}k8s.-.${namespace}.vault-${name}`,
    );
  const keyNames = keyNamesOf("vault");

  /** Copies unseal keys and root token to the names that they have in another namespace; answers the root token. */
  const copyKeys = (from: string, to: string) =>
    withParameterStore(async (ssm) => {
      const { Parameters = [] } = await ssm.send(
        new GetParametersByPathCommand({ Path: parameterPath, WithDecryption: true }),
      );
      for (const { Name = "", Value, Type } of Parameters) {
        await ssm.send(new PutParameterCommand({ Name: Name.replace(`.${from}.`, `.${to}.`), Value, Type }));
      }
      return decrypted(Parameters.find(({ Name }) => Name?.endsWith("-root-token"))?.Value ?? "");
    });

  async function decrypted(value: string): Promise<string> {
    const { endpoint, region, admin } = sandbox.aws;
    const kms = new KMSClient({ endpoint, region, credentials: admin });
    const EncryptionContext = { Tool: "vault-unsealer" };
    const { Plaintext } = await kms.send(
      new DecryptCommand({ CiphertextBlob: Buffer.from(value, "base64"), EncryptionContext }),
    );
    kms.destroy();
    return Buffer.from(Plaintext ?? []).toString("utf8");
  }

  it("comes up over TLS, unsealed by KMS", async () => {
    await up({});
    const { address, phase } = await stack.outputs();
    expect([address?.value, phase?.value]).toEqual(["https://vault.vault.svc:8200", "Ready"]);
    expect(await parameters()).toEqual(keyNames);
    expect(await up({})).toEqual({});
  });

  it("is scaled from 1 to 3 replicas and back without a replacement", async () => {
    const change = { "vault-server-vault-server": "update", "vault-server-rollout": "update" };
    const [first] = processes();
    expect(await up({ vaultServer: { version: "1.17.6", replicas: 3 } })).toEqual(change);
    expect(processes()).toHaveLength(3);
    expect(await up({ vaultServer: { version: "1.17.6", replicas: 1 } })).toEqual(change);
    expect(processes()).toEqual([first]);
  });

  it("is renamed by aliases without a change of anything in AWS, Kubernetes or Vault", async () => {
    name = "payments-vault";
    expect(await up({ namePrefix: "vault" })).toEqual({});
    expect(await parameters()).toEqual(keyNames);
  });

  it("is upgraded: each pod is restarted, the active one last", async () => {
    await up({ vaultServer: { version: "1.17.6", replicas: 3 } });
    const before = processes();
    const active = (await sandbox.operator.activeNode(vaultServer))?.process.pid;
    const restarted = sandbox.operator.restarts(vaultServer).length;
    expect(await up({ vaultServer: { version: "1.18.4", replicas: 3 } })).toEqual({
      "vault-server-vault-server": "update",
      "vault-server-rollout": "update",
    });
    expect(processes().filter((pid) => before.includes(pid))).toEqual([]);
    const order = sandbox.operator.restarts(vaultServer).slice(restarted);
    expect(order).toHaveLength(3);
    expect(order.at(-1)).toBe(active);
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    const requests = await rest.call<{ items: object[] }>("GET", "/apis/ops.kubevault.com/v1alpha1/vaultopsrequests");
    await rest.close();
    expect(requests.items).toEqual([]);
  });

  it("moves to another namespace with its unseal keys in SSM, and stays where it is while they are not there", async () => {
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "secure" } });
    await up({ protectData: false });
    const before = processes();
    // An inline program's `up` has no preview that could reject it.
    await expect(up({ namespace: "secure" })).rejects.toThrow("VaultServer vault/vault: cannot move to secure/vault");
    expect(processes()).toEqual(before);
    expect(await rest.find("/apis/kubevault.com/v1alpha2/namespaces/secure/vaultservers/vault")).toBeUndefined();
    await rest.close();
    const token = await copyKeys("vault", "secure");
    const policies = (server: string) =>
      vaultRequest<{ data: { policies: string[] } }>(sandbox.operator.endpoint(server), { path: "sys/policy", token });
    await vaultRequest(sandbox.operator.endpoint(vaultServer), {
      method: "POST",
      path: "sys/policies/acl/moved",
      token,
      body: { policy: 'path "none" { capabilities = ["read"] }' },
    });
    await up({ vaultServerOptions: { onImmutableChange: "replace" } });
    expect(processes()).toEqual([]);
    expect((await policies(movedServer)).data.policies).toContain("moved");
    expect(await up({ vaultServerOptions: {} })).toEqual({});
    expect(await parameters()).toEqual([...keyNamesOf("secure"), ...keyNames].sort());
  });

  it("is destroyed once its data are not protected, with its unseal keys", async () => {
    await up({ protectData: true });
    await expect(stack.destroy()).rejects.toThrow("vault-guard");
    expect(await parameters()).toEqual([...keyNamesOf("secure"), ...keyNames].sort());
    await up({ protectData: false });
    await stack.destroy();
    // What was copied from stays: it is nobody's since the move.
    expect(await parameters()).toEqual(keyNames);
  });

  it("comes up again in the same namespace", async () => {
    const change = { namespace: "vault", unsealer: "kubernetesSecret" } as const;
    await up(change);
    await stack.destroy();
    await up(change);
    expect((await stack.outputs()).phase?.value).toBe("Ready");
  });

  it("keeps its unseal keys and its data through changes that are rejected without a preview and then taken back", async () => {
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    const read = async () =>
      (await rest.call<{ data: Record<string, string> }>("GET", "/api/v1/namespaces/vault/secrets/vault-keys")).data;
    const keys = await read();
    expect(Object.keys(keys)).toHaveLength(6);
    const tables = await stack.exportStack().then(tablesOf);
    await expect(up({ namespace: "secure" })).rejects.toThrow(
      "Secret vault/vault-keys: cannot move to secure/vault-keys",
    );
    // Nothing was replaced: only the components' own inputs are in the state.
    expect(await up({ namespace: "vault" })).toEqual({ "vault-server": "update", "vault-unseal-keys": "update" });
    await expect(up({ unsealer: { kind: "kubernetesSecret", secretName: "other" } })).rejects.toThrow(
      "Secret vault/vault-keys: cannot move to vault/other",
    );
    expect(await up({ unsealer: "kubernetesSecret" })).toEqual({});
    await expect(up({ storage: { table: { name: "another" } } })).rejects.toThrow("cannot become another");
    expect(await up({ storage: {} })).toEqual({});
    expect(await read()).toEqual(keys);
    await rest.close();
    expect(await stack.exportStack().then(tablesOf)).toEqual(tables);
    await stack.destroy();
  });

  it("is not created where KubeVault has no such version, and nothing else is", async () => {
    args = { ...args, vaultServer: { version: "1.99.0" } };
    const error = await stack.up().then(
      () => "it did not fail",
      (reason: unknown) => String(reason),
    );
    expect(error).toContain('VaultServer "vault-server": spec.version: the cluster at https://127.0.0.1');
    expect(error).toContain('has no VaultServerVersion "1.99.0"');
  });

  it("is rejected at preview, by one error and in time, where the existing table is not there", async () => {
    args = { ...args, vaultServer: { version: "1.18.4" }, storage: { existingTableName: "absent-table" } };
    const error = await stack.preview().then(
      () => "it did not fail",
      (reason: unknown) => String(reason),
    );
    expect(error).toContain('DynamoDbStorage "vault-storage"');
    expect(error).toContain("absent-table");
  }, 60_000);
});
