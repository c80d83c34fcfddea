import { workSignal } from "./workLimit.js";

/**
 * Resolves after some time.
 *
 * @throws the reason, where the present work is cancelled or its time is over
 */
export function pause(milliseconds: number): Promise<void> {
  const signal = workSignal();
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", end, { once: true });
  });
}
