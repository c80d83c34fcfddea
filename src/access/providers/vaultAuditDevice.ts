import type { VaultClient } from "../../vault/client.js";
import { changedFields, fromVault, inputsWithDrift, type Values } from "../../vaultresource/fields.js";
import { PartialFailure, type ResourceHandlers } from "../../vaultresource/providers/handlers.js";
import { auditDeviceFields, auditDeviceRules } from "../auditDeviceRules.js";

async function findDevice(client: VaultClient, path: string): Promise<Values | undefined> {
  const devices = (await client.read("sys/audit")) ?? {};
  const entry = devices[`${path}/`] as Values | undefined;
  return entry === undefined ? undefined : fromVault(auditDeviceFields, entry);
}

/** Vault adds options of its own, which nobody set: only those that were asked for count. */
function withoutAdded(actual: Values, wanted: Values): Values {
  const asked = Object.keys(wanted.options ?? {});
  const options = Object.entries(actual.options as object).filter(([option]) => asked.includes(option));
  return { ...actual, options: Object.fromEntries(options) };
}

/** `sys/audit/:path`. */
export const vaultAuditDeviceHandlers: ResourceHandlers = {
  validate: auditDeviceRules,

  diff: (before, after) => {
    const changed = changedFields(auditDeviceFields, before, after).map(({ name }) => name);
    const moved = before.path !== after.path;
    const replaces = [...(moved ? ["path"] : []), ...changed];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: replaces.length > 0 && !moved };
  },

  create: async ({ vault }, inputs) => {
    const path = String(inputs.path);
    const id = `sys/audit/${path}`;
    const existing = await findDevice(vault.client, path);
    if (existing === undefined) {
      const body = { type: inputs.type, description: inputs.description, options: inputs.options, local: inputs.local };
      await vault.client.write(id, body);
    } else {
      const differing = changedFields(auditDeviceFields, inputs, withoutAdded(existing, inputs));
      if (differing.length > 0) {
        throw new Error(
          `${id} exists already in Vault and differs in ${differing.map(({ name }) => name).join(", ")}. Vault cannot change an audit ` +
            "device: choose another path, or disable it in Vault first",
        );
      }
    }
    if ((await findDevice(vault.client, path)) === undefined) {
      throw new PartialFailure(`${id}: was written, but Vault has no such audit device`, id, inputs);
    }
    return { id, outputs: inputs };
  },

  read: async ({ vault }, outputs) => {
    const found = await findDevice(vault.client, String(outputs.path));
    if (found === undefined) {
      return undefined;
    }
    // An import knows the path only: what the device has is then what was asked for.
    const actual = outputs.type === undefined ? found : withoutAdded(found, outputs);
    const inputs = inputsWithDrift(auditDeviceFields, outputs, actual);
    return { outputs: inputs, inputs };
  },

  update: () => Promise.reject(new Error("an audit device cannot be changed, only replaced")),

  remove: async ({ vault }, outputs) => {
    await vault.client.remove(`sys/audit/${String(outputs.path)}`);
  },
};
