import type { KubernetesSecretLogin } from "../login.js";
import { readSecretData } from "../portForward/secretData.js";

/**
 * Reads a token from a Secret of Kubernetes.
 *
 * @throws Error naming the Secret, where it or its key is missing or the API server cannot be reached
 */
export async function tokenFromSecret(login: KubernetesSecretLogin, timeoutMs: number): Promise<string> {
  const where = `login of kind kubernetesSecret: Secret ${login.namespace}/${login.name}`;
  const data = await readSecretData(login, login, where, timeoutMs);
  const token = data[login.key]?.trim();
  if (token === undefined) {
    const keys = Object.keys(data).sort();
    throw new Error(`${where} has no key "${login.key}"; it has: ${keys.length === 0 ? "none" : keys.join(", ")}`);
  }
  if (token === "") {
    throw new Error(`${where}: the key "${login.key}" is empty`);
  }
  return token;
}
