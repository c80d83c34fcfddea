import { CredentialSecret } from "../kubernetes/credentialSecret.js";
import { DynamoDbStorage } from "../storage/dynamoDbStorage.js";
import type { RootCredential } from "../iam/rootCredential.js";
import type { PlatformScope } from "./scope.js";
import type { PlatformUnsealing } from "./unsealing.js";

/** Creates the table of Vault's data and the identity that uses it: with `irsa` the root credential's role, which the pods have. */
export function createStorage(
  scope: PlatformScope,
  { role }: RootCredential,
  unsealing: PlatformUnsealing,
): DynamoDbStorage {
  const { name, args, parent, protectData } = scope;
  const { table, ...storage } = args.storage ?? {};
  const ownTable = storage.existingTableName === undefined;
  return new DynamoDbStorage(
    `${name}-storage`,
    {
      haEnabled: true,
      ...storage,
      ...(ownTable ? { table: { deletionProtection: protectData, protect: protectData, ...table } } : { table }),
      ...(role === undefined ? {} : { credential: { kind: "irsa", existingRoleName: role.name } }),
      unsealer: unsealing.storageRights,
      endpoint: args.endpoints?.dynamodb,
      tags: args.tags,
    },
    // The data cannot be decrypted without the unseal keys: on destroy the keys go after the table, and stay if the table cannot be deleted.
    { ...parent, dependsOn: unsealing.keys },
  );
}

/** Creates the Secret with the key that Vault uses the table with; none where Vault has the role of its pods. */
export function createStorageSecret(
  { name, args, parent }: PlatformScope,
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
      accessKeyId,
      secretAccessKey,
      sessionToken,
      separateSessionToken: args.vaultServerOptions?.apiVersion === "kubevault.com/v1alpha1",
      awaitAcceptance: { region: storage.region, stsEndpoint: args.endpoints?.sts },
    },
    parent,
  );
}
