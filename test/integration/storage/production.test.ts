import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeTableCommand, DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateOpenIDConnectProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import { DecryptCommand, DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { DescribeParametersCommand, GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import * as kms from "@pulumi/aws/kms/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTool } from "../../../sandbox/tools/index.js";
import { vaultRequest } from "../../../sandbox/vault/index.js";
import { CredentialSecret, UnsealKeys, VaultServer } from "../../../src/kubernetes/index.js";
import { DynamoDbStorage, type DynamoDbStorageArgs } from "../../../src/storage/index.js";
import { makeStack, type TestStack } from "../engine/support.js";
import { namespace, StorageSandbox, unsealedBy } from "./support.js";

let sandbox: StorageSandbox;
let dynamodb: DynamoDBClient;
let keys: KMSClient;
let parameters: SSMClient;
let scaling: ApplicationAutoScalingClient;
let oidcProviderArn: string;

beforeAll(async () => {
  sandbox = await StorageSandbox.start(["shared-role", "static-keys", "own-key", "moved"]);
  const { endpoint, region, admin } = sandbox.parts.aws;
  const settings = { endpoint, region, credentials: admin };
  dynamodb = new DynamoDBClient(settings);
  keys = new KMSClient(settings);
  parameters = new SSMClient(settings);
  scaling = new ApplicationAutoScalingClient(settings);
  await sandbox.rest.call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  const iam = new IAMClient(settings);
  const { OpenIDConnectProviderArn } = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: sandbox.parts.kubernetes.serviceAccountIssuer,
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: ["0".repeat(40)],
    }),
  );
  iam.destroy();
  oidcProviderArn = OpenIDConnectProviderArn ?? "";
});

afterAll(async () => {
  for (const client of [dynamodb, keys, parameters, scaling]) {
    client.destroy();
  }
  await sandbox.stop();
});

function stackOf(project: string, program: () => Record<string, unknown>): Promise<TestStack> {
  return makeStack(sandbox.parts.engine, project, () => Promise.resolve(program()));
}

/** What an operation did, `operation name`, in the order in which it was done. */
async function inOrder(run: (onEvent: (event: EngineEvent) => void) => Promise<unknown>): Promise<string[]> {
  const done: string[] = [];
  await run(({ resOutputsEvent }) => {
    if (resOutputsEvent !== undefined) {
      const { op, urn } = resOutputsEvent.metadata;
      done.push(`${op} ${urn.split("::").at(-1) ?? ""}`);
    }
  });
  return done;
}

/** The steps in the order in which they were done; what was not done is missing. */
function sequence(done: readonly string[], ...steps: readonly string[]): string[] {
  return done.filter((step) => steps.includes(step));
}

/** A table that may go again, under its own name. */
function tableOf(server: string): NonNullable<DynamoDbStorageArgs["table"]> {
  return { name: `${server}-data`, deletionProtection: false };
}

/** The Secret with a storage's access key. */
function secretOf(name: string, { accessKeyId, secretAccessKey }: DynamoDbStorage): CredentialSecret {
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error("an access key was asked for");
  }
  const { endpoint, region } = sandbox.parts.aws;
  const awaitAcceptance = { region, stsEndpoint: endpoint };
  return new CredentialSecret(`${name}-aws`, { namespace, accessKeyId, secretAccessKey, awaitAcceptance });
}

/** Names of the SSM parameters under a prefix. */
async function parametersUnder(prefix: string): Promise<string[]> {
  const { Parameters } = await parameters.send(new DescribeParametersCommand({}));
  return (Parameters ?? []).flatMap(({ Name = "" }) => (Name.startsWith(prefix) ? [Name] : [])).sort();
}

/** A value that the unsealer keeps: encrypted by the KMS key, bound to the unsealer. */
async function unsealerValue(name: string): Promise<string> {
  const { Parameter } = await parameters.send(new GetParameterCommand({ Name: name }));
  const { Plaintext } = await keys.send(
    new DecryptCommand({
      CiphertextBlob: Buffer.from(Parameter?.Value ?? "", "base64"),
      EncryptionContext: { Tool: "vault-unsealer" },
    }),
  );
  return Buffer.from(Plaintext ?? []).toString("utf8");
}

async function keyState(arn: unknown): Promise<string | undefined> {
  return (await keys.send(new DescribeKeyCommand({ KeyId: arn as string }))).KeyMetadata?.KeyState;
}

describe("unseal keys in SSM", () => {
  test("storage and unsealer share one role, and no key lies in the cluster", async () => {
    const { aws, vaultAddresses } = sandbox.parts;
    const prefix = "/platform/vault/";
    const table = { ...tableOf("shared-role"), deletionProtection: true };
    const stack = await stackOf("shared-role", () => {
      const key = new kms.Key("unseal", { description: "Vault's unseal keys" });
      const storage = new DynamoDbStorage("shared-role", {
        table: { ...table },
        unsealer: { kmsKeyArn: key.arn, ssmKeyPrefix: prefix },
        credential: { kind: "irsa", oidcProviderArn, namespace, serviceAccountName: "shared-role" },
      });
      const vault = new VaultServer("shared-role", {
        namespace,
        irsa: { roleArn: pulumi.output(storage.roleArn).apply((arn) => arn ?? ""), clusterRegion: aws.region },
        spec: {
          version: "1.18.4",
          backend: { dynamodb: storage.backend },
          unsealer: {
            secretShares: 3,
            secretThreshold: 2,
            mode: { awsKmsSsm: { kmsKeyID: key.arn, ssmKeyPrefix: prefix, region: storage.region } },
          },
        },
      });
      return { phase: vault.phase, rootTokenSecret: vault.rootTokenSecret, key: key.arn, role: storage.roleArn };
    });
    await aws.control.clearRequests();
    const { outputs } = await stack.up();
    expect(outputs["phase"]?.value).toBe("Ready");
    expect(outputs["rootTokenSecret"]?.value).toBeUndefined();

    const names = await parametersUnder(prefix);
    expect(names).toEqual(
      ["root-token", "unseal-key-0", "unseal-key-1", "unseal-key-2"].map(
        (end) => `${prefix}k8s.-.vault.shared-role-${end}`,
      ),
    );
    const token = await unsealerValue(`${prefix}k8s.-.vault.shared-role-root-token`);
    const address = vaultAddresses["vault/shared-role"] ?? "";
    const self = await vaultRequest<{ data: { policies: string[] } }>(
      { address },
      { method: "GET", path: "auth/token/lookup-self", token },
    );
    expect(self.data.policies).toEqual(["root"]);
    expect(sandbox.parts.engine.storedText()).not.toContain(token);

    const requests = await aws.control.requests();
    const byVault = requests.filter(({ principal }) => principal?.includes(":assumed-role/shared-role-role-") === true);
    expect(byVault.filter(({ decision }) => decision === "denied")).toEqual([]);
    expect([...new Set(byVault.map(({ action }) => action))].sort()).toEqual([
      "dynamodb:BatchWriteItem",
      "dynamodb:DescribeTable",
      "dynamodb:GetItem",
      "dynamodb:Query",
      "kms:Decrypt",
      "kms:Encrypt",
      "ssm:DeleteParameter",
      "ssm:GetParameters",
      "ssm:PutParameter",
      "sts:AssumeRoleWithWebIdentity",
    ]);
    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});

    // A table that cannot be deleted keeps what its data is worth nothing without.
    await expect(stack.destroy()).rejects.toThrow(
      "Table 'shared-role-data' can't be deleted while DeletionProtectionEnabled is set to True",
    );
    expect(await keyState(outputs["key"]?.value)).toBe("Enabled");
    table.deletionProtection = false;
    expect((await stack.up()).outputs["phase"]?.value).toBe("Ready");
    const done = await inOrder((onEvent) => stack.stack.destroy({ onEvent }));
    const steps = ["delete shared-role-vault-server", "delete shared-role-table", "delete unseal"];
    expect(sequence(done, ...steps)).toEqual(steps);
    expect(await keyState(outputs["key"]?.value)).toBe("PendingDeletion");
    expect(await parametersUnder(prefix)).toEqual(names);
  });

  test("an access key serves storage and unsealer alike", async () => {
    const prefix = "/static/";
    const stack = await stackOf("static-keys", () => {
      const key = new kms.Key("unseal");
      const storage = new DynamoDbStorage("static-keys", {
        table: tableOf("static-keys"),
        unsealer: { kmsKeyArn: key.arn, ssmKeyPrefix: prefix },
      });
      const credentialSecretRef = { name: secretOf("static-keys", storage).secretName };
      const { region } = storage;
      const awsKmsSsm = { kmsKeyID: key.arn, ssmKeyPrefix: prefix, region, credentialSecretRef };
      const vault = new VaultServer("static-keys", {
        namespace,
        spec: {
          version: "1.18.4",
          backend: { dynamodb: { ...storage.backend, credentialSecretRef } },
          unsealer: { secretShares: 1, secretThreshold: 1, mode: { awsKmsSsm } },
        },
      });
      return { phase: vault.phase };
    });
    expect((await stack.up()).outputs["phase"]?.value).toBe("Ready");
    expect(await parametersUnder(prefix)).toEqual([
      `${prefix}k8s.-.vault.static-keys-root-token`,
      `${prefix}k8s.-.vault.static-keys-unseal-key-0`,
    ]);
    expect(await sandbox.secret("static-keys-unseal-keys")).toBeUndefined();
    await stack.destroy();
  });
});

test("a provisioned table scales by its use, and up does not take that back", async () => {
  const autoscaling = { maxReadCapacityUnits: 40, maxWriteCapacityUnits: 20, targetUtilizationPercent: 60 };
  const stack = await stackOf("scaled", () => {
    const storage = new DynamoDbStorage("scaled", {
      table: { ...tableOf("scaled"), billingMode: "PROVISIONED", writeCapacityUnits: 8, autoscaling },
      credential: "none",
    });
    return { table: storage.tableName };
  });
  expect(Object.keys((await stack.up()).operations).sort()).toEqual([
    "scaled",
    "scaled-policy",
    "scaled-read-scaling-policy",
    "scaled-read-scaling-target",
    "scaled-replacement-guard",
    "scaled-table",
    "scaled-write-scaling-policy",
    "scaled-write-scaling-target",
  ]);
  const scaled = { ServiceNamespace: "dynamodb", ResourceId: "table/scaled-data" } as const;
  const targets = async () => {
    const { ServiceNamespace, ResourceId } = scaled;
    const { ScalableTargets } = await scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [ResourceId] }),
    );
    return (ScalableTargets ?? [])
      .map(({ ScalableDimension, MinCapacity, MaxCapacity }) => [ScalableDimension, MinCapacity, MaxCapacity])
      .sort();
  };
  expect(await targets()).toEqual([
    ["dynamodb:table:ReadCapacityUnits", 5, 40],
    ["dynamodb:table:WriteCapacityUnits", 8, 20],
  ]);
  const { ScalingPolicies } = await scaling.send(new DescribeScalingPoliciesCommand(scaled));
  expect(
    (ScalingPolicies ?? [])
      .map(({ TargetTrackingScalingPolicyConfiguration: tracking }) => [
        tracking?.PredefinedMetricSpecification?.PredefinedMetricType,
        tracking?.TargetValue,
      ])
      .sort(),
  ).toEqual([
    ["DynamoDBReadCapacityUtilization", 60],
    ["DynamoDBWriteCapacityUtilization", 60],
  ]);
  expect((await stack.up()).operations).toEqual({});
  expect((await stack.refresh()).operations).toEqual({});

  // What AWS does when the table is in use.
  const raised = { ReadCapacityUnits: 30, WriteCapacityUnits: 15 };
  await dynamodb.send(new UpdateTableCommand({ TableName: "scaled-data", ProvisionedThroughput: raised }));
  expect((await stack.up()).operations).toEqual({});
  expect((await stack.refresh()).operations).toEqual({});
  expect((await stack.up()).operations).toEqual({});
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "scaled-data" }));
  expect(Table?.ProvisionedThroughput).toMatchObject(raised);

  autoscaling.maxReadCapacityUnits = 50;
  expect((await stack.up()).operations).toEqual({ "scaled-read-scaling-target": "update" });
  expect((await targets())[0]).toEqual(["dynamodb:table:ReadCapacityUnits", 5, 50]);

  const done = await inOrder((onEvent) => stack.stack.destroy({ onEvent }));
  const steps = ["delete scaled-read-scaling-policy", "delete scaled-read-scaling-target", "delete scaled-table"];
  expect(sequence(done, ...steps)).toEqual(steps);
  expect(await targets()).toEqual([]);
});

test("the storage policy is enough for a table with a KMS key of one's own", async () => {
  const { control } = sandbox.parts.aws;
  const stack = await stackOf("own-key", () => {
    const key = new kms.Key("table", { enableKeyRotation: true });
    const storage = new DynamoDbStorage("own-key", {
      table: { ...tableOf("own-key"), encryption: { kmsKeyArn: key.arn } },
    });
    const vault = new VaultServer("own-key", {
      namespace,
      spec: {
        version: "1.18.4",
        backend: {
          dynamodb: { ...storage.backend, credentialSecretRef: { name: secretOf("own-key", storage).secretName } },
        },
        unsealer: unsealedBy("own-key-keys"),
      },
    });
    return { phase: vault.phase, key: key.arn };
  });
  await control.clearRequests();
  const { outputs } = await stack.up();
  expect(outputs["phase"]?.value).toBe("Ready");
  const key = outputs["key"]?.value as string;
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "own-key-data" }));
  expect(Table?.SSEDescription).toMatchObject({ Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: key });

  await sandbox.vault("own-key", "own-key-keys", "PUT", "sys/mounts/kv", { type: "kv" });
  const byVault = (await control.requests()).filter(
    ({ principal }) => principal?.includes(":user/dynamodb-storage/own-key-user-") === true,
  );
  expect(byVault.filter(({ decision }) => decision === "denied")).toEqual([]);
  expect(byVault.flatMap(({ needs }) => needs ?? [])).toContainEqual({ action: "kms:Decrypt", resource: key });
  expect((await stack.up()).operations).toEqual({});
  expect((await stack.refresh()).operations).toEqual({});

  const done = await inOrder((onEvent) => stack.stack.destroy({ onEvent }));
  const steps = ["delete own-key-vault-server", "delete own-key-table", "delete table"];
  expect(sequence(done, ...steps)).toEqual(steps);
});

describe("another table for a VaultServer that exists", () => {
  let stack: TestStack;
  const change: { current: "old" | "new"; keepOld: boolean; onImmutableChange?: "refuse" | "replace" | undefined } = {
    current: "old",
    keepOld: true,
  };

  beforeAll(async () => {
    stack = await stackOf("moved", () => {
      const unsealKeys = new UnsealKeys("moved", { namespace, secretName: "moved-keys" });
      const opts = { dependsOn: unsealKeys };
      const storages = [...(change.keepOld ? ["old"] : []), "new"].map((name) => {
        const storage = new DynamoDbStorage(name, { table: tableOf(name) }, opts);
        return { name, backend: storage.backend, secretName: secretOf(name, storage).secretName };
      });
      const storage = storages.find(({ name }) => name === change.current);
      if (storage === undefined) {
        throw new Error(`no storage ${change.current}`);
      }
      const vault = new VaultServer("moved", {
        namespace,
        onImmutableChange: change.onImmutableChange,
        spec: {
          version: "1.18.4",
          backend: { dynamodb: { ...storage.backend, credentialSecretRef: { name: storage.secretName } } },
          unsealer: unsealedBy(unsealKeys.secretName),
        },
      });
      return { phase: vault.phase };
    });
    await stack.up();
    await sandbox.vault("moved", "moved-keys", "PUT", "sys/mounts/kv", { type: "kv" });
    await sandbox.vault("moved", "moved-keys", "PUT", "kv/greeting", { text: "hello" });
  });

  test("is rejected at preview and at up", async () => {
    change.current = "new";
    const message = [
      'VaultServer "moved": cannot change once the VaultServer exists:',
      '  - spec.backend.dynamodb.credentialSecretRef.name: was "old-aws", would be "new-aws"',
      '  - spec.backend.dynamodb.table: was "old-data", would be "new-data"',
      "KubeVault does not change the storage settings of a VaultServer that exists; the data are not affected. Set onImmutableChange: " +
        '"replace": the VaultServer is deleted and created again on the same table, and Vault is unavailable meanwhile.',
      "Vault's data would stay in the old table. Move the data first (vault operator migrate, or a restored table), then set onImmutableChange: " +
        '"replace".',
    ].join("\n");
    expect(await errorOf(stack.preview())).toContain(message);
    expect(await errorOf(stack.up())).toContain(message);
    const { data } = await sandbox.vault<{ data: { text: string } }>("moved", "moved-keys", "GET", "kv/greeting");
    expect(data.text).toBe("hello");
  });

  test("with the data moved, the VaultServer is replaced, and the old table goes last", async () => {
    await migrate("old-data", "new-data");
    Object.assign(change, { current: "new", keepOld: false, onImmutableChange: "replace" });
    expect((await stack.preview()).operations).toMatchObject({
      "moved-vault-server": "replace",
      "old-table": "delete",
    });
    const done = await inOrder((onEvent) => stack.stack.up({ onEvent }));
    const steps = ["delete-replaced moved-vault-server", "create-replacement moved-vault-server", "delete old-table"];
    expect(sequence(done, ...steps)).toEqual(steps);
    const { data } = await sandbox.vault<{ data: { text: string } }>("moved", "moved-keys", "GET", "kv/greeting");
    expect(data.text).toBe("hello");
    expect((await stack.preview()).operations).toEqual({});
    change.onImmutableChange = undefined;
    expect((await stack.up()).operations).toEqual({});
    await stack.destroy();
    expect(await sandbox.secret("moved-keys")).toBeUndefined();
  });
});

/** What an operation that must fail says, without the indentation that the engine gives it. */
async function errorOf(operation: Promise<unknown>): Promise<string> {
  const error: unknown = await operation.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  return (error as Error).message.replaceAll(/^ {4}/gm, "");
}

/** Copies Vault's data from one table to another, as its operators do. */
async function migrate(from: string, to: string): Promise<void> {
  const { endpoint, region, admin } = sandbox.parts.aws;
  const stanza = (kind: string, table: string) =>
    `${kind} "dynamodb" {\n  table = "${table}"\n  region = "${region}"\n  endpoint = "${endpoint}"\n}\n`;
  const folder = await mkdtemp(join(tmpdir(), "vault-migrate-"));
  const config = join(folder, "migrate.hcl");
  await writeFile(config, stanza("storage_source", from) + stanza("storage_destination", to));
  await promisify(execFile)((await findTool("vault")).path, ["operator", "migrate", `-config=${config}`], {
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      AWS_ACCESS_KEY_ID: admin.accessKeyId,
      AWS_SECRET_ACCESS_KEY: admin.secretAccessKey,
    },
    timeout: 30_000,
  });
  await rm(folder, { recursive: true });
}
