import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { bundlePlugin, packageVersion, type PluginName } from "./bundlePlugin.js";
import { quoted, writeLauncher, writeNodeLauncher } from "./nodeLauncher.js";
import { findReleasedPlugin } from "./releasedPlugins.js";

/** Which plugin serves each package: `stand-in`, or the released one and where it was found. */
export type PluginsInUse = Readonly<Record<PluginName, string>>;

export interface PluginOptions {
  /** Decides the SDK versions: those that a program in this folder gets. */
  readonly programFolder: string;
  /** Use the machine's released plugins instead of the stand-ins. */
  readonly releasedPlugins: boolean;
}

/**
 * Fills the plugin cache of the engine's own Pulumi home: the sandbox's stand-ins, or the released AWS and Kubernetes plugins of the machine, under the version
 * that the SDK asks for. Plugins that lie there are taken without a warning and without a download.
 *
 * @throws Error where released plugins are asked for and not installed
 */
export async function installPlugins(pulumiHome: string, options: PluginOptions): Promise<PluginsInUse> {
  installDynamicProviderLauncher(pulumiHome);
  return {
    aws: await install("aws", pulumiHome, options),
    kubernetes: await install("kubernetes", pulumiHome, options),
  };
}

async function install(name: PluginName, pulumiHome: string, options: PluginOptions): Promise<string> {
  const version = sdkVersion(name, options.programFolder);
  const folder = path.join(pulumiHome, "plugins", `resource-${name}-v${version}`);
  const executable = path.join(folder, `pulumi-resource-${name}`);
  rmSync(folder, { recursive: true, force: true });
  if (options.releasedPlugins) {
    const released = findReleasedPlugin(name, version);
    mkdirSync(folder, { recursive: true });
    symlinkSync(released.path, executable);
    return released.source;
  }
  const bundle = await bundlePlugin(name);
  mkdirSync(folder, { recursive: true });
  writeNodeLauncher(executable, bundle, version);
  return "stand-in";
}

/**
 * The plugin behind dynamic resources. Released Pulumi installations have it beside the `pulumi` command, and then that one is used;
 * elsewhere the engine finds this one in the plugin cache. It loads the provider host of the SDK that the program itself uses.
 */
function installDynamicProviderLauncher(pulumiHome: string): void {
  const folder = path.join(pulumiHome, "plugins", "resource-pulumi-nodejs-v0.0.1");
  mkdirSync(folder, { recursive: true });
  const host = "require.resolve('@pulumi/pulumi/cmd/dynamic-provider', { paths: [process.cwd()] })";
  const script = `process.argv.splice(1, 0, ${host}); require(process.argv[1]);`;
  writeLauncher(path.join(folder, "pulumi-resource-pulumi-nodejs"), [
    `exec ${quoted(process.execPath)} -e ${quoted(script)} -- "$@"`,
  ]);
}

function sdkVersion(name: PluginName, programFolder: string): string {
  const resolver = createRequire(path.join(programFolder, "package.json"));
  return packageVersion(resolver, `@pulumi/${name}`);
}
