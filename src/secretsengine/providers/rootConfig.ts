import { isAtLeast } from "../../vault/version.js";
import { rootConfigRules } from "../configRules.js";
import {
  changedFields,
  defaultUsernameTemplate,
  fromVault,
  inputsWithDrift,
  toVault,
  type Values,
  type VaultField,
} from "../../vaultresource/fields.js";
import { rootConfigFields, rootConfigSettings } from "../engineFields.js";
import { mountPathRules } from "../../vaultresource/rules.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { importedDigest, keptSecret, withSecretKept } from "./keptSecrets.js";
import {
  isRotationPending,
  keyChanged,
  keyWasRotated,
  knownOfKey,
  pathOfRoot,
  rotates,
  rotationFieldsIn,
  seedRemoved,
  takenOver,
  textOf,
} from "./rootKey.js";
import { keyInUse, rotateIfAsked } from "./rootRotation.js";
import { waitForKey } from "./waitForKey.js";
import {
  assertAdoptable,
  assertFieldsSupported,
  fieldsFor,
  messageOf,
  readBack,
  readBelowMount,
  removeBelowMount,
  valuesOfId,
} from "../../vaultresource/providers/writing.js";

const fieldsWithoutKey = rootConfigFields.filter((field) => field.name !== "accessKey");

/** First release that keeps what a write of config/root leaves out; earlier ones erase the secret key then. */
const mergesSince = "1.19";

/** Without this, the only credential that Vault has would be erased. */
function assertSeedGiven(path: string, inputs: Values): void {
  const asked = [...(inputs.rotateRootTrigger === undefined ? [] : ["rotateRootTrigger"]), ...rotationFieldsIn(inputs)];
  // With workload identity federation there is no key, and Vault accepts a schedule nevertheless.
  if (asked.length > 0 && textOf(inputs.accessKey) === "" && textOf(inputs.identityTokenAudience) === "") {
    throw new Error(
      `${path}: ${asked.join(", ")} needs accessKey and secretKey, the seed: Vault has not rotated the root key yet. ` +
        "Leave them out only once keyRotated is true",
    );
  }
}

/** The complete object but for the keys. */
function bodyOf(context: WorkContext, inputs: Values, fields: readonly VaultField[]): Record<string, unknown> {
  const body = toVault(fieldsFor(fields, inputs, context.vault.server), inputs);
  // Vault's releases differ in what leaving the template out means: its default as a text means the same to all.
  return body.username_template === "" ? { ...body, username_template: defaultUsernameTemplate } : body;
}

/**
 * Writes the complete object with its key and reads it back.
 *
 * @param isNewKey whether Vault has another key: then AWS has to accept this one first
 * @throws PartialFailure where it was written and cannot be read back
 */
async function writeWithKey(context: WorkContext, inputs: Values, isNewKey: boolean): Promise<Values> {
  const path = pathOfRoot(inputs);
  const accessKey = textOf(inputs.accessKey);
  const secretKey = keptSecret(inputs);
  if (isNewKey && secretKey !== undefined) {
    const sts = { region: textOf(inputs.stsRegion) || inputs.region, endpoint: inputs.stsEndpoint };
    await waitForKey(context, inputs, { accessKeyId: accessKey, secretAccessKey: secretKey }, sts);
  }
  const body = { ...bodyOf(context, inputs, rootConfigFields), secret_key: secretKey ?? "" };
  const secrets = secretKey === undefined ? [] : [secretKey];
  await context.vault.client.write(path, body, { idempotent: true, secrets });
  const written = { ...inputs, activeAccessKey: accessKey, keyRotated: false };
  try {
    const compared = rotationFieldsIn(inputs).length > 0 ? fieldsWithoutKey : rootConfigFields;
    const active = textOf((await readBack(context, path, compared, inputs)).access_key);
    // Vault Enterprise may have rotated the key in the meantime.
    return { ...written, activeAccessKey: active, keyRotated: active !== accessKey };
  } catch (error) {
    throw new PartialFailure(messageOf(error), path, written);
  }
}

/** Writes what differs in Vault, and leaves the keys, which only Vault knows. */
async function writeWithoutKey(context: WorkContext, inputs: Values, existing: Values): Promise<void> {
  const path = pathOfRoot(inputs);
  const changed = changedFields(fieldsWithoutKey, fromVault(fieldsWithoutKey, existing), inputs);
  if (changed.length === 0) {
    return;
  }
  const { version, versionText } = context.vault.server;
  if (version === undefined || !isAtLeast(version, mergesSince)) {
    throw new Error(
      `${path}: ${changed.map((field) => field.name).join(", ")} cannot be changed: Vault rotated the root key and alone knows its secret, ` +
        `and this Vault, ${versionText}, erases the secret when anything else is written (Vault ${mergesSince} keeps it). ` +
        "Give a new key in accessKey and secretKey and change reseedTrigger, or upgrade Vault",
    );
  }
  await context.vault.client.write(path, bodyOf(context, inputs, fieldsWithoutKey), { idempotent: true });
  await readBack(context, path, fieldsWithoutKey, inputs);
}

const computedNames = ["activeAccessKey", "keyRotated", "rotatedFor"];

/** `config/root` of Vault's AWS secrets engine: the root credential. */
export const rootConfigHandlers: ResourceHandlers = {
  validate: (inputs) => [...mountPathRules(inputs, "mount"), ...rootConfigRules(inputs)],

  prepare: withSecretKept,

  diff: (before, after) => {
    const replaces = before.mount === after.mount ? [] : ["mount"];
    const key = keyWasRotated(before, after) ? seedRemoved(before, after) : keyChanged(before, after);
    const changed = changedFields([...fieldsWithoutKey, ...rootConfigSettings], before, after).length > 0 || key;
    return { changes: replaces.length > 0 || changed || isRotationPending(before, after), replaces };
  },

  create: async (context, inputs) => {
    const path = pathOfRoot(inputs);
    assertFieldsSupported(path, rootConfigFields, inputs, context.vault.server);
    const existing = await context.vault.client.read(path);
    const found = textOf(existing?.access_key);
    if (existing !== undefined && found !== "" && found !== textOf(inputs.accessKey) && rotates(inputs)) {
      // Of an earlier `up` that ended before it could be recorded, or of a mount that was moved.
      assertAdoptable(path, fieldsWithoutKey, inputs, existing);
      const outputs = { ...inputs, ...takenOver(context, path, found, inputs, textOf(inputs.accessKey)) };
      await writeWithoutKey(context, inputs, existing);
      return { id: path, outputs };
    }
    assertSeedGiven(path, inputs);
    const wanted = textOf(inputs.accessKey);
    const keys = found === wanted ? "" : `Vault has access key ${found || "none"}, the program ${wanted || "none"}. `;
    assertAdoptable(path, rootConfigFields, inputs, existing, keys);
    const written = await writeWithKey(context, inputs, true);
    return { id: path, outputs: await rotateIfAsked(context, written) };
  },

  read: async (context, given, id) => {
    const outputs = withSecretKept({ ...valuesOfId(id, /^(?<mount>.+)\/config\/root$/), ...given });
    const data = await readBelowMount(context, pathOfRoot(outputs));
    if (data === undefined) {
      return undefined;
    }
    const actual = fromVault(rootConfigFields, data);
    const [found, last] = [textOf(actual.accessKey), textOf(outputs.activeAccessKey)];
    const stored = Object.entries(outputs).filter(([name]) => !computedNames.includes(name));
    const isImport = outputs.activeAccessKey === undefined && found !== "";
    const known = { ...Object.fromEntries(stored), ...(isImport ? { secretKeyDigest: importedDigest } : {}) };
    // A rotation whose outcome no `up` recorded, or one that Vault made by itself.
    const pending = isRotationPending(outputs, outputs);
    const isNew =
      found !== "" &&
      last !== "" &&
      found !== last &&
      found !== textOf(outputs.accessKey) &&
      (pending || rotationFieldsIn(outputs).length > 0);
    const computed = isNew
      ? { keyRotated: true, rotatedFor: outputs.rotateRootTrigger }
      : { keyRotated: outputs.keyRotated ?? false, rotatedFor: outputs.rotatedFor };
    const compared = keyWasRotated({ ...outputs, ...computed }, outputs) ? fieldsWithoutKey : rootConfigFields;
    const inputs = inputsWithDrift(compared, known, actual);
    return { outputs: { ...inputs, ...computed, activeAccessKey: found }, inputs };
  },

  update: async (context, before, after) => {
    const path = pathOfRoot(after);
    assertFieldsSupported(path, rootConfigFields, after, context.vault.server);
    const existing = await context.vault.client.read(path);
    const known = knownOfKey(context, before, after, existing);
    if (keyWasRotated(known, after)) {
      await writeWithoutKey(context, after, existing ?? {});
      const { activeAccessKey, keyRotated, rotatedFor } = known;
      return rotateIfAsked(context, { ...after, activeAccessKey, keyRotated, rotatedFor });
    }
    assertSeedGiven(path, after);
    const isNewKey = textOf(existing?.access_key) !== textOf(after.accessKey) || keyChanged(before, after);
    const isWritten =
      !isNewKey &&
      existing !== undefined &&
      changedFields(rootConfigFields, fromVault(rootConfigFields, existing), after).length === 0;
    const written = isWritten
      ? { ...after, activeAccessKey: textOf(after.accessKey), keyRotated: false }
      : await writeWithKey(context, after, isNewKey);
    return rotateIfAsked(context, isNewKey ? written : { ...written, rotatedFor: known.rotatedFor });
  },

  remove: async (context, outputs) => {
    if (outputs.clearOnDelete !== true) {
      // The leases below the mount can only be revoked with this credential: it goes with the mount.
      return;
    }
    await removeBelowMount(async () => {
      const path = pathOfRoot(outputs);
      const found = await keyInUse(context, path);
      const last = textOf(outputs.activeAccessKey ?? outputs.accessKey);
      if (found !== "" && found !== last && !rotates(outputs)) {
        context.warn(`${path} holds access key ${found}, and this resource last wrote ${last}: it is left as it is`);
        return;
      }
      const body = { ...bodyOf(context, {}, rootConfigFields), secret_key: "" };
      await context.vault.client.write(path, body, { idempotent: true });
    });
  },
};
