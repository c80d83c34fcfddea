import type { VaultClient } from "../../vault/client.js";
import { changedFields, type Values, type VaultField } from "../fields.js";
import { MountTable, settingOf, type MountEntry, type MountKind } from "./mountTable.js";

/**
 * Changes the settings of a mount that differ, and reads them back.
 *
 * @returns the mount as it is then
 * @throws Error where Vault did not keep them, or another mount is there by now
 */
export async function tune(
  client: VaultClient,
  kind: MountKind,
  inputs: Values,
  found: MountEntry,
): Promise<MountEntry> {
  const changed = changedFields(kind.tunable, found.values, inputs);
  if (changed.length === 0) {
    return found;
  }
  const body = changed.map(
    (field) => [field.vaultName, tunedSetting(field, inputs, found.values[field.name])] as const,
  );
  await client.write(`${kind.table}/${found.path}/tune`, Object.fromEntries(body), { idempotent: true });
  const tuned = (await MountTable.read(client, kind)).at(found.path);
  const at = `${kind.prefix}${found.path}`;
  if (tuned?.accessor !== found.accessor) {
    throw new Error(`${at}: ${kind.replaced} while it was written. Run "pulumi refresh"`);
  }
  const lost = changedFields(kind.tunable, tuned.values, inputs);
  if (lost.length > 0) {
    throw new Error(`${at}: Vault did not keep what was written: ${lost.map(({ name }) => name).join(", ")}`);
  }
  return tuned;
}

/** Vault merges maps, and removes the keys that it is sent an empty text for. */
function tunedSetting(field: VaultField, inputs: Values, actual: unknown): unknown {
  const setting = settingOf(field, inputs);
  if (field.kind !== "map") {
    return setting;
  }
  const removed = Object.keys(actual as Values).map((key) => [key, ""] as const);
  return { ...Object.fromEntries(removed), ...(setting as Values) };
}
