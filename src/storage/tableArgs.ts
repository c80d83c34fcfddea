import type * as pulumi from "@pulumi/pulumi";

/** The table that Vault keeps its data in. */
export interface DynamoDbTableArgs {
  /**
   * Name of the table: 3 to 255 letters, digits, underscores, hyphens and dots.
   *
   * @default - made by Pulumi from the component's name
   */
  readonly name?: pulumi.Input<string>;
  /**
   * How the table is paid for: per request, or for capacity that is there at all times. A plain value, not an output, since it decides which other resources are created.
   *
   * @default "PAY_PER_REQUEST"
   */
  readonly billingMode?: "PAY_PER_REQUEST" | "PROVISIONED";
  /**
   * Read capacity units, `PROVISIONED` only. With `autoscaling` the lower bound.
   *
   * @default 5
   */
  readonly readCapacityUnits?: pulumi.Input<number>;
  /**
   * Write capacity units, `PROVISIONED` only. With `autoscaling` the lower bound. One write of Vault costs a unit for the entry and one for each
   * folder above it; with high availability the lock takes about one more per second and standby node.
   *
   * @default 5
   */
  readonly writeCapacityUnits?: pulumi.Input<number>;
  /**
   * Lets AWS raise and lower the capacity by use, `PROVISIONED` only.
   *
   * @default - none
   */
  readonly autoscaling?: DynamoDbAutoscalingArgs;
  /**
   * Whether the table can be restored to any second of the last 35 days. Restoring Vault's data also restores leases that have been revoked since.
   *
   * @default true
   */
  readonly pointInTimeRecovery?: pulumi.Input<boolean>;
  /**
   * Who holds the key that the table is encrypted with: AWS (`awsOwned`, free), AWS in this account (`awsManaged`), or a KMS key of your own. The
   * data is encrypted by Vault as well. Leaving it out later keeps what is there: to go back from a KMS key, give `awsOwned` once.
   *
   * @default - as AWS does for a new table, `awsOwned`
   */
  readonly encryption?: "awsOwned" | "awsManaged" | CustomerManagedKey;
  /**
   * Whether AWS refuses to delete the table. `pulumi destroy` fails until it is set to false and brought up.
   *
   * @default true
   */
  readonly deletionProtection?: pulumi.Input<boolean>;
  /**
   * Whether Pulumi refuses to delete or replace the table (the resource option `protect`).
   *
   * @default - as the component's own option says
   */
  readonly protect?: boolean;
}

/** The table that Vault creates itself. */
export interface VaultTableArgs {
  /**
   * Name of the table, in the provider's account and region.
   *
   * @default "vault-dynamodb-backend"
   */
  readonly name?: pulumi.Input<string>;
  /**
   * Read capacity units that Vault creates it with.
   *
   * @default - Vault's own, 5
   */
  readonly readCapacity?: pulumi.Input<number>;
  /**
   * Write capacity units that Vault creates it with.
   *
   * @default - Vault's own, 5
   */
  readonly writeCapacity?: pulumi.Input<number>;
}

/** Name of the table where nothing is said: Vault's own default. */
export const defaultVaultTableName = "vault-dynamodb-backend";

/** A KMS key of your own. */
export interface CustomerManagedKey {
  /** ARN of the key, not of an alias: policies name it. It must be in the table's region. */
  readonly kmsKeyArn: pulumi.Input<string>;
}

/** How far capacity may rise, and when it does. */
export interface DynamoDbAutoscalingArgs {
  /** Most read capacity units. */
  readonly maxReadCapacityUnits: pulumi.Input<number>;
  /** Most write capacity units. */
  readonly maxWriteCapacityUnits: pulumi.Input<number>;
  /**
   * Percentage of the capacity that is to be in use, from 20 to 90.
   *
   * @default 70
   */
  readonly targetUtilizationPercent?: pulumi.Input<number>;
}

/** Read and write capacity units by default: Vault's own default. */
export const defaultCapacityUnits = 5;

/** Percentage of the capacity to be in use by default. */
export const defaultTargetUtilizationPercent = 70;
