import type { VaultClient } from "../../vault/client.js";
import type { VaultError } from "../../vault/errors.js";
import { canonicalValue, type Values, type VaultField } from "../fields.js";
import { PartialFailure, type WorkContext } from "./handlers.js";
import { isAnswerLost, messageOf } from "./writing.js";

/** What can be mounted: secrets engines, which `sys/mounts` lists, or auth methods, which `sys/auth` does. */
export interface MountKind {
  readonly table: "sys/mounts" | "sys/auth";
  /** Where one is reached, before its path. */
  readonly prefix: "" | "auth/";
  /** How messages name one. */
  readonly noun: string;
  /** How they say that one is there. */
  readonly mounted: string;
  /** How they say that another one has come in its place. */
  readonly replaced: string;
  /** Its settings. */
  readonly fields: readonly VaultField[];
  /** Those that can be changed in place. */
  readonly tunable: readonly VaultField[];
}

/** A mount as Vault lists it. */
export interface MountEntry {
  /** Without slashes around. */
  readonly path: string;
  readonly type: string;
  /** What it keeps for as long as it lives, wherever it is moved to. */
  readonly accessor: string;
  readonly values: Values;
}

/** The mounts that a look at a table found. Asking for one by its path would find one above it, too. */
export class MountTable {
  private constructor(
    private readonly fields: readonly VaultField[],
    private readonly entries: Values,
  ) {}

  static async read(client: VaultClient, { table, fields }: MountKind): Promise<MountTable> {
    return new MountTable(fields, (await client.read(table)) ?? {});
  }

  /** The mount at exactly this path. */
  at(path: string): MountEntry | undefined {
    const entry = this.entries[`${path}/`];
    return entry === undefined ? undefined : this.entryOf(path, entry as Values);
  }

  withAccessor(accessor: unknown): MountEntry | undefined {
    const found = Object.entries(this.entries).find(([, entry]) => (entry as Values).accessor === accessor);
    return found === undefined ? undefined : this.entryOf(found[0].replace(/\/$/, ""), found[1] as Values);
  }

  private entryOf(path: string, entry: Values): MountEntry {
    // Fields lie on the entry or in its config, by release and field.
    const config = (entry.config ?? {}) as Values;
    const values = this.fields.map((field): [string, unknown] => [
      field.name,
      canonicalValue(field, config[field.vaultName] ?? entry[field.vaultName]),
    ]);
    return { path, type: String(entry.type), accessor: String(entry.accessor), values: Object.fromEntries(values) };
  }
}

/** A value as the tables take it: lengths of time are texts there. */
export function settingOf(field: VaultField, inputs: Values): unknown {
  const value = canonicalValue(field, inputs[field.name]);
  return field.kind === "seconds" ? `${String(value)}s` : value;
}

/** Whether a mount is the one in the state. Without an accessor there, the mount was requested and no answer came. */
export function isOurs(entry: MountEntry, type: unknown, { accessor }: Values): boolean {
  return entry.type === type && (accessor === undefined || entry.accessor === accessor);
}

/** What is mounted instead of the mount in the state, for messages. */
export function describeOther({ noun }: MountKind, entry: MountEntry, type: unknown, outputs: Values): string {
  return entry.type === type
    ? `another ${noun} of type "${entry.type}", with accessor ${entry.accessor} and not ${String(outputs.accessor)}`
    : `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun} of type "${entry.type}", with accessor ${entry.accessor}`;
}

/** What is to be mounted where nothing is. */
export interface Mounting {
  readonly path: string;
  /** What is sent; it holds the type. */
  readonly body: Values;
  /** Of the resource, and what the state holds of it where the outcome is not known. */
  readonly id: string;
  readonly inputs: Values;
}

/**
 * Mounts something where nothing is, and looks up what became of it where the answer is lost.
 *
 * @throws PartialFailure where it may be mounted
 */
export async function mount(context: WorkContext, kind: MountKind, mounting: Mounting): Promise<MountEntry> {
  const { client } = context.vault;
  const { path, body, id, inputs } = mounting;
  let failure: VaultError | undefined;
  try {
    await client.write(`${kind.table}/${path}`, body);
  } catch (error) {
    if (!isAnswerLost(error)) {
      throw error;
    }
    failure = error;
  }
  try {
    const mounted = (await MountTable.read(client, kind)).at(path);
    if (mounted !== undefined && mounted.type === body.type) {
      return mounted;
    }
  } catch (error) {
    throw new PartialFailure(
      `${messageOf(failure ?? error)}. Whether ${path}/ is mounted could not be read`,
      id,
      inputs,
    );
  }
  throw failure ?? new Error(`${id}: was mounted, but Vault has nothing there`);
}
