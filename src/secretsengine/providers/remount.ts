import type { WorkContext } from "../../vaultresource/providers/handlers.js";
import { pause } from "../../internal/pause.js";
import { isAnswerLost, messageOf } from "../../vaultresource/providers/writing.js";
import { isVaultError, VaultError } from "../../vault/errors.js";
import { whileRunning } from "../../internal/reporting/index.js";
import { MountTable, type MountEntry } from "../../vaultresource/providers/mountTable.js";
import { secretsMounts } from "../engineFields.js";

const longestMoveMs = 600_000;

/** How long `sys/mounts` is read for a move whose request had no answer. */
const lookupMs = 5_000;

/**
 * Moves a mount with all its configuration, roles included. Vault revokes its leases on the way, and goes on moving when nobody waits for it.
 *
 * @returns the mount at its new path
 * @throws Error where Vault says that the move failed, or where it did not end within ten minutes
 */
export async function remount(context: WorkContext, from: MountEntry, to: string): Promise<MountEntry> {
  return whileRunning(`Vault moves ${from.path}/ to ${to}/`, context.progress, () => move(context, from, to));
}

async function move(context: WorkContext, from: MountEntry, to: string): Promise<MountEntry> {
  const { client } = context.vault;
  let migration: unknown;
  let deadline = Date.now() + longestMoveMs;
  let failure: unknown;
  try {
    migration = (await client.write("sys/remount", { from: from.path, to })).data?.migration_id;
  } catch (error) {
    if (!isAnswerLost(error)) {
      throw error;
    }
    failure = error;
    deadline = Date.now() + lookupMs;
  }
  for (;;) {
    // sys/mounts tells that it has moved, whoever may read the migration's status.
    const moved = (await MountTable.read(client, secretsMounts)).withAccessor(from.accessor);
    if (moved?.path === to) {
      return moved;
    }
    if (typeof migration === "string" && (await statusOf(context, migration)) === "failure") {
      throw new VaultError(
        `Vault at ${client.address}: moving ${from.path}/ to ${to}/ failed; its log has the reason. Mostly a lease could not be revoked`,
        "server",
        undefined,
        [],
      );
    }
    if (Date.now() >= deadline) {
      throw new VaultError(
        failure === undefined
          ? `Vault at ${client.address}: moving ${from.path}/ to ${to}/ did not end within ${longestMoveMs / 1000} s. Run up again in a while`
          : `${messageOf(failure)}. Vault may still move ${from.path}/ to ${to}/: run up again in a while`,
        "timeout",
        undefined,
        [],
      );
    }
    await pause(500);
  }
}

async function statusOf(context: WorkContext, migration: string): Promise<unknown> {
  try {
    const state = await context.vault.client.read(`sys/remount/status/${migration}`);
    return (state?.migration_info as { status?: unknown } | undefined)?.status;
  } catch (error) {
    if (!isVaultError(error)) {
      throw error;
    }
    // Whether the mount has moved can still be read from sys/mounts.
    return undefined;
  }
}
