import { whileRunning } from "../../internal/reporting/index.js";
import { isVaultError } from "../../vault/errors.js";
import type { OpenVault } from "../../vault/session.js";
import { changedFields, fromVault, inputsWithDrift, toVault, type Values } from "../../vaultresource/fields.js";
import { roleFields, roleSettings } from "../engineFields.js";
import { roleRules } from "../roleRules.js";
import { mountPathRules, objectNameRules } from "../../vaultresource/rules.js";
import { isPassedOn, passesOn } from "../../vaultresource/providers/declaredPaths.js";
import type { ResourceHandlers, WorkContext } from "../../vaultresource/providers/handlers.js";
import {
  assertAdoptable,
  assertFieldsSupported,
  inState,
  inStateIfUnanswered,
  readBack,
  readBelowMount,
  removeBelowMount,
  valuesOfId,
  warnOfOverwriting,
} from "../../vaultresource/providers/writing.js";

/** Longest time for Vault to revoke the leases of one role. */
const revocationTimeoutMs = 300_000;

export function pathOfRole(values: Values): string {
  return `${String(values.mount)}/roles/${String(values.name)}`;
}

/** Whether two roles say the same. */
export function isSameRole(one: Values, other: Values): boolean {
  return changedFields(roleFields, one, other).length === 0;
}

/** A role as Vault has it, by argument name; undefined where there is none. */
export async function readRole({ client }: Pick<OpenVault, "client">, path: string): Promise<Values | undefined> {
  const data = await client.read(path);
  return data === undefined ? undefined : fromVault(roleFields, data);
}

/** The names of all roles below a mount, in order. */
export async function listRoleNames({ client }: Pick<OpenVault, "client">, mount: unknown): Promise<string[]> {
  try {
    const { data } = await client.call({ method: "GET", path: `${String(mount)}/roles`, query: { list: "true" } });
    return Array.isArray(data?.keys) ? data.keys.map(String).sort() : [];
  } catch (error) {
    if (isVaultError(error, "absent")) {
      return [];
    }
    throw error;
  }
}

/**
 * Writes a complete role. It is not read back where Vault tells its version: what a release does not keep is rejected before, so that the second
 * of two requests is for the look at what is overwritten.
 *
 * @throws PartialFailure where it was written, or may have been, and is not as it should be
 */
export async function writeRole(context: WorkContext, path: string, role: Values): Promise<void> {
  const { client, server } = context.vault;
  // The same role written twice is the same role.
  await inStateIfUnanswered(path, role, () => client.write(path, toVault(roleFields, role), { idempotent: true }));
  if (server.version === undefined) {
    await inState(path, role, () => readBack(context, path, roleFields, role));
  }
}

/**
 * Writes a role that is not the resource's own yet.
 *
 * @param existing what Vault has at its path
 * @throws Error where something else is there that is not to be adopted
 * @throws PartialFailure where it was written, or may have been: the answer was lost
 */
export async function createRole(
  context: WorkContext,
  role: Values,
  existing: () => Promise<Values | undefined>,
): Promise<void> {
  const path = pathOfRole(role);
  assertFieldsSupported(path, roleFields, role, context.vault.server);
  const wanted = isPassedOn(path) ? { ...role, adoptExisting: true } : role;
  assertAdoptable(path, roleFields, wanted, await existing());
  await writeRole(context, path, role);
}

/** Revokes the leases of a role, whichever of its two paths they were read from. */
async function revokeLeases(context: WorkContext, { mount, name }: Values): Promise<void> {
  for (const endpoint of ["creds", "sts"]) {
    const prefix = `${String(mount)}/${endpoint}/${String(name)}`;
    await whileRunning(`Vault revokes the leases of ${prefix}`, context.progress, () =>
      context.vault.client.write(
        `sys/leases/revoke-prefix/${prefix}`,
        { sync: true },
        { idempotent: true, timeoutMs: revocationTimeoutMs },
      ),
    );
  }
}

/** `roles/:name` of Vault's AWS secrets engine. */
export const roleHandlers: ResourceHandlers = {
  declares: (inputs) => [pathOfRole(inputs)],

  validate: (inputs) => [...mountPathRules(inputs, "mount"), ...objectNameRules(inputs, "name"), ...roleRules(inputs)],

  diff: (before, after) => {
    const replaces = ["mount", "name"].filter((name) => before[name] !== after[name]);
    return {
      changes: replaces.length > 0 || changedFields([...roleFields, ...roleSettings], before, after).length > 0,
      replaces,
    };
  },

  create: async (context, inputs) => {
    const path = pathOfRole(inputs);
    await createRole(context, inputs, () => context.vault.client.read(path));
    return { id: path, outputs: inputs };
  },

  read: async (context, given, id) => {
    const outputs = { ...valuesOfId(id, /^(?<mount>.+)\/roles\/(?<name>[^/]+)$/), ...given };
    const data = await readBelowMount(context, pathOfRole(outputs));
    if (data === undefined) {
      return undefined;
    }
    const inputs = inputsWithDrift(roleFields, outputs, fromVault(roleFields, data));
    return { outputs: inputs, inputs };
  },

  update: async (context, before, after) => {
    const path = pathOfRole(after);
    assertFieldsSupported(path, roleFields, after, context.vault.server);
    const existing = await readRole(context.vault, path);
    if (existing === undefined || !isSameRole(existing, after)) {
      if (existing !== undefined) {
        warnOfOverwriting(context, path, roleFields, { before, after, actual: existing });
      }
      await writeRole(context, path, after);
    }
    return after;
  },

  remove: async (context, outputs) => {
    if (passesOn(pathOfRole(outputs))) {
      return;
    }
    if (outputs.revokeLeasesOnDelete === true) {
      await revokeLeases(context, outputs);
    }
    await removeBelowMount(() => context.vault.client.remove(pathOfRole(outputs)));
  },
};
