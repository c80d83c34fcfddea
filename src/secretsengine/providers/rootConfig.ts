import { isVaultError } from "../../vault/errors.js";
import { pause } from "../../internal/pause.js";
import { isAtLeast } from "../../vault/version.js";
import { rootConfigRules } from "../configRules.js";
import {
  changedFields,
  defaultUsernameTemplate,
  fromVault,
  inputsWithDrift,
  isSet,
  toVault,
  type Values,
  type VaultField,
} from "../../vaultresource/fields.js";
import { rootConfigFields, rootConfigSettings, rotationFieldNames } from "../engineFields.js";
import { mountPathRules } from "../../vaultresource/rules.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { importedDigest, keptSecret, withSecretKept } from "./keptSecrets.js";
import { retryOnIamPropagation } from "./retryOnIamPropagation.js";
import { waitForKey } from "./waitForKey.js";
import {
  assertAdoptable,
  assertFieldsSupported,
  fieldsFor,
  isAnswerLost,
  messageOf,
  readBack,
  readBelowMount,
  removeBelowMount,
  valuesOfId,
} from "../../vaultresource/providers/writing.js";

const fieldsWithoutKey = rootConfigFields.filter((field) => field.name !== "accessKey");

/** First release that keeps what a write of config/root leaves out; earlier ones erase the secret key then. */
const mergesSince = "1.19";

/** How long config/root is read for the outcome of a rotation whose answer was lost. */
const rotationLookupMs = 2_000;

function pathOfRoot(values: Values): string {
  return `${String(values.mount)}/config/root`;
}

/** The text of a value, where "not set" is the empty text. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function rotationFieldsIn(inputs: Values): string[] {
  return rootConfigFields
    .filter((field) => rotationFieldNames.includes(field.name) && isSet(field, inputs[field.name]))
    .map((field) => field.name);
}

/** Whether the key in Vault may be one that Vault made: a rotation is asked for, or configured. */
function rotates(inputs: Values): boolean {
  return inputs.rotateRootTrigger !== undefined || rotationFieldsIn(inputs).length > 0;
}

/** Whether a rotation is asked for that is not recorded as done. */
function isRotationPending(before: Values, after: Values): boolean {
  return after.rotateRootTrigger !== undefined && before.rotatedFor !== after.rotateRootTrigger;
}

/**
 * Whether the key in Vault is one that Vault made, and shall stay: then `accessKey` and `secretKey` were the seed and are not compared, nor
 * written.
 */
function keyWasRotated(before: Values, after: Values): boolean {
  return rotates(after) && before.keyRotated === true && before.reseedTrigger === after.reseedTrigger;
}

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

/** Whether the seed, which AWS no longer has, is to leave the state. */
function seedRemoved(before: Values, after: Values): boolean {
  return before.accessKey !== undefined && after.accessKey === undefined;
}

function keyChanged(before: Values, after: Values): boolean {
  if (textOf(before.accessKey) !== textOf(after.accessKey)) {
    return true;
  }
  // An access key has one secret: whoever imported it and gives the secret, changes nothing.
  return before.secretKeyDigest !== after.secretKeyDigest && before.secretKeyDigest !== importedDigest;
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

/** What the state says of a key that is in Vault and is taken for the one that Vault rotated to. */
function takenOver(context: WorkContext, path: string, found: string, inputs: Values, last: string): Values {
  const instead = last === "" || last === found ? "" : `, not ${last},`;
  context.warn(
    `${path} holds access key ${found}${instead} and a rotation is asked for: it is taken for the key that Vault rotated to, and stays. ` +
      "To write accessKey and secretKey instead, change reseedTrigger",
  );
  return { activeAccessKey: found, keyRotated: true, rotatedFor: inputs.rotateRootTrigger };
}

/**
 * What is known of the key, after a look at what Vault has. The only copy of a secret may be in Vault: a key that this resource did not write is
 * never overwritten.
 *
 * @throws Error that names both keys, where Vault has one that was written by something else
 */
function knownOfKey(context: WorkContext, before: Values, after: Values, existing: Values | undefined): Values {
  const path = pathOfRoot(after);
  const found = textOf(existing?.access_key);
  const last = textOf(before.activeAccessKey ?? before.accessKey);
  const wanted = textOf(after.accessKey);
  const state = {
    activeAccessKey: before.activeAccessKey,
    keyRotated: before.keyRotated,
    rotatedFor: before.rotatedFor,
    reseedTrigger: before.reseedTrigger,
  };
  if (before.keyRotated === true && found === "" && keyWasRotated(before, after)) {
    throw new Error(
      `${path} has no access key any more: the key ${last}, which Vault had rotated to, is lost. ` +
        "Give a new key in accessKey and secretKey, and change reseedTrigger",
    );
  }
  if (found === "" || found === wanted || before.reseedTrigger !== after.reseedTrigger) {
    return state;
  }
  if (found !== last) {
    if (keyWasRotated(before, after) && !isRotationPending(before, after)) {
      return { ...state, activeAccessKey: found };
    }
    if (isRotationPending(before, after) || rotationFieldsIn(before).length > 0) {
      return { ...state, ...takenOver(context, path, found, after, last) };
    }
    throw new Error(
      `${path} holds access key ${found}, but this resource last wrote ${last === "" ? "none" : last}: something else wrote or rotated it, and ` +
        "writing would erase its secret. To keep it as Vault's own, set rotateRootTrigger. To replace it nevertheless, run " +
        '"pulumi refresh", then up again',
    );
  }
  // A refresh has seen the key of a rotation that no `up` recorded: the seed is the one that was written before.
  return isRotationPending(before, after) && !state.keyRotated && before.secretKeyDigest === after.secretKeyDigest
    ? { ...state, ...takenOver(context, path, found, after, last) }
    : state;
}

/** What tells that AWS refused the calls of a rotation that come before Vault stores the new key. */
const refusedBeforeRotation =
  /error calling (?:GetUser|CreateAccessKey)[\s\S]*(?:InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied)/;

/**
 * Lets Vault make itself a new root key, where that is asked for and not done: from then on only Vault knows the secret. It is never asked for twice.
 *
 * @param outputs of the resource, with the key in use
 * @throws PartialFailure with the key that is in use then
 */
async function rotateIfAsked(context: WorkContext, outputs: Values): Promise<Values> {
  if (!isRotationPending(outputs, outputs)) {
    return outputs;
  }
  const path = pathOfRoot(outputs);
  const before = textOf(outputs.activeAccessKey);
  const rotated = (accessKey: string): Values => ({
    ...outputs,
    activeAccessKey: accessKey,
    keyRotated: true,
    rotatedFor: outputs.rotateRootTrigger,
  });
  try {
    const { data } = await retryOnIamPropagation(
      () => context.vault.client.write(`${String(outputs.mount)}/config/rotate-root`, undefined),
      context.progress,
      refusedBeforeRotation,
    );
    return rotated(textOf(data?.access_key) || (await keyInUse(context, path)));
  } catch (error) {
    // Vault stores the new key before it deletes the old one: an error does not mean that nothing happened.
    const found = await keyAfterFailure(context, path, before, error);
    if (found === undefined) {
      throw new PartialFailure(
        `whether the root key was rotated could not be read, it was ${before}: ${messageOf(error)}. The next up looks again`,
        path,
        outputs,
      );
    }
    if (found === "" || found === before) {
      throw new PartialFailure(
        `the root key could not be rotated, ${before} is still in use: ${messageOf(error)}`,
        path,
        outputs,
      );
    }
    if (isAnswerLost(error)) {
      context.warn(
        `the answer to the rotation of the root key was lost (${messageOf(error)}): Vault uses ${found} now. ` +
          `Check in AWS that the old key ${before} is deleted`,
      );
      return rotated(found);
    }
    throw new PartialFailure(
      `the root key was rotated to ${found}, but the old key ${before} may be left over in AWS: delete it there. ${messageOf(error)}`,
      path,
      rotated(found),
    );
  }
}

async function keyInUse(context: WorkContext, path: string): Promise<string> {
  return textOf((await context.vault.client.read(path))?.access_key);
}

/** The key in use after a rotation failed; undefined where that cannot be read. Where the answer was lost, Vault may still be at work. */
async function keyAfterFailure(
  context: WorkContext,
  path: string,
  before: string,
  failure: unknown,
): Promise<string | undefined> {
  const deadline = Date.now() + (isAnswerLost(failure) ? rotationLookupMs : 0);
  for (;;) {
    try {
      const found = await keyInUse(context, path);
      if (found !== before || Date.now() >= deadline) {
        return found;
      }
    } catch (error) {
      if (!isVaultError(error)) {
        throw error;
      }
      if (Date.now() >= deadline) {
        return undefined;
      }
    }
    await pause(500);
  }
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
