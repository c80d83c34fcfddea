import { realpathSync } from "node:fs";
import { createRequire } from "node:module";

/** The process of Pulumi's dynamic provider plugin, seen from the inside. */
export interface PluginProcess {
  /** Where the engine that started the plugin listens: `127.0.0.1:40123`. */
  readonly engineAddress: string;
  /** Loads what the plugin itself has loaded, of the very same copy of `@pulumi/pulumi`. */
  readonly load: (module: string) => unknown;
}

const pluginScript = /[\\/]cmd[\\/]dynamic-provider(?:[\\/]index(?:\.js)?)?$/;
const address = /^[^/=\s]+:\d+$/;

/**
 * Finds out whether this process is the plugin.
 *
 * @param commandLine `process.argv`
 * @returns undefined in a program, in a test, and wherever else the code runs
 */
export function pluginProcess(commandLine: readonly string[]): PluginProcess | undefined {
  const [, script, ...given] = commandLine;
  // Options of logging and tracing can follow the address.
  const engineAddress = given.find((argument) => address.test(argument));
  if (script === undefined || !pluginScript.test(script) || engineAddress === undefined) {
    return undefined;
  }
  try {
    // From where the script really lies: package managers link it into projects.
    return { engineAddress, load: createRequire(realpathSync(script)) };
  } catch {
    // A script that is not there did not start this process.
    return undefined;
  }
}
