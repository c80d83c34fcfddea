import { whileRunning } from "../../internal/reporting/index.js";
import type { VaultClient } from "../../vault/client.js";
import {
  canonicalValue,
  changedFields,
  inputsWithDrift,
  isSet,
  type Values,
  type VaultField,
} from "../../vaultresource/fields.js";
import { PartialFailure, type ResourceHandlers } from "../../vaultresource/providers/handlers.js";
import { authMethodFields, authMethodRules, fixedAuthFields, tunableAuthFields } from "../authMethodFields.js";

/** Longest time for Vault to revoke all tokens of an auth method, and their leases. */
const disableTimeoutMs = 600_000;

interface AuthEntry {
  readonly type: string;
  readonly accessor: string;
  readonly values: Values;
}

async function findMethod(client: VaultClient, path: string): Promise<AuthEntry | undefined> {
  const methods = (await client.read("sys/auth")) ?? {};
  const entry = methods[`${path}/`] as Values | undefined;
  if (entry === undefined) {
    return undefined;
  }
  const config = (entry.config ?? {}) as Values;
  const values = authMethodFields.map((field): [string, unknown] => [
    field.name,
    canonicalValue(field, config[field.vaultName] ?? entry[field.vaultName]),
  ]);
  return { type: String(entry.type), accessor: String(entry.accessor), values: Object.fromEntries(values) };
}

async function requireMethod(client: VaultClient, path: string): Promise<AuthEntry> {
  const found = await findMethod(client, path);
  if (found === undefined) {
    throw new Error(`auth/${path}/: no auth method is enabled there any more. Run "pulumi refresh", then up again`);
  }
  return found;
}

/** A value as sys/auth takes it: lengths of time are texts there. */
function settingOf(field: VaultField, inputs: Values): unknown {
  const value = canonicalValue(field, inputs[field.name]);
  return field.kind === "seconds" ? `${String(value)}s` : value;
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

async function tune(client: VaultClient, inputs: Values): Promise<AuthEntry> {
  const path = String(inputs.path);
  const found = await requireMethod(client, path);
  const changed = changedFields(tunableAuthFields, found.values, inputs);
  if (changed.length === 0) {
    return found;
  }
  const body = Object.fromEntries(changed.map((field) => [field.vaultName, settingOf(field, inputs)]));
  await client.write(`sys/auth/${path}/tune`, body, { idempotent: true });
  const tuned = await requireMethod(client, path);
  const lost = changedFields(tunableAuthFields, tuned.values, inputs);
  if (lost.length > 0) {
    throw new Error(`auth/${path}: Vault did not keep what was written: ${lost.map(({ name }) => name).join(", ")}`);
  }
  return tuned;
}

function assertAdoptableMethod(inputs: Values, existing: AuthEntry): void {
  const path = String(inputs.path);
  if (existing.type !== inputs.type) {
    throw new Error(`auth/${path}/ is in use by an auth method of type "${existing.type}": choose another path`);
  }
  if (inputs.adoptExisting !== true) {
    throw new Error(
      `auth/${path}/ is in use already by an auth method of type "${existing.type}". To take it over, set adoptExisting: true; ` +
        "else choose another path",
    );
  }
  const fixed = changedFields(fixedAuthFields, existing.values, inputs);
  if (fixed.length > 0) {
    const names = fixed.map((field) => `${field.name} (is ${String(existing.values[field.name])})`).join(", ");
    throw new Error(`auth/${path}/ cannot be taken over: Vault cannot change ${names} of an auth method`);
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
    const { client } = context.vault;
    const path = String(inputs.path);
    const existing = await findMethod(client, path);
    if (existing === undefined) {
      await client.write(`sys/auth/${path}`, creationBody(inputs));
    } else {
      assertAdoptableMethod(inputs, existing);
    }
    try {
      const { accessor } = await tune(client, inputs);
      return { id: `auth/${path}`, outputs: { ...inputs, accessor } };
    } catch (error) {
      throw new PartialFailure((error as Error).message, `auth/${path}`, inputs);
    }
  },

  read: async (context, outputs) => {
    const path = String(outputs.path);
    const found = await findMethod(context.vault.client, path);
    if (found === undefined) {
      return undefined;
    }
    // An import knows the path only.
    const { accessor: _, type = found.type, ...known } = outputs;
    if (found.type !== type) {
      throw new Error(`auth/${path}: an auth method of type "${found.type}" is enabled there now`);
    }
    const inputs = inputsWithDrift(authMethodFields, { ...known, type }, found.values);
    return { outputs: { ...inputs, accessor: found.accessor }, inputs };
  },

  update: async (context, _before, after) => {
    const { accessor } = await tune(context.vault.client, after);
    return { ...after, accessor };
  },

  remove: async (context, outputs) => {
    const path = String(outputs.path);
    await whileRunning(`Vault disables auth/${path}/ and revokes its tokens`, context.progress, () =>
      context.vault.client.remove(`sys/auth/${path}`, { timeoutMs: disableTimeoutMs, idempotent: false }),
    );
  },
};
