import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";

const root = path.join(__dirname, "..", "..");
const built = path.join(root, "plugin", "dist");

/**
 * Puts the provider plugin, as `npm run build:plugin` builds it, where an engine looks for its plugins.
 *
 * @param pulumiHome the engine's PULUMI_HOME
 * @returns the version of the plugin
 */
export function installProviderPlugin(pulumiHome: string): string {
  execFileSync(process.execPath, [
    path.join(root, "node_modules", "tsx", "dist", "cli.mjs"),
    path.join(root, "plugin", "build.ts"),
  ]);
  const { version } = JSON.parse(readFileSync(path.join(built, "package.json"), "utf8")) as { version: string };
  const folder = path.join(pulumiHome, "plugins", `resource-kubevault-aws-v${version}`);
  cpSync(built, folder, { recursive: true });
  // Where npm would install the plugin's dependencies.
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  return version;
}
