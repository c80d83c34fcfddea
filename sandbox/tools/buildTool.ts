import { execFile, spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { cacheFolder, contentKey, removeAbandoned } from "./cacheFolder.js";
import { toolCatalog, type GoModule, type ToolName } from "./toolCatalog.js";

const run = promisify(execFile);
const pollMs = 500;
const oldestGo = { major: 1, minor: 26 };

/** Where the tool lies once it is built. */
export function builtToolPath(name: ToolName): string {
  const { version, source }: { version: string; source: GoModule } = toolCatalog[name];
  const module = path.join(__dirname, source.module);
  const key = contentKey(sourcesOf(module), ...(source.stamps ?? []));
  return path.join(cacheFolder(), `${name}-${version}-${process.platform}-${process.arch}-${key}`, name);
}

/** What pins a tool, and the program itself where it is one of this repository. */
function sourcesOf(module: string): string[] {
  const programs = readdirSync(module).filter((file) => file.endsWith(".go"));
  return ["go.mod", "go.sum", ...programs.sort()].map((file) => path.join(module, file));
}

/**
 * Builds a tool from its pinned Go module into the cache. The cache changes only by one rename at the very end, so a build that fails or is
 * interrupted leaves it as it was.
 *
 * @returns how many seconds it took
 */
export async function buildTool(name: ToolName, log: (line: string) => void): Promise<number> {
  await requireGo(name);
  const { version, source }: { version: string; source: GoModule } = toolCatalog[name];
  const module = path.join(__dirname, source.module);
  const target = path.dirname(builtToolPath(name));
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const title = `${name} ${version}`;
  await untilNobodyElseBuilds(path.basename(target), () => log(`${title}: another process builds it, waiting`));
  if (existsSync(target)) {
    return seconds();
  }
  const scratch = mkdtempSync(path.join(cacheFolder(), `.building-${process.pid}-${path.basename(target)}-`));
  try {
    log(`${title}: downloading sources`);
    const listed = await go(["list", "-mod=readonly", "-deps", source.package], module, (_, messages) =>
      log(`${title}: downloading, ${messages} modules, ${seconds()} s`),
    );
    log(`${title}: compiling ${listed} packages (downloaded after ${seconds()} s)`);
    const flags = ["-s", "-w", ...(source.stamps ?? []).flatMap((stamp) => ["-X", stamp])].join(" ");
    await go(
      ["build", "-mod=readonly", "-trimpath", "-v", "-ldflags", flags, "-o", path.join(scratch, name), source.package],
      module,
      (_, packages) => log(`${title}: compiling, ${packages} of up to ${listed} packages, ${seconds()} s`),
    );
    for (const { module: from, file } of source.beside ?? []) {
      const { stdout } = await run("go", ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", from], {
        cwd: module,
        env: goEnvironment(),
      });
      const copy = path.join(scratch, path.basename(file));
      copyFileSync(path.join(stdout.trim(), file), copy);
      // Files of the module cache are read-only, and not executable.
      chmodSync(copy, 0o755);
    }
    if (existsSync(target)) {
      // Another process built the same tool meanwhile; both are the same.
      rmSync(scratch, { recursive: true, force: true });
    } else {
      mkdirSync(path.dirname(target), { recursive: true });
      renameSync(scratch, target);
    }
    log(`${title}: built in ${seconds()} s`);
    return seconds();
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}

/** Two processes that build the same tool at once would both take twice as long. A build that never ends is waited for an hour. */
async function untilNobodyElseBuilds(tool: string, onWait: () => void): Promise<void> {
  for (let waits = 0; waits * pollMs < 3_600_000; waits += 1) {
    removeAbandoned();
    const others = readdirSync(cacheFolder()).filter((entry) => {
      const [, pid, built] = /^\.building-(\d+)-(.*)-\w+$/.exec(entry) ?? [];
      return built === tool && Number(pid) !== process.pid;
    });
    if (others.length === 0) {
      return;
    }
    if (waits === 0) {
      onWait();
    }
    await sleep(pollMs);
  }
}

async function requireGo(name: ToolName): Promise<void> {
  const wanted = `Go ${oldestGo.major}.${oldestGo.minor} or newer`;
  const advice = `Install ${wanted}, or put ${toolCatalog[name].version} of ${name} on PATH.`;
  let answer: string;
  try {
    answer = (await run("go", ["env", "GOVERSION"])).stdout.trim();
  } catch (error) {
    throw new Error(`${name} is not on this machine and cannot be built: there is no Go. ${advice}`, { cause: error });
  }
  const match = /^go(\d+)\.(\d+)/.exec(answer);
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (major < oldestGo.major || (major === oldestGo.major && minor < oldestGo.minor)) {
    throw new Error(`${name} is not on this machine and building it needs ${wanted}; this is ${answer}. ${advice}`);
  }
}

function goEnvironment(): NodeJS.ProcessEnv {
  // Static binaries, and no workspace file of the user's that would change what is built.
  return { ...process.env, CGO_ENABLED: "0", GOWORK: "off" };
}

/**
 * Runs the go command.
 *
 * @param progress called every half minute with the number of lines printed so far to standard output and to standard error
 * @returns how many lines it printed to standard output
 */
async function go(
  args: readonly string[],
  cwd: string,
  progress: (outputLines: number, messageLines: number) => void,
): Promise<number> {
  const child = spawn("go", [...args], { cwd, env: goEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
  const count = (text: string) => text.split("\n").length - 1;
  let outputLines = 0;
  let messageLines = 0;
  let lastMessages = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    outputLines += count(text);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messageLines += count(text);
    lastMessages = (lastMessages + text).slice(-4000);
  });
  const timer = setInterval(() => progress(outputLines, messageLines), 30_000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code !== 0) {
      throw new Error(
        `go ${args[0]} ended with code ${code}:\n${lastMessages.trim().split("\n").slice(-15).join("\n")}`,
      );
    }
    return outputLines;
  } finally {
    clearInterval(timer);
  }
}
