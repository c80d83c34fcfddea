import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions {
  /** What is waited for, as the error names it: `Vault at 127.0.0.1:8200 to answer`. */
  readonly what: string;
  /** Give up after this many milliseconds. */
  readonly timeoutMs: number;
  /** Milliseconds between two attempts. Default 100. */
  readonly intervalMs?: number;
  /** Called before each attempt; throws where waiting on is pointless, such as when the process has ended. */
  readonly abortIf?: () => void;
}

/**
 * Calls `attempt` until it returns something other than undefined, and returns that. An attempt that throws counts as not ready; its last
 * error is part of the message when time is up.
 */
export async function waitFor<T>(
  attempt: () => Promise<T | undefined> | T | undefined,
  options: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  let lastError: unknown;
  for (;;) {
    options.abortIf?.();
    try {
      const result = await attempt();
      if (result !== undefined) {
        return result;
      }
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() >= deadline) {
      const reason =
        lastError === undefined
          ? ""
          : `: ${lastError instanceof Error ? lastError.message : JSON.stringify(lastError)}`;
      throw new Error(`Waited ${options.timeoutMs / 1000} s for ${options.what}${reason}`, { cause: lastError });
    }
    await sleep(options.intervalMs ?? 100);
  }
}
