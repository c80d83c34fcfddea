import * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import { getPartitionOutput } from "@pulumi/aws/getPartition.js";
import { getRegion, getRegionOutput } from "@pulumi/aws/getRegion.js";
import * as pulumi from "@pulumi/pulumi";
import { parseArn } from "../aws/arns.js";
import { transformed } from "../internal/transform.js";
import type { Issue } from "../internal/validation/issues.js";
import { rejecterOf } from "../internal/validation/reject.js";
import { warn } from "../internal/validation/warn.js";
import { createAutoscaling } from "./autoscaling.js";
import type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
import { ReplacementGuard } from "../replacement/replacementGuard.js";
import { existingKeyIssues, existingTableWarnings, replicaWarnings, type ExistingTable } from "./existingTableRules.js";
import type { WhenChecked } from "./storageIdentity.js";
import { defaultCapacityUnits, defaultVaultTableName, type DynamoDbTableArgs } from "./tableArgs.js";
import { keySchemaProblem, vaultKeySchema } from "./tableSchema.js";

/** The component that a table belongs to. */
interface Storage {
  readonly parent: pulumi.ComponentResource;
  /** How errors name it: `DynamoDbStorage "vault-storage"`. */
  readonly subject: string;
  readonly args: DynamoDbStorageArgs;
  readonly whenChecked: WhenChecked;
}

interface TableOutputs {
  readonly table?: dynamodb.Table;
  readonly tableName: pulumi.Output<string>;
  readonly tableArn: pulumi.Output<string>;
  readonly region: pulumi.Output<string>;
}

/** The table that is created, adopted, or left to Vault. */
export function storageTable(name: string, storage: Storage): TableOutputs {
  const { parent, args } = storage;
  if (args.existingTableName !== undefined) {
    return adoptTable(storage, args.existingTableName);
  }
  if (args.vaultTable === undefined) {
    const { table, ownRegion } = createTable(name, storage);
    return { table, tableName: table.name, tableArn: table.arn, region: regionOf(table, ownRegion, parent) };
  }
  const { region } = getRegionOutput({}, { parent });
  const tableName = pulumi.output(args.vaultTable.name ?? defaultVaultTableName);
  const { partition } = getPartitionOutput({}, { parent });
  const { accountId } = getCallerIdentityOutput({}, { parent });
  return {
    tableName,
    tableArn: pulumi.interpolate`arn:${partition}:dynamodb:${region}:${accountId}:table/${tableName}`,
    region,
  };
}

/** The region of a table: at preview that of the provider, so that it is compared with the cluster's before anything is created. */
function regionOf(
  table: dynamodb.Table,
  ownRegion: dynamodb.TableArgs["region"],
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const created = table.arn.apply((arn) => parseArn(arn)?.region ?? "");
  if (!pulumi.runtime.isDryRun()) {
    return created;
  }
  // Where the provider cannot tell, the region stays unknown until the table is there.
  return regionAskedFor(ownRegion, parent).apply((region) => pulumi.output(region ?? created));
}

/** The region of the table's own arguments, or else of the provider; null where that cannot tell. */
function regionAskedFor(
  ownRegion: dynamodb.TableArgs["region"],
  parent: pulumi.Resource,
): pulumi.Output<string | null> {
  const provider = getRegion({}, { parent }).then(
    ({ region }) => region,
    () => null,
  );
  return pulumi.all([ownRegion, provider]).apply(([own, general]) => own ?? general);
}

/** DynamoDB uses keys of the table's own region only. */
export function checkKeyRegion(
  { parent, subject, args: { table, existingTableKmsKeyArn } }: Omit<Storage, "whenChecked">,
  region: pulumi.Input<string>,
): void {
  const reject = rejecterOf(parent, subject);
  const { kmsKeyArn } = typeof table?.encryption === "object" ? table.encryption : {};
  for (const [path, given] of Object.entries({ "table.encryption.kmsKeyArn": kmsKeyArn, existingTableKmsKeyArn })) {
    pulumi.all([region, given]).apply(([own, arn]) => {
      const key = arn === undefined ? undefined : parseArn(arn);
      if (key !== undefined && key.region !== own) {
        reject([{ path, rule: `must be the ARN of a key in the table's region ${own}`, actual: arn }]);
      }
    });
  }
}

function createTable(
  name: string,
  { parent, subject, args, whenChecked }: Storage,
): { readonly table: dynamodb.Table; readonly ownRegion: dynamodb.TableArgs["region"] } {
  const tableArgs = args.table ?? {};
  const table: dynamodb.TableArgs = {
    name: tableArgs.name,
    hashKey: whenChecked(vaultKeySchema.hashKey),
    rangeKey: vaultKeySchema.rangeKey,
    attributes: [
      { name: vaultKeySchema.hashKey, type: "S" },
      { name: vaultKeySchema.rangeKey, type: "S" },
    ],
    ...capacity(tableArgs),
    pointInTimeRecovery: { enabled: tableArgs.pointInTimeRecovery ?? true },
    serverSideEncryption: encryption(tableArgs),
    deletionProtectionEnabled: tableArgs.deletionProtection ?? true,
    tags: args.tags,
  };
  const scaled = tableArgs.autoscaling !== undefined;
  const sent = transformed(args.transform?.table, table);
  pulumi.output(sent.replicas).apply((replicas) => {
    warn(parent, subject, replicaWarnings("transform.table.replicas", replicas));
  });
  const guard = new ReplacementGuard(
    `${name}-replacement-guard`,
    {
      guarded: "Table",
      place: {
        name: pulumi.output(sent.name).apply((given) => given ?? null),
        region: regionAskedFor(sent.region, parent),
      },
    },
    { parent },
  );
  const resource = new dynamodb.Table(`${name}-table`, sent, {
    parent,
    protect: tableArgs.protect,
    // The data is worth nothing without the key of the unseal keys: on `pulumi destroy` the key goes last, and stays if the table cannot go.
    dependsOn: pulumi.output(args.unsealer?.kmsKeyArn).apply((): pulumi.Resource[] => [guard]),
    // AWS moves the capacity between the bounds; a later `up` must not move it back.
    ...(scaled ? { ignoreChanges: ["readCapacity", "writeCapacity"] } : {}),
  });
  if (tableArgs.autoscaling !== undefined) {
    createAutoscaling(name, {
      parent,
      table: resource,
      tableArgs,
      autoscaling: tableArgs.autoscaling,
      transform: args.transform?.autoscalingPolicy,
    });
  }
  return { table: resource, ownRegion: sent.region };
}

function adoptTable({ parent, subject, args }: Storage, tableName: pulumi.Input<string>): TableOutputs {
  const reject = rejecterOf(parent, subject);
  const table = pulumi
    .output(tableName)
    .apply(async (name): Promise<ExistingTable & Pick<dynamodb.GetTableResult, "name" | "arn">> => {
      const found = await dynamodb.getTable({ name }, { parent }).catch((error: Error) => error);
      if (found instanceof Error) {
        return reject([tableNotFound(name, found)]);
      }
      const problem = keySchemaProblem(found);
      const fix = "A primary key cannot be changed: make a new table, or leave existingTableName out.";
      return problem === undefined ? found : reject([{ path: "existingTableName", rule: problem, fix }]);
    });
  pulumi.all([table, args.existingTableKmsKeyArn]).apply(([found, keyArn]) => {
    warn(parent, subject, existingTableWarnings(found, keyArn));
    const issues = existingKeyIssues(found, keyArn);
    if (issues.length > 0) {
      reject(issues);
    }
  });
  return {
    tableName: table.name,
    tableArn: table.arn,
    region: table.arn.apply((arn) => parseArn(arn)?.region ?? ""),
  };
}

function tableNotFound(name: string, error: Error): Issue {
  return /There is no |couldn't find|not found|NotFound/i.test(error.message)
    ? {
        path: "existingTableName",
        rule: "must be the name of a table in the provider's account and region",
        actual: name,
        fix: "Create the table first, leave existingTableName out, or let Vault create it by vaultTable.",
      }
    : { path: "existingTableName", rule: `cannot be looked up (${error.message.split("\n")[0]})`, actual: name };
}

function capacity(
  table: DynamoDbTableArgs,
): Pick<dynamodb.TableArgs, "billingMode" | "readCapacity" | "writeCapacity"> {
  return table.billingMode === "PROVISIONED"
    ? {
        billingMode: "PROVISIONED",
        readCapacity: table.readCapacityUnits ?? defaultCapacityUnits,
        writeCapacity: table.writeCapacityUnits ?? defaultCapacityUnits,
      }
    : { billingMode: "PAY_PER_REQUEST" };
}

/**
 * `enabled` is AWS's word for a KMS key: without it the table is still encrypted, with a key that AWS owns. Where nothing is chosen nothing
 * is sent: AWS does not tell of its own key, and the provider would take that for a difference for ever.
 */
function encryption({ encryption: chosen }: DynamoDbTableArgs): dynamodb.TableArgs["serverSideEncryption"] {
  if (chosen === undefined) {
    return undefined;
  }
  return typeof chosen === "object"
    ? { enabled: true, kmsKeyArn: chosen.kmsKeyArn }
    : { enabled: chosen === "awsManaged" };
}
