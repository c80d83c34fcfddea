import type { WorkContext } from "../../vaultresource/providers/handlers.js";
import { retryOnIamPropagation } from "./retryOnIamPropagation.js";

/** What came of a rotation. */
export interface Rotation {
  /** ID of the new key; undefined where the old one is still in use. */
  readonly accessKey?: string;
  /** What went wrong, in a sentence. A rotation can succeed and leave something to do. */
  readonly failure?: string;
}

/**
 * Lets Vault make itself a new root key: from then on only Vault knows the secret.
 *
 * @param before ID of the key in use
 */
export async function rotateRoot(context: WorkContext, mount: string, before: string): Promise<Rotation> {
  const { client } = context.vault;
  try {
    const { data } = await retryOnIamPropagation(
      () => client.write(`${mount}/config/rotate-root`, undefined),
      context.progress,
    );
    return { accessKey: typeof data?.access_key === "string" ? data.access_key : undefined };
  } catch (error) {
    // Vault stores the new key before it deletes the old one: an error does not mean that nothing happened.
    const accessKey = (await client.read(`${mount}/config/root`))?.access_key;
    const message = (error as Error).message;
    if (typeof accessKey !== "string" || accessKey === "" || accessKey === before) {
      return { failure: `the root key could not be rotated, ${before} is still in use: ${message}` };
    }
    return {
      accessKey,
      failure: `the root key was rotated to ${accessKey}, but the old key ${before} may be left over in AWS: delete it there. ${message}`,
    };
  }
}
