import { loadKubeconfig, within } from "../portForward/kubeconfig.js";
import type { KubernetesSecretLogin } from "../login.js";

/**
 * Reads a token from a Secret of Kubernetes.
 *
 * @throws Error naming the Secret, where it or its key is missing or the API server cannot be reached
 */
export async function tokenFromSecret(login: KubernetesSecretLogin, timeoutMs: number): Promise<string> {
  const where = `login of kind kubernetesSecret: Secret ${login.namespace}/${login.name}`;
  const { config, server } = await loadKubeconfig(login, where);
  // Heavy, and ECMAScript only: loaded where a login needs it.
  const { ApiException, CoreV1Api } = await import("@kubernetes/client-node");
  let data: Readonly<Record<string, string>>;
  try {
    const read = config.makeApiClient(CoreV1Api).readNamespacedSecret({ namespace: login.namespace, name: login.name });
    data = (await within(timeoutMs, read)).data ?? {};
  } catch (error) {
    const reason = error instanceof ApiException ? `status ${error.code}` : (error as Error).message;
    throw new Error(`${where}: cannot be read from ${server}: ${reason}`, { cause: error });
  }
  const encoded = data[login.key];
  if (encoded === undefined) {
    const keys = Object.keys(data).sort();
    throw new Error(`${where} has no key "${login.key}"; it has: ${keys.length === 0 ? "none" : keys.join(", ")}`);
  }
  const token = Buffer.from(encoded, "base64").toString("utf8").trim();
  if (token === "") {
    throw new Error(`${where}: the key "${login.key}" is empty`);
  }
  return token;
}
