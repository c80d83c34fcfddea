import { waitUntilAccepted } from "../../aws/sts/keyReadiness.js";
import { durationSeconds } from "../../internal/duration.js";
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
import type { Duration } from "../../internal/duration.js";
import { rootConfigFields, rotationFieldNames } from "../rootConfigFields.js";
import { mountPathRules } from "../../vaultresource/rules.js";
import { PartialFailure, type ResourceHandlers, type WorkContext } from "../../vaultresource/providers/handlers.js";
import { keptSecret, withSecretKept } from "./keptSecrets.js";
import { rotateRoot } from "./rotateRoot.js";
import {
  fieldsFor,
  readBelowMount,
  assertFieldsSupported,
  assertAdoptable,
  removeBelowMount,
  readBack,
} from "../../vaultresource/providers/writing.js";

const fieldsWithoutKey = rootConfigFields.filter((field) => field.name !== "accessKey");

/** First release that keeps what a write of config/root leaves out; earlier ones erase the secret key then. */
const mergesSince = "1.19";

function pathOfRoot(values: Values): string {
  return `${String(values.mount)}/config/root`;
}

function rotationFieldsIn(inputs: Values): string[] {
  return rootConfigFields
    .filter((field) => rotationFieldNames.includes(field.name) && isSet(field, inputs[field.name]))
    .map((field) => field.name);
}

/** Whether Vault Enterprise rotates the key on its own. */
function rotatesByItself(inputs: Values): boolean {
  return rotationFieldsIn(inputs).length > 0;
}

/**
 * Whether the key in Vault is one that Vault made, and shall stay: then `accessKey` and `secretKey` were the seed and are not compared, nor
 * written.
 */
function keyWasRotated(before: Values, after: Values): boolean {
  const rotates = after.rotateRootTrigger !== undefined || rotatesByItself(after);
  return rotates && before.keyRotated === true && before.reseedTrigger === after.reseedTrigger;
}

/** Without this, the only credential that Vault has would be erased. */
function assertSeedGiven(path: string, inputs: Values): void {
  const asked = [...(inputs.rotateRootTrigger === undefined ? [] : ["rotateRootTrigger"]), ...rotationFieldsIn(inputs)];
  if (asked.length > 0 && (inputs.accessKey === undefined || inputs.accessKey === "")) {
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
  return before.accessKey !== after.accessKey || before.secretKeyDigest !== after.secretKeyDigest;
}

async function waitForKey(context: WorkContext, inputs: Values, secretKey: string): Promise<void> {
  const readiness = (inputs.keyReadiness ?? {}) as Values;
  if (readiness.skip === true) {
    return;
  }
  const region = [readiness.region, inputs.stsRegion, inputs.region].find((name) => name !== undefined && name !== "");
  const endpoint = [readiness.stsEndpoint, inputs.stsEndpoint].find((url) => url !== undefined && url !== "");
  const timeout = durationSeconds((readiness.timeout as Duration | undefined) ?? 180) ?? 180;
  await waitUntilAccepted(
    { accessKeyId: String(inputs.accessKey), secretAccessKey: secretKey },
    {
      region: region as string | undefined,
      endpoint: endpoint as string | undefined,
      consecutiveSuccesses: readiness.consecutiveSuccesses as number | undefined,
      timeoutMs: timeout * 1000,
      onWait: context.progress,
    },
  );
}

/** The whole object but for the keys. */
function bodyOf(context: WorkContext, inputs: Values, fields: readonly VaultField[]): Record<string, unknown> {
  const body = toVault(fieldsFor(fields, inputs, context.vault.server), inputs);
  // Vault's releases differ in what leaving the template out means: its default as a text means the same to all.
  return body.username_template === "" ? { ...body, username_template: defaultUsernameTemplate } : body;
}

async function writeWithKey(context: WorkContext, inputs: Values, isNewKey: boolean): Promise<Values> {
  const path = pathOfRoot(inputs);
  const secretKey = keptSecret(inputs);
  if (isNewKey && secretKey !== undefined) {
    await waitForKey(context, inputs, secretKey);
  }
  const body = { ...bodyOf(context, inputs, rootConfigFields), secret_key: secretKey ?? "" };
  const secrets = secretKey === undefined ? [] : [secretKey];
  await context.vault.client.write(path, body, { idempotent: true, secrets });
  return { ...inputs, activeAccessKey: inputs.accessKey ?? "", keyRotated: rotatesByItself(inputs) };
}

async function writeWithoutKey(context: WorkContext, inputs: Values, before: Values): Promise<void> {
  const path = pathOfRoot(inputs);
  const changed = changedFields(fieldsWithoutKey, before, inputs);
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
}

/** Rotates where the trigger asks for it, and keeps in the outputs what was reached. */
async function rotateIfAsked(context: WorkContext, outputs: Values): Promise<Values> {
  const trigger = outputs.rotateRootTrigger;
  if (trigger === undefined || outputs.rotatedFor === trigger) {
    return outputs;
  }
  const { accessKey, failure } = await rotateRoot(context, String(outputs.mount), String(outputs.activeAccessKey));
  if (accessKey === undefined) {
    throw new PartialFailure(failure ?? "the root key was not rotated", pathOfRoot(outputs), outputs);
  }
  const rotated = { ...outputs, activeAccessKey: accessKey, keyRotated: true, rotatedFor: trigger };
  if (failure !== undefined) {
    throw new PartialFailure(failure, pathOfRoot(outputs), rotated);
  }
  return rotated;
}

function withoutComputed(outputs: Values): Values {
  const { activeAccessKey: _active, keyRotated: _rotated, rotatedFor: _for, ...inputs } = outputs;
  return inputs;
}

/** `config/root` of Vault's AWS secrets engine: the root credential. */
export const rootConfigHandlers: ResourceHandlers = {
  validate: (inputs) => [...mountPathRules(inputs, "mount"), ...rootConfigRules(inputs)],

  prepare: withSecretKept,

  diff: (before, after) => {
    const replaces = before.mount === after.mount ? [] : ["mount"];
    const vaults = keyWasRotated(before, after);
    const key = vaults ? seedRemoved(before, after) : keyChanged(before, after);
    const changed = changedFields(fieldsWithoutKey, before, after).length > 0 || key;
    const settings = ["rotateRootTrigger", "reseedTrigger", "clearOnDelete"].some(
      (name) => before[name] !== after[name],
    );
    return { changes: replaces.length > 0 || changed || settings, replaces };
  },

  create: async (context, inputs) => {
    const path = pathOfRoot(inputs);
    assertFieldsSupported(path, rootConfigFields, inputs, context.vault.server);
    assertSeedGiven(path, inputs);
    const existing = await context.vault.client.read(path);
    assertAdoptable(path, rootConfigFields, inputs, existing);
    const written = await writeWithKey(context, inputs, true);
    try {
      await readBack(context, path, rootConfigFields, inputs);
    } catch (error) {
      throw new PartialFailure((error as Error).message, path, written);
    }
    return { id: path, outputs: await rotateIfAsked(context, written) };
  },

  read: async (context, outputs) => {
    const data = await readBelowMount(context, pathOfRoot(outputs));
    if (data === undefined) {
      return undefined;
    }
    const actual = fromVault(rootConfigFields, data);
    const known = withoutComputed(outputs);
    const compared = keyWasRotated(outputs, outputs) ? fieldsWithoutKey : rootConfigFields;
    const inputs = inputsWithDrift(compared, known, actual);
    const computed = { keyRotated: outputs.keyRotated, rotatedFor: outputs.rotatedFor };
    return { outputs: { ...inputs, ...computed, activeAccessKey: actual.accessKey }, inputs };
  },

  update: async (context, before, after) => {
    const path = pathOfRoot(after);
    assertFieldsSupported(path, rootConfigFields, after, context.vault.server);
    if (keyWasRotated(before, after)) {
      await writeWithoutKey(context, after, before);
      await readBack(context, path, fieldsWithoutKey, after);
      const { activeAccessKey, keyRotated, rotatedFor } = before;
      return rotateIfAsked(context, { ...after, activeAccessKey, keyRotated, rotatedFor });
    }
    assertSeedGiven(path, after);
    const written = await writeWithKey(context, after, keyChanged(before, after) || before.keyRotated === true);
    await readBack(context, path, rootConfigFields, after);
    return rotateIfAsked(context, written);
  },

  remove: async (context, outputs) => {
    if (outputs.clearOnDelete !== true) {
      // The leases below the mount can only be revoked with this credential: it goes with the mount.
      return;
    }
    const body = { ...bodyOf(context, {}, rootConfigFields), secret_key: "" };
    await removeBelowMount(() => context.vault.client.write(pathOfRoot(outputs), body, { idempotent: true }));
  },
};
