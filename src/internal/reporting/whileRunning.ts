/**
 * Does work that can take long, and reports now and then for how long it has been running.
 *
 * @param what is being done: `unmounting aws/`
 */
export async function whileRunning<T>(
  what: string,
  progress: (message: string) => void,
  work: () => Promise<T>,
  intervalMs = 5_000,
): Promise<T> {
  const started = Date.now();
  const timer = setInterval(
    () => progress(`${what}, ${Math.round((Date.now() - started) / 1000)} s so far`),
    intervalMs,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
