import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";

function coreApi(kubeconfigPath: string): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  return config.makeApiClient(CoreV1Api);
}

/** The decoded keys of a Secret. */
export async function readSecret(
  kubeconfigPath: string,
  namespace: string,
  name: string,
): Promise<Record<string, string>> {
  const secret = await coreApi(kubeconfigPath).readNamespacedSecret({ namespace, name });
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
  );
}

/** The names of all Secrets of a namespace; none where the namespace does not exist. */
export async function secretNames(kubeconfigPath: string, namespace: string): Promise<string[]> {
  const { items } = await coreApi(kubeconfigPath).listNamespacedSecret({ namespace });
  return items.flatMap((secret) => secret.metadata?.name ?? []);
}
