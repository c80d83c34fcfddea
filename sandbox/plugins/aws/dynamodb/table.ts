import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  type SSESpecification,
  type StreamSpecification,
  type TableDescription,
  type UpdateTableCommandInput,
} from "@aws-sdk/client-dynamodb";
import { isObject, type PropertyObject } from "../../../../src/plugin/server/propertyValues.js";
import { sameGiven } from "../equality.js";
import {
  MadeButFailed,
  tagArguments,
  tagList,
  tagMap,
  type Arguments,
  type OperationContext,
  type ResourceType,
} from "../resourceType.js";
import { isAwsError, orGone, whilePropagating } from "../retry.js";

const notFound = ["ResourceNotFound"];
const busy = ["ResourceInUse", "LimitExceeded"];

const table: ResourceType = {
  token: "aws:dynamodb/table:Table",
  arguments: {
    name: { replaces: true },
    attributes: { computed: true, equals: sameGiven },
    hashKey: { computed: true, replaces: true },
    rangeKey: { replaces: true },
    billingMode: { defaultValue: "PROVISIONED" },
    readCapacity: { computed: true },
    writeCapacity: { computed: true },
    deletionProtectionEnabled: { defaultValue: false },
    pointInTimeRecovery: { defaultValue: { enabled: false }, equals: sameGiven },
    serverSideEncryption: { computed: true, equals: sameGiven },
    streamEnabled: { defaultValue: false },
    streamViewType: { computed: true },
    tableClass: { defaultValue: "STANDARD" },
    ttl: { computed: true, equals: sameGiven },
    region: { computed: true, replaces: true },
    ...tagArguments,
  },
  outputs: ["arn", "streamArn", "streamLabel"],
  autoname: { property: "name", maxLength: 255 },
  create: async (context, inputs) => {
    const { clients } = context;
    const dynamodb = await clients.dynamodb(inputs.region as string | undefined);
    const TableName = inputs.name as string;
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        KeySchema: keySchema(inputs),
        AttributeDefinitions: attributeDefinitions(inputs),
        BillingMode: billingMode(inputs),
        ProvisionedThroughput: throughput(inputs),
        DeletionProtectionEnabled: inputs.deletionProtectionEnabled === true,
        SSESpecification: encryption(inputs),
        StreamSpecification: inputs.streamEnabled === true ? stream(inputs) : undefined,
        TableClass: (inputs.tableClass as "STANDARD" | undefined) ?? "STANDARD",
        Tags: tagList(inputs.tagsAll),
      }),
    );
    try {
      await untilActive(context, dynamodb, TableName);
      if (isEnabled(inputs.pointInTimeRecovery)) {
        await setPointInTimeRecovery(context, dynamodb, TableName, inputs);
      }
      if (isEnabled(inputs.ttl)) {
        await setTimeToLive(dynamodb, TableName, inputs);
      }
    } catch (error) {
      throw new MadeButFailed(TableName, error);
    }
    return TableName;
  },
  read: async ({ clients }, id, state) => {
    const region = state.region as string | undefined;
    const dynamodb = await clients.dynamodb(region);
    const found = await describe(dynamodb, id);
    if (found === undefined || found.TableStatus === "DELETING") {
      return undefined;
    }
    const ResourceArn = found.TableArn;
    const [{ Tags }, { ContinuousBackupsDescription }, { TimeToLiveDescription }] = await Promise.all([
      dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn })),
      dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: id })),
      dynamodb.send(new DescribeTimeToLiveCommand({ TableName: id })),
    ]);
    const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    const ttlStatus = TimeToLiveDescription?.TimeToLiveStatus;
    return {
      ...outputsOfTable(found),
      pointInTimeRecovery: { enabled: recovery === "ENABLED" },
      ttl: {
        enabled: ttlStatus === "ENABLED" || ttlStatus === "ENABLING",
        attributeName: TimeToLiveDescription?.AttributeName ?? "",
      },
      region: clients.region(region),
      tagsAll: tagMap(Tags),
    };
  },
  update: async (context, id, { inputs, changed }) => {
    const dynamodb = await context.clients.dynamodb(inputs.region as string | undefined);
    // DynamoDB takes one kind of change at a time.
    for (const change of tableChanges(inputs, changed)) {
      await whilePropagating(
        () => dynamodb.send(new UpdateTableCommand({ TableName: id, ...change })),
        (error) => isAwsError(error, busy),
        context.cancelled,
      );
      await untilActive(context, dynamodb, id);
    }
    if (changed.has("pointInTimeRecovery")) {
      await setPointInTimeRecovery(context, dynamodb, id, inputs);
    }
    if (changed.has("ttl")) {
      await setTimeToLive(dynamodb, id, inputs);
    }
  },
  delete: async (context, id, state) => {
    const dynamodb = await context.clients.dynamodb(state.region as string | undefined);
    await orGone(
      whilePropagating(
        () => dynamodb.send(new DeleteTableCommand({ TableName: id })),
        (error) => isAwsError(error, ["ResourceInUse"]) || isAwsError(error, ["LimitExceeded"]),
        context.cancelled,
      ),
      notFound,
    );
    const stillThere = new Error(`table ${id} is still being deleted`);
    await whilePropagating(
      async () => {
        if ((await describe(dynamodb, id)) !== undefined) {
          context.progress("waiting until the table is gone");
          throw stillThere;
        }
      },
      (error) => error === stillThere,
      context.cancelled,
    );
  },
  tag: async ({ clients }, _id, state, { set, remove }) => {
    const dynamodb = await clients.dynamodb(state.region as string | undefined);
    const ResourceArn = state.arn as string;
    if (remove.length > 0) {
      await dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys: [...remove] }));
    }
    if (Object.keys(set).length > 0) {
      await dynamodb.send(new TagResourceCommand({ ResourceArn, Tags: tagList(set) }));
    }
  },
};

export const dynamodbTypes: readonly ResourceType[] = [table];

/** DynamoDB's answer about a table, undefined when there is none. */
export async function describe(dynamodb: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> {
  return (await orGone(dynamodb.send(new DescribeTableCommand({ TableName })), notFound))?.Table;
}

/** What DescribeTable tells, under the provider's names. */
export function outputsOfTable(found: TableDescription): PropertyObject {
  const keys = found.KeySchema ?? [];
  const encrypted = found.SSEDescription?.Status === "ENABLED" || found.SSEDescription?.Status === "UPDATING";
  return {
    name: found.TableName,
    arn: found.TableArn,
    attributes: (found.AttributeDefinitions ?? []).map((attribute) => ({
      name: attribute.AttributeName ?? "",
      type: attribute.AttributeType ?? "",
    })),
    hashKey: keys.find((key) => key.KeyType === "HASH")?.AttributeName,
    rangeKey: keys.find((key) => key.KeyType === "RANGE")?.AttributeName,
    billingMode: found.BillingModeSummary?.BillingMode ?? "PROVISIONED",
    readCapacity: found.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
    writeCapacity: found.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
    deletionProtectionEnabled: found.DeletionProtectionEnabled ?? false,
    // AWS tells nothing of a key of its own, and the released provider takes "nothing" and "not enabled" for the same.
    serverSideEncryption: encrypted
      ? { enabled: true, kmsKeyArn: found.SSEDescription?.KMSMasterKeyArn ?? "" }
      : { enabled: false },
    streamEnabled: found.StreamSpecification?.StreamEnabled ?? false,
    streamViewType: found.StreamSpecification?.StreamViewType,
    streamArn: found.LatestStreamArn ?? "",
    streamLabel: found.LatestStreamLabel ?? "",
    tableClass: found.TableClassSummary?.TableClass ?? "STANDARD",
  };
}

function tableChanges(inputs: Arguments, changed: ReadonlySet<string>): Omit<UpdateTableCommandInput, "TableName">[] {
  const changes: Omit<UpdateTableCommandInput, "TableName">[] = [];
  if (["billingMode", "readCapacity", "writeCapacity"].some((property) => changed.has(property))) {
    changes.push({ BillingMode: billingMode(inputs), ProvisionedThroughput: throughput(inputs) });
  }
  if (changed.has("serverSideEncryption")) {
    changes.push({ SSESpecification: encryption(inputs) ?? { Enabled: false } });
  }
  if (changed.has("streamEnabled") || changed.has("streamViewType")) {
    changes.push({ StreamSpecification: stream(inputs) });
  }
  if (changed.has("deletionProtectionEnabled")) {
    changes.push({ DeletionProtectionEnabled: inputs.deletionProtectionEnabled === true });
  }
  if (changed.has("tableClass")) {
    changes.push({ TableClass: (inputs.tableClass as "STANDARD" | undefined) ?? "STANDARD" });
  }
  return changes;
}

function keySchema(inputs: PropertyObject): KeySchemaElement[] {
  const range: KeySchemaElement[] =
    inputs.rangeKey === undefined ? [] : [{ AttributeName: inputs.rangeKey as string, KeyType: "RANGE" }];
  return [{ AttributeName: inputs.hashKey as string, KeyType: "HASH" }, ...range];
}

function attributeDefinitions(inputs: PropertyObject) {
  const attributes = (inputs.attributes ?? []) as { name: string; type: "S" | "N" | "B" }[];
  return attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));
}

function billingMode(inputs: PropertyObject): "PROVISIONED" | "PAY_PER_REQUEST" {
  return (inputs.billingMode as "PROVISIONED" | "PAY_PER_REQUEST" | undefined) ?? "PROVISIONED";
}

function throughput(inputs: PropertyObject): { ReadCapacityUnits: number; WriteCapacityUnits: number } | undefined {
  return billingMode(inputs) === "PAY_PER_REQUEST"
    ? undefined
    : {
        ReadCapacityUnits: (inputs.readCapacity as number | undefined) ?? 1,
        WriteCapacityUnits: (inputs.writeCapacity as number | undefined) ?? 1,
      };
}

function encryption(inputs: PropertyObject): SSESpecification | undefined {
  const block = inputs.serverSideEncryption;
  if (!isObject(block)) {
    return undefined;
  }
  const KMSMasterKeyId = block.kmsKeyArn as string | undefined;
  return block.enabled === true
    ? { Enabled: true, SSEType: "KMS", ...(KMSMasterKeyId === undefined ? {} : { KMSMasterKeyId }) }
    : { Enabled: false };
}

function stream(inputs: PropertyObject): StreamSpecification {
  return inputs.streamEnabled === true
    ? { StreamEnabled: true, StreamViewType: inputs.streamViewType as "KEYS_ONLY" }
    : { StreamEnabled: false };
}

function isEnabled(block: unknown): boolean {
  return isObject(block) && block.enabled === true;
}

async function setPointInTimeRecovery(
  { cancelled }: OperationContext,
  dynamodb: DynamoDBClient,
  TableName: string,
  inputs: PropertyObject,
): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: isEnabled(inputs.pointInTimeRecovery) };
  await whilePropagating(
    () => dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification })),
    (error) => isAwsError(error, ["ContinuousBackupsUnavailable"]),
    cancelled,
  );
}

async function setTimeToLive(dynamodb: DynamoDBClient, TableName: string, inputs: PropertyObject): Promise<void> {
  const block = isObject(inputs.ttl) ? inputs.ttl : {};
  const TimeToLiveSpecification = { Enabled: isEnabled(inputs.ttl), AttributeName: block.attributeName as string };
  await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}

async function untilActive(context: OperationContext, dynamodb: DynamoDBClient, TableName: string): Promise<void> {
  const notActive = new Error(`table ${TableName} is not yet active`);
  await whilePropagating(
    async () => {
      const found = await describe(dynamodb, TableName);
      if (found?.TableStatus !== "ACTIVE") {
        context.progress(`waiting until the table is active, it is ${found?.TableStatus ?? "not yet visible"}`);
        throw notActive;
      }
    },
    (error) => error === notActive,
    context.cancelled,
  );
}
