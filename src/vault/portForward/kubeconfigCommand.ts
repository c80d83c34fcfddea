import type { ChildProcess, SpawnOptions } from "node:child_process";
import type { KubeConfig } from "@kubernetes/client-node";

/** The part of the Kubernetes client that runs a kubeconfig's command. */
interface CommandAuthenticator {
  execFn?: (command: string, args: string[] | undefined, options: SpawnOptions) => ChildProcess;
  applyAuthentication: (user: unknown, options: unknown) => Promise<void>;
}

/** A command lives for longer than whoever waits for it, so that the error names the limit and not the killed command. */
const killDelayMs = 500;

/**
 * Limits the commands of a kubeconfig that get credentials, and explains their failures: the Kubernetes client itself waits for ever, leaves a command
 * running when nobody waits any more, and fails with an empty message, or with one that quotes what the command printed.
 */
export function guardCommands(config: KubeConfig, limitMs: number): void {
  const { authenticators = [] } = config as unknown as { authenticators?: CommandAuthenticator[] };
  for (const authenticator of authenticators) {
    const run = authenticator.execFn;
    if (typeof run !== "function") {
      continue;
    }
    authenticator.execFn = (command, args, options) =>
      run(command, args, { ...options, timeout: limitMs + killDelayMs, killSignal: "SIGKILL" });
    const apply = authenticator.applyAuthentication.bind(authenticator);
    authenticator.applyAuthentication = async (user, options) => {
      try {
        await apply(user, options);
      } catch (error) {
        throw new Error(`the kubeconfig's command "${commandOf(config) ?? ""}" ${failureOf(error as Error)}`);
      }
    };
  }
}

/** A SyntaxError quotes what was printed, which may be a token; a TypeError comes of JSON that is no ExecCredential. */
function failureOf(error: Error): string {
  if (error instanceof SyntaxError || error instanceof TypeError) {
    return "must print an ExecCredential as JSON, and printed something else";
  }
  return `failed: ${error.message.trim() || "it wrote nothing to its standard error"}`;
}

function commandOf(config: KubeConfig): string | undefined {
  return (config.getCurrentUser() as { exec?: { command?: string } } | null)?.exec?.command;
}

/**
 * What may be the reason for no answer of the Kubernetes API: the command that is to get credentials. Browsers and prompts are of no use in a plugin.
 *
 * @returns a sentence with a full stop and a space before it, or the empty text where the kubeconfig has no command
 */
export function commandAdvice(config: KubeConfig): string {
  const command = commandOf(config);
  return command === undefined
    ? ""
    : `. The kubeconfig gets its credentials from the command "${command}": it must end by itself, without a prompt or a browser`;
}
