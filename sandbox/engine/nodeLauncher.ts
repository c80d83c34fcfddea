import { writeFileSync } from "node:fs";
import { standInMark } from "./releasedPlugins.js";

/** Writes a command that runs a stand-in, a JavaScript file, as this process runs. */
export function writeNodeLauncher(file: string, script: string, version: string): void {
  writeLauncher(file, [
    `export ${standInMark}=${quoted(version)}`,
    `exec ${quoted(process.execPath)} ${quoted(script)} "$@"`,
  ]);
}

/** Writes a shell script that may be executed. */
export function writeLauncher(file: string, lines: readonly string[]): void {
  writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
}

/** A text as one word of a shell script. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
