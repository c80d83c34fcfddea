import { isVaultError } from "../../vault/errors.js";

/**
 * Whether AWS may have made an access key that Vault does not know: AWS's answer to Vault was lost, or the user's two keys show that it was lost
 * before.
 */
export function mayHaveMadeKey(error: unknown): boolean {
  return (
    isVaultError(error) &&
    /(?:CreateAccessKey|create new access keys)[\s\S]*(?:RequestError|request send failed|LimitExceeded)/.test(
      error.errors.join("\n"),
    )
  );
}
