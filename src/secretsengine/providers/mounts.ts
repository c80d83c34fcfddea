import type { VaultClient } from "../../vault/client.js";
import { canonicalValue, type Values } from "../../vaultresource/fields.js";
import { mountFields } from "../engineFields.js";

/** A mount as `sys/mounts` lists it. */
export interface MountEntry {
  /** Without slashes around. */
  readonly path: string;
  readonly type: string;
  readonly accessor: string;
  readonly values: Values;
}

/** The mounts that a look at `sys/mounts` found. Asking for one by its path would find one above it, too. */
export class Mounts {
  private constructor(private readonly entries: Values) {}

  static async read(client: VaultClient): Promise<Mounts> {
    return new Mounts((await client.read("sys/mounts")) ?? {});
  }

  /** The mount at exactly this path. */
  at(path: string): MountEntry | undefined {
    const entry = this.entries[`${path}/`];
    return entry === undefined ? undefined : entryOf(path, entry as Values);
  }

  /** The mount with this accessor, which it keeps for as long as it lives, wherever it is moved to. */
  withAccessor(accessor: unknown): MountEntry | undefined {
    const found = Object.entries(this.entries).find(([, entry]) => (entry as Values).accessor === accessor);
    return found === undefined ? undefined : entryOf(found[0].replace(/\/$/, ""), found[1] as Values);
  }
}

function entryOf(path: string, entry: Values): MountEntry {
  // Fields lie on the entry or in its config, by release and field.
  const config = (entry.config ?? {}) as Values;
  const values = mountFields.map((field): [string, unknown] => [
    field.name,
    canonicalValue(field, config[field.vaultName] ?? entry[field.vaultName]),
  ]);
  return { path, type: String(entry.type), accessor: String(entry.accessor), values: Object.fromEntries(values) };
}
