import { isVaultError } from "../../vault/errors.js";
import { isAtLeast } from "../../vault/version.js";
import { staticRoleRules } from "../configRules.js";
import { changedFields, fromVault, inputsWithDrift, toVault, type Values } from "../../vaultresource/fields.js";
import { staticRoleFields } from "../otherFields.js";
import { mountPathRules, objectNameRules } from "../../vaultresource/rules.js";
import { retryOnIamPropagation } from "./retryOnIamPropagation.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import {
  fieldsFor,
  readBelowMount,
  assertFieldsSupported,
  assertAdoptable,
  removeBelowMount,
  readBack,
} from "../../vaultresource/providers/writing.js";

function pathOfStaticRole(values: Values): string {
  return `${String(values.mount)}/static-roles/${String(values.name)}`;
}

/** Writing calls AWS, and makes an access key where the role is new. */
async function write(context: WorkContext, inputs: Values): Promise<void> {
  const body = toVault(fieldsFor(staticRoleFields, inputs, context.vault.server), inputs);
  await retryOnIamPropagation(() => context.vault.client.write(pathOfStaticRole(inputs), body), context.progress);
}

function outputsOf(inputs: Values, data: Values): Values {
  return { ...inputs, userId: data.id };
}

/** A failed write can leave a role without a key behind: Vault stores the role before it asks AWS. */
async function undoFailedCreate(context: WorkContext, path: string, inputs: Values, cause: unknown): Promise<never> {
  const { client } = context.vault;
  const message = (cause as Error).message;
  try {
    if ((await client.read(path)) !== undefined) {
      await client.remove(path);
    }
  } catch (error) {
    throw new PartialFailure(
      `${message}. What was made could not be removed again: ${(error as Error).message}`,
      path,
      inputs,
    );
  }
  throw cause;
}

/** ID of the key that Vault hands out at the moment, to name it where its deletion fails. */
async function currentKey(context: WorkContext, outputs: Values): Promise<string | undefined> {
  try {
    const credentials = await context.vault.client.read(
      `${String(outputs.mount)}/static-creds/${String(outputs.name)}`,
    );
    return credentials === undefined ? undefined : String(credentials.access_key);
  } catch (error) {
    // Only to name the key: a token that may not read it can still delete the role.
    if (isVaultError(error, "permissionDenied")) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Makes Vault build its client of IAM, if need be. Releases before 1.21 crash when they delete a static role without one (after a restart, or a
 * change of config/root), and then have forgotten the key without deleting it.
 */
async function initializeIamClient(context: WorkContext, outputs: Values): Promise<void> {
  const { client, server } = context.vault;
  if (server.version !== undefined && isAtLeast(server.version, "1.21")) {
    return;
  }
  const path = pathOfStaticRole(outputs);
  const data = await client.read(path);
  if (data === undefined) {
    return;
  }
  try {
    // What is there already, so that nothing changes: Vault asks IAM for the user all the same.
    await client.write(path, { username: data.username, rotation_period: data.rotation_period });
  } catch (error) {
    // Whatever the answer, the client is there now; a token that may not write deletes as well as it can.
    if (!isVaultError(error, "server", "invalid", "permissionDenied")) {
      throw error;
    }
  }
}

/** `static-roles/:name` of Vault's AWS secrets engine. */
export const staticRoleHandlers: ResourceHandlers = {
  validate: (inputs) => [
    ...mountPathRules(inputs, "mount"),
    ...objectNameRules(inputs, "name"),
    ...staticRoleRules(inputs),
  ],

  diff: (before, after) => {
    const replaces = ["mount", "name", "username"].filter((name) => before[name] !== after[name]);
    const samePath = before.mount === after.mount && before.name === after.name;
    return {
      changes: replaces.length > 0 || changedFields(staticRoleFields, before, after).length > 0,
      replaces,
      // Vault refuses another user under the same name.
      deleteBeforeReplace: replaces.length > 0 && samePath,
    };
  },

  create: async (context, inputs) => {
    const path = pathOfStaticRole(inputs);
    assertFieldsSupported(path, staticRoleFields, inputs, context.vault.server);
    const existing = await context.vault.client.read(path);
    assertAdoptable(path, staticRoleFields, inputs, existing);
    try {
      await write(context, inputs);
    } catch (error) {
      if (existing !== undefined) {
        throw error;
      }
      await undoFailedCreate(context, path, inputs, error);
    }
    try {
      return { id: path, outputs: outputsOf(inputs, await readBack(context, path, staticRoleFields, inputs)) };
    } catch (error) {
      throw new PartialFailure((error as Error).message, path, inputs);
    }
  },

  read: async (context, outputs) => {
    const data = await readBelowMount(context, pathOfStaticRole(outputs));
    if (data === undefined) {
      return undefined;
    }
    const { userId: _, ...known } = outputs;
    const inputs = inputsWithDrift(staticRoleFields, known, fromVault(staticRoleFields, data));
    return { outputs: outputsOf(inputs, data), inputs };
  },

  update: async (context, _before, after) => {
    const path = pathOfStaticRole(after);
    assertFieldsSupported(path, staticRoleFields, after, context.vault.server);
    await write(context, after);
    return outputsOf(after, await readBack(context, path, staticRoleFields, after));
  },

  remove: async (context, outputs) => {
    const path = pathOfStaticRole(outputs);
    await removeBelowMount(async () => {
      const key = await currentKey(context, outputs);
      await initializeIamClient(context, outputs);
      try {
        // Not to be repeated: Vault forgets the key before it asks AWS to delete it.
        await context.vault.client.remove(path, { idempotent: false });
      } catch (error) {
        if (key === undefined || isVaultError(error, "mountMissing", "mountTainted")) {
          throw error;
        }
        throw new Error(
          `${(error as Error).message}. Access key ${key} of IAM user ${String(outputs.username)} may be left over: delete it in AWS, ` +
            "then destroy again",
          { cause: error },
        );
      }
    });
  },
};
