import { whileRunning } from "../../internal/reporting/index.js";
import { changedFields, inputsWithDrift, isSet, type Values } from "../../vaultresource/fields.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import {
  describeOther,
  isOurs,
  mount,
  MountTable,
  settingOf,
  type MountEntry,
} from "../../vaultresource/providers/mountTable.js";
import { isLeftOver } from "../../vaultresource/providers/leftOver.js";
import { tune } from "../../vaultresource/providers/tuning.js";
import { unmountUntil } from "../../vaultresource/providers/unmounting.js";
import { messageOf } from "../../vaultresource/providers/writing.js";
import {
  authMethodFields,
  authMethodRules,
  authMethods,
  fixedAuthFields,
  tunableAuthFields,
} from "../authMethodFields.js";

/** Longest time for Vault to revoke all tokens of an auth method, and their leases. */
const disableTimeoutMs = 600_000;

/** The types of which it is known where all that they hold is listed. */
const typesWithRoles = ["approle", "jwt", "kubernetes", "oidc"];

const idOf = ({ path }: Values) => `auth/${String(path)}`;

async function find({ vault }: WorkContext, { path }: Values): Promise<MountEntry | undefined> {
  return (await MountTable.read(vault.client, authMethods)).at(String(path));
}

function creationBody(inputs: Values): Values {
  const config = tunableAuthFields
    .filter((field) => field.name !== "description" && isSet(field, inputs[field.name]))
    .map((field) => [field.vaultName, settingOf(field, inputs)]);
  return {
    type: inputs.type,
    description: inputs.description ?? "",
    local: inputs.local === true,
    config: Object.fromEntries(config) as Values,
  };
}

/** Finishes an auth method that is enabled. */
async function settle(context: WorkContext, inputs: Values, found: MountEntry): Promise<Values> {
  const outputs = { ...inputs, accessor: found.accessor };
  try {
    await tune(context.vault.client, authMethods, inputs, found);
    return outputs;
  } catch (error) {
    throw new PartialFailure(messageOf(error), idOf(inputs), outputs);
  }
}

async function enable(context: WorkContext, inputs: Values): Promise<MountEntry> {
  return mount(context, authMethods, {
    path: String(inputs.path),
    body: creationBody(inputs),
    id: idOf(inputs),
    inputs,
  });
}

/** All that an auth method of these types can hold. */
const contents = { objects: ["config"], lists: ["role"] };

async function isLeftOverMethod(context: WorkContext, inputs: Values, existing: MountEntry): Promise<boolean> {
  return typesWithRoles.includes(existing.type) && isLeftOver(context, authMethods, inputs, existing, contents);
}

async function assertAdoptableMethod(context: WorkContext, inputs: Values, existing: MountEntry): Promise<void> {
  const id = idOf(inputs);
  if (existing.type !== inputs.type) {
    throw new Error(`${id}/ is in use by an auth method of type "${existing.type}": choose another path`);
  }
  if (inputs.adoptExisting !== true && !(await isLeftOverMethod(context, inputs, existing))) {
    throw new Error(
      `${id}/ is in use already by an auth method of type "${existing.type}". To take it over, set adoptExisting: true; ` +
        "else choose another path",
    );
  }
  const fixed = changedFields(fixedAuthFields, existing.values, inputs);
  if (fixed.length > 0) {
    const names = fixed.map((field) => `${field.name} (is ${String(existing.values[field.name])})`).join(", ");
    throw new Error(`${id}/ cannot be taken over: Vault cannot change ${names} of an auth method`);
  }
}

/** `sys/auth/:path`. */
export const vaultAuthMethodHandlers: ResourceHandlers = {
  validate: authMethodRules,

  diff: (before, after) => {
    const moved = before.path !== after.path;
    const fixed = changedFields(fixedAuthFields, before, after).map(({ name }) => name);
    const replaces = [...(moved ? ["path"] : []), ...(before.type === after.type ? [] : ["type"]), ...fixed];
    return {
      changes: replaces.length > 0 || changedFields(tunableAuthFields, before, after).length > 0,
      replaces,
      deleteBeforeReplace: replaces.length > 0 && !moved,
    };
  },

  create: async (context, inputs) => {
    const existing = await find(context, inputs);
    if (existing !== undefined) {
      await assertAdoptableMethod(context, inputs, existing);
    }
    return { id: idOf(inputs), outputs: await settle(context, inputs, existing ?? (await enable(context, inputs))) };
  },

  read: async (context, outputs) => {
    const found = await find(context, outputs);
    if (found === undefined) {
      return undefined;
    }
    const id = idOf(outputs);
    // An import knows the path only.
    const { accessor: _, type = found.type, ...known } = outputs;
    if (found.type !== type) {
      throw new Error(`${id}: an auth method of type "${found.type}" is enabled there now`);
    }
    if (!isOurs(found, type, outputs)) {
      context.warn(
        `${id}: ${describeOther(authMethods, found, type, outputs)}, is enabled there now: it is this resource's from now on`,
      );
    }
    const inputs = inputsWithDrift(authMethodFields, { ...known, type }, found.values);
    return { outputs: { ...inputs, accessor: found.accessor }, inputs };
  },

  update: async (context, before, after) => {
    const found = await find(context, after);
    if (found !== undefined && isOurs(found, after.type, before)) {
      return settle(context, after, found);
    }
    if (found === undefined && before.accessor === undefined) {
      // The request to enable it had no answer, and did not get through.
      return settle(context, after, await enable(context, after));
    }
    const now =
      found === undefined
        ? "no auth method is enabled there any more"
        : `${describeOther(authMethods, found, after.type, before)}, is enabled there now`;
    throw new Error(`${idOf(after)}: ${now}. Run "pulumi refresh", then up again`);
  },

  remove: async (context, outputs) => {
    const found = await find(context, outputs);
    if (found === undefined) {
      return;
    }
    const { path, accessor } = found;
    if (!isOurs(found, outputs.type, outputs)) {
      context.warn(
        `${idOf(outputs)}: ${describeOther(authMethods, found, outputs.type, outputs)}, is enabled there now: it is left as it is`,
      );
      return;
    }
    await whileRunning(`Vault disables auth/${path}/ and revokes its tokens`, context.progress, () =>
      unmountUntil(context, authMethods, {
        path,
        accessor,
        timeoutMs: disableTimeoutMs,
        advice: "Destroy again in a while",
      }),
    );
  },
};
