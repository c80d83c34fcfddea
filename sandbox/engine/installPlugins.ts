import { accessSync, constants, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { findCommand } from "../tools/findTool.js";
import { bundlePlugin, packageVersion, type PluginName } from "./bundlePlugin.js";

/** Which plugin serves each package: `stand-in`, or the released one and where it was found. */
export type PluginsInUse = Readonly<Record<PluginName, string>>;

export interface PluginOptions {
  /** Decides the SDK versions: those that a program in this folder gets. */
  readonly programFolder: string;
  /** Use the stand-ins even where the released plugins are installed. */
  readonly standInsOnly: boolean;
}

/**
 * Fills the plugin cache of the engine's own Pulumi home: the user's released AWS and Kubernetes plugins where they are installed in the
 * version that the SDK asks for (or stand on PATH), else the sandbox's stand-ins under that version. Plugins that lie there are taken
 * without a warning and without a download.
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
  const command = `pulumi-resource-${name}`;
  const folder = path.join(pulumiHome, "plugins", `resource-${name}-v${version}`);
  mkdirSync(path.dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });

  const released = path.join(userPulumiHome(), "plugins", `resource-${name}-v${version}`);
  if (!options.standInsOnly && isExecutable(path.join(released, command))) {
    symlinkSync(released, folder);
    return `real v${version}`;
  }
  mkdirSync(folder);
  const onPath = options.standInsOnly ? undefined : findCommand(command);
  if (onPath !== undefined) {
    symlinkSync(onPath, path.join(folder, command));
    return `real from PATH (${onPath})`;
  }
  const bundle = await bundlePlugin(name);
  writeLauncher(path.join(folder, command), [
    `export PULUMI_STAND_IN_VERSION=${quoted(version)}`,
    `exec ${quoted(process.execPath)} ${quoted(bundle)} "$@"`,
  ]);
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

function writeLauncher(file: string, lines: readonly string[]): void {
  writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function sdkVersion(name: PluginName, programFolder: string): string {
  const resolver = createRequire(path.join(programFolder, "package.json"));
  return packageVersion(resolver, `@pulumi/${name}`);
}

function userPulumiHome(): string {
  return process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi");
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not installed, or not for this user: then it cannot be used.
    return false;
  }
}
