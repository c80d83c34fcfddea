/** A table's primary key, as `DescribeTable` tells it. */
export interface TableSchema {
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly attributes: readonly { readonly name: string; readonly type: string }[];
}

/** The primary key that Vault's DynamoDB storage uses. Names are case-sensitive; both are strings. */
export const vaultKeySchema = { hashKey: "Path", rangeKey: "Key" } as const;

/**
 * Says what is wrong with the primary key of a table that Vault is to use. Vault itself would start, and fail at its first request with a
 * ValidationException that does not name the cause.
 *
 * @returns undefined where the key is right
 */
export function keySchemaProblem(table: TableSchema): string | undefined {
  const hashKey = describeKey(table, table.hashKey);
  const rangeKey = describeKey(table, table.rangeKey);
  if (hashKey === `"${vaultKeySchema.hashKey}" (S)` && rangeKey === `"${vaultKeySchema.rangeKey}" (S)`) {
    return undefined;
  }
  return (
    `table ${JSON.stringify(table.name)} cannot hold Vault's data: its partition key must be "Path" (S) and its sort key "Key" (S), ` +
    `but they are ${hashKey} and ${rangeKey}`
  );
}

function describeKey(table: TableSchema, key: string | undefined): string {
  if (key === undefined || key === "") {
    return "none";
  }
  const type = table.attributes.find(({ name }) => name === key)?.type ?? "unknown type";
  return `${JSON.stringify(key)} (${type})`;
}
