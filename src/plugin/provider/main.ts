import { readFileSync } from "node:fs";
import path from "node:path";
import { serve } from "../server/serve.js";
import { VaultProvider } from "./vaultProvider.js";

/** The folder of the plugin: its package.json names the version, and the schema lies next to it. */
const folder = __dirname;

function main(): void {
  const { version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string };
  const provider = new VaultProvider(
    version,
    () => readFileSync(path.join(folder, "schema.json"), "utf8"),
    async (request, engineAddress) => {
      // The SDK and the components cost ten times the plugin's own start: only programs that create components pay for them.
      const { construct } = await import("./components.js");
      return await construct(request, engineAddress, version);
    },
  );
  serve(provider).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

main();
