import { whileRunning } from "../../internal/reporting/index.js";
import { isVaultError, type VaultError } from "../../vault/errors.js";
import type { WorkContext } from "../../vaultresource/providers/handlers.js";

/** What to unmount, and how hard to try. */
export interface Unmounting {
  readonly path: string;
  /** Gives up leases that cannot be revoked. */
  readonly force: boolean;
  readonly timeoutMs: number;
}

/**
 * Unmounts an engine. Vault revokes each lease first, and stops at the first that it cannot revoke: the mount is then "tainted", and serves
 * nothing, until a later unmount gets through.
 *
 * @throws Error that says which lease stood in the way and what helps
 */
export async function unmount(context: WorkContext, unmounting: Unmounting): Promise<void> {
  await whileRunning(`Vault unmounts ${unmounting.path}/ and revokes its leases`, context.progress, () =>
    revokeAndUnmount(context, unmounting),
  );
}

async function revokeAndUnmount(context: WorkContext, unmounting: Unmounting): Promise<void> {
  const { client } = context.vault;
  const { path, force, timeoutMs } = unmounting;
  try {
    await client.remove(`sys/mounts/${path}`, { timeoutMs, idempotent: false });
  } catch (error) {
    if (isVaultError(error, "timeout")) {
      throw new Error(
        `${path}/ is still being unmounted after ${timeoutMs / 1000} s: Vault revokes its leases one by one, and goes on doing so. ` +
          "Destroy again in a while, or raise unmountTimeout",
        { cause: error },
      );
    }
    if (!isRevocationFailure(error)) {
      throw error;
    }
    if (!force) {
      throw explained(path, error);
    }
    await client.write(`sys/leases/revoke-force/${path}`, undefined, { idempotent: true, timeoutMs });
    await client.remove(`sys/mounts/${path}`, { timeoutMs, idempotent: false });
    context.warn(
      `${path}/ was unmounted by force (forceDestroy): leases that Vault could not revoke were given up. IAM users named vault-* may be ` +
        `left over, with working keys: delete them in AWS. The first failure was: ${error.errors.join("; ")}`,
    );
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
