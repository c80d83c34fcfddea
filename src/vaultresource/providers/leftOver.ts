import { isVaultError } from "../../vault/errors.js";
import { changedFields, type Values } from "../fields.js";
import type { WorkContext } from "./handlers.js";
import type { MountEntry, MountKind } from "./mountTable.js";

/** Where what a mount holds is found, by paths below it. */
export interface MountContents {
  /** Single objects. */
  readonly objects: readonly string[];
  /** Lists of objects. */
  readonly lists: readonly string[];
}

/**
 * Whether a mount is as an `up` leaves it that is killed before the mount is in the state: with the settings of the program, and nothing in it, as far
 * as the token can see. Nobody loses anything when it is taken over; a warning says so.
 */
export async function isLeftOver(
  context: WorkContext,
  kind: MountKind,
  inputs: Values,
  existing: MountEntry,
  { objects, lists }: MountContents,
): Promise<boolean> {
  if (changedFields(kind.fields, existing.values, inputs).length > 0) {
    return false;
  }
  const at = `${kind.prefix}${existing.path}`;
  for (const [names, query] of [[objects], [lists, { list: "true" }]] as const) {
    for (const name of names) {
      if (!(await isAbsent(context, `${at}/${name}`, query))) {
        return false;
      }
    }
  }
  context.warn(
    `${at}/ was ${kind.mounted} already, with the same settings and nothing in it, as an up leaves it that was killed: it is taken over`,
  );
  return true;
}

async function isAbsent(
  { vault: { client } }: WorkContext,
  path: string,
  query: Readonly<Record<string, string>> | undefined,
): Promise<boolean> {
  try {
    await client.call({ method: "GET", path, query });
    return false;
  } catch (error) {
    if (!isVaultError(error)) {
      throw error;
    }
    return isVaultError(error, "absent", "unsupportedPath", "unsupportedOperation");
  }
}
