import { parseArgs } from "node:util";

export interface DemoOptions {
  /** Leave everything running at the end, until the demo is interrupted. */
  readonly keep: boolean;
  /** Print all that the engine prints. */
  readonly verbose: boolean;
  /** Build tools that the machine does not have, and fetch no releases. */
  readonly buildTools: boolean;
  /** Use Pulumi's released plugins of the machine. */
  readonly releasedPlugins: boolean;
  readonly help: boolean;
}

export const usage = `Brings up examples/platform against a sandbox on this machine, proves it, and takes it down.

  npm run demo -- [options]

  --keep     leave it running; write .sandbox/env for other shells, and print how to stop it
  --verbose  print all that Pulumi's engine prints
  --build-tools
             build what the machine does not have from its sources; fetch no releases
  --released-plugins
             use Pulumi's released AWS and Kubernetes plugins, which have to be installed, instead of
             the sandbox's stand-ins
  --help     this text`;

/** @throws TypeError for an option that does not exist, naming it */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      keep: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      "released-plugins": { type: "boolean", default: false },
      "build-tools": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: false,
  });
  const { keep, verbose, help } = values;
  return { keep, verbose, buildTools: values["build-tools"], releasedPlugins: values["released-plugins"], help };
}
