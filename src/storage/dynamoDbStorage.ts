import type * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { storagePolicy } from "../iam/policies/storagePolicy.js";
import { unsealerPolicy } from "../iam/policies/unsealerPolicy.js";
import { transformed } from "../internal/transform.js";
import { validateArguments } from "../internal/validation/validateInputs.js";
import type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
import { storageCredentialSpec } from "./storageCredential.js";
import { createIdentity, type WhenChecked } from "./storageIdentity.js";
import { storageNameIssues } from "./storageNameRules.js";
import { storageIssues } from "./storageRules.js";
import { storageShape } from "./storageShape.js";
import { checkKeyRegion, storageTable } from "./storageTable.js";
import type { VaultTableArgs } from "./tableArgs.js";

/**
 * A DynamoDB table for Vault's data, the policy that lets Vault use it, and an identity that has the policy.
 *
 * Creates:
 * - the table `${name}-table`, unless `existingTableName` or `vaultTable` is given; with autoscaling also `${name}-read-scaling-target`, `-read-scaling-policy`,
 *   `${name}-write-scaling-target` and `-write-scaling-policy`
 * - the policy `${name}-policy`: what Vault calls on this table, no more
 * - with `unsealer`, the policy `${name}-unsealer-policy`
 * - by `credential`: the user `${name}-user`, its key `${name}-key-${generation}` and `${name}-user-policy`; or the role `${name}-role` and
 *   `${name}-role-policy`; or either of them with the session `${name}-session`; or nothing. With `unsealer` also `${name}-user-unsealer-policy`
 *   or `${name}-role-unsealer-policy`
 *
 * @example
 * const storage = new DynamoDbStorage("vault-storage");
 *
 * @example
 * // Three replicas on EKS, the role of a ServiceAccount instead of keys, a KMS key of your own
 * new DynamoDbStorage("vault-storage", {
 *   haEnabled: true,
 *   table: { encryption: { kmsKeyArn: key.arn } },
 *   credential: { kind: "irsa", oidcProviderArn: cluster.oidcProviderArn, namespace: "vault", serviceAccountName: "vault" },
 * });
 *
 * @see https://developer.hashicorp.com/vault/docs/configuration/storage/dynamodb
 */
export class DynamoDbStorage extends pulumi.ComponentResource {
  /** Name of the table. */
  readonly tableName: pulumi.Output<string>;
  /** ARN of the table. */
  readonly tableArn: pulumi.Output<string>;
  /** Region of the table. */
  readonly region: pulumi.Output<string>;
  /** What Vault needs on the table as JSON text: for an identity that the policy cannot be attached to from here. */
  readonly policyDocument: pulumi.Output<string>;
  /** What the unsealer needs as JSON text, likewise. undefined without `unsealer`. */
  readonly unsealerPolicyDocument: pulumi.Output<string> | undefined;
  /** ARN of the policy that lets Vault use the table. */
  readonly policyArn: pulumi.Output<string>;
  /**
   * `spec.backend.dynamodb` of a VaultServer on this table, all but the credentials, to be spread into it. Capacities only with `vaultTable`: Vault ignores
   * them where the table exists.
   */
  readonly backend: StorageBackend;
  /** Name of the IAM user. undefined where none is created. */
  readonly userName: pulumi.Output<string> | undefined;
  /** ID of the access key, of the user or of the session. Known once the identity has its policies. undefined without a key. */
  readonly accessKeyId: pulumi.Output<string> | undefined;
  /** The secret access key, a secret. undefined without a key. */
  readonly secretAccessKey: pulumi.Output<string> | undefined;
  /** The session token, a secret. undefined unless the credential is a session. */
  readonly sessionToken: pulumi.Output<string> | undefined;
  /** When the session ends, in ISO 8601. undefined unless the credential is a session. */
  readonly sessionExpiration: pulumi.Output<string> | undefined;
  /** ARN of the role, for the VaultServer's `irsa`. Known once the role has its policies. undefined without a role. */
  readonly roleArn: pulumi.Output<string> | undefined;
  /** The table. undefined for an existing one, and for one that Vault creates. */
  readonly table: dynamodb.Table | undefined;

  /** @throws pulumi.ResourceError with all problems of the plain arguments, before anything is created */
  constructor(name: string, args: DynamoDbStorageArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    super("kubevault-aws:index:DynamoDbStorage", name, {}, opts);
    const subject = `DynamoDbStorage ${JSON.stringify(name)}`;
    const plain = validateArguments<DynamoDbStorageArgs>(this, subject, storageShape, args, (known) => [
      ...storageIssues(known),
      ...storageNameIssues(name, { ...known, transform: args.transform }),
    ]);

    // At preview parts may be unknown, and what depends on a check of them is unknown too: there the children show what is known. At `up` no
    // child is created from values that break a rule.
    const whenChecked: WhenChecked = (value) =>
      pulumi.runtime.isDryRun() ? value : pulumi.all([value, plain]).apply(([known]) => known);
    const { table, tableName, tableArn, region } = storageTable(name, { parent: this, subject, args, whenChecked });
    this.table = table;
    // Bound to the checks: what belongs to the table is created only where they pass.
    this.tableName = pulumi.all([tableName, plain]).apply(([value]) => value);
    this.tableArn = pulumi.all([tableArn, plain]).apply(([value]) => value);
    this.region = pulumi.output(whenChecked(region));
    checkKeyRegion({ parent: this, subject, args }, region);
    this.backend = {
      table: this.tableName,
      region: this.region,
      haEnabled: pulumi.output(args.haEnabled ?? false),
      ...(args.endpoint === undefined ? {} : { endpoint: pulumi.output(args.endpoint) }),
      ...(args.maxParallel === undefined ? {} : { maxParallel: pulumi.output(args.maxParallel) }),
      ...capacitiesOf(args.vaultTable),
    };

    this.policyDocument = this.policyDocumentOf(args);
    const policy = this.createPolicy(name, args);
    this.policyArn = policy.arn;
    this.unsealerPolicyDocument = args.unsealer === undefined ? undefined : unsealerDocumentOf(args.unsealer);
    const forUnsealer =
      this.unsealerPolicyDocument === undefined
        ? undefined
        : this.createUnsealerPolicy(name, this.unsealerPolicyDocument, args);
    const identity = createIdentity(name, {
      parent: this,
      credential: storageCredentialSpec(args.credential),
      policies: { policy, ...(forUnsealer === undefined ? {} : { "unsealer-policy": forUnsealer }) },
      region: this.region,
      args,
      whenChecked,
    });
    this.userName = identity.userName;
    this.accessKeyId = identity.accessKeyId;
    this.secretAccessKey = identity.secretAccessKey;
    this.sessionToken = identity.sessionToken;
    this.sessionExpiration = identity.sessionExpiration;
    this.roleArn = identity.roleArn;

    this.registerOutputs({
      tableName: this.tableName,
      tableArn: this.tableArn,
      region: this.region,
      policyArn: this.policyArn,
      policyDocument: this.policyDocument,
      unsealerPolicyDocument: this.unsealerPolicyDocument,
      backend: this.backend,
      userName: this.userName,
      accessKeyId: this.accessKeyId,
      secretAccessKey: this.secretAccessKey,
      sessionToken: this.sessionToken,
      sessionExpiration: this.sessionExpiration,
      roleArn: this.roleArn,
    });
  }

  private policyDocumentOf(args: DynamoDbStorageArgs): pulumi.Output<string> {
    const ownKey = args.table?.encryption;
    const kmsKeyArn = typeof ownKey === "object" ? ownKey.kmsKeyArn : args.existingTableKmsKeyArn;
    const createsTable = args.vaultTable !== undefined;
    return pulumi
      .all([this.tableArn, args.haEnabled, kmsKeyArn])
      .apply(([tableArn, haEnabled, keyArn]) =>
        JSON.stringify(storagePolicy({ tableArn, haEnabled: haEnabled ?? false, createsTable, kmsKeyArn: keyArn })),
      );
  }

  private createPolicy(name: string, args: DynamoDbStorageArgs): iam.Policy {
    const policy: iam.PolicyArgs = {
      name: args.policyName,
      description: "What Vault needs on the DynamoDB table that holds its data",
      policy: this.policyDocument,
      tags: args.tags,
    };
    return new iam.Policy(`${name}-policy`, transformed(args.transform?.policy, policy), { parent: this });
  }

  private createUnsealerPolicy(name: string, document: pulumi.Output<string>, args: DynamoDbStorageArgs): iam.Policy {
    const policy: iam.PolicyArgs = {
      name: args.unsealer?.policyName,
      description: "What KubeVault's unsealer needs to keep Vault's unseal keys in SSM parameters",
      policy: document,
      tags: args.tags,
    };
    return new iam.Policy(`${name}-unsealer-policy`, transformed(args.transform?.unsealerPolicy, policy), {
      parent: this,
    });
  }
}

function unsealerDocumentOf({ kmsKeyArn, ssmKeyPrefix }: NonNullable<DynamoDbStorageArgs["unsealer"]>) {
  return pulumi
    .all([kmsKeyArn, ssmKeyPrefix])
    .apply(([keyArn, prefix]) => JSON.stringify(unsealerPolicy({ kmsKeyArn: keyArn, ssmKeyPrefix: prefix })));
}

/** What Vault creates its table with. */
function capacitiesOf({ readCapacity, writeCapacity }: VaultTableArgs = {}) {
  return {
    ...(readCapacity === undefined ? {} : { readCapacity: pulumi.output(readCapacity) }),
    ...(writeCapacity === undefined ? {} : { writeCapacity: pulumi.output(writeCapacity) }),
  };
}

/** The settings of Vault's DynamoDB storage that a {@link DynamoDbStorage} decides, each on its own: a preview shows those that are known. */
export interface StorageBackend {
  /** Name of the table. */
  readonly table: pulumi.Output<string>;
  /** Region of the table. */
  readonly region: pulumi.Output<string>;
  /** Whether Vault's lock in the table admits several replicas. */
  readonly haEnabled: pulumi.Output<boolean>;
  /** Endpoint of DynamoDB, where it is not AWS's own. */
  readonly endpoint?: pulumi.Output<string>;
  /** Maximum number of requests that Vault makes at a time. */
  readonly maxParallel?: pulumi.Output<number>;
  /** Read capacity units of a table that Vault creates. */
  readonly readCapacity?: pulumi.Output<number>;
  /** Write capacity units of a table that Vault creates. */
  readonly writeCapacity?: pulumi.Output<number>;
}
