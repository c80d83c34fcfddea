import type { VaultClient } from "./client.js";
import { VaultError } from "./errors.js";
import { healthCall } from "./healthCall.js";
import { parseVaultVersion, type VaultVersion } from "./version.js";

/** Which Vault answers. */
export interface VaultServerInfo {
  /** Stays the same for as long as the Vault's data lives, whatever its address; undefined where Vault does not say. */
  readonly clusterId?: string;
  /** Undefined where Vault does not show it (`redact_version`). */
  readonly version?: VaultVersion;
  /** As Vault says it, for messages. */
  readonly versionText: string;
}

/**
 * Asks Vault which one it is. Needs no token.
 *
 * @throws VaultError where it is sealed or not initialised
 */
export async function readServerInfo(client: VaultClient): Promise<VaultServerInfo> {
  const { body } = await client.call(healthCall);
  if (body.initialized === false) {
    throw new VaultError(`Vault at ${client.address} is not initialised yet`, "uninitialised", 501, []);
  }
  if (body.sealed === true) {
    throw new VaultError(`Vault at ${client.address} is sealed: unseal it, then run again`, "sealed", 503, []);
  }
  const versionText = typeof body.version === "string" ? body.version : "";
  return {
    clusterId: typeof body.cluster_id === "string" && body.cluster_id !== "" ? body.cluster_id : undefined,
    version: parseVaultVersion(versionText),
    versionText: versionText === "" ? "(version not shown)" : versionText,
  };
}
