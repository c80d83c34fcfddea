import { pause } from "../../internal/pause.js";
import { isVaultError } from "../../vault/errors.js";
import type { WorkContext } from "./handlers.js";
import { MountTable, type MountKind } from "./mountTable.js";
import { isAnswerLost, messageOf } from "./writing.js";

/** How long a table is read for the end of an unmount before it is requested again. */
const lookupMs = 15_000;

/** How often in a row the table cannot be read before nobody waits any longer: each time the client has tried again as often as it is set to. */
const mostFailures = 3;

/** What to unmount, and for how long to wait for it. */
export interface Unmounting {
  readonly path: string;
  /** Of the mount that is meant: another one at the path is left alone. */
  readonly accessor: string;
  readonly timeoutMs: number;
  /** What helps where that is not enough. */
  readonly advice: string;
}

/**
 * Requests an unmount, and requests it again while its outcome is unknown: Vault goes on with it when a gateway or a timeout ends the request, and
 * answers a request for a mount that is gone as done.
 *
 * @throws VaultError where Vault says that it cannot be done
 */
export async function unmountUntil(
  context: WorkContext,
  kind: MountKind,
  unmounting: Unmounting,
  deadline = Date.now() + unmounting.timeoutMs,
): Promise<void> {
  const { client } = context.vault;
  const { path, timeoutMs, advice } = unmounting;
  for (;;) {
    try {
      await client.remove(`${kind.table}/${path}`, {
        timeoutMs: Math.max(1_000, deadline - Date.now()),
        idempotent: false,
      });
      return;
    } catch (error) {
      if (!isAnswerLost(error)) {
        throw error;
      }
      if (await isUnmounted(context, kind, unmounting, Math.min(deadline, Date.now() + lookupMs))) {
        return;
      }
      if (Date.now() >= deadline) {
        throw new Error(
          `${path}/ is still being unmounted after ${timeoutMs / 1000} s (${messageOf(error)}): Vault revokes its leases one by one, and goes ` +
            `on doing so. ${advice}`,
          { cause: error },
        );
      }
    }
  }
}

/**
 * Reads the table until the mount is gone, or for as long as it is worth waiting.
 *
 * @throws VaultError where the table cannot be read
 */
async function isUnmounted(
  context: WorkContext,
  kind: MountKind,
  { path, accessor }: Unmounting,
  until: number,
): Promise<boolean> {
  for (let failures = 0; ;) {
    try {
      if ((await MountTable.read(context.vault.client, kind)).at(path)?.accessor !== accessor) {
        return true;
      }
      failures = 0;
    } catch (error) {
      // What keeps the unmount's answer away can keep this one away, too.
      failures += 1;
      if (!isVaultError(error) || failures >= mostFailures) {
        throw error;
      }
    }
    if (Date.now() >= until) {
      return false;
    }
    await pause(Math.min(1_000, Math.max(50, until - Date.now())));
  }
}
