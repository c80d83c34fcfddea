import { whileRunning } from "../../internal/reporting/index.js";
import { isVaultError } from "../../vault/errors.js";
import type { VaultClient } from "../../vault/client.js";
import { mountSettingsRules } from "../configRules.js";
import {
  canonicalValues,
  changedFields,
  inputsWithDrift,
  isSet,
  type Values,
  type VaultField,
} from "../../vaultresource/fields.js";
import { entryMountFields, fixedMountFields, mountFields, mountSettings, secretsMounts } from "../engineFields.js";
import { mountPathRules } from "../../vaultresource/rules.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import {
  describeOther,
  isOurs,
  mount,
  MountTable,
  settingOf,
  type MountEntry,
} from "../../vaultresource/providers/mountTable.js";
import { assertFieldsSupported, messageOf, valuesOfId } from "../../vaultresource/providers/writing.js";
import { isLeftOver } from "../../vaultresource/providers/leftOver.js";
import { tune } from "../../vaultresource/providers/tuning.js";
import { remount } from "./remount.js";
import { unmount } from "./unmount.js";

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

/** All that an engine can hold. */
const contents = { objects: ["config/root", "config/lease"], lists: ["roles", "static-roles"] };

async function adopt(context: WorkContext, inputs: Values, existing: MountEntry): Promise<void> {
  const path = String(inputs.path);
  if (existing.type !== "aws") {
    throw new Error(`path ${path}/ is in use by a secrets engine of type "${existing.type}": choose another path`);
  }
  if (inputs.adoptExisting !== true && !(await isLeftOver(context, secretsMounts, inputs, existing, contents))) {
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

/** Mounts the engine where nothing is. */
async function mountEngine(context: WorkContext, inputs: Values): Promise<MountEntry> {
  const path = String(inputs.path);
  return mount(context, secretsMounts, { path, body: creationBody(inputs), id: path, inputs });
}

/** Finishes a mount that is there. */
async function settle(context: WorkContext, inputs: Values, found: MountEntry): Promise<Values> {
  const outputs = { ...inputs, accessor: found.accessor };
  try {
    await tune(context.vault.client, secretsMounts, inputs, found);
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
    const existing = (await MountTable.read(client, secretsMounts)).at(path);
    if (existing !== undefined) {
      await adopt(context, inputs, existing);
    }
    return { id: path, outputs: await settle(context, inputs, existing ?? (await mountEngine(context, inputs))) };
  },

  read: async (context, given, id) => {
    const { client } = context.vault;
    const outputs = { ...valuesOfId(id, /^(?<path>.+)$/), ...given };
    const mounts = await MountTable.read(client, secretsMounts);
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
      context.warn(
        `${path}: ${describeOther(secretsMounts, found, "aws", outputs)}, is mounted there now: it is this resource's from now on`,
      );
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
    const mounts = await MountTable.read(client, secretsMounts);
    const here = mounts.at(path);
    if (here !== undefined && isOurs(here, "aws", before)) {
      return settle(context, after, here);
    }
    if (from !== path) {
      const old = mounts.at(from);
      if (old !== undefined && isOurs(old, "aws", before)) {
        return settle(context, after, await remount(context, old, path));
      }
    }
    if (here !== undefined) {
      throw new Error(
        `${path}: ${describeOther(secretsMounts, here, "aws", before)}, is mounted there now. Run "pulumi refresh", then up again`,
      );
    }
    if (before.accessor === undefined) {
      // The request to mount it had no answer, and did not get through.
      return settle(context, after, await mountEngine(context, after));
    }
    throw new Error(`${from}: nothing is mounted there any more. Run "pulumi refresh", then up again`);
  },

  remove: async (context, outputs) => {
    const path = String(outputs.path);
    const found = (await MountTable.read(context.vault.client, secretsMounts)).at(path);
    if (found === undefined) {
      return;
    }
    if (!isOurs(found, "aws", outputs)) {
      context.warn(
        `${path}: ${describeOther(secretsMounts, found, "aws", outputs)}, is mounted there now: it is left as it is`,
      );
      return;
    }
    const settings = canonicalValues(mountSettings, outputs);
    const unmounting = {
      path,
      accessor: found.accessor,
      timeoutMs: Number(settings.unmountTimeout) * 1000,
    };
    await whileRunning(`Vault unmounts ${path}/ and revokes its leases`, context.progress, () =>
      unmount(context, unmounting, settings.forceDestroy === true),
    );
  },
};
