import { isVaultError, type VaultError } from "../../vault/errors.js";
import type { VaultServerInfo } from "../../vault/server.js";
import { changedFields, fromVault, isSet, missingFields, needs, type Values, type VaultField } from "../fields.js";
import { PartialFailure, type WorkContext } from "./handlers.js";

/**
 * Whether a write failed so that Vault may nevertheless have done it: the connection broke or timed out, or something in front of Vault answered in
 * its place.
 */
export function isAnswerLost(error: unknown): error is VaultError {
  return isVaultError(error) && error.answerLost;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Does work on something that was created: whatever fails, it is in the state.
 *
 * @throws PartialFailure
 */
export async function inState<T>(id: string, outputs: Values, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof PartialFailure ? error : new PartialFailure(messageOf(error), id, outputs);
  }
}

/**
 * Does the write that creates something. Where its answer is lost, it may be there: it is in the state then, and the next `up` writes it again.
 *
 * @throws PartialFailure where it may have been created
 */
export async function inStateIfUnanswered<T>(id: string, outputs: Values, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isAnswerLost(error) ? new PartialFailure(messageOf(error), id, outputs) : error;
  }
}

/** The inputs that an ID names: all that is known where a resource is read that no program has declared. */
export function valuesOfId(id: string, form: RegExp): Values {
  return { ...form.exec(id)?.groups };
}

/**
 * Warns where a write overwrites what something else has written since the last `up` or refresh.
 *
 * @param before what the state holds
 * @param actual what Vault has, by argument name
 */
export function warnOfOverwriting(
  context: WorkContext,
  path: string,
  fields: readonly VaultField[],
  { before, after, actual }: { readonly before: Values; readonly after: Values; readonly actual: Values },
): void {
  const lost = changedFields(fields, actual, after).filter(
    (field) => changedFields([field], actual, before).length > 0 && isSet(field, actual[field.name]),
  );
  if (lost.length > 0) {
    const list = lost.map((field) => `${field.name} (was ${shortened(actual[field.name])})`).join(", ");
    context.warn(`${path} was changed in Vault by something else since the last up, and is overwritten: ${list}`);
  }
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/**
 * Rejects what this Vault would ignore silently.
 *
 * @throws Error that names each such field and the release it needs
 */
export function assertFieldsSupported(
  subject: string,
  fields: readonly VaultField[],
  values: Values,
  server: VaultServerInfo,
): void {
  const missing = missingFields(fields, values, server.version);
  if (missing.length > 0) {
    const list = missing.map((field) => `${field.name} (needs ${needs(field)})`).join(", ");
    throw new Error(
      `${subject}: this Vault is ${describe(server)} and would not keep: ${list}. Remove it, or upgrade Vault`,
    );
  }
}

function describe(server: VaultServerInfo): string {
  const edition = server.version?.enterprise === false ? " (community)" : "";
  return `${server.versionText}${edition}`;
}

/**
 * Reads back what was written.
 *
 * @returns the object's data
 * @throws Error where a field was not kept: Vault answers nothing then
 */
export async function readBack(
  context: WorkContext,
  path: string,
  fields: readonly VaultField[],
  wanted: Values,
): Promise<Values> {
  const data = await context.vault.client.read(path);
  if (data === undefined) {
    throw new Error(`${path}: was written, but Vault has nothing there`);
  }
  const lost = changedFields(fields, wanted, fromVault(fields, data));
  if (lost.length > 0) {
    const list = lost.map((field) => `${field.name}${field.since === undefined ? "" : ` (needs ${needs(field)})`}`);
    throw new Error(
      `${path}: Vault ${context.vault.server.versionText} did not keep what was written: ${list.join(", ")}. ` +
        "Does something else write there, too?",
    );
  }
  return data;
}

/**
 * What is there already when something is to be created. The same object is taken over: the answer to an earlier write may have got lost.
 *
 * @param details sentences on the difference, for the message
 * @throws Error where it is another one and `adoptExisting` is not set
 */
export function assertAdoptable(
  path: string,
  fields: readonly VaultField[],
  wanted: Values,
  existing: Values | undefined,
  details = "",
): void {
  if (existing === undefined || wanted.adoptExisting === true) {
    return;
  }
  const differing = changedFields(fields, wanted, fromVault(fields, existing));
  if (differing.length > 0) {
    throw new Error(
      `${path} exists already in Vault and differs in ${differing.map((field) => field.name).join(", ")}. ` +
        `${details}To take it over and change it, set adoptExisting: true; or delete it in Vault first`,
    );
  }
}

/** The fields to send to this Vault: those of Vault Enterprise only where they exist or are asked for. */
export function fieldsFor(fields: readonly VaultField[], values: Values, server: VaultServerInfo): VaultField[] {
  return fields.filter(
    (field) => field.enterprise !== true || server.version?.enterprise === true || isSet(field, values[field.name]),
  );
}

/**
 * An object below a mount, or undefined where it is gone.
 *
 * @throws VaultError where the mount itself is missing: that is not the same as the object being deleted
 */
export async function readBelowMount(context: WorkContext, path: string): Promise<Values | undefined> {
  try {
    return await context.vault.client.read(path);
  } catch (error) {
    if (context.recreate && isVaultError(error, "mountMissing")) {
      return undefined;
    }
    if (isVaultError(error, "mountMissing")) {
      throw new Error(
        `${error.message}. If the engine was unmounted on purpose, set onVaultReplaced: "recreate" on the VaultConnection ` +
          'and refresh: what is missing is then created again. If it was moved, run "pulumi up"',
        { cause: error },
      );
    }
    throw error;
  }
}

/** Does what deletes an object below a mount; where the mount is gone, or about to go, the object goes with it. */
export async function removeBelowMount(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isVaultError(error, "mountMissing", "mountTainted")) {
      throw error;
    }
  }
}
