import { IAMClient, ListAccessKeysCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import type { Output } from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CredentialSecret, UnsealKeys, VaultServer } from "../../../src/kubernetes/index.js";
import { DynamoDbStorage } from "../../../src/storage/index.js";
import { makeStack, type TestStack } from "../engine/support.js";
import { makeNamespace, StorageSandbox, unsealedBy } from "./support.js";

let sandbox: StorageSandbox;
let stack: TestStack;
let iam: IAMClient;

/** What the program does differently from one `up` to the next. */
const change = { generation: 1, table: "vault-data" };

beforeAll(async () => {
  sandbox = await StorageSandbox.start(["vault"]);
  const { endpoint, region, admin } = sandbox.parts.aws;
  iam = new IAMClient({ endpoint, region, credentials: admin });
  stack = await makeStack(sandbox.parts.engine, "access-key", () => Promise.resolve(program()));
});

afterAll(async () => {
  iam.destroy();
  await sandbox.stop();
});

function program(): Record<string, Output<unknown> | undefined> {
  const namespace = makeNamespace();
  const keys = new UnsealKeys("keys", { namespace, secretName: "vault-keys" });
  const storage = new DynamoDbStorage(
    "vault",
    {
      table: { name: change.table, deletionProtection: false },
      credential: { kind: "accessKey", generation: change.generation },
    },
    { dependsOn: keys },
  );
  const { accessKeyId, secretAccessKey } = storage;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error("an access key was asked for");
  }
  const { endpoint, region } = sandbox.parts.aws;
  const secret = new CredentialSecret("vault", {
    namespace,
    secretName: "vault-aws",
    accessKeyId,
    secretAccessKey,
    awaitAcceptance: { region, stsEndpoint: endpoint },
  });
  const vault = new VaultServer("vault", {
    namespace,
    spec: {
      version: "1.18.4",
      backend: { dynamodb: { ...storage.backend, credentialSecretRef: { name: secret.secretName } } },
      unsealer: unsealedBy(keys.secretName),
    },
    restartTrigger: accessKeyId,
  });
  return { address: vault.address, phase: vault.phase, rootTokenSecret: vault.rootTokenSecret, accessKeyId };
}

async function userKeys(): Promise<string[]> {
  const { Users } = await iam.send(new ListUsersCommand({ PathPrefix: "/dynamodb-storage/" }));
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: Users?.[0]?.UserName }));
  return (AccessKeyMetadata ?? []).flatMap(({ AccessKeyId }) => AccessKeyId ?? []);
}

test("a preview of nothing shows all that will be made", async () => {
  const { operations } = await stack.preview();
  expect(Object.keys(operations).sort()).toEqual([
    "keys",
    "keys-replacement-guard",
    "keys-secret",
    "namespace",
    "vault",
    "vault-key-1",
    "vault-policy",
    "vault-replacement-guard",
    "vault-rollout",
    "vault-secret",
    "vault-table",
    "vault-user",
    "vault-user-policy",
    "vault-vault-server",
  ]);
});

test("up brings Vault to Ready, with its data in the table", async () => {
  const { outputs } = await stack.up();
  expect(outputs["address"]?.value).toBe("http://vault.vault.svc:8200");
  expect(outputs["phase"]?.value).toBe("Ready");
  expect(outputs["rootTokenSecret"]?.value).toEqual({
    namespace: "vault",
    name: "vault-keys",
    key: "k8s.-.vault.vault-root-token",
  });
  await sandbox.vault("vault", "vault-keys", "PUT", "sys/mounts/kv", { type: "kv" });
  await sandbox.vault("vault", "vault-keys", "PUT", "kv/greeting", { text: "hello" });
});

test("a second up changes nothing, and refresh finds no drift", async () => {
  expect((await stack.up()).operations).toEqual({});
  expect((await stack.refresh()).operations).toEqual({});
  expect((await stack.up()).operations).toEqual({});
});

test("neither keys nor unseal keys nor the root token are in the state in clear", async () => {
  const stored = sandbox.parts.engine.storedText();
  const secrets = [
    (await sandbox.secret("vault-aws"))?.["secret_key"],
    ...Object.values((await sandbox.secret("vault-keys")) ?? {}),
  ];
  expect(secrets.length).toBe(3);
  for (const secret of secrets) {
    expect(secret).toBeTruthy();
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(Buffer.from(secret ?? "").toString("base64"));
  }
});

test("another table is rejected at preview", async () => {
  change.table = "another";
  const preview = stack.preview();
  await preview.catch(() => undefined);
  change.table = "vault-data";
  await expect(preview).rejects.toThrow("table vault-data in us-east-1: cannot become another in us-east-1");
});

test("the key rotates: Vault runs with the new one before the old one goes, and keeps its data", async () => {
  const before = await userKeys();
  change.generation = 2;
  const { operations, outputs } = await stack.up();
  expect(operations).toEqual({
    "vault-key-1": "delete",
    "vault-key-2": "create",
    "vault-rollout": "update",
    "vault-secret": "replace",
    vault: "update",
  });
  const after = await userKeys();
  expect(after).toEqual([outputs["accessKeyId"]?.value]);
  expect(after).not.toEqual(before);
  const { data } = await sandbox.vault<{ data: { text: string } }>("vault", "vault-keys", "GET", "kv/greeting");
  expect(data.text).toBe("hello");
  expect((await stack.up()).operations).toEqual({});
});

test("destroy leaves nothing", async () => {
  await stack.destroy();
  expect(await sandbox.secret("vault-keys")).toBeUndefined();
  expect(await sandbox.secret("vault-aws")).toBeUndefined();
  expect((await iam.send(new ListUsersCommand({ PathPrefix: "/dynamodb-storage/" }))).Users).toEqual([]);
});
