import { leaseRules } from "../configRules.js";
import {
  canonicalValues,
  changedFields,
  fromVault,
  inputsWithDrift,
  isSet,
  type Values,
} from "../../vaultresource/fields.js";
import { leaseFields } from "../engineFields.js";
import { mountPathRules } from "../../vaultresource/rules.js";
import type { ResourceHandlers, WorkContext } from "../../vaultresource/providers/handlers.js";
import {
  assertAdoptable,
  inState,
  inStateIfUnanswered,
  readBack,
  readBelowMount,
  removeBelowMount,
  valuesOfId,
  warnOfOverwriting,
} from "../../vaultresource/providers/writing.js";

function pathOfLease(values: Values): string {
  return `${String(values.mount)}/config/lease`;
}

async function write(context: WorkContext, inputs: Values): Promise<void> {
  const seconds = canonicalValues(leaseFields, inputs);
  const body = { lease: `${String(seconds.lease)}s`, lease_max: `${String(seconds.leaseMax)}s` };
  await context.vault.client.write(pathOfLease(inputs), body, { idempotent: true });
}

/** Vault cannot delete the configuration: two zeros stand for "never written", and mean the same to it. */
function configured(data: Values | undefined): Values | undefined {
  const values = data === undefined ? {} : fromVault(leaseFields, data);
  return leaseFields.some((field) => isSet(field, values[field.name])) ? data : undefined;
}

/** `config/lease` of Vault's AWS secrets engine. */
export const leaseConfigHandlers: ResourceHandlers = {
  validate: (inputs) => [...mountPathRules(inputs, "mount"), ...leaseRules(inputs)],

  diff: (before, after) => {
    const replaces = before.mount === after.mount ? [] : ["mount"];
    return { changes: replaces.length > 0 || changedFields(leaseFields, before, after).length > 0, replaces };
  },

  create: async (context, inputs) => {
    const path = pathOfLease(inputs);
    assertAdoptable(path, leaseFields, inputs, configured(await context.vault.client.read(path)));
    await inStateIfUnanswered(path, inputs, () => write(context, inputs));
    await inState(path, inputs, () => readBack(context, path, leaseFields, inputs));
    return { id: path, outputs: inputs };
  },

  read: async (context, given, id) => {
    const outputs = { ...valuesOfId(id, /^(?<mount>.+)\/config\/lease$/), ...given };
    const wantsNothing = !leaseFields.some((field) => isSet(field, outputs[field.name]));
    const data = await readBelowMount(context, pathOfLease(outputs));
    if (data === undefined || (configured(data) === undefined && !wantsNothing)) {
      return undefined;
    }
    const actual = fromVault(leaseFields, data);
    const inputs = inputsWithDrift(leaseFields, outputs, actual);
    for (const { name } of leaseFields) {
      inputs[name] ??= 0;
    }
    return { outputs: inputs, inputs };
  },

  update: async (context, before, after) => {
    const path = pathOfLease(after);
    const actual = fromVault(leaseFields, (await context.vault.client.read(path)) ?? {});
    warnOfOverwriting(context, path, leaseFields, { before, after, actual });
    await write(context, after);
    await readBack(context, path, leaseFields, after);
    return after;
  },

  remove: async (context, outputs) => {
    const path = pathOfLease(outputs);
    const after = { lease: 0, leaseMax: 0 };
    await removeBelowMount(async () => {
      const data = configured(await context.vault.client.read(path));
      if (data !== undefined) {
        const actual = fromVault(leaseFields, data);
        warnOfOverwriting(context, path, leaseFields, { before: outputs, after, actual });
        await write(context, { ...outputs, ...after });
      }
    });
  },
};
