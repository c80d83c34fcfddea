import { pause } from "../../internal/pause.js";
import { isVaultError } from "../../vault/errors.js";

/** AWS's answers to keys and policies that are new and not known everywhere yet. */
const newToAws = /InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied/;

/** How long such an answer is taken for a matter of newness. */
const patienceMs = 30_000;

/**
 * Does what makes Vault call AWS, and repeats it for up to 30 seconds while AWS does not know the root key or its policies yet. Only for work
 * of which nothing was done when AWS answers so.
 *
 * @param mayPass what tells such an answer in Vault's words: of work with several calls to AWS, only the answers to the first
 */
export async function retryOnIamPropagation<T>(
  work: () => Promise<T>,
  progress: (message: string) => void,
  mayPass: RegExp = newToAws,
): Promise<T> {
  const started = Date.now();
  let reported = false;
  for (let delay = 1_000; ; delay = Math.min(delay * 2, 5_000)) {
    try {
      return await work();
    } catch (error) {
      const isNew = isVaultError(error) && mayPass.test(error.errors.join("\n"));
      if (!isNew || Date.now() - started + delay > patienceMs) {
        throw error;
      }
      if (!reported) {
        reported = true;
        progress(
          `AWS rejects Vault's root credential; it may be new: trying for ${patienceMs / 1000} s (${error.errors.join("; ")})`,
        );
      }
    }
    await pause(delay);
  }
}
