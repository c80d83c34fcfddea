import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { buildTool, builtToolPath } from "./buildTool.js";
import { toolCatalog, type GoTool, type ToolName } from "./toolCatalog.js";

export interface FoundTool {
  readonly path: string;
  /** Where it came from, for the reader: `PATH`, `KUBEBUILDER_ASSETS`, `cache`, `built in 312 s`. */
  readonly source: string;
}

/**
 * A tool of the sandbox: the machine's own if it has one, else the one built earlier, else one built now.
 *
 * @param log takes a line for each step of a build, and one every half minute while it compiles
 * @throws Error naming what to install, when it must be built and Go is missing or too old
 */
export async function findTool(name: ToolName, log: (line: string) => void = () => undefined): Promise<FoundTool> {
  const tool: GoTool = toolCatalog[name];
  if (tool.command !== undefined) {
    const own = findOnMachine(tool.command);
    if (own !== undefined) {
      return own;
    }
  }
  const cached = builtToolPath(name);
  if (isExecutable(cached)) {
    return { path: cached, source: "cache" };
  }
  const seconds = await buildTool(name, log);
  return { path: cached, source: `built in ${seconds} s` };
}

function findOnMachine(command: string): FoundTool | undefined {
  const assets = process.env.KUBEBUILDER_ASSETS;
  if (assets !== undefined && isExecutable(path.join(assets, command))) {
    return { path: path.join(assets, command), source: "KUBEBUILDER_ASSETS" };
  }
  const folder = findCommand(command);
  return folder === undefined ? undefined : { path: folder, source: "PATH" };
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
