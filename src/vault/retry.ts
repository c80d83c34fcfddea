import { backOff } from "exponential-backoff";
import { isVaultError, type VaultError } from "./errors.js";
import { onRetry } from "./retryListener.js";

/**
 * Does work again, with growing pauses of random length, for as long as it fails in a way that may well pass.
 *
 * @param repetitions how often at most, after the first try
 */
export async function retry<T>(repetitions: number, work: () => Promise<T>): Promise<T> {
  return backOff(work, {
    numOfAttempts: repetitions + 1,
    startingDelay: 250,
    timeMultiple: 2,
    maxDelay: 5_000,
    jitter: "full",
    retry: (error: unknown, failures: number) => {
      if (!passes(error)) {
        return false;
      }
      if (failures <= repetitions) {
        onRetry(`${reasonOf(error)}: trying again, ${failures} of ${repetitions}`);
      }
      return true;
    },
  });
}

/** Whether the same call may well succeed a moment later. */
function passes(error: unknown): error is VaultError {
  return isVaultError(error, "rateLimited", "server", "staleRead", "timeout", "unavailable", "unreachable");
}

/** Without Vault's own words, which can quote what was sent. */
function reasonOf(error: VaultError): string {
  return error.errors.length === 0 ? error.message : `Vault answers with status ${error.status}`;
}
