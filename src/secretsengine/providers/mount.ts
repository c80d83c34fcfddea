import { whileRunning } from "../../internal/reporting/index.js";
import { isVaultError, type VaultError } from "../../vault/errors.js";
import type { VaultClient } from "../../vault/client.js";
import { mountSettingsRules } from "../configRules.js";
import {
  canonicalValue,
  canonicalValues,
  changedFields,
  inputsWithDrift,
  isSet,
  type Values,
  type VaultField,
} from "../../vaultresource/fields.js";
import { entryMountFields, fixedMountFields, mountFields, mountSettings, tunableMountFields } from "../engineFields.js";
import { mountPathRules } from "../../vaultresource/rules.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { assertFieldsSupported, isAnswerLost, messageOf, valuesOfId } from "../../vaultresource/providers/writing.js";
import { Mounts, type MountEntry } from "./mounts.js";
import { remount } from "./remount.js";
import { unmount } from "./unmount.js";

/** A value as sys/mounts takes it: lengths of time are texts there. */
function settingOf(field: VaultField, inputs: Values): unknown {
  const value = canonicalValue(field, inputs[field.name]);
  return field.kind === "seconds" ? `${String(value)}s` : value;
}

function creationBody(inputs: Values): Values {
  const bodyOf = (fields: readonly VaultField[]) =>
    Object.fromEntries(
      fields
        .filter((field) => isSet(field, inputs[field.name]))
        .map((field) => [field.vaultName, settingOf(field, inputs)]),
    );
  return {
    type: "aws",
    ...bodyOf(entryMountFields),
    config: bodyOf(mountFields.filter((field) => !entryMountFields.includes(field))),
  };
}

async function tune(client: VaultClient, inputs: Values, found: MountEntry, changed: readonly VaultField[]) {
  const body = Object.fromEntries(
    changed.map((field) => [field.vaultName, tunedSetting(field, inputs, found.values[field.name])]),
  );
  await client.write(`sys/mounts/${found.path}/tune`, body, { idempotent: true });
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

/** Makes a mount what it should be and reads it back. */
async function tuneAndReadBack(context: WorkContext, inputs: Values, found: MountEntry): Promise<MountEntry> {
  const { client } = context.vault;
  const changed = changedFields(tunableMountFields, found.values, inputs);
  if (changed.length === 0) {
    return found;
  }
  await tune(client, inputs, found, changed);
  const tuned = (await Mounts.read(client)).at(found.path);
  if (tuned?.accessor !== found.accessor) {
    throw new Error(`${found.path}: the mount was replaced or moved while it was written. Run "pulumi refresh"`);
  }
  const lost = changedFields(tunableMountFields, tuned.values, inputs);
  if (lost.length > 0) {
    throw new Error(
      `${found.path}: Vault did not keep what was written: ${lost.map((field) => field.name).join(", ")}`,
    );
  }
  return tuned;
}

/** Whether a mount is the one in the state. Without an accessor, the mount was requested and no answer came. */
function isOurs(entry: MountEntry, outputs: Values): boolean {
  return entry.type === "aws" && (outputs.accessor === undefined || entry.accessor === outputs.accessor);
}

/** What is mounted instead of the mount in the state, for messages. */
function described(entry: MountEntry, outputs: Values): string {
  return entry.type === "aws"
    ? `another AWS secrets engine, with accessor ${entry.accessor} and not ${String(outputs.accessor)}`
    : `a secrets engine of type "${entry.type}", with accessor ${entry.accessor}`;
}

/** A tainted mount looks like any other in sys/mounts; only a request to it shows. */
async function assertNotTainted(client: VaultClient, path: string): Promise<void> {
  try {
    await client.read(`${path}/config/lease`);
  } catch (error) {
    if (!isVaultError(error, "mountTainted")) {
      // Whatever else is wrong with this one path is reported by the resource that stands for it.
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

/**
 * Mounts the engine.
 *
 * @throws PartialFailure where it may be mounted: nothing was at the path before
 */
async function mountEngine(context: WorkContext, inputs: Values): Promise<MountEntry> {
  const { client } = context.vault;
  const path = String(inputs.path);
  let failure: VaultError | undefined;
  try {
    await client.write(`sys/mounts/${path}`, creationBody(inputs));
  } catch (error) {
    if (!isAnswerLost(error)) {
      throw error;
    }
    failure = error;
  }
  try {
    const mounted = (await Mounts.read(client)).at(path);
    if (mounted?.type === "aws") {
      return mounted;
    }
  } catch (error) {
    throw new PartialFailure(
      `${messageOf(failure ?? error)}. Whether ${path}/ is mounted could not be read`,
      path,
      inputs,
    );
  }
  throw failure ?? new Error(`${path}: was mounted, but Vault has nothing there`);
}

/** Finishes a mount that is there. */
async function settle(context: WorkContext, inputs: Values, found: MountEntry): Promise<Values> {
  const outputs = { ...inputs, accessor: found.accessor };
  try {
    await tuneAndReadBack(context, inputs, found);
    return outputs;
  } catch (error) {
    throw new PartialFailure(messageOf(error), String(inputs.path), outputs);
  }
}

/** A mount of the AWS secrets engine: `sys/mounts/:path`. */
export const mountHandlers: ResourceHandlers = {
  validate: (inputs) => [...mountPathRules(inputs, "path"), ...mountSettingsRules(inputs)],

  diff: (before, after) => {
    const moved = before.path !== after.path;
    const fixed = changedFields(fixedMountFields, before, after).map((field) => field.name);
    const replaces = [...(moved && after.onPathChange !== "remount" ? ["path"] : []), ...fixed];
    return {
      changes: moved || changedFields([...mountFields, ...mountSettings], before, after).length > 0,
      replaces,
      deleteBeforeReplace: fixed.length > 0 && !moved,
    };
  },

  create: async (context, inputs) => {
    const { client, server } = context.vault;
    const path = String(inputs.path);
    assertFieldsSupported(path, mountFields, inputs, server);
    const existing = (await Mounts.read(client)).at(path);
    if (existing !== undefined) {
      await adopt(context, inputs, existing);
    }
    return { id: path, outputs: await settle(context, inputs, existing ?? (await mountEngine(context, inputs))) };
  },

  read: async (context, given, id) => {
    const { client } = context.vault;
    const outputs = { ...valuesOfId(id, /^(?<path>.+)$/), ...given };
    const mounts = await Mounts.read(client);
    // An `up` may have moved it and ended before that was recorded.
    const found =
      mounts.at(String(outputs.path)) ??
      (outputs.onPathChange === "remount" && outputs.accessor !== undefined
        ? mounts.withAccessor(outputs.accessor)
        : undefined);
    if (found === undefined) {
      return undefined;
    }
    const { path } = found;
    if (found.type !== "aws") {
      throw new Error(`${path}: a secrets engine of type "${found.type}" is mounted there now, not of type "aws"`);
    }
    if (outputs.accessor !== undefined && found.accessor !== outputs.accessor) {
      context.warn(`${path}: ${described(found, outputs)}, is mounted there now: it is this resource's from now on`);
    }
    await assertNotTainted(client, path);
    const { accessor: _, ...known } = outputs;
    const inputs = inputsWithDrift(mountFields, { ...known, path }, found.values);
    return { outputs: { ...inputs, accessor: found.accessor }, inputs };
  },

  update: async (context, before, after) => {
    const { client, server } = context.vault;
    const [from, path] = [String(before.path), String(after.path)];
    assertFieldsSupported(path, mountFields, after, server);
    const mounts = await Mounts.read(client);
    const here = mounts.at(path);
    if (here !== undefined && isOurs(here, before)) {
      return settle(context, after, here);
    }
    if (from !== path) {
      const old = mounts.at(from);
      if (old !== undefined && isOurs(old, before)) {
        return settle(context, after, await remount(context, old, path));
      }
    }
    if (here !== undefined) {
      throw new Error(`${path}: ${described(here, before)}, is mounted there now. Run "pulumi refresh", then up again`);
    }
    if (before.accessor === undefined) {
      // The request to mount it had no answer, and did not get through.
      return settle(context, after, await mountEngine(context, after));
    }
    throw new Error(`${from}: nothing is mounted there any more. Run "pulumi refresh", then up again`);
  },

  remove: async (context, outputs) => {
    const path = String(outputs.path);
    const found = (await Mounts.read(context.vault.client)).at(path);
    if (found === undefined) {
      return;
    }
    if (!isOurs(found, outputs)) {
      context.warn(`${path}: ${described(found, outputs)}, is mounted there now: it is left as it is`);
      return;
    }
    const settings = canonicalValues(mountSettings, outputs);
    const unmounting = {
      path,
      accessor: found.accessor,
      force: settings.forceDestroy === true,
      timeoutMs: Number(settings.unmountTimeout) * 1000,
    };
    await whileRunning(`Vault unmounts ${path}/ and revokes its leases`, context.progress, () =>
      unmount(context, unmounting),
    );
  },
};
