import { execFile } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cacheFolder, contentKey } from "./cacheFolder.js";

const run = promisify(execFile);
const oldestPython = { major: 3, minor: 11 };
const requirementsFolder = path.join(__dirname, "..", "python");

type Log = (line: string) => void;

/**
 * A Python interpreter whose environment holds what the sandbox's AWS needs, made on first use and kept in the cache.
 *
 * @returns the full path of the interpreter
 * @throws Error naming what to install when Python is missing or too old
 */
export function pythonEnvironment(log: Log = () => undefined): Promise<string> {
  return environmentOf("moto", path.join(requirementsFolder, "requirements.txt"), log);
}

/** The same with Pulumi's SDK and what SDKs need that Pulumi generates: for programs in Python. */
export function pulumiPythonEnvironment(log: Log = () => undefined): Promise<string> {
  return environmentOf("Pulumi's SDK", path.join(requirementsFolder, "pulumi-requirements.txt"), log);
}

async function environmentOf(content: string, requirements: string, log: Log): Promise<string> {
  const version = await pythonVersion();
  const folder = path.join(cacheFolder(), `python-${version}-${contentKey([requirements])}`);
  const interpreter = path.join(folder, "bin", "python");
  if (existsSync(interpreter)) {
    return interpreter;
  }
  const started = Date.now();
  const scratch = `${folder}.building-${process.pid}`;
  log(`python ${version}: installing ${content} into an environment of its own`);
  try {
    await run("python3", ["-m", "venv", scratch]);
    // Interpreter and packages only, started by full path: an environment so used can be moved, which its scripts could not.
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements];
    await run(path.join(scratch, "bin", "python"), pip, { maxBuffer: 16 * 1024 * 1024 });
    if (!existsSync(folder)) {
      renameSync(scratch, folder);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  log(`python ${version}: ready in ${Math.round((Date.now() - started) / 1000)} s`);
  return interpreter;
}

async function pythonVersion(): Promise<string> {
  const wanted = `Python ${oldestPython.major}.${oldestPython.minor} or newer`;
  let answer: string;
  try {
    answer = (await run("python3", ["-c", "import sys, venv; print('%d.%d.%d' % sys.version_info[:3])"])).stdout.trim();
  } catch (error) {
    throw new Error(`The sandbox needs ${wanted} with its venv module as python3 on PATH. Install it.`, {
      cause: error,
    });
  }
  const [major = 0, minor = 0] = answer.split(".").map(Number);
  if (major < oldestPython.major || (major === oldestPython.major && minor < oldestPython.minor)) {
    throw new Error(`The sandbox needs ${wanted}; python3 on PATH is ${answer}. Install a newer one.`);
  }
  return answer;
}
