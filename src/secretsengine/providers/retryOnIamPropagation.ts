import { isVaultError } from "../../vault/errors.js";

/** AWS's answers to keys and policies that are new and not known everywhere yet. */
const newToAws = /InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied/;

/** How long such an answer is held to be a matter of newness. */
const patienceMs = 30_000;

/**
 * Does what makes Vault call AWS, and does it again for a while where AWS does not know the root key or its policies yet. Only for work
 * that AWS refused as a whole.
 *
 * @param mayPass what in Vault's words tells such an answer
 */
export async function retryOnIamPropagation<T>(
  work: () => Promise<T>,
  progress: (message: string) => void,
  mayPass: RegExp = newToAws,
): Promise<T> {
  const started = Date.now();
  let told = false;
  for (let delay = 1_000; ; delay = Math.min(delay * 2, 5_000)) {
    try {
      return await work();
    } catch (error) {
      const isNew = isVaultError(error) && mayPass.test(error.errors.join("\n"));
      if (!isNew || Date.now() - started + delay > patienceMs) {
        throw error;
      }
      if (!told) {
        told = true;
        progress(
          `AWS refuses Vault's root credential; it may be new: trying for ${patienceMs / 1000} s (${error.errors.join("; ")})`,
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, delay));
  }
}
