import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";

const root = path.join(__dirname, "..", "..");
const built = path.join(root, "plugin", "dist");

/** Builds the provider plugin as `npm run build:plugin` does. */
export function buildProviderPlugin(): { readonly folder: string; readonly version: string } {
  execFileSync(process.execPath, [
    path.join(root, "node_modules", "tsx", "dist", "cli.mjs"),
    path.join(root, "plugin", "build.ts"),
  ]);
  const { version } = JSON.parse(readFileSync(path.join(built, "package.json"), "utf8")) as { version: string };
  return { folder: built, version };
}

/**
 * Builds the provider plugin and puts it where an engine looks for its plugins.
 *
 * @param pulumiHome the engine's PULUMI_HOME
 * @returns the version of the plugin
 */
export function installProviderPlugin(pulumiHome: string): string {
  const { version } = buildProviderPlugin();
  const folder = path.join(pulumiHome, "plugins", `resource-kubevault-aws-v${version}`);
  cpSync(built, folder, { recursive: true });
  // Where npm would install the plugin's dependencies.
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  return version;
}
