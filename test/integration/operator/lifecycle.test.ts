import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { promisify } from "node:util";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealStatus, vaultRequest } from "../../../sandbox/vault/index.js";
import { TestSandbox } from "./support.js";

let sandbox: TestSandbox;

beforeAll(async () => {
  sandbox = await TestSandbox.start();
  await sandbox.putSecret("aws", sandbox.adminKeys());
});
afterAll(async () => {
  await sandbox.stop();
});

const dynamodb = (table: string) => ({
  backend: { dynamodb: { table, region: "us-east-1", credentialSecretRef: { name: "aws" } } },
});

function dynamoDbClient(): DynamoDBClient {
  const { endpoint, region, admin } = sandbox.aws;
  return new DynamoDBClient({ endpoint, region, credentials: admin });
}

describe("a VaultServer on DynamoDB", () => {
  let phases: string[];
  beforeAll(async () => {
    await sandbox.create("vault", { ...dynamodb("vault-data"), terminationPolicy: "DoNotTerminate" });
    phases = await sandbox.untilPhase("vault", "Ready");
  });

  it("becomes Ready by way of Initializing and Unsealing", () => {
    expect(phases[0]).toBe("Initializing");
    expect(phases).toContain("Unsealing");
    expect(phases.at(-1)).toBe("Ready");
  });

  it("says in its status where Vault is and how it is", async () => {
    const { serviceName, clientPort, observedGeneration, initialized, vaultStatus, conditions, authMethodStatus } =
      await sandbox.status("vault");
    expect({ serviceName, clientPort, observedGeneration, initialized }).toEqual({
      serviceName: "vault",
      clientPort: 8200,
      observedGeneration: 1,
      initialized: true,
    });
    expect(vaultStatus).toEqual({ active: "vault-0", unsealed: ["vault-0"] });
    expect(conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      "Initialized=True",
      "Unsealed=True",
      "AcceptingConnection=True",
      "AllReplicasReady=True",
    ]);
    expect(authMethodStatus).toEqual([{ type: "kubernetes", path: "kubernetes", status: "EnableSucceeded" }]);
  });

  it("keeps its keys in the unsealer's Secret under the operator's names", async () => {
    const keys = Object.keys(await sandbox.readSecret("vault-keys")).sort();
    expect(keys).toEqual([
      "k8s.-.default.vault-root-token",
      "k8s.-.default.vault-unseal-key-0",
      "k8s.-.default.vault-unseal-key-1",
      "k8s.-.default.vault-unseal-key-2",
    ]);
  });

  it("has the stanza that the operator renders, of what is set only", async () => {
    const { "vault.hcl": config } = await sandbox.readSecret("vault-vault-config");
    expect(config).toBe('storage "dynamodb" {\n  region = "us-east-1"\n  table = "vault-data"\n}');
  });

  it("keeps its data in the table", async () => {
    await sandbox.writeKv("vault", "greeting", "hello");
    expect(await sandbox.readKv("vault", "greeting")).toBe("hello");
    const client = dynamoDbClient();
    const { Items } = await client.send(new ScanCommand({ TableName: "vault-data", ConsistentRead: true }));
    client.destroy();
    const paths = Items?.map((item) => item.Path?.S ?? "") ?? [];
    expect(paths.some((path) => path.startsWith("logical/"))).toBe(true);
  });

  it("runs with no secret on its arguments and its files closed to others", async () => {
    const [node] = sandbox.operator.nodes("default/vault");
    const { stdout: commandLine } = await promisify(execFile)("ps", ["-o", "args=", "-p", String(node?.process.pid)]);
    expect(commandLine).toMatch(/ server -config=/);
    expect(commandLine).not.toContain(sandbox.aws.admin.secretAccessKey);
    const folder = dirname(node?.process.logFile ?? "");
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    expect(await mode(folder)).toBe(0o700);
    expect(await mode(join(folder, "vault.hcl"))).toBe(0o600);
    expect(await mode(join(folder, "vault.log"))).toBe(0o600);
  });

  it("accepts a login by a ServiceAccount's token", async () => {
    const { status } = await sandbox.rest.call<{ status: { token: string } }>(
      "POST",
      "/api/v1/namespaces/default/serviceaccounts/vault/token",
      { spec: { expirationSeconds: 600 } },
    );
    const { auth } = await vaultRequest<{ auth: { policies: string[] } }>(sandbox.endpoint("vault"), {
      method: "POST",
      path: "auth/kubernetes/login",
      body: { role: "vault-policy-controller", jwt: status.token },
    });
    expect(auth.policies).toEqual(["default", "vault-policy-controller"]);
  });

  it("is not deleted while its policy is DoNotTerminate", async () => {
    await expect(sandbox.rest.call("DELETE", sandbox.path("vault"))).rejects.toThrow(
      "VaultServer can't be terminated. To delete, change spec.terminationPolicy",
    );
  });

  it.each([
    ["backend", { backend: { dynamodb: { table: "other" } } }, "spec.backend is immutable"],
    ["unsealer", { unsealer: { secretShares: 5 } }, "spec.unsealer is immutable"],
    ["unsealer taken away", { unsealer: null }, "spec.unsealer is immutable"],
    ["node selector", { podTemplate: { spec: { nodeSelector: { zone: "a" } } } }, "nodeSelector is immutable"],
  ])("does not let its %s be changed", async (_what, change, message) => {
    await expect(sandbox.rest.merge(sandbox.path("vault"), { spec: change })).rejects.toThrow(message);
  });

  it("is unsealed again after its process has crashed, with its data", async () => {
    const [node] = sandbox.operator.nodes("default/vault");
    await node?.process.kill();
    await sandbox.until("a new process", async () => {
      const [now] = sandbox.operator.nodes("default/vault");
      return now !== undefined && now.process.pid !== node?.process.pid && !(await sealStatus(now)).sealed;
    });
    await sandbox.untilPhase("vault", "Ready");
    expect(await sandbox.readKv("vault", "greeting")).toBe("hello");
  });

  it("is there again after the operator and all processes were gone", async () => {
    await sandbox.operator.stop();
    await sandbox.startOperator();
    await sandbox.until("Vault to run", async () => (await sandbox.operator.activeNode("default/vault")) !== undefined);
    await sandbox.untilPhase("vault", "Ready");
    expect(await sandbox.readKv("vault", "greeting")).toBe("hello");
  });

  it("goes without its keys and its table when the policy allows it", async () => {
    await sandbox.rest.merge(sandbox.path("vault"), { spec: { terminationPolicy: "WipeOut" } });
    const [node] = sandbox.operator.nodes("default/vault");
    await sandbox.delete("vault");
    expect(node?.process.ended()).toBe(true);
    const found = async (path: string) => (await sandbox.rest.find(`/api/v1/namespaces/default/${path}`)) !== undefined;
    expect({
      serviceAccount: await found("serviceaccounts/vault"),
      service: await found("services/vault"),
      config: await found("secrets/vault-vault-config"),
      keys: await found("secrets/vault-keys"),
      credentials: await found("secrets/aws"),
    }).toEqual({ serviceAccount: false, service: false, config: false, keys: true, credentials: true });
    const client = dynamoDbClient();
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "vault-data" }));
    client.destroy();
    expect(Table?.TableStatus).toBe("ACTIVE");
  });

  it("finds its data again when it is made anew on the same table and keys", async () => {
    await sandbox.create("vault", dynamodb("vault-data"));
    await sandbox.untilPhase("vault", "Ready");
    expect(await sandbox.readKv("vault", "greeting")).toBe("hello");
    await sandbox.delete("vault");
  });

  it("is not initialised over keys that are there already", async () => {
    await sandbox.create("vault", dynamodb("vault-data-2"));
    await sandbox.untilPhase("vault", "NotReady");
    expect(await sandbox.condition("vault", "Initialized")).toMatchObject({
      status: "False",
      reason: "InitializationFailed",
      message: "keystore value for 'k8s.-.default.vault-unseal-key-0' already exists in Secret default/vault-keys",
    });
    await sandbox.delete("vault");
  });
});

describe("a VaultServer that the operator's webhook would refuse", () => {
  it("is NotReady until the missing key is in the Secret", async () => {
    await sandbox.putSecret("half", { access_key: sandbox.aws.admin.accessKeyId });
    await sandbox.create("half", {
      backend: { dynamodb: { table: "half", region: "us-east-1", credentialSecretRef: { name: "half" } } },
    });
    expect(await sandbox.untilPhase("half", "NotReady")).not.toContain("Ready");
    expect(await sandbox.condition("half", "Initialized")).toMatchObject({
      status: "False",
      reason: "ValidationFailed",
      message: 'spec.backend.dynamodb.credentialSecretRef: Secret "half" has no secret_key',
    });
    await sandbox.putSecret("half", sandbox.adminKeys());
    await sandbox.untilPhase("half", "Ready");
    await sandbox.delete("half");
  });

  it("says all that is wrong with it", async () => {
    await sandbox.create("wrong", {
      version: "1.2.0",
      replicas: 0,
      backend: { dynamodb: { credentialSecretRef: { name: "nowhere" } }, inmem: {} },
      unsealer: { secretShares: 2, secretThreshold: 3, mode: {} },
    });
    await sandbox.untilPhase("wrong", "NotReady");
    const condition = await sandbox.condition("wrong", "AcceptingConnection");
    expect(condition?.message.split("; ")).toEqual([
      'spec.version: VaultServerVersion "1.2.0" not found',
      "spec.replicas: 0 is less than 1",
      "spec.backend: exactly one backend is needed, not dynamodb, inmem",
      'spec.backend.dynamodb.credentialSecretRef: Secret "nowhere" not found',
      "spec.unsealer.secretThreshold: 3 is greater than secretShares 2",
      "spec.unsealer.mode: exactly one mode is needed, not none",
    ]);
    await sandbox.delete("wrong");
  });

  it("does not come up on keys that AWS refuses", async () => {
    await sandbox.putSecret("refused", { ...sandbox.adminKeys(), secret_key: "wrong" });
    await sandbox.create("refused", {
      backend: { dynamodb: { table: "refused", region: "us-east-1", credentialSecretRef: { name: "refused" } } },
    });
    await sandbox.untilPhase("refused", "NotReady");
    expect(await sandbox.condition("refused", "AllReplicasReady")).toMatchObject({
      status: "False",
      reason: "ContainersNotReady",
      message: "back-off restarting failed container vault of refused-0",
    });
    expect(sandbox.lines.join("\n")).toMatch(/refused-0: vault has ended[^]*InvalidSignatureException/);
    await sandbox.delete("refused");
  });
});

it("stays Initializing on a table with the wrong key schema, and can be deleted", async () => {
  const client = dynamoDbClient();
  await client.send(
    new CreateTableCommand({
      TableName: "wrong-keys",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  client.destroy();
  await sandbox.create("wrong-keys", dynamodb("wrong-keys"));
  // Vault tries again and again, and does not listen before it could read its storage.
  await sandbox.until("Vault's complaint", async () => {
    const [node] = sandbox.operator.nodes("default/wrong-keys");
    return node !== undefined && (await readFile(node.process.logFile, "utf8")).includes("ValidationException");
  });
  expect((await sandbox.status("wrong-keys")).phase).toBe("Initializing");
  expect(await sandbox.condition("wrong-keys", "AllReplicasReady")).toMatchObject({
    status: "False",
    reason: "SomeReplicasNotReady",
    message: "0 of 1 replicas are ready",
  });
  await sandbox.delete("wrong-keys");
});

describe("other ways to run it", () => {
  it("serves TLS with a certificate from its own authority", async () => {
    await sandbox.create("secure", { backend: { inmem: {} }, tls: {}, terminationPolicy: "WipeOut" });
    await sandbox.untilPhase("secure", "Ready");
    const { "ca.crt": ca } = await sandbox.readSecret("secure-server-certs");
    expect((await sealStatus(sandbox.endpoint("secure", ca))).sealed).toBe(false);
    await expect(sealStatus(sandbox.endpoint("secure"))).rejects.toThrow("certificate");
    await sandbox.delete("secure");
    expect(await sandbox.rest.find("/api/v1/namespaces/default/secrets/secure-server-certs")).toBeUndefined();
  });

  it("stays uninitialised without an unsealer", async () => {
    await sandbox.create("manual", { backend: { inmem: {} }, unsealer: undefined });
    await sandbox.until("Vault to run", () => Promise.resolve(sandbox.operator.nodes("default/manual").length === 1));
    await sandbox.until("its status", async () => (await sandbox.status("manual")).phase === "Initializing");
    expect(await sandbox.condition("manual", "Initialized")).toMatchObject({ reason: "VaultIsNotInitialized" });
    await sandbox.delete("manual");
  });

  it("leaves a ServiceAccount that is there its annotations", async () => {
    const path = "/api/v1/namespaces/default/serviceaccounts";
    await sandbox.rest.call("POST", path, { metadata: { name: "annotated", annotations: { team: "platform" } } });
    await sandbox.create("annotated", { backend: { inmem: {} } });
    await sandbox.untilPhase("annotated", "Ready");
    const account = await sandbox.rest.call<{
      metadata: { annotations: object; labels: object; ownerReferences: { kind: string; name: string }[] };
    }>("GET", `${path}/annotated`);
    expect(account.metadata.annotations).toEqual({ team: "platform" });
    expect(account.metadata.labels).toMatchObject({ "app.kubernetes.io/instance": "annotated" });
    expect(account.metadata.ownerReferences).toMatchObject([{ kind: "VaultServer", name: "annotated" }]);
    await sandbox.delete("annotated");
  });
});
