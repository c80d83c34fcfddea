import { plainNamespace } from "../../vault/address.js";
import type { OpenVault } from "../../vault/session.js";
import type { Values } from "../fields.js";

/** Names of the outputs that say which Vault a resource is in. */
export const originNames = ["vaultClusterId", "vaultAddress", "vaultNamespace"] as const;

/** Which Vault a resource is in, for its outputs. */
export function originOf(vault: OpenVault): Values {
  return {
    vaultClusterId: vault.server.clusterId ?? "",
    vaultAddress: vault.client.address,
    vaultNamespace: vault.client.settings.namespace ?? "",
  };
}

/**
 * Why a resource must not be worked on: another Vault answers than the one it was created in. The address may well be another: a Vault
 * can move.
 *
 * @returns undefined where it is the same Vault, or where that is not known
 */
export function clusterMismatch(outputs: Values, vault: OpenVault): string | undefined {
  const here = originOf(vault);
  const was = `this resource was created in the Vault at ${String(outputs.vaultAddress)}`;
  const fix =
    "Give the VaultConnection the right one; if the old Vault is gone for good, " +
    'set onVaultReplaced: "recreate" there, refresh, and up creates everything again';
  if (differ(outputs.vaultClusterId, here.vaultClusterId)) {
    return (
      `${was} (cluster ${String(outputs.vaultClusterId)}), but ${vault.client.address} is another Vault ` +
      `(cluster ${String(here.vaultClusterId)}). ${fix}`
    );
  }
  const { vaultNamespace } = outputs;
  if (typeof vaultNamespace === "string" && plainNamespace(vaultNamespace) !== here.vaultNamespace) {
    const name = (namespace: unknown) => (namespace === "" ? "the root namespace" : `namespace "${String(namespace)}"`);
    return `${was}, in ${name(plainNamespace(vaultNamespace))}; the connection to ${vault.client.address} is in ${name(here.vaultNamespace)}. ${fix}`;
  }
  return undefined;
}

function differ(one: unknown, other: unknown): boolean {
  return typeof one === "string" && one !== "" && typeof other === "string" && other !== "" && one !== other;
}
