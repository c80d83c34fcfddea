import {
  callback,
  input,
  objectShape,
  plain,
  plainOr,
  shapeWithout,
  variantShape,
  type ObjectShape,
} from "../internal/validation/argumentShape.js";
import type { DynamoDbStorageArgs } from "./dynamoDbStorageArgs.js";
import type { AccessKeyCredential, IrsaCredential, SessionCredential } from "./storageCredential.js";
import type { CustomerManagedKey, DynamoDbAutoscalingArgs, DynamoDbTableArgs, VaultTableArgs } from "./tableArgs.js";

const tableShape = objectShape<DynamoDbTableArgs>("DynamoDbStorage.table", {
  name: input,
  billingMode: plain,
  readCapacityUnits: input,
  writeCapacityUnits: input,
  autoscaling: objectShape<DynamoDbAutoscalingArgs>("DynamoDbStorage.table.autoscaling", {
    maxReadCapacityUnits: input,
    maxWriteCapacityUnits: input,
    targetUtilizationPercent: input,
  }),
  pointInTimeRecovery: input,
  encryption: plainOr(objectShape<CustomerManagedKey>("DynamoDbStorage.table.encryption", { kmsKeyArn: input })),
  deletionProtection: input,
  protect: plain,
});

const accessKeyShape = objectShape<AccessKeyCredential>("an accessKey credential", {
  kind: plain,
  userName: input,
  userPath: input,
  permissionsBoundaryArn: input,
  generation: plain,
});

const credentialShape = plainOr(
  variantShape({
    accessKey: accessKeyShape,
    irsa: objectShape<IrsaCredential>("an irsa credential", {
      kind: plain,
      oidcProviderArn: input,
      namespace: input,
      serviceAccountName: input,
      existingRoleName: input,
      roleName: input,
      permissionsBoundaryArn: input,
    }),
    session: objectShape<SessionCredential>("a session credential", {
      kind: plain,
      assumeRole: objectShape<NonNullable<SessionCredential["assumeRole"]>>("assumeRole", {
        trustedPrincipalArn: input,
        externalId: input,
        roleName: input,
        permissionsBoundaryArn: input,
      }),
      durationSeconds: plain,
      renewBeforeSeconds: plain,
      stsEndpoint: input,
      user: shapeWithout(accessKeyShape, ["kind"]),
    }),
  }),
);

/** The arguments of a DynamoDbStorage. */
export const storageShape: ObjectShape = objectShape<DynamoDbStorageArgs>("DynamoDbStorage", {
  existingTableName: input,
  existingTableKmsKeyArn: input,
  table: tableShape,
  vaultTable: objectShape<VaultTableArgs>("DynamoDbStorage.vaultTable", {
    name: input,
    readCapacity: input,
    writeCapacity: input,
  }),
  haEnabled: input,
  maxParallel: input,
  endpoint: input,
  credential: credentialShape,
  unsealer: objectShape<NonNullable<DynamoDbStorageArgs["unsealer"]>>("DynamoDbStorage.unsealer", {
    kmsKeyArn: input,
    ssmKeyPrefix: input,
    policyName: input,
  }),
  policyName: input,
  permissionsBoundaryArn: input,
  tags: input,
  transform: objectShape<NonNullable<DynamoDbStorageArgs["transform"]>>("DynamoDbStorage.transform", {
    table: callback,
    policy: callback,
    unsealerPolicy: callback,
    user: callback,
    role: callback,
    autoscalingPolicy: callback,
  }),
});
