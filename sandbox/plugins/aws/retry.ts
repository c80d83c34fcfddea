import { setTimeout as sleep } from "node:timers/promises";

/** IAM takes up to this long until all of AWS knows of a change; the released provider waits as long. */
const propagationMs = 120_000;

/**
 * Repeats a call while it fails in a way that passes by itself, because a resource made a moment ago is not known everywhere in AWS yet.
 *
 * @param isTransient tells such failures from all others, which are thrown at once
 */
export async function whilePropagating<T>(
  call: () => Promise<T>,
  isTransient: (error: unknown) => boolean,
  cancelled: AbortSignal,
): Promise<T> {
  const deadline = Date.now() + propagationMs;
  for (let delayMs = 200; ; delayMs = Math.min(delayMs * 2, 3000)) {
    try {
      return await call();
    } catch (error) {
      if (!isTransient(error) || Date.now() + delayMs > deadline) {
        throw error;
      }
    }
    await sleep(delayMs, undefined, { signal: cancelled });
  }
}

/** Whether an error is one of these AWS error codes, and, if given, its message matches. */
export function isAwsError(error: unknown, codes: readonly string[], message?: RegExp): boolean {
  return (
    error instanceof Error &&
    codes.some((code) => error.name === code || error.name === `${code}Exception`) &&
    (message === undefined || message.test(error.message))
  );
}

/** Undefined instead of an error that says that the resource is not there. */
export async function orGone<T>(call: Promise<T>, codes: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAwsError(error, codes)) {
      return undefined;
    }
    throw error;
  }
}
