import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
} from "@aws-sdk/client-kms";
import { GetParameterCommand, GetParametersCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import {
  allow,
  clients,
  deny,
  document,
  makeUser,
  messageOf,
  outcome,
  startTestAws,
  type Clients,
  type TestUser,
} from "./support.js";

let aws: Aws;
let admin: Clients;

beforeAll(async () => {
  aws = await startTestAws();
  admin = clients(aws, aws.admin);
});
afterAll(async () => {
  await aws.stop();
});

async function makeTable(TableName: string, KMSMasterKeyId?: string): Promise<string> {
  const answer = await admin.dynamodb.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [
        { AttributeName: "Path", KeyType: "HASH" },
        { AttributeName: "Key", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "Path", AttributeType: "S" },
        { AttributeName: "Key", AttributeType: "S" },
      ],
      BillingMode: "PAY_PER_REQUEST",
      SSESpecification: KMSMasterKeyId === undefined ? undefined : { Enabled: true, SSEType: "KMS", KMSMasterKeyId },
    }),
  );
  return answer.TableDescription?.TableArn ?? "";
}

const item = (Path: string, Key: string, more: object = {}) => ({ Path: { S: Path }, Key: { S: Key }, ...more });

function batch(table: string, ...puts: Record<string, { S: string }>[]) {
  return new BatchWriteItemCommand({ RequestItems: { [table]: puts.map((Item) => ({ PutRequest: { Item } })) } });
}

describe("DynamoDB", () => {
  const actions = ["DescribeTable", "GetItem", "BatchWriteItem", "Query"].map((name) => `dynamodb:${name}`);

  it("lets a storage policy touch its table and no other", async () => {
    const arn = await makeTable("own");
    await makeTable("foreign");
    expect(arn).toBe("arn:aws:dynamodb:us-east-1:123456789012:table/own");
    const { dynamodb } = await makeUser(aws, "storage", [allow(actions, arn)]);
    const calls = (TableName: string) => [
      dynamodb.send(new DescribeTableCommand({ TableName })),
      dynamodb.send(batch(TableName, item("core", "seal"))),
      dynamodb.send(new GetItemCommand({ TableName, Key: item("core", "seal") })),
      dynamodb.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "#p = :p",
          ExpressionAttributeNames: { "#p": "Path" },
          ExpressionAttributeValues: { ":p": { S: "core" } },
        }),
      ),
    ];
    expect(await Promise.all(calls("own").map(outcome))).toEqual(Array(4).fill("allowed"));
    expect(await Promise.all(calls("foreign").map(outcome))).toEqual(Array(4).fill("AccessDeniedException"));
    const others = [
      dynamodb.send(new PutItemCommand({ TableName: "own", Item: item("a", "b") })),
      dynamodb.send(new DeleteItemCommand({ TableName: "own", Key: item("a", "b") })),
      dynamodb.send(new DeleteTableCommand({ TableName: "own" })),
      dynamodb.send(new ListTablesCommand({})),
    ];
    expect(await Promise.all(others.map(outcome))).toEqual(Array(4).fill("AccessDeniedException"));
    expect(await messageOf(dynamodb.send(new GetItemCommand({ TableName: "foreign", Key: item("a", "b") })))).toBe(
      "User: arn:aws:iam::123456789012:user/storage is not authorized to perform: dynamodb:GetItem on resource: " +
        "arn:aws:dynamodb:us-east-1:123456789012:table/foreign because no identity-based policy allows the dynamodb:GetItem action",
    );
  });

  it("counts a table of another region as another table", async () => {
    const user = await makeUser(aws, "regional", [
      allow("dynamodb:*", "arn:aws:dynamodb:us-east-1:123456789012:table/own"),
    ]);
    const elsewhere = clients(aws, user, "eu-west-1");
    const read = (some: Clients) => outcome(some.dynamodb.send(new DescribeTableCommand({ TableName: "own" })));
    expect(await read(user)).toBe("allowed");
    expect(await read(elsewhere)).toBe("AccessDeniedException");
    expect(await read(clients(aws, aws.admin, "eu-west-1"))).toBe("ResourceNotFoundException");
  });

  it("needs every table of a batch and every action of a transaction", async () => {
    await makeTable("first");
    await makeTable("second");
    const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/first";
    const { dynamodb } = await makeUser(aws, "batches", [allow(["dynamodb:BatchWriteItem", "dynamodb:PutItem"], arn)]);
    const both = new BatchWriteItemCommand({
      RequestItems: {
        first: [{ PutRequest: { Item: item("a", "b") } }],
        second: [{ PutRequest: { Item: item("a", "b") } }],
      },
    });
    expect(await outcome(dynamodb.send(both))).toBe("AccessDeniedException");
    expect(await outcome(dynamodb.send(batch("first", item("a", "b"))))).toBe("allowed");
    const put = { Put: { TableName: "first", Item: item("c", "d") } };
    const remove = { Delete: { TableName: "first", Key: item("a", "b") } };
    const transact = (...TransactItems: object[]) =>
      outcome(dynamodb.send(new TransactWriteItemsCommand({ TransactItems })));
    expect(await transact(put)).toBe("allowed");
    expect(await transact(put, remove)).toBe("AccessDeniedException");
  });

  it("takes the lock of an HA node under Vault's condition only", async () => {
    await makeTable("locks");
    const lock = (identity: string, expires: string, now: string) =>
      outcome(
        admin.dynamodb.send(
          new UpdateItemCommand({
            TableName: "locks",
            Key: item("core", "_lock"),
            UpdateExpression: "SET #identity=:identity, #expires=:expires",
            ConditionExpression:
              "attribute_not_exists(#path) or attribute_not_exists(#key) or #identity = :identity or #expires <= :now",
            ExpressionAttributeNames: {
              "#path": "Path",
              "#key": "Key",
              "#identity": "Identity",
              "#expires": "Expires",
            },
            ExpressionAttributeValues: {
              ":identity": { B: Buffer.from(identity) },
              ":expires": { N: expires },
              ":now": { N: now },
            },
          }),
        ),
      );
    expect(await lock("node-1", "1700000015000000000", "1700000000000000000")).toBe("allowed");
    expect(await lock("node-2", "1700000016000000000", "1700000001000000000")).toBe("ConditionalCheckFailedException");
    expect(await lock("node-1", "1700000020000000000", "1700000005000000000")).toBe("allowed");
    expect(await lock("node-2", "1700000036000000000", "1700000021000000000")).toBe("allowed");
  });

  it("protects a table from deletion", async () => {
    await makeTable("protected");
    const protect = (DeletionProtectionEnabled: boolean) =>
      admin.dynamodb.send(new UpdateTableCommand({ TableName: "protected", DeletionProtectionEnabled }));
    const remove = () => outcome(admin.dynamodb.send(new DeleteTableCommand({ TableName: "protected" })));
    await protect(true);
    expect(await remove()).not.toBe("allowed");
    await protect(false);
    expect(await remove()).toBe("allowed");
  });
});

describe("KMS", () => {
  const plaintext = Buffer.from("unseal key");

  async function makeKey(policy?: string): Promise<string> {
    const { KeyMetadata: key } = await admin.kms.send(new CreateKeyCommand({ Policy: policy }));
    return key?.Arn ?? "";
  }

  function encrypt(user: TestUser, KeyId: string, EncryptionContext?: Record<string, string>) {
    return outcome(user.kms.send(new EncryptCommand({ KeyId, Plaintext: plaintext, EncryptionContext })));
  }

  it("scopes rights to the key, by id or ARN, and by encryption context", async () => {
    const [own, foreign] = [await makeKey(), await makeKey()];
    const condition = { StringEquals: { "kms:EncryptionContext:Tool": "vault-unsealer" } };
    const user = await makeUser(aws, "encrypts", [allow(["kms:Encrypt", "kms:Decrypt"], own, condition)]);
    const tool = { Tool: "vault-unsealer" };
    expect(await encrypt(user, own, tool)).toBe("allowed");
    expect(await encrypt(user, own.split("/")[1] ?? "", tool)).toBe("allowed");
    expect(await encrypt(user, own)).toBe("AccessDeniedException");
    expect(await encrypt(user, foreign, tool)).toBe("AccessDeniedException");

    const byAdmin = (KeyId: string) =>
      admin.kms.send(new EncryptCommand({ KeyId, Plaintext: plaintext, EncryptionContext: tool }));
    const decrypt = async (KeyId: string) => {
      const { CiphertextBlob } = await byAdmin(KeyId);
      return outcome(user.kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: tool })));
    };
    expect(await decrypt(own)).toBe("allowed");
    expect(await decrypt(foreign)).toBe("AccessDeniedException");
  });

  it("lets a key's policy take the rights of IAM away, or give rights to one user", async () => {
    const named = await makeUser(aws, "named-by-key", []);
    const allowed = await makeUser(aws, "allowed-by-iam", [allow("kms:*")]);
    const policy = document({ Effect: "Allow", Principal: { AWS: named.arn }, Action: "kms:Encrypt", Resource: "*" });
    const closed = await makeKey(policy);
    expect(await encrypt(named, closed)).toBe("allowed");
    expect(await encrypt(allowed, closed)).toBe("AccessDeniedException");
    expect(await encrypt(allowed, await makeKey())).toBe("allowed");
  });

  it("is asked for a table under a customer's key, by the reader, through DynamoDB only", async () => {
    const key = await makeKey();
    const table = await makeTable("encrypted", key);
    const through = { StringEquals: { "kms:ViaService": "dynamodb.us-east-1.amazonaws.com" } };
    const without = await makeUser(aws, "reads-no-key", [allow("dynamodb:GetItem", table)]);
    const holder = await makeUser(aws, "reads-key", [
      allow("dynamodb:GetItem", table),
      allow(["kms:Decrypt", "kms:GenerateDataKey"], key, through),
    ]);
    const get = (user: TestUser) =>
      user.dynamodb.send(new GetItemCommand({ TableName: "encrypted", Key: item("a", "b") }));
    expect(await messageOf(get(without))).toContain(`is not authorized to perform: kms:Decrypt on resource: ${key}`);
    expect(await outcome(get(holder))).toBe("allowed");
    const direct = holder.kms.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: "AES_256" }));
    expect(await outcome(direct)).toBe("AccessDeniedException");
    expect(await outcome(holder.kms.send(new DescribeKeyCommand({ KeyId: key })))).toBe("AccessDeniedException");
  });

  it("is not asked for tables under AWS's own keys", async () => {
    const table = await makeTable("aws-owned");
    const user = await makeUser(aws, "plain-reader", [allow("dynamodb:GetItem", table)]);
    const get = new GetItemCommand({ TableName: "aws-owned", Key: item("a", "b") });
    expect(await outcome(user.dynamodb.send(get))).toBe("allowed");
  });
});

describe("SSM", () => {
  const scope = "arn:aws:ssm:us-east-1:123456789012:parameter/prod/vault/*";

  it("scopes rights to parameters by name", async () => {
    const user = await makeUser(aws, "parameters", [allow(["ssm:PutParameter", "ssm:GetParameters"], scope)]);
    const put = (Name: string) =>
      outcome(user.ssm.send(new PutParameterCommand({ Name, Value: "v", Type: "SecureString" })));
    expect(await put("/prod/vault/key-0")).toBe("allowed");
    expect(await put("/prod/other")).toBe("AccessDeniedException");
    const get = (...Names: string[]) =>
      outcome(user.ssm.send(new GetParametersCommand({ Names, WithDecryption: true })));
    expect(await get("/prod/vault/key-0", "/prod/vault/none")).toBe("allowed");
    expect(await get("/prod/vault/key-0", "/prod/other")).toBe("AccessDeniedException");
    const single = new GetParameterCommand({ Name: "/prod/vault/key-0" });
    expect(await outcome(user.ssm.send(single))).toBe("AccessDeniedException");
  });

  it("needs the customer's key for a parameter under it", async () => {
    const { KeyMetadata: key } = await admin.kms.send(new CreateKeyCommand({}));
    const KeyId = key?.KeyId ?? "";
    const rights = allow(["ssm:PutParameter", "ssm:GetParameter"], scope);
    const writer = await makeUser(aws, "encrypting-writer", [rights, allow("kms:Encrypt", key?.Arn ?? "")]);
    const other = await makeUser(aws, "other-writer", [rights, deny("kms:Encrypt")]);
    const put = (user: TestUser, Name: string) =>
      outcome(user.ssm.send(new PutParameterCommand({ Name, Value: "v", Type: "SecureString", KeyId })));
    expect(await put(writer, "/prod/vault/secret")).toBe("allowed");
    expect(await put(other, "/prod/vault/secret-2")).toBe("AccessDeniedException");
    const read = (WithDecryption: boolean) =>
      outcome(writer.ssm.send(new GetParameterCommand({ Name: "/prod/vault/secret", WithDecryption })));
    expect(await read(false)).toBe("allowed");
    expect(await read(true)).toBe("AccessDeniedException");
  });
});

describe("Application Auto Scaling", () => {
  it("keeps scalable targets of tables for those who may", async () => {
    const user = await makeUser(aws, "scales", [allow("application-autoscaling:Register*")]);
    const config = { endpoint: aws.endpoint, region: aws.region, maxAttempts: 1 };
    const scaling = new ApplicationAutoScalingClient({ ...config, credentials: user });
    const target = {
      ServiceNamespace: "dynamodb",
      ResourceId: "table/own",
      ScalableDimension: "dynamodb:table:ReadCapacityUnits",
    } as const;
    const register = new RegisterScalableTargetCommand({ ...target, MinCapacity: 5, MaxCapacity: 20 });
    expect(await outcome(scaling.send(register))).toBe("allowed");
    const describeTargets = new DescribeScalableTargetsCommand({ ServiceNamespace: "dynamodb" });
    expect(await outcome(scaling.send(describeTargets))).toBe("AccessDeniedException");
    const byAdmin = new ApplicationAutoScalingClient({ ...config, credentials: aws.admin });
    const { ScalableTargets: found } = await byAdmin.send(describeTargets);
    expect(found?.map(({ ResourceId, MaxCapacity }) => ({ ResourceId, MaxCapacity }))).toEqual([
      { ResourceId: "table/own", MaxCapacity: 20 },
    ]);
  });
});
