import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from "@aws-sdk/client-application-auto-scaling";
import { DescribeKeyCommand, KMSClient, ListAliasesCommand } from "@aws-sdk/client-kms";
import { DescribeParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import * as appautoscaling from "@pulumi/aws/appautoscaling/index.js";
import * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import * as kms from "@pulumi/aws/kms/index.js";
import * as ssm from "@pulumi/aws/ssm/index.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { startTestAws } from "../aws/support.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "./support.js";

let sandboxAws: Aws;
let engine: TestEngine;
let tables: DynamoDBClient;
let keys: KMSClient;
let parameters: SSMClient;
let scaling: ApplicationAutoScalingClient;

beforeAll(async () => {
  sandboxAws = await startTestAws();
  engine = await startTestEngine({ aws: sandboxAws });
  const { endpoint, region, admin } = sandboxAws;
  const settings = { endpoint, region, credentials: admin };
  tables = new DynamoDBClient(settings);
  keys = new KMSClient(settings);
  parameters = new SSMClient(settings);
  scaling = new ApplicationAutoScalingClient(settings);
});

afterAll(async () => {
  for (const client of [tables, keys, parameters, scaling]) {
    client.destroy();
  }
  await engine.remove();
  await sandboxAws.stop();
});

describe("a DynamoDB table", () => {
  let stack: TestStack;
  let name: string;
  const wanted = {
    billing: { billingMode: "PAY_PER_REQUEST" } as {
      billingMode: string;
      readCapacity?: number;
      writeCapacity?: number;
    },
    recovery: true,
    protection: true,
    tags: { app: "vault" } as Record<string, string>,
    rangeKey: "Key",
    stream: {} as { streamEnabled?: boolean; streamViewType?: string },
  };

  beforeAll(async () => {
    stack = await makeStack(engine, "table", async () => {
      const table = new dynamodb.Table("vault", {
        hashKey: "Path",
        rangeKey: wanted.rangeKey,
        attributes: [
          { name: "Path", type: "S" },
          { name: wanted.rangeKey, type: "S" },
        ],
        ...wanted.billing,
        ...wanted.stream,
        pointInTimeRecovery: { enabled: wanted.recovery },
        serverSideEncryption: { enabled: true },
        deletionProtectionEnabled: wanted.protection,
        tags: wanted.tags,
      });
      return { name: table.name, arn: table.arn, hashKey: table.hashKey, capacity: table.readCapacity };
    });
  });

  it("is made as it is asked for", async () => {
    const { operations, outputs } = await stack.up();
    expect(operations).toEqual({ vault: "create" });
    name = outputs.name?.value as string;
    expect(name).toMatch(/^vault-[0-9a-f]{7}$/);
    expect(outputs.arn?.value).toBe(`arn:aws:dynamodb:us-east-1:${sandboxAws.accountId}:table/${name}`);
    const { Table } = await tables.send(new DescribeTableCommand({ TableName: name }));
    expect(Table?.KeySchema).toEqual([
      { AttributeName: "Path", KeyType: "HASH" },
      { AttributeName: "Key", KeyType: "RANGE" },
    ]);
    expect(Table?.BillingModeSummary?.BillingMode).toBe("PAY_PER_REQUEST");
    expect(Table?.DeletionProtectionEnabled).toBe(true);
    expect(Table?.SSEDescription?.Status).toBe("ENABLED");
  });

  it("changes nothing the second time, and has not drifted", async () => {
    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("is mended where it was changed by hand", async () => {
    await tables.send(
      new UpdateContinuousBackupsCommand({
        TableName: name,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      }),
    );
    const { Table } = await tables.send(new DescribeTableCommand({ TableName: name }));
    await tables.send(new TagResourceCommand({ ResourceArn: Table?.TableArn, Tags: [{ Key: "by", Value: "hand" }] }));
    expect((await stack.refresh()).operations).toEqual({ vault: "update" });
    expect((await stack.up()).operations).toEqual({ vault: "update" });
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("takes every change that DynamoDB can make to a table, in one update", async () => {
    wanted.billing = { billingMode: "PROVISIONED", readCapacity: 5, writeCapacity: 7 };
    wanted.tags = { app: "vault", stage: "test" };
    wanted.recovery = false;
    wanted.stream = { streamEnabled: true, streamViewType: "KEYS_ONLY" };
    const { operations, outputs } = await stack.up();
    expect(operations).toEqual({ vault: "update" });
    expect(outputs.capacity?.value).toBe(5);
    const { Table } = await tables.send(new DescribeTableCommand({ TableName: name }));
    expect(Table?.ProvisionedThroughput?.WriteCapacityUnits).toBe(7);
    expect(Table?.StreamSpecification?.StreamViewType).toBe("KEYS_ONLY");
    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("is not deleted while it is protected", async () => {
    await expect(stack.destroy()).rejects.toThrow("delete aws:dynamodb/table:Table: ValidationException");
    wanted.protection = false;
    expect((await stack.up()).operations).toEqual({ vault: "update" });
  });

  it("is replaced when its keys change, and made again when it was deleted by hand", async () => {
    wanted.rangeKey = "Other";
    const { operations, outputs } = await stack.up();
    expect(operations).toEqual({ vault: "replace" });
    expect(outputs.name?.value).not.toBe(name);
    await tables.send(new DeleteTableCommand({ TableName: outputs.name?.value as string }));
    expect((await stack.refresh()).operations).toEqual({ vault: "delete" });
    expect((await stack.up()).operations).toEqual({ vault: "create" });
  });

  it("is found by getTable, which refuses a name that no table has", async () => {
    const { outputs } = await stack.up();
    const reader = await makeStack(engine, "get-table", async () => {
      const table = await dynamodb.getTable({ name: outputs.name?.value as string });
      return { hashKey: table.hashKey, rangeKey: table.rangeKey, tags: table.tags };
    });
    const found = await reader.up();
    expect(found.outputs.hashKey?.value).toBe("Path");
    expect(found.outputs.rangeKey?.value).toBe("Other");
    expect(found.outputs.tags?.value).toEqual({ app: "vault", stage: "test" });
    const wrong = await makeStack(engine, "get-no-table", async () => dynamodb.getTable({ name: "nowhere" }));
    await expect(wrong.up()).rejects.toThrow('There is no aws:dynamodb/table:Table "nowhere".');
  });

  it("is gone after destroy", async () => {
    await stack.destroy();
    expect((await tables.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  });
});

describe("keys, parameters, and autoscaling", () => {
  let stack: TestStack;
  const hidden = "correct horse battery staple";
  const wanted = { description: "Vault's unseal key", rotation: true, value: hidden, maxCapacity: 20, target: 70 };

  beforeAll(async () => {
    stack = await makeStack(engine, "keys", async () => {
      const key = new kms.Key("unseal", {
        description: wanted.description,
        enableKeyRotation: wanted.rotation,
        deletionWindowInDays: 7,
        tags: { use: "unseal" },
      });
      const alias = new kms.Alias("unseal-alias", { name: "alias/unseal", targetKeyId: key.arn });
      const parameter = new ssm.Parameter("root-token", {
        name: "/vault/root-token",
        type: "SecureString",
        value: pulumi.secret(wanted.value),
        keyId: key.keyId,
        tags: { use: "vault" },
      });
      const table = new dynamodb.Table(
        "scaled",
        {
          hashKey: "id",
          attributes: [{ name: "id", type: "S" }],
          readCapacity: 5,
          writeCapacity: 5,
          serverSideEncryption: { enabled: true, kmsKeyArn: key.arn },
        },
        { ignoreChanges: ["readCapacity"] },
      );
      const target = new appautoscaling.Target("target", {
        serviceNamespace: "dynamodb",
        resourceId: pulumi.interpolate`table/${table.name}`,
        scalableDimension: "dynamodb:table:ReadCapacityUnits",
        minCapacity: 5,
        maxCapacity: wanted.maxCapacity,
      });
      new appautoscaling.Policy("scaling", {
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        resourceId: target.resourceId,
        scalableDimension: target.scalableDimension,
        targetTrackingScalingPolicyConfiguration: {
          targetValue: wanted.target,
          predefinedMetricSpecification: { predefinedMetricType: "DynamoDBReadCapacityUtilization" },
        },
      });
      return { keyId: key.keyId, keyArn: key.arn, aliasTarget: alias.targetKeyArn, parameter: parameter.value };
    });
  });

  it("are made, with the parameter's value secret", async () => {
    const { operations, outputs } = await stack.up();
    expect(Object.keys(operations).sort()).toEqual([
      "root-token",
      "scaled",
      "scaling",
      "target",
      "unseal",
      "unseal-alias",
    ]);
    expect(outputs.aliasTarget?.value).toBe(outputs.keyArn?.value);
    expect(outputs.parameter).toEqual({ value: hidden, secret: true });
    expect(engine.storedText()).not.toContain(hidden);
  });

  it("change nothing the second time, and have not drifted", async () => {
    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("are mended where they were changed by hand", async () => {
    await parameters.send(
      new PutParameterCommand({ Name: "/vault/root-token", Value: "by hand", Type: "SecureString", Overwrite: true }),
    );
    expect((await stack.refresh()).operations).toMatchObject({ "root-token": "update" });
    expect((await stack.up()).operations).toMatchObject({ "root-token": "update" });
  });

  it("are updated in place", async () => {
    wanted.description = "another text";
    wanted.rotation = false;
    wanted.value = "another secret value";
    wanted.maxCapacity = 40;
    wanted.target = 50;
    expect((await stack.up()).operations).toEqual({
      unseal: "update",
      "root-token": "update",
      target: "update",
      scaling: "update",
    });
    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("are gone after destroy, the key as far as KMS deletes keys", async () => {
    const { outputs } = await stack.up();
    await stack.destroy();
    const key = await keys.send(new DescribeKeyCommand({ KeyId: outputs.keyId?.value as string }));
    expect(key.KeyMetadata?.KeyState).toBe("PendingDeletion");
    const aliases = await keys.send(new ListAliasesCommand({}));
    expect(aliases.Aliases?.map((alias) => alias.AliasName)).not.toContain("alias/unseal");
    expect((await parameters.send(new DescribeParametersCommand({}))).Parameters).toEqual([]);
    const targets = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "dynamodb" }));
    expect(targets.ScalableTargets).toEqual([]);
  });
});
