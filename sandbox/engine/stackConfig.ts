import { spawn } from "node:child_process";
import type { Stack } from "@pulumi/pulumi/automation/index.js";

export type ConfigValues = Readonly<Record<string, { readonly value: string; readonly secret?: boolean }>>;

export interface ConfigCommand {
  readonly command: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Writes a stack's configuration.
 *
 * Not by the Automation API's setConfig for secrets: it puts their values on the argument list of `pulumi config set`, where every user
 * of the machine can read them. That command also reads a value from standard input, so that is where secrets go.
 */
export async function writeStackConfig(stack: Stack, config: ConfigValues, command: ConfigCommand): Promise<void> {
  const entries = Object.entries(config);
  const plain = entries.filter(([, { secret }]) => secret !== true);
  if (plain.length > 0) {
    await stack.setAllConfig(Object.fromEntries(plain.map(([key, { value }]) => [key, { value }])));
  }
  for (const [key, { value }] of entries.filter(([, { secret }]) => secret === true)) {
    await setSecret(stack.name, key, value, command);
  }
}

async function setSecret(stackName: string, key: string, value: string, options: ConfigCommand): Promise<void> {
  const args = ["config", "set", "--secret", "--stack", stackName, "--non-interactive", key];
  const child = spawn(options.command, args, {
    cwd: options.folder,
    env: options.env,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  child.stdin.end(value);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (exitCode !== 0) {
    throw new Error(`Cannot set the secret configuration value ${key}: ${complaint.trim()}`);
  }
}
