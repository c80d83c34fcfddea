import { isSet, type Values } from "../../vaultresource/fields.js";
import type { WorkContext } from "../../vaultresource/providers/handlers.js";
import { rootConfigFields, rotationFieldNames } from "../engineFields.js";
import { importedDigest } from "./keptSecrets.js";

/*
 * What is known of the root key: whose it is, whether it was rotated, and whether it may be overwritten.
 */

export function pathOfRoot(values: Values): string {
  return `${String(values.mount)}/config/root`;
}

/** The text of a value, where "not set" is the empty text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function rotationFieldsIn(inputs: Values): string[] {
  return rootConfigFields
    .filter((field) => rotationFieldNames.includes(field.name) && isSet(field, inputs[field.name]))
    .map((field) => field.name);
}

/** Whether the key in Vault may be one that Vault made: a rotation is asked for, or configured. */
export function rotates(inputs: Values): boolean {
  return inputs.rotateRootTrigger !== undefined || rotationFieldsIn(inputs).length > 0;
}

/** Whether a rotation is asked for that is not recorded as done. */
export function isRotationPending(before: Values, after: Values): boolean {
  return after.rotateRootTrigger !== undefined && before.rotatedFor !== after.rotateRootTrigger;
}

/**
 * Whether the key in Vault is one that Vault made, and shall stay: then `accessKey` and `secretKey` were the seed and are not compared, nor
 * written.
 */
export function keyWasRotated(before: Values, after: Values): boolean {
  return rotates(after) && before.keyRotated === true && before.reseedTrigger === after.reseedTrigger;
}

/** Whether the seed, which AWS no longer has, is to leave the state. */
export function seedRemoved(before: Values, after: Values): boolean {
  return before.accessKey !== undefined && after.accessKey === undefined;
}

export function keyChanged(before: Values, after: Values): boolean {
  if (textOf(before.accessKey) !== textOf(after.accessKey)) {
    return true;
  }
  // An access key has one secret: whoever imported it and gives the secret, changes nothing.
  return before.secretKeyDigest !== after.secretKeyDigest && before.secretKeyDigest !== importedDigest;
}

/** What the state says of a key that is in Vault and is taken for the one that Vault rotated to. */
export function takenOver(context: WorkContext, path: string, found: string, inputs: Values, last: string): Values {
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
export function knownOfKey(context: WorkContext, before: Values, after: Values, existing: Values | undefined): Values {
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
