import { CredentialSecret } from "../kubernetes/credentialSecret.js";
import { mergedTexts } from "../internal/texts.js";
import { DynamoDbStorage } from "../storage/dynamoDbStorage.js";
import type { RootCredential } from "../iam/rootCredential.js";
import { partOptions, type PlatformScope } from "./scope.js";
import type { PlatformUnsealing } from "./unsealing.js";

/** Creates the table of Vault's data and the identity that uses it: with `irsa` the root credential's role, which the pods have. */
export function createStorage(
  scope: PlatformScope,
  { roleName }: RootCredential,
  unsealing: PlatformUnsealing,
): DynamoDbStorage {
  const { name, args, protectData } = scope;
  const { table, provider, ...storage } = args.storage ?? {};
  const ownTable = storage.existingTableName === undefined && storage.vaultTable === undefined;
  return new DynamoDbStorage(
    `${name}-storage`,
    {
      haEnabled: true,
      ...(provider === undefined ? { permissionsBoundaryArn: args.permissionsBoundaryArn } : {}),
      ...storage,
      ...(ownTable ? { table: { deletionProtection: protectData, protect: protectData, ...table } } : { table }),
      ...(roleName === undefined
        ? {}
        : { credential: args.irsa?.attachPolicies === false ? "none" : { kind: "irsa", existingRoleName: roleName } }),
      unsealer: unsealing.storageRights,
      endpoint: args.endpoints?.dynamodb,
      tags: mergedTexts(args.tags, storage.tags),
    },
    // The data cannot be decrypted without the unseal keys: on destroy the keys go after the table, and stay if the table cannot be deleted.
    { ...partOptions(scope, provider), dependsOn: unsealing.keys },
  );
}

/** Creates the Secret with the key that Vault uses the table with; none where Vault has the role of its pods. */
export function createStorageSecret(
  { name, args, parent, serverName }: PlatformScope,
  storage: DynamoDbStorage,
): CredentialSecret | undefined {
  const { accessKeyId, secretAccessKey, sessionToken } = storage;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    return undefined;
  }
  return new CredentialSecret(
    `${name}-storage-credential`,
    {
      namespace: args.namespace,
      secretName: args.storageSecretName ?? `${serverName}-storage-credential`,
      labels: args.labels,
      annotations: args.annotations,
      accessKeyId,
      secretAccessKey,
      sessionToken,
      separateSessionToken: args.vaultServerOptions?.apiVersion === "kubevault.com/v1alpha1",
      awaitAcceptance: { region: storage.region, stsEndpoint: args.endpoints?.sts },
    },
    parent,
  );
}
