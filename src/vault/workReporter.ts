import { AsyncLocalStorage } from "node:async_hooks";

/** Who is to know what happens on the way. Lines hold no secrets. */
export interface WorkReporter {
  /** What is waited for, or done again. */
  readonly progress: (message: string) => void;
  /** What the user has to know afterwards, too. */
  readonly warn: (message: string) => void;
}

/** Clients, logins and sessions are shared by operations that run at the same time: each operation hears of its own waits only. */
const reporters = new AsyncLocalStorage<WorkReporter>();

/** Does work, and reports the waits on the way: calls of Vault that take long or are repeated. */
export function withWorkReporter<T>(reporter: WorkReporter, work: () => Promise<T>): Promise<T> {
  return reporters.run(reporter, work);
}

/** Reports to the operation that the present work is done for. */
export function reportProgress(message: string): void {
  progressReporter()(message);
}

/** What reports to the operation that the present work is done for, wherever it is called from later. */
export function progressReporter(): (message: string) => void {
  const reporter = reporters.getStore();
  return (message) => reporter?.progress(message);
}

/** Warns the operation that the present work is done for; the console where there is none. */
export function reportWarning(message: string): void {
  const reporter = reporters.getStore();
  if (reporter === undefined) {
    console.error(message);
  } else {
    reporter.warn(message);
  }
}
