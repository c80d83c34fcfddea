import type { Issue } from "../internal/validation/issues.js";

/** What AWS says of a table that exists, beside its primary key. */
export interface ExistingTable {
  readonly serverSideEncryption?: { readonly enabled: boolean; readonly kmsKeyArn: string };
  readonly pointInTimeRecovery?: { readonly enabled: boolean };
  readonly deletionProtectionEnabled?: boolean;
  readonly replicas?: readonly { readonly regionName: string }[];
}

/** A key that is not the table's: Vault would have no rights on the one that is. */
export function existingKeyIssues({ serverSideEncryption }: ExistingTable, kmsKeyArn: string | undefined): Issue[] {
  const own = serverSideEncryption?.kmsKeyArn ?? "";
  return kmsKeyArn === undefined || kmsKeyArn === own
    ? []
    : [
        {
          path: "existingTableKmsKeyArn",
          rule: own === "" ? "is not needed: the table has no KMS key" : `must be the table's key ${own}`,
          actual: kmsKeyArn,
          fix: own === "" ? "Leave it out." : `Give ${own}.`,
        },
      ];
}

/** What is allowed, and dangerous for Vault's data. */
export function existingTableWarnings(table: ExistingTable, kmsKeyArn: string | undefined): Issue[] {
  const path = "existingTableName";
  const key = table.serverSideEncryption?.enabled === true ? table.serverSideEncryption.kmsKeyArn : "";
  return [
    ...(key === "" || kmsKeyArn !== undefined
      ? []
      : [
          {
            path,
            rule: `is encrypted with ${key}: unless AWS manages this key, Vault is denied the table without rights on it`,
            fix: "Give existingTableKmsKeyArn.",
          },
        ]),
    ...(table.pointInTimeRecovery?.enabled === false
      ? [{ path, rule: "has no point-in-time recovery", fix: "Enable it: Vault's data cannot be restored otherwise." }]
      : []),
    ...(table.deletionProtectionEnabled === false
      ? [
          {
            path,
            rule: "has no deletion protection",
            fix: "Enable it: protectData does not cover a table that exists.",
          },
        ]
      : []),
    ...replicaWarnings(path, table.replicas),
  ];
}

/** Replicas are tables that Vaults of other regions can write to, too. */
export function replicaWarnings(path: string, replicas: ExistingTable["replicas"] = []): Issue[] {
  const regions = replicas.map(({ regionName }) => regionName);
  return regions.length === 0
    ? []
    : [
        {
          path,
          rule: `has replicas in ${regions.join(", ")}`,
          fix: "Run Vault in one region only: two on one global table overwrite each other's data.",
        },
      ];
}
