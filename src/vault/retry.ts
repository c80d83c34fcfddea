import { pause } from "../internal/pause.js";
import { isVaultError, type VaultError } from "./errors.js";
import { reportProgress } from "./workReporter.js";

/** How often and for what a call is repeated. */
export interface RetryOptions {
  /** How often at most, after the first try. */
  readonly repetitions: number;
  /**
   * Which failures are repeated.
   *
   * @default - all that may pass
   */
  readonly repeats?: (error: VaultError) => boolean;
}

const firstPauseMs = 500;
const longestPauseMs = 8_000;
/** Part of a pause that is left to chance, so that many clients do not come back at the same time. */
const jitter = 0.25;
/** The longest wait that a server may ask for (`Retry-After`). One who asks for more wants no client today. */
const longestRetryAfterMs = 60_000;
/** A call that timed out has taken long already. */
const timeoutRepetitions = 1;

/**
 * Does work again for as long as it fails in a way that may pass. The pauses double from 0.5 s to 8 s, give or take a quarter: seven of them take
 * 24 to 40 s, which outlasts the takeover by a standby once the 15 s of DynamoDB's lock are over. A server's `Retry-After` is waited for where it
 * is longer.
 */
export async function retry<T>(options: RetryOptions, work: () => Promise<T>): Promise<T> {
  const { repetitions, repeats = () => true } = options;
  let timeouts = 0;
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isVaultError(error) || !error.transient || failures > repetitions || !repeats(error)) {
        throw error;
      }
      timeouts += error.kind === "timeout" ? 1 : 0;
      const asked = error.retryAfterMs ?? 0;
      if (timeouts > timeoutRepetitions || asked > longestRetryAfterMs) {
        throw error;
      }
      reportProgress(`${reasonOf(error)}: trying again, ${failures} of ${repetitions}`);
      await pause(Math.max(pauseAfter(failures), asked));
    }
  }
}

function pauseAfter(failures: number): number {
  const pauseMs = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
  return pauseMs * (1 - jitter + 2 * jitter * Math.random());
}

/** Without Vault's own words, which can quote what was sent. */
function reasonOf(error: VaultError): string {
  return error.errors.length === 0 ? error.message : `Vault answers with status ${error.status}`;
}
