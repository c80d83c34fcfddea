import type { VaultClient } from "./client.js";
import { VaultError } from "./errors.js";
import type { VaultCall } from "./transport.js";
import { parseVaultVersion, type VaultVersion } from "./version.js";

/** Which Vault answers. */
export interface VaultServerInfo {
  /** Stays the same for as long as the Vault's data lives, whatever its address; undefined where Vault does not tell. */
  readonly clusterId?: string;
  /** Undefined where Vault keeps it to itself. */
  readonly version?: VaultVersion;
  /** As Vault says it, for messages. */
  readonly versionText: string;
}

/** Asks for Vault's state. Every state is an answer here, so that the reason can be told instead of a bare status code. */
export const healthCall: VaultCall = {
  method: "GET",
  path: "sys/health",
  query: { standbyok: "true", perfstandbyok: "true", sealedcode: "200", uninitcode: "200", drsecondarycode: "200" },
  namespace: "",
};

/**
 * Asks Vault which one it is. Needs no token.
 *
 * @throws VaultError where it is sealed or not initialised
 */
export async function readServerInfo(client: VaultClient): Promise<VaultServerInfo> {
  const { whole } = await client.call(healthCall);
  if (whole.initialized === false) {
    throw new VaultError(`Vault at ${client.address} is not initialised yet`, "uninitialised", 501, []);
  }
  if (whole.sealed === true) {
    throw new VaultError(`Vault at ${client.address} is sealed: unseal it, then run again`, "sealed", 503, []);
  }
  const versionText = typeof whole.version === "string" ? whole.version : "";
  return {
    clusterId: typeof whole.cluster_id === "string" && whole.cluster_id !== "" ? whole.cluster_id : undefined,
    version: parseVaultVersion(versionText),
    versionText: versionText === "" ? "(version not told)" : versionText,
  };
}
