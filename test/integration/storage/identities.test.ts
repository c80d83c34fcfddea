import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateOpenIDConnectProviderCommand, IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import * as core from "@pulumi/kubernetes/core/v1/index.js";
import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CredentialSecret, VaultServer, type VaultServerArgs } from "../../../src/kubernetes/index.js";
import { DynamoDbStorage, type DynamoDbStorageArgs } from "../../../src/storage/index.js";
import { makeStack, type TestStack } from "../engine/support.js";
import { namespace, StorageSandbox, unsealedBy } from "./support.js";

let sandbox: StorageSandbox;
let iam: IAMClient;
let dynamodb: DynamoDBClient;
let oidcProviderArn: string;

beforeAll(async () => {
  sandbox = await StorageSandbox.start(["session", "role-session", "irsa", "old", "ha"]);
  const { endpoint, region, admin } = sandbox.parts.aws;
  iam = new IAMClient({ endpoint, region, credentials: admin });
  dynamodb = new DynamoDBClient({ endpoint, region, credentials: admin });
  await sandbox.rest.call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  const { OpenIDConnectProviderArn } = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: sandbox.parts.kubernetes.serviceAccountIssuer,
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: ["0".repeat(40)],
    }),
  );
  oidcProviderArn = OpenIDConnectProviderArn ?? "";
});

afterAll(async () => {
  iam.destroy();
  dynamodb.destroy();
  await sandbox.stop();
});

function stackOf(project: string, program: () => Record<string, unknown>): Promise<TestStack> {
  const run: PulumiFn = () => Promise.resolve(program());
  return makeStack(sandbox.parts.engine, project, run);
}

/** A table that may go again, under its own name. */
function tableOf(server: string): NonNullable<DynamoDbStorageArgs["table"]> {
  return { name: `${server}-data`, deletionProtection: false };
}

/** Vault with keys from a Secret, restarted when they change. */
function vaultWithKeys(server: string, storage: DynamoDbStorage, old = false): VaultServer {
  const { accessKeyId, secretAccessKey, sessionToken } = storage;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error("keys were asked for");
  }
  const { endpoint, region } = sandbox.parts.aws;
  const secret = new CredentialSecret(`${server}-aws`, {
    namespace,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    separateSessionToken: old,
    awaitAcceptance: { region, stsEndpoint: endpoint },
  });
  const own: Partial<VaultServerArgs> = old
    ? { apiVersion: "kubevault.com/v1alpha1", sessionTokenSecretName: secret.sessionTokenSecretName }
    : { restartTrigger: accessKeyId };
  return new VaultServer(server, {
    ...own,
    namespace,
    spec: {
      version: "1.18.4",
      backend: { dynamodb: { ...storage.backend, credentialSecretRef: { name: secret.secretName } } },
      unsealer: unsealedBy(`${server}-keys`),
    },
  });
}

/** What is kept in Vault and read from it again: proof that it has its table. */
async function keepsData(server: string): Promise<string> {
  await sandbox.vault(server, `${server}-keys`, "PUT", "sys/mounts/kv", { type: "kv" });
  await sandbox.vault(server, `${server}-keys`, "PUT", "kv/greeting", { text: server });
  const { data } = await sandbox.vault<{ data: { text: string } }>(server, `${server}-keys`, "GET", "kv/greeting");
  return data.text;
}

describe("session credentials", () => {
  test("of a user: Vault runs with them, and up renews them before their end and restarts Vault", async () => {
    const life = { durationSeconds: 900, renewBeforeSeconds: 60 };
    const { endpoint } = sandbox.parts.aws;
    const stack = await stackOf("session", () => {
      const storage = new DynamoDbStorage("session", {
        table: tableOf("session"),
        credential: { kind: "session", ...life, stsEndpoint: endpoint },
      });
      return { phase: vaultWithKeys("session", storage).phase, expiration: storage.sessionExpiration };
    });
    const first = await stack.up();
    expect(first.outputs["phase"]?.value).toBe("Ready");
    expect(await keepsData("session")).toBe("session");
    const issued = await sandbox.secret("session-aws");
    expect(Object.keys(issued ?? {}).sort()).toEqual(["access_key", "secret_key", "session_token"]);
    expect(issued?.["access_key"]).toMatch(/^ASIA/);
    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});

    life.renewBeforeSeconds = 899;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await stack.preview()).operations).toMatchObject({ "session-session": "update" });
    const renewed = await stack.up();
    expect(renewed.operations).toEqual({
      "session-aws": "update",
      "session-aws-secret": "replace",
      "session-rollout": "update",
      "session-session": "update",
    });
    expect((await sandbox.secret("session-aws"))?.["access_key"]).not.toBe(issued?.["access_key"]);
    const { data } = await sandbox.vault<{ data: { text: string } }>("session", "session-keys", "GET", "kv/greeting");
    expect(data.text).toBe("session");

    const stored = sandbox.parts.engine.storedText();
    const now = await sandbox.secret("session-aws");
    for (const secret of [now?.["secret_key"], now?.["session_token"], issued?.["session_token"]]) {
      expect(secret).toBeTruthy();
      expect(stored).not.toContain(secret);
    }
    await stack.destroy();
  });

  test("of a role that pulumi up assumes", async () => {
    const { endpoint, accountId } = sandbox.parts.aws;
    const stack = await stackOf("role-session", () => {
      const storage = new DynamoDbStorage("role-session", {
        table: tableOf("role-session"),
        credential: {
          kind: "session",
          assumeRole: { trustedPrincipalArn: `arn:aws:iam::${accountId}:root`, externalId: "platform" },
          stsEndpoint: endpoint,
        },
      });
      return { phase: vaultWithKeys("role-session", storage).phase };
    });
    expect((await stack.up()).outputs["phase"]?.value).toBe("Ready");
    expect(await keepsData("role-session")).toBe("role-session");
    expect((await iam.send(new ListUsersCommand({ PathPrefix: "/dynamodb-storage/" }))).Users).toEqual([]);
    await stack.destroy();
  });
});

describe("the role of a ServiceAccount", () => {
  test("serves storage without any key", async () => {
    const { region } = sandbox.parts.aws;
    const stack = await stackOf("irsa", () => {
      const storage = new DynamoDbStorage("irsa", {
        table: tableOf("irsa"),
        credential: { kind: "irsa", oidcProviderArn, namespace, serviceAccountName: "irsa" },
      });
      const vault = new VaultServer("irsa", {
        namespace,
        irsa: { roleArn: pulumi.output(storage.roleArn).apply((arn) => arn ?? ""), clusterRegion: region },
        spec: { version: "1.18.4", backend: { dynamodb: storage.backend }, unsealer: unsealedBy("irsa-keys") },
      });
      return { phase: vault.phase };
    });
    expect((await stack.up()).outputs["phase"]?.value).toBe("Ready");
    expect(await keepsData("irsa")).toBe("irsa");
    expect((await stack.up()).operations).toEqual({});
    await stack.destroy();
  });

  test("is rejected for a table in another region, as soon as that is known", async () => {
    const stack = await stackOf("irsa-region", () => {
      const storage = new DynamoDbStorage("irsa-region", {
        table: tableOf("irsa-region"),
        credential: { kind: "irsa", oidcProviderArn, namespace, serviceAccountName: "irsa-region" },
      });
      new VaultServer("irsa-region", {
        namespace,
        irsa: { roleArn: pulumi.output(storage.roleArn).apply((arn) => arn ?? ""), clusterRegion: "ap-southeast-2" },
        spec: { version: "1.18.4", backend: { dynamodb: storage.backend }, unsealer: unsealedBy("irsa-region-keys") },
      });
      return {};
    });
    await expect(stack.up()).rejects.toThrow(
      'VaultServer "irsa-region": invalid argument: spec.backend.dynamodb.region: must be the cluster\'s region ap-southeast-2 under IRSA',
    );
    expect(
      await sandbox.rest.find("/apis/kubevault.com/v1alpha2/namespaces/vault/vaultservers/irsa-region"),
    ).toBeUndefined();
    await stack.destroy();
  });
});

test("v1alpha1 runs Vault with session credentials, although its conversion forgets one of the two Secrets", async () => {
  const { endpoint } = sandbox.parts.aws;
  const stack = await stackOf("old", () => {
    const storage = new DynamoDbStorage("old", {
      table: tableOf("old"),
      credential: { kind: "session", stsEndpoint: endpoint },
    });
    return { phase: vaultWithKeys("old", storage, true).phase };
  });
  const { outputs, printed } = await stack.up();
  expect(outputs["phase"]?.value).toBe("Ready");
  expect(printed).toContain("apiVersion: kubevault.com/v1alpha1 is converted to v1alpha2 when stored");
  expect(await keepsData("old")).toBe("old");
  expect((await stack.up()).operations).toEqual({});
  expect(Object.keys((await sandbox.secret("old-aws")) ?? {}).sort()).toEqual([
    "access_key",
    "secret_key",
    "session_token",
  ]);
  expect(Object.keys((await sandbox.secret("old-aws-session-token")) ?? {})).toEqual(["session_token"]);
  await stack.destroy();
});

test("three replicas share one table by its lock", async () => {
  const stack = await stackOf("ha", () => {
    const storage = new DynamoDbStorage("ha", { table: tableOf("ha"), haEnabled: true });
    const { accessKeyId = "", secretAccessKey = "" } = storage;
    const secret = new CredentialSecret("ha-aws", { namespace, accessKeyId, secretAccessKey });
    const vault = new VaultServer("ha", {
      namespace,
      spec: {
        version: "1.18.4",
        replicas: 3,
        backend: { dynamodb: { ...storage.backend, credentialSecretRef: { name: secret.secretName } } },
        unsealer: unsealedBy("ha-keys"),
      },
    });
    return { phase: vault.phase };
  });
  expect((await stack.up()).outputs["phase"]?.value).toBe("Ready");
  const { status } = await sandbox.rest.call<{ status: { vaultStatus: { active?: string; standby?: string[] } } }>(
    "GET",
    "/apis/kubevault.com/v1alpha2/namespaces/vault/vaultservers/ha",
  );
  expect([status.vaultStatus.active, ...(status.vaultStatus.standby ?? [])].sort()).toEqual(["ha-0", "ha-1", "ha-2"]);
  await stack.destroy();
});

describe("an existing table", () => {
  test("with a wrong primary key is rejected at preview", async () => {
    await dynamodb.send(
      new CreateTableCommand({
        TableName: "wrong-key",
        KeySchema: [{ AttributeName: "path", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "path", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    const stack = await stackOf("wrong-key", () => {
      const storage = new DynamoDbStorage("vault", { existingTableName: "wrong-key", credential: "none" });
      return { table: storage.tableName };
    });
    await expect(stack.preview()).rejects.toThrow(
      'DynamoDbStorage "vault": invalid argument: existingTableName: table "wrong-key" cannot hold Vault\'s data: ' +
        'its partition key must be "Path" (S) and its sort key "Key" (S), but they are "path" (S) and none. ' +
        "A primary key cannot be changed: make a new table, or leave existingTableName out.",
    );
  });

  test("with the right one is used, and left alone by destroy", async () => {
    await dynamodb.send(
      new CreateTableCommand({
        TableName: "right-key",
        KeySchema: [
          { AttributeName: "Path", KeyType: "HASH" },
          { AttributeName: "Key", KeyType: "RANGE" },
        ],
        AttributeDefinitions: [
          { AttributeName: "Path", AttributeType: "S" },
          { AttributeName: "Key", AttributeType: "S" },
        ],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    const stack = await stackOf("right-key", () => {
      const storage = new DynamoDbStorage("vault", { existingTableName: "right-key", credential: "none" });
      return { table: storage.tableArn, region: storage.region };
    });
    const { outputs, operations } = await stack.up();
    expect(operations).toEqual({ vault: "create", "vault-policy": "create" });
    expect(outputs["region"]?.value).toBe(sandbox.parts.aws.region);
    await stack.destroy();
    expect((await stack.preview()).operations).toEqual({ vault: "create", "vault-policy": "create" });
  });
});

test("a Secret without secret_key: up ends in time and says what Vault waits for, and the next up carries on", async () => {
  const keys: Record<string, string> = { access_key: sandbox.parts.aws.admin.accessKeyId };
  const stack = await stackOf("missing-key", () => {
    const secret = new core.Secret("keys", { metadata: { name: "missing-key-aws", namespace }, stringData: keys });
    const storage = new DynamoDbStorage("missing-key", { table: tableOf("missing-key"), credential: "none" });
    const vault = new VaultServer("missing-key", {
      namespace,
      readyTimeoutSeconds: 8,
      kubeconfig: sandbox.parts.kubernetes.kubeconfigPath,
      spec: {
        version: "1.18.4",
        backend: { dynamodb: { ...storage.backend, credentialSecretRef: { name: secret.metadata.name } } },
        unsealer: unsealedBy("missing-key-keys"),
      },
    });
    return { phase: vault.phase };
  });
  await expect(stack.up()).rejects.toThrow(
    /VaultServer vault\/missing-key is in phase NotReady. Conditions that do not hold:[^]*secret_key/,
  );
  keys["secret_key"] = sandbox.parts.aws.admin.secretAccessKey;
  expect((await stack.up()).outputs["phase"]?.value).toBe("Ready");
  await stack.destroy();
});
