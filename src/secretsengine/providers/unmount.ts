import { isVaultError, type VaultError } from "../../vault/errors.js";
import { pause } from "../../internal/pause.js";
import type { WorkContext } from "../../vaultresource/providers/handlers.js";
import { isAnswerLost, messageOf } from "../../vaultresource/providers/writing.js";
import { Mounts } from "./mounts.js";

/** How long `sys/mounts` is read for the end of an unmount before it is requested again. */
const lookupMs = 15_000;

/** What to unmount, and how hard to try. */
export interface Unmounting {
  readonly path: string;
  /** Of the mount that is meant: another one at the path is left alone. */
  readonly accessor: string;
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
  const deadline = Date.now() + unmounting.timeoutMs;
  const { path, force } = unmounting;
  try {
    await unmountUntil(context, unmounting, deadline);
  } catch (error) {
    if (!isRevocationFailure(error)) {
      throw error;
    }
    if (!force) {
      throw explained(path, error);
    }
    await revokeByForce(context, path, deadline);
    await unmountUntil(context, unmounting, deadline);
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

/**
 * Requests the unmount, and requests it again while its outcome is unknown: Vault goes on with it when a gateway or a timeout ends the request, and
 * answers a request for a mount that is gone as done.
 */
async function unmountUntil(context: WorkContext, { path, accessor, timeoutMs }: Unmounting, deadline: number) {
  const { client } = context.vault;
  for (;;) {
    try {
      await client.remove(`sys/mounts/${path}`, {
        timeoutMs: Math.max(1_000, deadline - Date.now()),
        idempotent: false,
      });
      return;
    } catch (error) {
      if (!isAnswerLost(error)) {
        throw error;
      }
      if (await isUnmounted(context, path, accessor, Math.min(deadline, Date.now() + lookupMs))) {
        return;
      }
      if (Date.now() >= deadline) {
        throw new Error(
          `${path}/ is still being unmounted after ${timeoutMs / 1000} s (${messageOf(error)}): Vault revokes its leases one by one, and goes ` +
            "on doing so. Destroy again in a while, or raise unmountTimeout",
          { cause: error },
        );
      }
    }
  }
}

/** Reads `sys/mounts` until the mount is gone, or for as long as it is worth waiting. */
async function isUnmounted(context: WorkContext, path: string, accessor: string, until: number): Promise<boolean> {
  for (;;) {
    try {
      if ((await Mounts.read(context.vault.client)).at(path)?.accessor !== accessor) {
        return true;
      }
    } catch (error) {
      // What keeps the unmount's answer away can keep this one away, too.
      if (!isVaultError(error)) {
        throw error;
      }
    }
    if (Date.now() >= until) {
      return false;
    }
    await pause(Math.min(1_000, Math.max(50, until - Date.now())));
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
