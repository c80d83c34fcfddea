/** A release of Vault. */
export interface VaultVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Whether it is Vault Enterprise. */
  readonly enterprise: boolean;
}

/**
 * Reads the version that Vault gives of itself: `1.18.4`, `1.19.2+ent`, `1.21.0-rc1`, `1.16.1+ent.hsm.fips1402`.
 *
 * @returns undefined for anything else; Vault can be configured not to show its version (`redact_version`)
 */
export function parseVaultVersion(text: string): VaultVersion | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: Number(match[3]),
    enterprise: /\+(?:prem|ent)/.test(text),
  };
}

/**
 * Whether a release is at least the one named.
 *
 * @param wanted `1.19` or `1.17.2`
 */
export function isAtLeast(version: VaultVersion, wanted: string): boolean {
  const [major = 0, minor = 0, patch = 0] = wanted.split(".").map(Number);
  if (version.major !== major) {
    return version.major > major;
  }
  if (version.minor !== minor) {
    return version.minor > minor;
  }
  return version.patch >= patch;
}
