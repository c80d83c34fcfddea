import {
  canonicalValues,
  changedFields,
  fromVault,
  inputsWithDrift,
  toVault,
  type Values,
} from "../../vaultresource/fields.js";
import { roleFields } from "../roleFields.js";
import { roleRules } from "../roleRules.js";
import { mountPathRules, objectNameRules } from "../../vaultresource/rules.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import {
  readBelowMount,
  assertFieldsSupported,
  assertAdoptable,
  removeBelowMount,
  readBack,
} from "../../vaultresource/providers/writing.js";

/** Longest time for Vault to revoke the leases of one role. */
const revocationTimeoutMs = 300_000;

function pathOfRole(values: Values): string {
  return `${String(values.mount)}/roles/${String(values.name)}`;
}

async function write(context: WorkContext, inputs: Values): Promise<void> {
  // The same role written twice is the same role.
  await context.vault.client.write(pathOfRole(inputs), toVault(roleFields, inputs), { idempotent: true });
}

/** `roles/:name` of Vault's AWS secrets engine. */
export const roleHandlers: ResourceHandlers = {
  validate: (inputs) => [...mountPathRules(inputs, "mount"), ...objectNameRules(inputs, "name"), ...roleRules(inputs)],

  diff: (before, after) => {
    const replaces = ["mount", "name"].filter((name) => before[name] !== after[name]);
    const changes =
      replaces.length > 0 ||
      changedFields(roleFields, before, after).length > 0 ||
      (before.revokeLeasesOnDelete ?? false) !== (after.revokeLeasesOnDelete ?? false);
    return { changes, replaces };
  },

  create: async (context, inputs) => {
    const path = pathOfRole(inputs);
    assertFieldsSupported(path, roleFields, inputs, context.vault.server);
    assertAdoptable(path, roleFields, inputs, await context.vault.client.read(path));
    await write(context, inputs);
    try {
      await readBack(context, path, roleFields, inputs);
    } catch (error) {
      throw new PartialFailure((error as Error).message, path, inputs);
    }
    return { id: path, outputs: inputs };
  },

  read: async (context, outputs) => {
    const data = await readBelowMount(context, pathOfRole(outputs));
    if (data === undefined) {
      return undefined;
    }
    const inputs = inputsWithDrift(roleFields, outputs, fromVault(roleFields, data));
    return { outputs: inputs, inputs };
  },

  update: async (context, _before, after) => {
    const path = pathOfRole(after);
    assertFieldsSupported(path, roleFields, after, context.vault.server);
    await write(context, after);
    await readBack(context, path, roleFields, canonicalValues(roleFields, after));
    return after;
  },

  remove: async (context, outputs) => {
    const { client } = context.vault;
    if (outputs.revokeLeasesOnDelete === true) {
      const prefix = `sys/leases/revoke-prefix/${String(outputs.mount)}/creds/${String(outputs.name)}`;
      await client.write(prefix, { sync: true }, { idempotent: true, timeoutMs: revocationTimeoutMs });
    }
    await removeBelowMount(() => client.remove(pathOfRole(outputs)));
  },
};
