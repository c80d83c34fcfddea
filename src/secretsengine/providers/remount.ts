import { VaultError } from "../../vault/errors.js";
import type { WorkContext } from "../../vaultresource/providers/handlers.js";

const longestMoveMs = 600_000;

/**
 * Moves a mount with all its configuration, roles included. Vault revokes its leases on the way.
 *
 * @throws Error where Vault says that the move failed, or says nothing for ten minutes
 */
export async function remount(context: WorkContext, from: string, to: string): Promise<void> {
  const { client } = context.vault;
  const { data } = await client.write("sys/remount", { from, to });
  const migration = data?.migration_id;
  if (typeof migration !== "string") {
    return;
  }
  const started = Date.now();
  let told = started;
  for (;;) {
    const state = await client.read(`sys/remount/status/${migration}`);
    const status = (state?.migration_info as { status?: unknown } | undefined)?.status;
    if (status === "success") {
      return;
    }
    if (status === "failure") {
      throw new VaultError(
        `Vault at ${client.address}: moving ${from}/ to ${to}/ failed; its log has the reason. Mostly a lease could not be revoked`,
        "server",
        undefined,
        [],
      );
    }
    if (Date.now() - started > longestMoveMs) {
      throw new VaultError(
        `Vault at ${client.address}: moving ${from}/ to ${to}/ did not end within ${longestMoveMs / 1000} s`,
        "timeout",
        undefined,
        [],
      );
    }
    if (Date.now() - told >= 5_000) {
      told = Date.now();
      context.progress(`Vault moves ${from}/ to ${to}/, ${Math.round((told - started) / 1000)} s so far`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
