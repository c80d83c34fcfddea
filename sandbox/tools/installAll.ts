import {
  findTools,
  pulumiPythonEnvironment,
  pythonEnvironment,
  toolCatalog,
  type FindOptions,
  type ToolName,
} from "./index.js";

export interface InstallOptions extends FindOptions {
  /** Default: all, and the Python environments. */
  readonly names?: readonly ToolName[];
}

/** Finds, fetches or builds tools, so that whatever needs them next starts at once. */
export async function installTools(options: InstallOptions = {}): Promise<void> {
  const { log = () => undefined } = options;
  const started = Date.now();
  if (options.names === undefined) {
    await pythonEnvironment(log);
    await pulumiPythonEnvironment(log);
  }
  const names = options.names ?? (Object.keys(toolCatalog) as ToolName[]);
  const found = await findTools(names, options);
  names.forEach((name) => log(`${name}: ${found[name].source}`));
  log(`All tools are there (${Math.round((Date.now() - started) / 1000)} s).`);
}
