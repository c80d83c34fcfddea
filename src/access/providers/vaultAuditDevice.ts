import type { VaultClient } from "../../vault/client.js";
import { changedFields, fromVault, inputsWithDrift, type Values } from "../../vaultresource/fields.js";
import type { ResourceHandlers, WorkContext } from "../../vaultresource/providers/handlers.js";
import { inState, inStateIfUnanswered } from "../../vaultresource/providers/writing.js";
import { auditDeviceFields, auditDeviceRules } from "../auditDeviceRules.js";

const idOf = ({ path }: Values) => `sys/audit/${String(path)}`;

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

/** Enables the device, or finds it enabled. */
async function enable({ vault }: WorkContext, inputs: Values): Promise<Values> {
  const [id, path] = [idOf(inputs), String(inputs.path)];
  const existing = await findDevice(vault.client, path);
  if (existing !== undefined) {
    const differing = changedFields(auditDeviceFields, inputs, withoutAdded(existing, inputs));
    if (differing.length > 0) {
      throw new Error(
        `${id} exists already in Vault and differs in ${differing.map(({ name }) => name).join(", ")}. Vault cannot change an audit ` +
          "device: choose another path, or disable it in Vault first",
      );
    }
    return inputs;
  }
  const { type, description, options, local } = inputs;
  await inStateIfUnanswered(id, inputs, () => vault.client.write(id, { type, description, options, local }));
  return inState(id, inputs, async () => {
    if ((await findDevice(vault.client, path)) === undefined) {
      throw new Error(`${id}: was written, but Vault has no such audit device`);
    }
    return inputs;
  });
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

  create: async (context, inputs) => ({ id: idOf(inputs), outputs: await enable(context, inputs) }),

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

  // Whatever changes replaces it: this is only for a device of which it is not known whether it was enabled.
  update: async (context, _before, after) => enable(context, after),

  remove: async (context, outputs) => {
    const found = await findDevice(context.vault.client, String(outputs.path));
    if (found === undefined) {
      return;
    }
    const differing = changedFields(auditDeviceFields, outputs, withoutAdded(found, outputs));
    if (differing.length > 0) {
      const list = differing.map(({ name }) => name).join(", ");
      context.warn(`${idOf(outputs)} is another audit device by now, which differs in ${list}: it is left as it is`);
      return;
    }
    await context.vault.client.remove(idOf(outputs));
  },
};
