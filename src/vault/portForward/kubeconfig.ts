import type { KubeConfig } from "@kubernetes/client-node";
import { guardCommands } from "./kubeconfigCommand.js";

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
  guardCommands(config, commandLimitMs);
  return { config, server };
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
