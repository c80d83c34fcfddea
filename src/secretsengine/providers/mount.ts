import { isVaultError } from "../../vault/errors.js";
import { durationSeconds } from "../../internal/duration.js";
import type { VaultClient } from "../../vault/client.js";
import { mountSettingsRules } from "../configRules.js";
import {
  canonicalValue,
  changedFields,
  inputsWithDrift,
  isSet,
  type Values,
  type VaultField,
} from "../../vaultresource/fields.js";
import { fixedMountFields, mountFields, tunableMountFields } from "../mountFields.js";
import type { Duration } from "../../internal/duration.js";
import { mountPathRules } from "../../vaultresource/rules.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { remount } from "./remount.js";
import { unmount } from "./unmount.js";
import { assertFieldsSupported } from "../../vaultresource/providers/writing.js";

/** Longest time for an unmount by default: Vault revokes all leases one by one before it answers. */
const defaultUnmountTimeoutSeconds = 600;

interface MountEntry {
  readonly type: string;
  readonly accessor: string;
  readonly values: Values;
}

/** The mount at exactly this path: asking for it by path would find one above it, too. */
async function findMount(client: VaultClient, path: string): Promise<MountEntry | undefined> {
  const mounts = (await client.read("sys/mounts")) ?? {};
  const entry = mounts[`${path}/`] as Values | undefined;
  if (entry === undefined) {
    return undefined;
  }
  // Fields lie on the entry or in its config, by release and field.
  const config = (entry.config ?? {}) as Values;
  const values = mountFields.map((field): [string, unknown] => [
    field.name,
    canonicalValue(field, config[field.vaultName] ?? entry[field.vaultName]),
  ]);
  return { type: String(entry.type), accessor: String(entry.accessor), values: Object.fromEntries(values) };
}

/** A value as sys/mounts takes it: lengths of time are texts there. */
function settingOf(field: VaultField, inputs: Values): unknown {
  const value = canonicalValue(field, inputs[field.name]);
  return field.kind === "seconds" ? `${String(value)}s` : value;
}

function creationBody(inputs: Values): Values {
  const onEntry = ["description", "local", "sealWrap"];
  const config = mountFields
    .filter((field) => !onEntry.includes(field.name) && isSet(field, inputs[field.name]))
    .map((field) => [field.vaultName, settingOf(field, inputs)]);
  return {
    type: "aws",
    description: inputs.description ?? "",
    local: inputs.local === true,
    seal_wrap: inputs.sealWrap === true,
    config: Object.fromEntries(config) as Values,
  };
}

async function tune(client: VaultClient, inputs: Values, changed: readonly VaultField[]): Promise<void> {
  const body = Object.fromEntries(changed.map((field) => [field.vaultName, settingOf(field, inputs)]));
  await client.write(`sys/mounts/${String(inputs.path)}/tune`, body, { idempotent: true });
}

/** Makes the mount what it should be and reads it back. */
async function tuneAndReadBack(context: WorkContext, inputs: Values): Promise<MountEntry> {
  const { client } = context.vault;
  const path = String(inputs.path);
  const found = await requireMount(client, path);
  const changed = changedFields(tunableMountFields, found.values, inputs);
  if (changed.length === 0) {
    return found;
  }
  await tune(client, inputs, changed);
  const tuned = await requireMount(client, path);
  const lost = changedFields(tunableMountFields, tuned.values, inputs);
  if (lost.length > 0) {
    throw new Error(`${path}: Vault did not keep what was written: ${lost.map((field) => field.name).join(", ")}`);
  }
  return tuned;
}

async function requireMount(client: VaultClient, path: string): Promise<MountEntry> {
  const found = await findMount(client, path);
  if (found === undefined) {
    throw new Error(`${path}: nothing is mounted there any more. Run "pulumi refresh", then up again`);
  }
  if (found.type !== "aws") {
    throw new Error(`${path}: a secrets engine of type "${found.type}" is mounted there, not of type "aws"`);
  }
  return found;
}

/** A tainted mount looks like any other in sys/mounts; only a request to it shows. */
async function assertNotTainted(client: VaultClient, path: string): Promise<void> {
  try {
    await client.read(`${path}/config/lease`);
  } catch (error) {
    if (!isVaultError(error, "mountTainted")) {
      // Whatever else is wrong with this one path is for the resource to tell that stands for it.
      return;
    }
    throw new Error(
      `${path} is tainted: an unmount was begun and could not finish, and Vault serves nothing from it. Destroy the mount to ` +
        "finish; if that keeps failing, forceDestroy: true gives the leases up",
      { cause: error },
    );
  }
}

async function adopt(context: WorkContext, inputs: Values, existing: MountEntry): Promise<void> {
  const path = String(inputs.path);
  if (existing.type !== "aws") {
    throw new Error(`path ${path}/ is in use by a secrets engine of type "${existing.type}": choose another path`);
  }
  if (inputs.adoptExisting !== true) {
    throw new Error(
      `path ${path}/ is in use already by an AWS secrets engine. To take it over, set adoptExisting: true; else choose another path`,
    );
  }
  const fixed = changedFields(fixedMountFields, existing.values, inputs);
  if (fixed.length > 0) {
    const names = fixed.map((field) => `${field.name} (is ${String(existing.values[field.name])})`).join(", ");
    throw new Error(`the mount ${path}/ cannot be taken over: Vault cannot change ${names} of an existing mount`);
  }
  await assertNotTainted(context.vault.client, path);
}

/** A mount of the AWS secrets engine: `sys/mounts/:path`. */
export const mountHandlers: ResourceHandlers = {
  validate: (inputs) => [...mountPathRules(inputs, "path"), ...mountSettingsRules(inputs)],

  diff: (before, after) => {
    const moved = before.path !== after.path;
    const fixed = changedFields(fixedMountFields, before, after).map((field) => field.name);
    const replaces = [...(moved && after.onPathChange !== "remount" ? ["path"] : []), ...fixed];
    const settings = ["forceDestroy", "unmountTimeout", "onPathChange"].filter((name) => before[name] !== after[name]);
    return {
      changes:
        moved || fixed.length > 0 || settings.length > 0 || changedFields(tunableMountFields, before, after).length > 0,
      replaces,
      deleteBeforeReplace: fixed.length > 0 && !moved,
    };
  },

  create: async (context, inputs) => {
    const { client, server } = context.vault;
    const path = String(inputs.path);
    assertFieldsSupported(path, mountFields, inputs, server);
    const existing = await findMount(client, path);
    if (existing === undefined) {
      await client.write(`sys/mounts/${path}`, creationBody(inputs));
    } else {
      await adopt(context, inputs, existing);
    }
    try {
      const { accessor } = await tuneAndReadBack(context, inputs);
      return { id: path, outputs: { ...inputs, accessor } };
    } catch (error) {
      throw new PartialFailure((error as Error).message, path, inputs);
    }
  },

  read: async (context, outputs) => {
    const { client } = context.vault;
    const path = String(outputs.path);
    const found = await findMount(client, path);
    if (found === undefined) {
      return undefined;
    }
    if (found.type !== "aws") {
      throw new Error(`${path}: a secrets engine of type "${found.type}" is mounted there now, not of type "aws"`);
    }
    await assertNotTainted(client, path);
    const { accessor: _, ...known } = outputs;
    const inputs = inputsWithDrift(mountFields, known, found.values);
    return { outputs: { ...inputs, accessor: found.accessor }, inputs };
  },

  update: async (context, before, after) => {
    assertFieldsSupported(String(after.path), mountFields, after, context.vault.server);
    if (before.path !== after.path) {
      await remount(context, String(before.path), String(after.path));
    }
    const { accessor } = await tuneAndReadBack(context, after);
    return { ...after, accessor };
  },

  remove: async (context, outputs) => {
    const timeout = (outputs.unmountTimeout as Duration | undefined) ?? defaultUnmountTimeoutSeconds;
    await unmount(context, {
      path: String(outputs.path),
      force: outputs.forceDestroy === true,
      timeoutMs: (durationSeconds(timeout) ?? defaultUnmountTimeoutSeconds) * 1000,
    });
  },
};
