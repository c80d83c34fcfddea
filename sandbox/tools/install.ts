import { parseArgs } from "node:util";
import { toolCatalog, type ToolName } from "./index.js";
import { installTools } from "./installAll.js";

/** Finds, fetches or builds every tool ahead of time: `npm run sandbox:tools`, or single ones by name. */
async function main(): Promise<void> {
  const { values, positionals: names } = parseArgs({
    options: { "build-tools": { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const unknown = names.filter((name) => !(name in toolCatalog));
  if (unknown.length > 0) {
    throw new Error(`No such tool: ${unknown.join(", ")}. There are ${Object.keys(toolCatalog).join(", ")}.`);
  }
  await installTools({
    log: console.log,
    buildTools: values["build-tools"],
    names: names.length > 0 ? (names as ToolName[]) : undefined,
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
