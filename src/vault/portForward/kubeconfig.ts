import type { ChildProcess, SpawnOptions } from "node:child_process";
import type { KubeConfig } from "@kubernetes/client-node";

/** Which cluster, and as whom. */
export interface KubeconfigSource {
  /** A kubeconfig file's path, or its contents. Default: KUBECONFIG, `~/.kube/config`, or the pod's own service account. */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig. Default: its current context. */
  readonly context?: string;
}

/**
 * Loads a kubeconfig.
 *
 * @param where what it is for, at the start of messages
 * @param commandLimitMs longest time for a command of the kubeconfig that gets credentials; it is killed after that
 * @throws Error where it cannot be read, or names no cluster
 */
export async function loadKubeconfig(
  { kubeconfig, context }: KubeconfigSource,
  where: string,
  commandLimitMs = 60_000,
): Promise<{ readonly config: KubeConfig; readonly server: string }> {
  // Heavy, and ECMAScript only: loaded where it is needed.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) {
      config.loadFromDefault();
    } else if (/[\n{]/.test(kubeconfig)) {
      config.loadFromString(kubeconfig);
    } else {
      config.loadFromFile(kubeconfig);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A parser's words quote the text, and with it credentials: only those of the file system are passed on.
    throw new Error(
      `${where}: the kubeconfig ${code === undefined ? "cannot be understood" : `cannot be read: ${message}`}`,
    );
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      throw new Error(`${where}: the kubeconfig has no context "${context}"`);
    }
    config.setCurrentContext(context);
  }
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new Error(`${where}: the kubeconfig names no cluster for the context "${config.getCurrentContext()}"`);
  }
  limitCommands(config, commandLimitMs);
  return { config, server };
}

/** How the Kubernetes client starts a kubeconfig's command. */
interface CommandRunner {
  execFn?: (command: string, args: string[] | undefined, options: SpawnOptions) => ChildProcess;
}

/** The Kubernetes client itself waits for a command for ever, and leaves it running where nobody waits any more. */
function limitCommands(config: KubeConfig, timeout: number): void {
  const { authenticators = [] } = config as unknown as { authenticators?: CommandRunner[] };
  for (const authenticator of authenticators) {
    const run = authenticator.execFn;
    if (typeof run === "function") {
      authenticator.execFn = (command, args, options) =>
        run(command, args, { ...options, timeout, killSignal: "SIGKILL" });
    }
  }
}

/**
 * What may be the reason for no answer of the Kubernetes API: the command that is to get credentials. Browsers and prompts are of no use in a plugin.
 *
 * @returns a sentence with a full stop and a space before it, or the empty text where the kubeconfig has no command
 */
export function commandAdvice(config: KubeConfig): string {
  const user = config.getCurrentUser() as { exec?: { command?: string } } | null;
  const command = user?.exec?.command;
  return command === undefined
    ? ""
    : `. The kubeconfig gets its credentials from the command "${command}": it must end by itself, without a prompt or a browser`;
}

/** No answer came in time. */
export class LateError extends Error {
  override readonly name = "LateError";
}

/** Waits for work that knows no time limit of its own. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateError(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
