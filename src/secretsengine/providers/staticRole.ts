import { isVaultError } from "../../vault/errors.js";
import { isAtLeast } from "../../vault/version.js";
import { staticRoleRules } from "../configRules.js";
import {
  changedFields,
  fromVault,
  inputsWithDrift,
  toVault,
  type Values,
  type VaultField,
} from "../../vaultresource/fields.js";
import { staticRoleFields } from "../engineFields.js";
import { mountPathRules, objectNameRules } from "../../vaultresource/rules.js";
import { mayHaveMadeKey } from "./lostKeys.js";
import { retryOnIamPropagation } from "./retryOnIamPropagation.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import {
  assertAdoptable,
  assertFieldsSupported,
  fieldsFor,
  isAnswerLost,
  messageOf,
  readBelowMount,
  removeBelowMount,
  valuesOfId,
  warnOfOverwriting,
} from "../../vaultresource/providers/writing.js";

function pathOfStaticRole(values: Values): string {
  return `${String(values.mount)}/static-roles/${String(values.name)}`;
}

function outputsOf(inputs: Values, data: Values): Values {
  return { ...inputs, userId: data.id };
}

/** Writing calls AWS, and creates an access key where the role is new. */
async function write(context: WorkContext, inputs: Values): Promise<void> {
  const body = toVault(fieldsFor(staticRoleFields, inputs, context.vault.server), inputs);
  await retryOnIamPropagation(() => context.vault.client.write(pathOfStaticRole(inputs), body), context.progress);
}

/**
 * ID of the key that Vault hands out at the moment, the empty text where the token may not read it, and undefined where there is none: Vault
 * stores a role before it asks AWS for the key, and forgets the key before it asks AWS to delete it.
 */
async function currentKey(context: WorkContext, role: Values): Promise<string | undefined> {
  try {
    const credentials = await context.vault.client.read(`${String(role.mount)}/static-creds/${String(role.name)}`);
    return credentials === undefined ? undefined : String(credentials.access_key);
  } catch (error) {
    if (isVaultError(error, "permissionDenied")) {
      return "";
    }
    throw error;
  }
}

/** The role, where it is complete: with its key. */
async function readComplete(context: WorkContext, role: Values): Promise<Values | undefined> {
  const data = await context.vault.client.read(pathOfStaticRole(role));
  return data === undefined || (await currentKey(context, role)) === undefined ? undefined : data;
}

/**
 * Creates the role and its key. Where that fails, what is left in Vault is a role without a key, which can neither be read from nor be written
 * again: it is deleted.
 *
 * @throws PartialFailure where it could not be deleted
 */
async function createWithKey(context: WorkContext, inputs: Values): Promise<Values> {
  const path = pathOfStaticRole(inputs);
  try {
    await write(context, inputs);
  } catch (error) {
    try {
      const data = isAnswerLost(error) ? await readComplete(context, inputs) : undefined;
      if (data !== undefined) {
        return readAsWritten(context, inputs, data);
      }
      if ((await context.vault.client.read(path)) !== undefined) {
        await removeWithKey(context, inputs);
      }
    } catch (undoing) {
      throw new PartialFailure(
        `${messageOf(error)}. What was created could not be deleted again: ${messageOf(undoing)}`,
        path,
        inputs,
      );
    }
    throw mayHaveMadeKey(error)
      ? new Error(
          `${messageOf(error)}. An access key of IAM user ${String(inputs.username)} that Vault does not know may be left over: delete it in AWS`,
          { cause: error },
        )
      : error;
  }
  try {
    return readAsWritten(context, inputs, (await context.vault.client.read(path)) ?? {});
  } catch (error) {
    throw new PartialFailure(messageOf(error), path, inputs);
  }
}

/** @throws Error where Vault did not keep what was written */
function readAsWritten(context: WorkContext, inputs: Values, data: Values): Values {
  const lost: readonly VaultField[] = changedFields(staticRoleFields, inputs, fromVault(staticRoleFields, data));
  if (lost.length > 0) {
    throw new Error(
      `${pathOfStaticRole(inputs)}: Vault ${context.vault.server.versionText} did not keep what was written: ` +
        `${lost.map((field) => field.name).join(", ")}. Does something else write there, too?`,
    );
  }
  return outputsOf(inputs, data);
}

/** Another IAM user than the one in the state, as the role in Vault names it; undefined where it is the same. */
function otherUser(outputs: Values, data: Values): string | undefined {
  const sameName = data.username === outputs.username;
  const sameId = outputs.userId === undefined || data.id === undefined || data.id === outputs.userId;
  return sameName && sameId ? undefined : `${String(data.username)} (${String(data.id)})`;
}

/**
 * Makes Vault build its client of IAM, if need be. Releases before 1.21 crash when they delete a static role without one (after a restart, or a
 * change of config/root), and then have forgotten the key without deleting it.
 */
async function initializeIamClient(context: WorkContext, path: string, data: Values): Promise<void> {
  const { client, server } = context.vault;
  if (server.version !== undefined && isAtLeast(server.version, "1.21")) {
    return;
  }
  try {
    // What is there already, so that nothing changes: Vault still asks IAM for the user.
    await client.write(path, { username: data.username, rotation_period: data.rotation_period });
  } catch (error) {
    // Whatever the answer, the client is there now; a token that may not write deletes as well as it can.
    if (!isVaultError(error, "server", "invalid", "permissionDenied") && !isAnswerLost(error)) {
      throw error;
    }
  }
}

/**
 * Deletes the role and its key.
 *
 * @throws Error that names the key where it may be left in AWS
 */
async function removeWithKey(context: WorkContext, role: Values): Promise<void> {
  const { client } = context.vault;
  const path = pathOfStaticRole(role);
  const key = await currentKey(context, role);
  for (let isRepeated = false; ; isRepeated = true) {
    try {
      // Not repeated by the client: Vault forgets the key before it asks AWS to delete it.
      await client.remove(path, { idempotent: false });
      return;
    } catch (error) {
      if (isVaultError(error, "mountMissing", "mountTainted")) {
        throw error;
      }
      if (isAnswerLost(error)) {
        const isThere = await remainsOf(context, role);
        if (isThere === "nothing") {
          return;
        }
        if (isThere === "role and key" && !isRepeated) {
          continue;
        }
      }
      if (key === undefined || key === "") {
        throw error;
      }
      throw new Error(
        `${messageOf(error)}. Access key ${key} of IAM user ${String(role.username)} may be left over: delete it in AWS, then destroy again`,
        { cause: error },
      );
    }
  }
}

/** What a deletion whose answer was lost has left in Vault. */
async function remainsOf(context: WorkContext, role: Values): Promise<"nothing" | "role" | "role and key" | "unknown"> {
  try {
    if ((await context.vault.client.read(pathOfStaticRole(role))) === undefined) {
      return "nothing";
    }
    return (await currentKey(context, role)) === undefined ? "role" : "role and key";
  } catch (error) {
    if (!isVaultError(error)) {
      throw error;
    }
    return "unknown";
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
      changes:
        replaces.length > 0 ||
        changedFields(staticRoleFields, before, after).length > 0 ||
        // Its creation failed halfway.
        before.userId === undefined,
      replaces,
      // Vault rejects another user under the same name.
      deleteBeforeReplace: replaces.length > 0 && samePath,
    };
  },

  create: async (context, inputs) => {
    const path = pathOfStaticRole(inputs);
    assertFieldsSupported(path, staticRoleFields, inputs, context.vault.server);
    const existing = await context.vault.client.read(path);
    assertAdoptable(path, staticRoleFields, inputs, existing);
    if (existing === undefined) {
      return { id: path, outputs: await createWithKey(context, inputs) };
    }
    return { id: path, outputs: await adopt(context, inputs, existing) };
  },

  read: async (context, given, id) => {
    const outputs = { ...valuesOfId(id, /^(?<mount>.+)\/static-roles\/(?<name>[^/]+)$/), ...given };
    const data = await readBelowMount(context, pathOfStaticRole(outputs));
    if (data === undefined) {
      return undefined;
    }
    const { userId, ...known } = outputs;
    const inputs = inputsWithDrift(staticRoleFields, known, fromVault(staticRoleFields, data));
    // Of a creation that failed halfway, the next `up` has to know.
    const isComplete = userId !== undefined || (await currentKey(context, outputs)) !== undefined;
    return { outputs: isComplete ? outputsOf(inputs, data) : inputs, inputs };
  },

  update: async (context, before, after) => {
    const path = pathOfStaticRole(after);
    assertFieldsSupported(path, staticRoleFields, after, context.vault.server);
    const existing = await context.vault.client.read(path);
    if (existing === undefined) {
      return createWithKey(context, after);
    }
    const other = otherUser(before, existing);
    if (other !== undefined) {
      throw new Error(
        `${path} is for IAM user ${other} now, not for ${String(before.username)} (${String(before.userId)}): something else wrote it. ` +
          'Run "pulumi refresh", then up again',
      );
    }
    const actual = fromVault(staticRoleFields, existing);
    warnOfOverwriting(context, path, staticRoleFields, { before, after, actual });
    return adopt(context, after, existing);
  },

  remove: async (context, outputs) => {
    const path = pathOfStaticRole(outputs);
    await removeBelowMount(async () => {
      const data = await context.vault.client.read(path);
      if (data === undefined) {
        return;
      }
      const other = otherUser(outputs, data);
      if (other !== undefined) {
        context.warn(
          `${path} is for IAM user ${other} now, not for ${String(outputs.username)} (${String(outputs.userId)}): it is left as it is`,
        );
        return;
      }
      await initializeIamClient(context, path, data);
      await removeWithKey(context, outputs);
    });
  },
};

/** Makes a role that is there what it should be. One without a key, which a failed creation left, is created again. */
async function adopt(context: WorkContext, inputs: Values, existing: Values): Promise<Values> {
  if ((await currentKey(context, inputs)) === undefined) {
    await removeWithKey(context, inputs);
    return createWithKey(context, inputs);
  }
  if (changedFields(staticRoleFields, fromVault(staticRoleFields, existing), inputs).length === 0) {
    return outputsOf(inputs, existing);
  }
  await write(context, inputs);
  const written = (await context.vault.client.read(pathOfStaticRole(inputs))) ?? existing;
  return readAsWritten(context, inputs, written);
}
