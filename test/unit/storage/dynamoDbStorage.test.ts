import type * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { DynamoDbStorage, type DynamoDbStorageArgs } from "../../../src/storage/index.js";
import { isKnownOutput, isSecret, valueOf } from "../../support/outputs.js";
import { inputsOf, listed, record, secretValue, settled, type Recorded } from "../../support/recorder.js";

const tableArn = "arn:aws:dynamodb:eu-west-1:123456789012:table/vault-data";
const oidcProviderArn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC";
const irsa = { kind: "irsa", oidcProviderArn, namespace: "vault", serviceAccountName: "vault" } as const;

function aws({ type, name }: Recorded): Record<string, unknown> {
  switch (type) {
    case "aws:dynamodb/table:Table":
      return { name: "vault-data", arn: tableArn };
    case "aws:iam/accessKey:AccessKey":
      return { secret: `secret of ${name}` };
    case "pulumi-nodejs:dynamic/kubevault-aws:AwsSessionCredentials":
      return {
        sessionAccessKeyId: "ASIA",
        sessionSecretAccessKey: "session secret",
        sessionToken: "t0k3n",
        expiration: "2030-01-01T00:00:00.000Z",
      };
    default:
      return { name, arn: `arn:aws:iam::123456789012:${name}` };
  }
}

const existing = {
  "aws:index/getRegion:getRegion": () => ({ region: "eu-west-1" }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: "123456789012" }),
  "aws:dynamodb/getTable:getTable": ({ name }: Record<string, unknown>) => ({
    name,
    arn: `arn:aws-cn:dynamodb:cn-north-1:123456789012:table/${String(name)}`,
    hashKey: "Path",
    rangeKey: "Key",
    attributes: [
      { name: "Path", type: "S" },
      { name: "Key", type: "S" },
    ],
  }),
  "aws:iam/getRole:getRole": ({ name }: Record<string, unknown>) => ({
    name,
    arn: `arn:aws:iam::123456789012:role/${String(name)}`,
  }),
};

async function create(args?: DynamoDbStorageArgs): Promise<{ storage: DynamoDbStorage; recorded: Recorded[] }> {
  const recorded = await record({ outputs: aws, calls: existing });
  const storage = new DynamoDbStorage("vault", args);
  await settled();
  return { storage, recorded };
}

function policyOf(recorded: readonly Recorded[]): unknown {
  return JSON.parse(inputsOf(recorded, "vault-policy")["policy"] as string);
}

const data = {
  Sid: "VaultData",
  Effect: "Allow",
  Action: ["dynamodb:BatchWriteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query"],
  Resource: [tableArn],
};
const lock = {
  Sid: "VaultHaLock",
  Effect: "Allow",
  Action: ["dynamodb:DeleteItem", "dynamodb:UpdateItem"],
  Resource: [tableArn],
};

describe("DynamoDbStorage", () => {
  test("without arguments makes a protected table, a policy, and a user with a key", async () => {
    const { recorded } = await create();
    expect(listed(recorded)).toEqual([
      "aws:dynamodb/table:Table vault-table",
      "aws:iam/accessKey:AccessKey vault-key-1",
      "aws:iam/policy:Policy vault-policy",
      "aws:iam/user:User vault-user",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment vault-user-policy",
      "kubevault-aws:index:DynamoDbStorage vault",
      "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard vault-replacement-guard",
    ]);
    expect(inputsOf(recorded, "vault-table")).toEqual({
      hashKey: "Path",
      rangeKey: "Key",
      attributes: [
        { name: "Path", type: "S" },
        { name: "Key", type: "S" },
      ],
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: true,
    });
    expect(policyOf(recorded)).toEqual({ Version: "2012-10-17", Statement: [data] });
    expect(inputsOf(recorded, "vault-user")).toEqual({ path: "/dynamodb-storage/" });
    expect(inputsOf(recorded, "vault-user-policy")).toEqual({
      user: "vault-user",
      policyArn: "arn:aws:iam::123456789012:vault-policy",
    });
    expect(inputsOf(recorded, "vault-key-1")).toEqual({ user: "vault-user" });
    expect(inputsOf(recorded, "vault")).toEqual({});
  });

  test("says what the others need, the key's secret as a secret", async () => {
    const { storage } = await create({ haEnabled: true, maxParallel: 64, endpoint: "https://dynamodb.internal" });
    expect(await valueOf(storage.tableName)).toBe("vault-data");
    expect(await valueOf(storage.tableArn)).toBe(tableArn);
    expect(await valueOf(storage.region)).toBe("eu-west-1");
    expect(await valueOf(storage.policyArn)).toBe("arn:aws:iam::123456789012:vault-policy");
    expect(await valueOf(pulumi.output(storage.userName))).toBe("vault-user");
    expect(await valueOf(pulumi.output(storage.accessKeyId))).toBe("vault-key-1-id");
    expect(await valueOf(pulumi.output(storage.secretAccessKey))).toBe("secret of vault-key-1");
    expect(await isSecret(pulumi.output(storage.secretAccessKey))).toBe(true);
    expect(storage.roleArn).toBeUndefined();
    expect(await valueOf(pulumi.output(storage.backend))).toEqual({
      table: "vault-data",
      region: "eu-west-1",
      endpoint: "https://dynamodb.internal",
      haEnabled: true,
      maxParallel: 64,
    });
  });

  test("sends no capacity to the VaultServer, even where the table has one", async () => {
    const { storage } = await create({ table: { billingMode: "PROVISIONED" } });
    expect(await valueOf(pulumi.output(storage.backend))).toEqual({
      table: "vault-data",
      region: "eu-west-1",
      haEnabled: false,
    });
  });

  test("grants the lock for high availability, and the use of a KMS key of one's own", async () => {
    const kmsKeyArn = "arn:aws:kms:eu-west-1:123456789012:key/1-2";
    const { recorded } = await create({ haEnabled: true, table: { encryption: { kmsKeyArn } } });
    expect(inputsOf(recorded, "vault-table")["serverSideEncryption"]).toEqual({ enabled: true, kmsKeyArn });
    expect(policyOf(recorded)).toEqual({
      Version: "2012-10-17",
      Statement: [
        data,
        lock,
        {
          Sid: "TableKey",
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
          Resource: [kmsKeyArn],
          Condition: { StringEquals: { "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" } },
        },
      ],
    });
  });

  test("goes back to AWS's own key on request", async () => {
    const { recorded } = await create({ table: { encryption: "awsOwned" } });
    expect(inputsOf(recorded, "vault-table")["serverSideEncryption"]).toEqual({ enabled: false });
  });

  test("encrypts with AWS's key in the account on request", async () => {
    const { recorded } = await create({ table: { encryption: "awsManaged" } });
    expect(inputsOf(recorded, "vault-table")["serverSideEncryption"]).toEqual({ enabled: true });
    expect(policyOf(recorded)).toEqual({ Version: "2012-10-17", Statement: [data] });
  });

  test("takes the table's settings", async () => {
    const { recorded } = await create({
      table: { name: "data", pointInTimeRecovery: false, deletionProtection: false },
      tags: { team: "platform" },
      credential: "none",
    });
    expect(inputsOf(recorded, "vault-table")).toMatchObject({
      name: "data",
      pointInTimeRecovery: { enabled: false },
      deletionProtectionEnabled: false,
      tags: { team: "platform" },
    });
    expect(inputsOf(recorded, "vault-policy")).toMatchObject({ tags: { team: "platform" } });
  });

  test("provisions 5 and 5, as Vault would", async () => {
    const { recorded } = await create({ table: { billingMode: "PROVISIONED" }, credential: "none" });
    expect(inputsOf(recorded, "vault-table")).toMatchObject({
      billingMode: "PROVISIONED",
      readCapacity: 5,
      writeCapacity: 5,
    });
  });

  test("registers the table's name and region before it, as they are after a transform", async () => {
    const place = async (args: DynamoDbStorageArgs) => {
      const { recorded } = await create(args);
      const names = recorded.map(({ name }) => name);
      expect(names.indexOf("vault-replacement-guard")).toBeLessThan(names.indexOf("vault-table"));
      const { __provider: _, ...inputs } = inputsOf(recorded, "vault-replacement-guard");
      return inputs;
    };
    const region = "eu-west-1";
    expect(await place({})).toEqual({ guarded: "Table", place: { name: null, region } });
    expect(await place({ table: { name: "data" } })).toEqual({ guarded: "Table", place: { name: "data", region } });
    const transform = { table: (args: dynamodb.TableArgs) => ({ ...args, name: "own", region: "us-east-1" }) };
    expect(await place({ transform })).toEqual({ guarded: "Table", place: { name: "own", region: "us-east-1" } });
  });

  test("lets AWS scale the capacity", async () => {
    const { recorded } = await create({
      table: {
        billingMode: "PROVISIONED",
        readCapacityUnits: 10,
        autoscaling: { maxReadCapacityUnits: 100, maxWriteCapacityUnits: 50 },
      },
      credential: "none",
    });
    expect(listed(recorded)).toEqual([
      "aws:appautoscaling/policy:Policy vault-read-scaling-policy",
      "aws:appautoscaling/policy:Policy vault-write-scaling-policy",
      "aws:appautoscaling/target:Target vault-read-scaling-target",
      "aws:appautoscaling/target:Target vault-write-scaling-target",
      "aws:dynamodb/table:Table vault-table",
      "aws:iam/policy:Policy vault-policy",
      "kubevault-aws:index:DynamoDbStorage vault",
      "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard vault-replacement-guard",
    ]);
    expect(inputsOf(recorded, "vault-read-scaling-target")).toEqual({
      serviceNamespace: "dynamodb",
      resourceId: "table/vault-data",
      scalableDimension: "dynamodb:table:ReadCapacityUnits",
      minCapacity: 10,
      maxCapacity: 100,
    });
    expect(inputsOf(recorded, "vault-write-scaling-target")).toMatchObject({ minCapacity: 5, maxCapacity: 50 });
    expect(inputsOf(recorded, "vault-write-scaling-policy")).toEqual({
      policyType: "TargetTrackingScaling",
      serviceNamespace: "dynamodb",
      resourceId: "table/vault-data",
      scalableDimension: "dynamodb:table:WriteCapacityUnits",
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: "DynamoDBWriteCapacityUtilization" },
        targetValue: 70,
      },
    });
  });

  test("takes a table that exists, and its partition and region from its ARN", async () => {
    const { storage, recorded } = await create({ existingTableName: "old", credential: "none" });
    expect(listed(recorded)).toEqual([
      "aws:iam/policy:Policy vault-policy",
      "kubevault-aws:index:DynamoDbStorage vault",
    ]);
    expect(storage.table).toBeUndefined();
    expect(await valueOf(storage.tableName)).toBe("old");
    expect(await valueOf(storage.region)).toBe("cn-north-1");
    expect(policyOf(recorded)).toMatchObject({
      Statement: [{ Resource: ["arn:aws-cn:dynamodb:cn-north-1:123456789012:table/old"] }],
    });
  });

  test("makes the role of a ServiceAccount", async () => {
    const { storage, recorded } = await create({ credential: irsa, tags: { team: "platform" } });
    expect(listed(recorded)).toEqual([
      "aws:dynamodb/table:Table vault-table",
      "aws:iam/policy:Policy vault-policy",
      "aws:iam/role:Role vault-role",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment vault-role-policy",
      "kubevault-aws:index:DynamoDbStorage vault",
      "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard vault-replacement-guard",
    ]);
    const role = inputsOf(recorded, "vault-role");
    expect(JSON.parse(role["assumeRolePolicy"] as string)).toMatchObject({
      Statement: [
        {
          Principal: { Federated: oidcProviderArn },
          Condition: {
            StringEquals: {
              "oidc.eks.eu-west-1.amazonaws.com/id/ABC:aud": "sts.amazonaws.com",
              "oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub": "system:serviceaccount:vault:vault",
            },
          },
        },
      ],
    });
    expect(role["tags"]).toEqual({ team: "platform" });
    expect(inputsOf(recorded, "vault-role-policy")).toEqual({
      role: "vault-role",
      policyArn: "arn:aws:iam::123456789012:vault-policy",
    });
    expect(await valueOf(pulumi.output(storage.roleArn))).toBe("arn:aws:iam::123456789012:vault-role");
    expect(storage.accessKeyId).toBeUndefined();
    expect(storage.secretAccessKey).toBeUndefined();
  });

  test("gives its policy to a role that exists", async () => {
    const { storage, recorded } = await create({ credential: { kind: "irsa", existingRoleName: "shared" } });
    expect(inputsOf(recorded, "vault-role-policy")["role"]).toBe("shared");
    expect(listed(recorded).filter((resource) => resource.startsWith("aws:iam/role:"))).toEqual([]);
    expect(await valueOf(pulumi.output(storage.roleArn))).toBe("arn:aws:iam::123456789012:role/shared");
  });

  test("makes another key for another generation", async () => {
    const { storage, recorded } = await create({ credential: { kind: "accessKey", generation: 2 } });
    expect(listed(recorded).filter((resource) => resource.includes("accessKey"))).toEqual([
      "aws:iam/accessKey:AccessKey vault-key-2",
    ]);
    expect(await valueOf(pulumi.output(storage.accessKeyId))).toBe("vault-key-2-id");
  });

  test("asks for a session of the user", async () => {
    const { storage, recorded } = await create({
      credential: { kind: "session", stsEndpoint: "https://sts.internal" },
    });
    expect(listed(recorded)).toEqual([
      "aws:dynamodb/table:Table vault-table",
      "aws:iam/accessKey:AccessKey vault-key-1",
      "aws:iam/policy:Policy vault-policy",
      "aws:iam/user:User vault-user",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment vault-user-policy",
      "kubevault-aws:index:DynamoDbStorage vault",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsSessionCredentials vault-session",
      "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard vault-replacement-guard",
    ]);
    const { __provider, ...inputs } = inputsOf(recorded, "vault-session");
    expect(__provider).toContain("provider('AwsSessionCredentials')");
    expect(inputs).toEqual({
      sessionName: "vault-storage",
      durationSeconds: 43_200,
      renewBeforeSeconds: 21_600,
      accessKeyId: "vault-key-1-id",
      secretAccessKey: secretValue("secret of vault-key-1"),
      region: "eu-west-1",
      stsEndpoint: "https://sts.internal",
    });
    expect(await valueOf(pulumi.output(storage.accessKeyId))).toBe("ASIA");
    expect(await valueOf(pulumi.output(storage.sessionExpiration))).toBe("2030-01-01T00:00:00.000Z");
    expect(storage.roleArn).toBeUndefined();
  });

  test("asks for a session of a role", async () => {
    const trustedPrincipalArn = "arn:aws:iam::123456789012:role/deployer";
    const { storage, recorded } = await create({
      credential: {
        kind: "session",
        assumeRole: { trustedPrincipalArn, externalId: "platform" },
        durationSeconds: 7200,
        renewBeforeSeconds: 600,
      },
    });
    expect(listed(recorded)).toEqual([
      "aws:dynamodb/table:Table vault-table",
      "aws:iam/policy:Policy vault-policy",
      "aws:iam/role:Role vault-role",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment vault-role-policy",
      "kubevault-aws:index:DynamoDbStorage vault",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsSessionCredentials vault-session",
      "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard vault-replacement-guard",
    ]);
    const role = inputsOf(recorded, "vault-role");
    expect(role["maxSessionDuration"]).toBe(7200);
    expect(JSON.parse(role["assumeRolePolicy"] as string)).toMatchObject({
      Statement: [
        {
          Principal: { AWS: trustedPrincipalArn },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": "platform" } },
        },
      ],
    });
    expect(inputsOf(recorded, "vault-session")).toMatchObject({
      roleArn: "arn:aws:iam::123456789012:vault-role",
      externalId: "platform",
      durationSeconds: 7200,
      renewBeforeSeconds: 600,
    });
    expect(storage.userName).toBeUndefined();
  });

  test("lets the same identity keep the unseal keys", async () => {
    const kmsKeyArn = "arn:aws:kms:eu-west-1:123456789012:key/1-2";
    const { recorded } = await create({ unsealer: { kmsKeyArn, ssmKeyPrefix: "/vault/" }, credential: irsa });
    expect(listed(recorded).filter((resource) => resource.includes("unsealer"))).toEqual([
      "aws:iam/policy:Policy vault-unsealer-policy",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment vault-role-unsealer-policy",
    ]);
    const policy = JSON.parse(inputsOf(recorded, "vault-unsealer-policy")["policy"] as string) as {
      Statement: object[];
    };
    expect(policy.Statement[0]).toMatchObject({ Action: ["kms:Decrypt", "kms:Encrypt"], Resource: [kmsKeyArn] });
  });

  test("has its children below itself", async () => {
    const { storage } = await create();
    expect(await valueOf(pulumi.output(storage.table?.urn))).toBe(
      "urn:pulumi:stack::project::kubevault-aws:index:DynamoDbStorage$aws:dynamodb/table:Table::vault-table",
    );
  });

  test("lets the caller change what the children are made of", async () => {
    const { recorded } = await create({
      transform: {
        table: (args) => ({ ...args, tableClass: "STANDARD_INFREQUENT_ACCESS" }),
        policy: (args) => ({ ...args, path: "/own/" }),
        user: (args) => ({ ...args, forceDestroy: true }),
      },
    });
    expect(inputsOf(recorded, "vault-table")).toMatchObject({ tableClass: "STANDARD_INFREQUENT_ACCESS" });
    expect(inputsOf(recorded, "vault-policy")).toMatchObject({ path: "/own/" });
    expect(inputsOf(recorded, "vault-user")).toMatchObject({ forceDestroy: true });
  });

  test("warns of replicas that a transform adds, once they are known", async () => {
    const warned = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
      await create({
        transform: {
          table: (args) => ({ ...args, replicas: [{ regionName: "us-east-1" }, { regionName: "eu-central-1" }] }),
        },
      });
      expect(warned.mock.calls.map(([message]) => message)).toEqual([
        'DynamoDbStorage "vault": transform.table.replicas: has replicas in us-east-1, eu-central-1. Run Vault in one region only: two on one ' +
          "global table overwrite each other's data.",
      ]);
      warned.mockClear();
      await record({ preview: true, outputs: aws, calls: existing });
      const unknown = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<[]>;
      new DynamoDbStorage("vault", { transform: { table: (args) => ({ ...args, replicas: unknown }) } });
      await settled();
      expect(warned).not.toHaveBeenCalled();
    } finally {
      warned.mockRestore();
    }
  });

  test("refuses wrong arguments before anything is made, and names the component", async () => {
    await record();
    expect(() => new DynamoDbStorage("vault", { table: { readCapacityUnits: 5 } })).toThrow(
      'DynamoDbStorage "vault": invalid argument: table.readCapacityUnits: needs billingMode "PROVISIONED": a table paid per request has no capacity to set, got 5. Leave it out, or set billingMode.',
    );
  });

  test("at preview shows the table, and does not know its ARN or the key yet", async () => {
    const recorded = await record({ preview: true, outputs: aws, calls: existing });
    const storage = new DynamoDbStorage("vault", {
      haEnabled: pulumi.output(pulumi.unknown) as unknown as pulumi.Output<boolean>,
    });
    await settled();
    expect(inputsOf(recorded, "vault-table")).toMatchObject({ hashKey: "Path", billingMode: "PAY_PER_REQUEST" });
    expect(await isKnownOutput(storage.tableArn)).toBe(false);
    expect(await isKnownOutput(pulumi.output(storage.secretAccessKey))).toBe(false);
  });
});
