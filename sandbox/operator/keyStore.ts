import type { KubernetesRest } from "../kubernetes/index.js";
import { readSecret, writeSecret } from "./kubernetesCalls.js";
import { keyPrefix, type VaultServer } from "./vaultServer.js";

/** Where the unsealer keeps the unseal keys and the root token. */
export interface KeyStore {
  /** How messages name it. */
  readonly description: string;
  readonly get: (name: string) => Promise<string | undefined>;
  readonly put: (values: Readonly<Record<string, string>>) => Promise<void>;
  /** Where the unsealer tries the store before it initialises Vault: the keys of a Vault that cannot be kept are lost. */
  readonly probe?: () => Promise<void>;
}

export function rootTokenName(vaultServer: VaultServer): string {
  return `${keyPrefix(vaultServer)}-root-token`;
}

export function unsealKeyName(vaultServer: VaultServer, index: number): string {
  return `${keyPrefix(vaultServer)}-unseal-key-${index}`;
}

/** Mode kubernetesSecret: one Secret in the VaultServer's namespace. The operator never deletes it. */
export function kubernetesKeyStore(kubernetes: KubernetesRest, vaultServer: VaultServer, secretName: string): KeyStore {
  const { namespace } = vaultServer.metadata;
  return {
    description: `Secret ${namespace}/${secretName}`,
    get: async (name) => (await readSecret(kubernetes, namespace, secretName))?.[name],
    put: (values) => writeSecret(kubernetes, namespace, secretName, values),
  };
}
