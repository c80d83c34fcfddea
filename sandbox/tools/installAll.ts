import { findTool, pythonEnvironment, toolCatalog, type ToolName } from "./index.js";

/**
 * Finds or builds tools, so that whatever needs them next starts at once.
 *
 * @param names default: all, and the Python environment of the sandbox's AWS
 * @param log takes a line for each tool, and for each step of those that are built
 */
export async function installTools(log: (line: string) => void, names?: readonly ToolName[]): Promise<void> {
  const started = Date.now();
  if (names === undefined) {
    await pythonEnvironment(log);
  }
  for (const name of names ?? (Object.keys(toolCatalog) as ToolName[])) {
    const tool = await findTool(name, log);
    log(`${name}: ${tool.source}`);
  }
  log(`All tools are there (${Math.round((Date.now() - started) / 1000)} s).`);
}
