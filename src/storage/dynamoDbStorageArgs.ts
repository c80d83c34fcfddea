import type * as appautoscaling from "@pulumi/aws/appautoscaling/index.js";
import type * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import type * as iam from "@pulumi/aws/iam/index.js";
import type * as pulumi from "@pulumi/pulumi";
import type { PlainObject } from "../internal/plainObject.js";
import type { TextsInput } from "../internal/texts.js";
import type { StorageCredential } from "./storageCredential.js";
import type { DynamoDbTableArgs, VaultTableArgs } from "./tableArgs.js";
import type { Transform } from "../internal/transform.js";

/** What {@link DynamoDbStorage} takes. */
export interface DynamoDbStorageArgs {
  /**
   * A table that exists, in the provider's account and region: it is used as it is, and its primary key is checked. Not together with `table`.
   *
   * @default - a table is created
   */
  readonly existingTableName?: pulumi.Input<string>;
  /** ARN of the customer managed KMS key that the existing table is encrypted with. */
  readonly existingTableKmsKeyArn?: pulumi.Input<string>;
  /**
   * Lets Vault create the table at its first start, if there is none: provisioned, without point-in-time recovery and deletion protection. Pulumi never sees
   * the table, and a destroy leaves it. Not together with `table` or `existingTableName`.
   *
   * @default - the table is created by Pulumi
   */
  readonly vaultTable?: PlainObject<VaultTableArgs>;
  /**
   * Settings of the table to create.
   *
   * @default - paid per request, with point-in-time recovery and deletion protection, encrypted by a key that AWS owns
   */
  readonly table?: PlainObject<DynamoDbTableArgs>;
  /**
   * Whether Vault takes a lock in the table, so that standby nodes can take over. Needed for more than one replica.
   *
   * @default false
   */
  readonly haEnabled?: pulumi.Input<boolean>;
  /**
   * How many requests to DynamoDB Vault has open at a time.
   *
   * @default - Vault's own, 128
   */
  readonly maxParallel?: pulumi.Input<number>;
  /**
   * The endpoint of DynamoDB for Vault, such as that of a VPC endpoint.
   *
   * @default - AWS's own for the region
   */
  readonly endpoint?: pulumi.Input<string>;
  /**
   * How Vault authenticates to DynamoDB.
   *
   * @default "accessKey"
   */
  readonly credential?: StorageCredential;
  /**
   * Lets the same identity keep Vault's unseal keys: what `spec.unsealer.mode.awsKmsSsm` of the VaultServer needs. Vault and its unsealer run in one
   * pod, and under IRSA with one role. Not with session credentials: KubeVault hands the unsealer no session token.
   *
   * The table is created after the KMS key and deleted before it, so that the key stays as long as the data.
   *
   * @default - no rights for the unsealer
   */
  readonly unsealer?: {
    /** ARN of the KMS key that encrypts the unseal keys. */
    readonly kmsKeyArn: pulumi.Input<string>;
    /** Start of the SSM parameters' names, with a slash at both ends: the VaultServer's `ssmKeyPrefix`. */
    readonly ssmKeyPrefix: pulumi.Input<string>;
    /**
     * Name of its policy.
     *
     * @default - made by Pulumi from the component's name
     */
    readonly policyName?: pulumi.Input<string>;
  };
  /**
   * Name of the policy that lets Vault use the table.
   *
   * @default - created by Pulumi from the component's name
   */
  readonly policyName?: pulumi.Input<string>;
  /**
   * ARN of the permissions boundary of the user or role created, unless `credential` names one.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /** Tags of all AWS resources created. */
  readonly tags?: TextsInput;
  /** Changes the arguments of a child before it is created. What is returned is not checked again. */
  readonly transform?: {
    /** Changes the arguments of the `aws.dynamodb.Table`. */
    readonly table?: Transform<dynamodb.TableArgs>;
    /** Changes the arguments of the `aws.iam.Policy` for the table. */
    readonly policy?: Transform<iam.PolicyArgs>;
    /** Changes the arguments of the `aws.iam.Policy` for the unsealer. */
    readonly unsealerPolicy?: Transform<iam.PolicyArgs>;
    /** Changes the arguments of the `aws.iam.User`. */
    readonly user?: Transform<iam.UserArgs>;
    /** Changes the arguments of the `aws.iam.Role`. */
    readonly role?: Transform<iam.RoleArgs>;
    /** Changes the arguments of each `aws.appautoscaling.Policy`. */
    readonly autoscalingPolicy?: Transform<appautoscaling.PolicyArgs>;
  };
}
