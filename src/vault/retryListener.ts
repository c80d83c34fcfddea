import { AsyncLocalStorage } from "node:async_hooks";

/** Clients, logins and sessions are shared by operations that run at the same time: each is told of its own waits only. */
const listeners = new AsyncLocalStorage<(message: string) => void>();

/**
 * Does work, and tells of the waits on the way: calls of Vault that are made again.
 *
 * @param listener is told one line each time, without secrets
 */
export function withRetryListener<T>(listener: (message: string) => void, work: () => Promise<T>): Promise<T> {
  return listeners.run(listener, work);
}

/** Tells whoever the present work is done for. */
export function onRetry(message: string): void {
  listeners.getStore()?.(message);
}
