import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/**
 * Where fetched and built tools are kept between runs: one folder per user, shared by all checkouts.
 *
 * `KUBEVAULT_AWS_CACHE` names another one; else it is `pulumi-kubevault-aws` under `XDG_CACHE_HOME` or `~/.cache`.
 */
export function cacheFolder(): string {
  const folder =
    process.env.KUBEVAULT_AWS_CACHE ??
    path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "pulumi-kubevault-aws");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A short key for what files say: what is built from other files lies elsewhere in the cache. */
export function contentKey(files: readonly string[], ...more: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(readFileSync(file)).update("\0");
  }
  for (const text of more) {
    hash.update(text).update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}

/** Removes what fetches and builds left that were killed: their folders carry the id of a process that is no more. */
export function removeAbandoned(): void {
  for (const entry of readdirSync(cacheFolder())) {
    const pid = /^\.(?:building|fetching)-(\d+)-/.exec(entry)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) {
      rmSync(path.join(cacheFolder(), entry), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is there all the same.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
