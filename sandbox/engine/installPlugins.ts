import { accessSync, constants, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { findCommand } from "../tools/findTool.js";
import { bundlePlugin, packageVersion, type PluginName } from "./bundlePlugin.js";

/** Which plugin serves each package: `stand-in`, or the released one and where it was found. */
export type PluginsInUse = Readonly<Record<PluginName, string>>;

/**
 * Fills the plugin cache of the engine's own Pulumi home: the user's released AWS and Kubernetes plugins where they are installed in the
 * version that the SDK asks for (or stand on PATH), else the sandbox's stand-ins under that version. Plugins that lie there are taken
 * without a warning and without a download.
 *
 * @param programFolder decides the SDK versions: those that a program in this folder gets
 */
export async function installPlugins(pulumiHome: string, programFolder: string): Promise<PluginsInUse> {
  installDynamicProviderLauncher(pulumiHome);
  await installLanguageHost(pulumiHome, programFolder);
  return {
    aws: await install("aws", pulumiHome, programFolder),
    kubernetes: await install("kubernetes", pulumiHome, programFolder),
  };
}

async function install(name: PluginName, pulumiHome: string, programFolder: string): Promise<string> {
  const version = sdkVersion(name, programFolder);
  const command = `pulumi-resource-${name}`;
  const folder = path.join(pulumiHome, "plugins", `resource-${name}-v${version}`);
  if (existsSync(folder)) {
    return existsSync(path.join(folder, "stand-in")) ? "stand-in" : `real v${version}`;
  }
  mkdirSync(path.dirname(folder), { recursive: true });

  const released = path.join(userPulumiHome(), "plugins", `resource-${name}-v${version}`);
  if (isExecutable(path.join(released, command))) {
    symlinkSync(released, folder);
    return `real v${version}`;
  }
  mkdirSync(folder);
  const onPath = findCommand(command);
  if (onPath !== undefined) {
    symlinkSync(onPath, path.join(folder, command));
    return `real from PATH (${onPath})`;
  }
  const bundle = await bundlePlugin(name);
  // Marks the folder for the next call, and tells whoever looks inside.
  writeFileSync(path.join(folder, "stand-in"), "The sandbox's stand-in for the released plugin.\n");
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

/** What runs a program from its Pulumi.yaml. Released Pulumi installations have it beside the `pulumi` command, or on PATH. */
async function installLanguageHost(pulumiHome: string, programFolder: string): Promise<void> {
  const command = "pulumi-language-nodejs";
  if (findCommand(command) !== undefined) {
    return;
  }
  const resolver = createRequire(path.join(programFolder, "package.json"));
  const version = packageVersion(resolver, "@pulumi/pulumi");
  const folder = path.join(pulumiHome, "plugins", `language-nodejs-v${version}`);
  mkdirSync(folder, { recursive: true });
  writeLauncher(path.join(folder, command), [
    `export PULUMI_STAND_IN_VERSION=${quoted(version)}`,
    `exec ${quoted(process.execPath)} ${quoted(await bundlePlugin("nodejs"))} "$@"`,
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
