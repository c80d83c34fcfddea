import type { KubernetesSecretLogin } from "../login.js";

/**
 * Reads a token from a Secret of Kubernetes.
 *
 * @throws Error naming the Secret, where it or its key is missing or the API server cannot be reached
 */
export async function tokenFromSecret(login: KubernetesSecretLogin, timeoutMs: number): Promise<string> {
  // Heavy, and ECMAScript only: loaded where a login needs it.
  const { ApiException, CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
  const where = `login of kind kubernetesSecret: Secret ${login.namespace}/${login.name}`;
  const config = new KubeConfig();
  if (login.kubeconfig === undefined) {
    config.loadFromDefault();
  } else if (/[\n{]/.test(login.kubeconfig)) {
    config.loadFromString(login.kubeconfig);
  } else {
    config.loadFromFile(login.kubeconfig);
  }
  if (login.context !== undefined) {
    if (config.getContextObject(login.context) === null) {
      throw new Error(`${where}: the kubeconfig has no context "${login.context}"`);
    }
    config.setCurrentContext(login.context);
  }
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new Error(`${where}: the kubeconfig names no cluster for the context "${config.getCurrentContext()}"`);
  }
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

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
