import type * as pulumi from "@pulumi/pulumi";
import type { InputOf } from "../internal/inputOf.js";
import { UnsealKeys } from "../kubernetes/unsealKeys.js";
import type { VaultServerUnsealer } from "../kubernetes/vaultServerSpec.js";
import type { DynamoDbStorageArgs } from "../storage/dynamoDbStorageArgs.js";
import type { PlatformScope } from "./scope.js";

/** How the unseal key is split by default: as Vault's own `operator init` does. */
const defaultShares = { secretShares: 5, secretThreshold: 3 };

/** Where a platform's unseal keys and root token are kept. */
export interface PlatformUnsealing {
  /** `spec.unsealer` of the VaultServer. */
  readonly unsealer: InputOf<VaultServerUnsealer>;
  /** What the storage identity needs for it. */
  readonly storageRights?: DynamoDbStorageArgs["unsealer"];
  /** What holds the keys, where the platform creates it. */
  readonly keys: pulumi.Resource[];
}

/** Creates what holds the unseal keys. */
export function createUnsealing({ name, args, parent, serverName, protectData }: PlatformScope): PlatformUnsealing {
  if (args.vaultServer.unsealer !== undefined) {
    return { unsealer: args.vaultServer.unsealer as InputOf<VaultServerUnsealer>, keys: [] };
  }
  const keys = new UnsealKeys(
    `${name}-unseal-keys`,
    { namespace: args.namespace, secretName: `${serverName}-keys` },
    { ...parent, protect: protectData },
  );
  return { unsealer: { ...defaultShares, mode: { kubernetesSecret: { secretName: keys.secretName } } }, keys: [keys] };
}
