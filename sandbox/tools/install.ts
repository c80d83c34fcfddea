import { findTool, pythonEnvironment, toolCatalog, type ToolName } from "./index.js";

/** Finds or builds every tool, so that what follows starts at once: `npm run sandbox:tools`. */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in toolCatalog));
  if (unknown.length > 0) {
    throw new Error(`No such tool: ${unknown.join(", ")}. There are ${Object.keys(toolCatalog).join(", ")}.`);
  }
  const names = (wanted.length > 0 ? wanted : Object.keys(toolCatalog)) as ToolName[];
  const started = Date.now();
  if (wanted.length === 0) {
    await pythonEnvironment(console.log);
  }
  for (const name of names) {
    const tool = await findTool(name, console.log);
    console.log(`${name}: ${tool.source}`);
  }
  console.log(`All tools are there (${Math.round((Date.now() - started) / 1000)} s).`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
