import { isVaultError } from "../../vault/errors.js";
import type { VaultServerInfo } from "../../vault/server.js";
import { changedFields, fromVault, isSet, missingFields, needs, type Values, type VaultField } from "../fields.js";
import type { WorkContext } from "./handlers.js";

/**
 * Refuses what this Vault would drop without a word.
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
 * @throws Error where it is another one and `adoptExisting` is not set
 */
export function assertAdoptable(
  path: string,
  fields: readonly VaultField[],
  wanted: Values,
  existing: Values | undefined,
): void {
  if (existing === undefined || wanted.adoptExisting === true) {
    return;
  }
  const differing = changedFields(fields, wanted, fromVault(fields, existing));
  if (differing.length > 0) {
    throw new Error(
      `${path} exists already in Vault and differs in ${differing.map((field) => field.name).join(", ")}. ` +
        "To take it over and change it, set adoptExisting: true; or delete it in Vault first",
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
          "and refresh: what is missing is then created anew",
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
