import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { BuildSlots } from "./buildSlots.js";
import { buildTool, builtToolPath } from "./buildTool.js";
import { fetchRelease, fetchedToolPath } from "./fetchRelease.js";
import { toolCatalog, type Tool, type ToolName } from "./toolCatalog.js";

export interface FoundTool {
  readonly path: string;
  /** Where it came from, for the reader: `PATH`, `KUBEBUILDER_ASSETS`, `cache`, `fetched`, `built in 312 s`. */
  readonly source: string;
  /** The version of the release or source; `undefined` for a tool of the machine's own, which may be of any. */
  readonly version?: string;
}

export interface FindOptions {
  /** Takes a line for each step of a fetch or a build, and one every half minute while it compiles. */
  readonly log?: (line: string) => void;
  /** Build what the machine does not have, and fetch nothing. Default false. */
  readonly buildTools?: boolean;
}

/**
 * A tool of the sandbox: the machine's own if it has one, else what was built or fetched earlier, else the official release, else one built now.
 *
 * @throws Error naming what to install, when it must be built and Go is missing or too old
 */
export async function findTool(name: ToolName, options: FindOptions = {}): Promise<FoundTool> {
  const found = await findTools([name], options);
  return found[name];
}

/**
 * Several tools at once: releases are fetched side by side, and two are built at a time where memory allows.
 *
 * @throws Error with what is wrong with each tool that is not to be had
 */
export async function findTools<Name extends ToolName>(
  names: readonly Name[],
  { log = () => undefined, buildTools = false }: FindOptions = {},
): Promise<Record<Name, FoundTool>> {
  const slots = new BuildSlots();
  const results = await Promise.allSettled(
    names.map(async (name) => [name, await find(name, { log, buildTools, slots })] as const),
  );
  const failures = results.filter((result) => result.status === "rejected").map(({ reason }) => reason as Error);
  if (failures.length > 0) {
    throw new Error(failures.map(({ message }) => message).join("\n"), { cause: failures[0] });
  }
  return Object.fromEntries(
    results.map((result) => (result as PromiseFulfilledResult<readonly [Name, FoundTool]>).value),
  ) as Record<Name, FoundTool>;
}

interface Means extends Required<FindOptions> {
  readonly slots: BuildSlots;
}

async function find(name: ToolName, { log, buildTools, slots }: Means): Promise<FoundTool> {
  const tool: Tool = toolCatalog[name];
  const { version } = tool;
  const present = findPresent(name, tool, buildTools);
  if (present !== undefined) {
    return present;
  }
  let noRelease = "";
  const { release } = tool;
  if (!buildTools && release !== undefined) {
    try {
      return { path: await fetchRelease(release, log), source: "fetched", version: release.version };
    } catch (error) {
      noRelease = (error as Error).message;
      log(`${name} ${version}: the release is not to be had, it is built: ${noRelease}`);
    }
  }
  try {
    const seconds = await slots.run(() => buildTool(name, log));
    return { path: builtToolPath(name), source: `built in ${seconds} s`, version };
  } catch (error) {
    const { message } = error as Error;
    throw new Error(noRelease === "" ? message : `${message}\nIts release could not be fetched: ${noRelease}`, {
      cause: error,
    });
  }
}

function findPresent(name: ToolName, { command, release, version }: Tool, builtOnly: boolean): FoundTool | undefined {
  const own = command === undefined ? undefined : findOnMachine(command);
  if (own !== undefined) {
    return own;
  }
  const built = builtToolPath(name);
  if (isExecutable(built)) {
    return { path: built, source: "cache", version };
  }
  const fetched = builtOnly || release === undefined ? undefined : fetchedToolPath(release);
  return fetched !== undefined && isExecutable(fetched)
    ? { path: fetched, source: "cache", version: release?.version }
    : undefined;
}

function findOnMachine(command: string): FoundTool | undefined {
  const assets = process.env.KUBEBUILDER_ASSETS;
  if (assets !== undefined && isExecutable(path.join(assets, command))) {
    return { path: path.join(assets, command), source: "KUBEBUILDER_ASSETS" };
  }
  const file = findCommand(command);
  return file === undefined ? undefined : { path: file, source: "PATH" };
}

/** The full path of a command on PATH. */
export function findCommand(command: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => path.join(folder, command)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not ours to run: either way it is not the tool that is looked for.
    return false;
  }
}
