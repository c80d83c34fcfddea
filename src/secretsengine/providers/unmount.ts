import { isVaultError, type VaultError } from "../../vault/errors.js";
import { pause } from "../../internal/pause.js";
import type { WorkContext } from "../../vaultresource/providers/handlers.js";
import { isAnswerLost } from "../../vaultresource/providers/writing.js";
import { unmountUntil, type Unmounting } from "../../vaultresource/providers/unmounting.js";
import { secretsMounts } from "../engineFields.js";

/**
 * Unmounts an engine. Vault revokes each lease first, and stops at the first that it cannot revoke: the mount is then "tainted", and serves
 * nothing, until a later unmount gets through.
 *
 * @throws Error that says which lease stood in the way and what helps
 */
export async function unmount(
  context: WorkContext,
  given: Omit<Unmounting, "advice">,
  /** Gives up leases that cannot be revoked. */
  force: boolean,
): Promise<void> {
  const unmounting = { ...given, advice: "Destroy again in a while, or raise unmountTimeout" };
  const deadline = Date.now() + unmounting.timeoutMs;
  const { path } = unmounting;
  try {
    await unmountUntil(context, secretsMounts, unmounting, deadline);
  } catch (error) {
    if (!isRevocationFailure(error)) {
      throw error;
    }
    if (!force) {
      throw explained(path, error);
    }
    await revokeByForce(context, path, deadline);
    await unmountUntil(context, secretsMounts, unmounting, deadline);
    context.warn(
      `${path}/ was unmounted by force (forceDestroy): leases that Vault could not revoke were given up. IAM users named vault-* may be ` +
        `left over, with working keys: delete them in AWS. The first failure was: ${error.errors.join("; ")}`,
    );
  }
}

/** Forgets the leases below a mount. Safe to repeat: what is forgotten stays so. */
async function revokeByForce(context: WorkContext, path: string, deadline: number): Promise<void> {
  for (;;) {
    const timeoutMs = Math.max(1_000, deadline - Date.now());
    try {
      await context.vault.client.write(`sys/leases/revoke-force/${path}`, undefined, { timeoutMs });
      return;
    } catch (error) {
      if (!isAnswerLost(error) || Date.now() >= deadline) {
        throw error;
      }
    }
    await pause(1_000);
  }
}

function isRevocationFailure(error: unknown): error is VaultError {
  return isVaultError(error, "invalid", "server") && error.errors.some((text) => text.includes("failed to revoke"));
}

function explained(path: string, error: VaultError): Error {
  return new Error(
    `${path}/ cannot be unmounted: ${error.errors.join("; ")}. Vault deletes the IAM user of each lease first. Mostly the root ` +
      "credential is gone or lost its permissions, or somebody attached something to the user (a login profile, an MFA device). " +
      "The mount is tainted now and serves nothing: fix the cause in AWS and destroy again, which carries on. If the users are gone " +
      "anyway or may stay, forceDestroy: true gives the leases up",
    { cause: error },
  );
}
