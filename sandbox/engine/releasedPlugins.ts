import { accessSync, closeSync, constants, openSync, readSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { findCommand } from "../tools/findTool.js";
import type { PluginName } from "./bundlePlugin.js";

/** What every stand-in's launcher sets, and no released plugin's file begins with. */
export const standInMark = "PULUMI_STAND_IN_VERSION";

export interface ReleasedPlugin {
  /** Full path of the plugin's executable. */
  readonly path: string;
  /** Where it came from, for the reader: `released v7.48.0`. */
  readonly source: string;
}

/**
 * The machine's released plugin of a version: in the user's Pulumi home, or of whatever version on PATH.
 *
 * @throws Error saying how to install it
 */
export function findReleasedPlugin(name: PluginName, version: string): ReleasedPlugin {
  const command = `pulumi-resource-${name}`;
  const home = process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi");
  const installed = path.join(home, "plugins", `resource-${name}-v${version}`, command);
  if (isReleased(installed)) {
    return { path: installed, source: `released v${version}` };
  }
  const onPath = findCommand(command);
  if (onPath !== undefined && isReleased(onPath)) {
    return { path: onPath, source: `released, from PATH (${onPath})` };
  }
  throw new Error(
    `Pulumi's released ${name} plugin v${version} is neither in ${path.join(home, "plugins")} nor on PATH. ` +
      `Install it with "pulumi plugin install resource ${name} ${version}", or leave out --released-plugins.`,
  );
}

/** A Pulumi home may be the one of another sandbox, whose plugins are stand-ins. */
function isReleased(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    // Not installed, or not for this user: then it cannot be used.
    return false;
  }
  const beginning = Buffer.alloc(1024);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, beginning);
  } finally {
    closeSync(descriptor);
  }
  return !beginning.includes(standInMark);
}
