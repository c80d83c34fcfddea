import { initialiseVault, sealStatus, unsealVault, type VaultEndpoint } from "../vault/index.js";
import { rootTokenName, unsealKeyName, type KeyStore } from "./keyStore.js";
import type { VaultServer } from "./vaultServer.js";

/**
 * Initialises Vault and keeps its keys.
 *
 * @throws Error when the store holds keys already, unless spec.unsealer.overwriteExisting: they may be another Vault's only ones
 */
export async function initialise(vaultServer: VaultServer, node: VaultEndpoint, store: KeyStore): Promise<void> {
  const { secretShares = 0, secretThreshold = 0, overwriteExisting = false } = vaultServer.spec.unsealer ?? {};
  const names = [
    ...Array.from({ length: secretShares + 1 }, (_, index) => unsealKeyName(vaultServer, index)),
    rootTokenName(vaultServer),
  ];
  if (!overwriteExisting) {
    for (const name of names) {
      if ((await store.get(name)) !== undefined) {
        throw new Error(`keystore value for '${name}' already exists in ${store.description}`);
      }
    }
  }
  await store.probe?.();
  const { rootToken, unsealKeys } = await initialiseVault(node, { secretShares, secretThreshold });
  await store.put({
    ...Object.fromEntries(unsealKeys.map((key, index) => [unsealKeyName(vaultServer, index), key])),
    [rootTokenName(vaultServer)]: rootToken,
  });
}

/** Unseals one node with the keys in the store. */
export async function unseal(vaultServer: VaultServer, node: VaultEndpoint, store: KeyStore): Promise<void> {
  const { t: threshold } = await sealStatus(node);
  const keys: string[] = [];
  for (let index = 0; index < threshold; index += 1) {
    const name = unsealKeyName(vaultServer, index);
    const key = await store.get(name);
    if (key === undefined) {
      throw new Error(`${store.description} has no ${name}`);
    }
    keys.push(key);
  }
  await unsealVault(node, keys);
}
