import { parseArn } from "../../aws/arns.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";
import { allow, policyDocument } from "./statements.js";

/** What {@link storagePolicy} is written for. */
export interface StoragePolicyOptions {
  /** ARN of the table: `arn:aws:dynamodb:eu-west-1:123456789012:table/vault-data`. */
  readonly tableArn: string;
  /** Whether Vault runs with `ha_enabled`. Default: false. */
  readonly haEnabled?: boolean;
  /** Whether Vault itself makes the table where it is missing. Default: false. */
  readonly createsTable?: boolean;
  /** Whether Vault changes the table's capacity: `dynamodb_allow_updates`, Vault 1.19 and later. Default: false. */
  readonly updatesTable?: boolean;
  /** ARN of the customer managed KMS key that encrypts the table. Default: none, AWS owns or manages the key. */
  readonly kmsKeyArn?: string;
}

/** What Vault calls on a table that exists, for every read and write. */
const dataActions = [
  // At every start, to see that the table is there; anything but "not found" or success ends Vault's start.
  "dynamodb:DescribeTable",
  // Get, and the watch on the HA lock.
  "dynamodb:GetItem",
  // Put and delete: an entry and its parent folders are written in batches. IAM asks for this action alone, not for PutItem.
  "dynamodb:BatchWriteItem",
  // List, and the search for emptied folders after a delete.
  "dynamodb:Query",
] as const;

/** What the HA lock adds (`ha_enabled = "true"`). */
const haActions = [
  // The standbys' attempt to take the lock, and the active node's renewal of it: a conditional update.
  "dynamodb:UpdateItem",
  // The active node gives the lock up when it steps down or stops.
  "dynamodb:DeleteItem",
] as const;

/** What DynamoDB does with a customer managed key on behalf of whoever reads or writes the table. */
const keyActions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"] as const;

/**
 * The policy that Vault's `storage "dynamodb"` needs: the calls Vault makes, on the one table.
 *
 * Vault's documentation lists more actions (`Scan`, `PutItem`, `ListTables` and others); Vault calls none of them.
 *
 * @throws RangeError where `tableArn` is not the ARN of a DynamoDB table
 * @example
 * storagePolicy({ tableArn: "arn:aws:dynamodb:eu-west-1:123456789012:table/vault-data", haEnabled: true })
 * @see https://developer.hashicorp.com/vault/docs/configuration/storage/dynamodb
 */
export function storagePolicy(options: StoragePolicyOptions): PolicyDocument {
  const table = parseArn(options.tableArn);
  if (table?.service !== "dynamodb" || !table.resource.startsWith("table/")) {
    throw new RangeError(`tableArn must be the ARN of a DynamoDB table, got ${JSON.stringify(options.tableArn)}`);
  }
  const tableResources = [options.tableArn];
  return policyDocument([
    ...allow({ sid: "VaultData", actions: dataActions, resources: tableResources }),
    ...(options.haEnabled === true ? allow({ sid: "VaultHaLock", actions: haActions, resources: tableResources }) : []),
    ...(options.createsTable === true
      ? allow({ sid: "VaultCreatesTable", actions: ["dynamodb:CreateTable"], resources: tableResources })
      : []),
    ...(options.updatesTable === true
      ? allow({ sid: "VaultUpdatesTable", actions: ["dynamodb:UpdateTable"], resources: tableResources })
      : []),
    ...(options.kmsKeyArn === undefined
      ? []
      : allow({
          sid: "TableKey",
          // A table that Vault makes is bound to its key by a grant; a table made before has its grant.
          actions: options.createsTable === true ? [...keyActions, "kms:CreateGrant"] : keyActions,
          resources: [options.kmsKeyArn],
          condition: { StringEquals: { "kms:ViaService": viaDynamoDb(table.partition, table.region) } },
        })),
  ]);
}

/** The values of `kms:ViaService` for DynamoDB: in China AWS uses both of its domains. */
function viaDynamoDb(partition: string, region: string): string | string[] {
  const service = `dynamodb.${region}.amazonaws.com`;
  return partition === "aws-cn" ? [service, `${service}.cn`] : service;
}
