import { AsyncLocalStorage } from "node:async_hooks";

interface Limit {
  readonly signal: AbortSignal;
  /** In milliseconds since 1970. */
  readonly endsAt: number;
}

/** Clients and sessions are shared by operations that run at the same time: each operation has a limit of its own. */
const limits = new AsyncLocalStorage<Limit>();

/**
 * Does work that ends its waits when it is cancelled or its time is over. A request that is under way is answered first, and what is done after a
 * failure is done as well: what Vault has is then known.
 *
 * @param timeoutMs undefined: no limit
 */
export async function withLimit<T>(
  cancelled: AbortSignal,
  timeoutMs: number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  cancelled.throwIfAborted();
  const over = new AbortController();
  const signal = AbortSignal.any([cancelled, over.signal]);
  const endsAt = timeoutMs === undefined ? Infinity : Date.now() + timeoutMs;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => over.abort(new Error(`not done within ${timeoutMs / 1000} s, the time that customTimeouts gives it`)),
          timeoutMs,
        );
  try {
    return await limits.run({ signal, endsAt }, work);
  } finally {
    clearTimeout(timer);
  }
}

/** Is aborted when the present work is cancelled or its time is over. */
export function workSignal(): AbortSignal | undefined {
  return limits.getStore()?.signal;
}

/** The time that a request of the present work may take: no longer than the work. After its end, what is left to do has the usual time. */
export function withinLimit(milliseconds: number): number {
  const left = (limits.getStore()?.endsAt ?? Infinity) - Date.now();
  return left > 0 ? Math.ceil(Math.min(milliseconds, left)) : milliseconds;
}
