import { LateError, loadKubeconfig, within, type KubeconfigSource } from "./kubeconfig.js";
import { commandAdvice } from "./kubeconfigCommand.js";

/** A Secret of Kubernetes, by its names. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Reads a Secret of Kubernetes. Its values are decoded.
 *
 * @param where what it is read for, at the start of messages
 * @throws Error naming the Secret, where it is missing or the API server cannot be reached
 */
export async function readSecretData(
  { namespace, name }: SecretName,
  source: KubeconfigSource,
  where: string,
  timeoutMs: number,
): Promise<Readonly<Record<string, string>>> {
  const { config, server } = await loadKubeconfig(source, where, timeoutMs);
  // Heavy, and ECMAScript only: loaded where it is needed.
  const { ApiException, CoreV1Api } = await import("@kubernetes/client-node");
  try {
    const read = config.makeApiClient(CoreV1Api).readNamespacedSecret({ namespace, name });
    const { data = {} } = await within(timeoutMs, read);
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
    );
  } catch (error) {
    const reason = error instanceof ApiException ? `status ${error.code}` : (error as Error).message;
    const advice = error instanceof LateError ? commandAdvice(config) : "";
    throw new Error(`${where}: cannot be read from ${server}: ${reason}${advice}`, { cause: error });
  }
}
