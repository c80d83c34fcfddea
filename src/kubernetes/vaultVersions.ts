/**
 * The Vault versions that KubeVault installs by default, up to its release v2026.8.7.
 *
 * @see https://github.com/kubevault/installer/tree/master/catalog
 */
export const liveVaultVersions = [
  "1.10.3",
  "1.11.5",
  "1.12.1",
  "1.13.3",
  "1.14.10",
  "1.15.6",
  "1.16.3",
  "1.17.6",
  "1.18.4",
] as const;

/** The Vault versions that KubeVault's catalog marks as deprecated and does not install by default. */
export const deprecatedVaultVersions = [
  "0.11.5",
  "1.2.0",
  "1.2.2",
  "1.2.3",
  "1.5.9",
  "1.6.5",
  "1.7.2",
  "1.7.3",
  "1.8.2",
  "1.9.2",
] as const;

/** The Vault versions that ignore a pod's web identity (IRSA) for DynamoDB. Fixed in 1.14.2. */
export const vaultVersionsWithoutIrsa: readonly string[] = ["1.14.0", "1.14.1"];

/**
 * What is known of a VaultServerVersion by its name.
 *
 * - `live`: in KubeVault's catalog and installed by default
 * - `deprecated`: in the catalog, but not installed by default
 * - `openbao`: another distribution than Vault, without DynamoDB storage and without the AWS secrets engine
 * - `custom`: not in the catalog, so a VaultServerVersion of the cluster's own
 */
export type VaultVersionStanding = "live" | "deprecated" | "openbao" | "custom";

/** What is known of a VaultServerVersion by its name. */
export function vaultVersionStanding(version: string): VaultVersionStanding {
  if (/^(openbao|sigilr)(-|$)/i.test(version)) {
    return "openbao";
  }
  if (liveVaultVersions.some((live) => live === version)) {
    return "live";
  }
  return deprecatedVaultVersions.some((deprecated) => deprecated === version) ? "deprecated" : "custom";
}
