import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProcessOptions {
  /** How messages name it: `vault`, `etcd`. */
  readonly name: string;
  readonly command: string;
  /** Arguments; never secrets, since every user of the machine can read them. */
  readonly args: readonly string[];
  /** The whole environment of the process. Default: this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** File that takes standard output and standard error, readable by its owner only. */
  readonly logFile: string;
  /** Written to standard input, which is then closed. For secrets that must not be on the argument list. */
  readonly input?: string;
}

/** A server that was started, and that is stopped by its process id. */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Whether the process has ended. */
  readonly ended: () => boolean;
  /** Throws an error with the end of the log if the process has ended: for {@link WaitOptions.abortIf}. */
  readonly assertRunning: () => void;
  /** Asks it to end (SIGTERM), kills it after `graceMs` (default 10 s), and returns when it has ended. */
  readonly stop: (graceMs?: number) => Promise<void>;
  /** Ends it at once (SIGKILL), as a crash would. */
  readonly kill: () => Promise<void>;
}

const running = new Set<ChildProcess>();

// A sandbox that is left without stop(), by an exception or process.exit, must leave nothing running.
process.on("exit", () => {
  for (const child of running) {
    child.kill("SIGKILL");
  }
});

/** Starts a server in the background. The process ends with this one at the latest. */
export async function startProcess(options: ProcessOptions): Promise<ManagedProcess> {
  const log = openSync(options.logFile, "a", 0o600);
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? "ignore" : "pipe", log, log],
  });
  closeSync(log);
  running.add(child);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void exited.then(() => running.delete(child));
  try {
    await once(child, "spawn");
  } catch (error) {
    running.delete(child);
    throw new Error(`Cannot start ${options.name} (${options.command}): ${(error as Error).message}`, { cause: error });
  }
  if (options.input !== undefined) {
    child.stdin?.end(options.input);
  }

  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async () => {
    if (!ended()) {
      child.kill("SIGKILL");
    }
    await exited;
  };
  return {
    name: options.name,
    pid: child.pid as number,
    logFile: options.logFile,
    ended,
    assertRunning: () => {
      if (ended()) {
        const reason = child.signalCode ?? `exit code ${child.exitCode}`;
        throw new Error(`${options.name} has ended (${reason}). The end of its log:\n${tail(options.logFile)}`);
      }
    },
    stop: async (graceMs = 10_000) => {
      if (!ended()) {
        child.kill("SIGTERM");
        const timer = new AbortController();
        await Promise.race([exited, sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
        timer.abort();
      }
      await kill();
    },
    kill,
  };
}

function tail(file: string, lines = 15): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}
