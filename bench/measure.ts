import { readdirSync, readFileSync } from "node:fs";

/** What one command took. */
export interface Measurement {
  readonly seconds: number;
  /** Processor time of the command and all its processes. */
  readonly cpuSeconds: number;
  /** Most memory that the command and all its processes had at the same time; undefined where /proc is not there. */
  readonly peakMegabytes: number | undefined;
}

const sampleMs = 100;

/**
 * Runs a command and measures it.
 *
 * @throws Error with what it printed, where it fails
 */
export async function measure(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number },
): Promise<Measurement> {
  // The shell knows the processor time of all processes that ended below it.
  const script = '"$@" || exit $?; times >&2';
  const { execa } = await import("execa");
  const started = performance.now();
  const child = execa("sh", ["-c", script, "sh", ...command], {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    timeout: options.timeoutMs,
    reject: false,
  });
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, residentBytes(child.pid ?? 0));
  }, sampleMs);
  const { exitCode, stdout, stderr } = await child;
  clearInterval(sampling);
  const seconds = (performance.now() - started) / 1000;
  if (exitCode !== 0) {
    throw new Error(`${command.slice(1).join(" ")} failed:\n${stdout}\n${stderr}`);
  }
  return { seconds, cpuSeconds: childTimes(stderr), peakMegabytes: peak === 0 ? undefined : peak / 1024 / 1024 };
}

/** The second line of `times`: the user and system time of the shell's children, `0m1.234s 0m0.567s`. */
function childTimes(printed: string): number {
  const line = printed.trimEnd().split("\n").at(-1) ?? "";
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
}

/** Memory of a process and all below it. */
function residentBytes(root: number): number {
  const children = new Map<number, number[]>();
  const resident = new Map<number, number>();
  try {
    for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const fields = statOf(entry);
      if (fields !== undefined) {
        const [parent = 0, pages = 0] = [Number(fields[1]), Number(fields[21])];
        children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
        resident.set(Number(entry), pages * 4096);
      }
    }
  } catch {
    return 0;
  }
  const sum = (pid: number): number =>
    (resident.get(pid) ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root);
}

/** The fields of /proc/PID/stat after the command's name; undefined where the process has ended meanwhile. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
