import type { KubeConfig } from "@kubernetes/client-node";
import { VaultError } from "../errors.js";
import { LateError, within } from "./kubeconfig.js";
import { commandAdvice } from "./kubeconfigCommand.js";
import { readyPods, whyNotReady, type VaultPod } from "./podChoice.js";
import { defaultVaultPort, type KubernetesConnection } from "./kubernetesConnection.js";

/** An error of the Kubernetes API that trying again does not fix. */
export function kubernetesApiError(message: string, cause?: unknown): VaultError {
  return new VaultError(message, "kubernetes", undefined, [], { cause });
}

/** How a connection by port-forward is named in messages. */
export function nameOf({ namespace, service }: KubernetesConnection): string {
  return `the way to Vault through Kubernetes: Service ${namespace}/${service}`;
}

/**
 * Finds the ready pods behind the Service.
 *
 * @throws VaultError where there is no such Service, no ready pod, a right is missing or the API server cannot be reached
 */
export async function servicePods(
  tunnel: KubernetesConnection,
  config: KubeConfig,
  server: string,
  timeoutMs: number,
): Promise<VaultPod[]> {
  const { CoreV1Api } = await import("@kubernetes/client-node");
  const { namespace } = tunnel;
  const port = tunnel.port ?? defaultVaultPort;
  const where = nameOf(tunnel);
  const api = config.makeApiClient(CoreV1Api);
  const asked = async <T>(verb: string, resource: string, call: Promise<T>): Promise<T> => {
    try {
      return await within(timeoutMs, call);
    } catch (error) {
      const advice = error instanceof LateError ? commandAdvice(config) : "";
      throw await explained(error, { where, namespace, server, verb, resource, advice });
    }
  };
  const service = await asked("get", "services", api.readNamespacedService({ namespace, name: tunnel.service }));
  const ports = service.spec?.ports ?? [];
  if (!ports.some((candidate) => candidate.port === port)) {
    throw kubernetesApiError(
      `${where} has no port ${port}; it has: ${ports.map((candidate) => candidate.port).join(", ") || "none"}. Set kubernetes.port`,
    );
  }
  const selector = Object.entries(service.spec?.selector ?? {});
  if (selector.length === 0) {
    throw kubernetesApiError(
      `${where} has no selector, so that its pods cannot be found. Give the connection an address`,
    );
  }
  const labelSelector = selector.map(([label, value]) => `${label}=${value}`).join(",");
  const { items } = await asked("list", "pods", api.listNamespacedPod({ namespace, labelSelector }));
  const ready = readyPods(service, port, items);
  if (ready.length === 0) {
    throw new VaultError(`${where} has no ready pod: ${whyNotReady(items)}`, "unavailable", undefined, []);
  }
  return ready;
}

interface Asked {
  readonly where: string;
  readonly namespace: string;
  readonly server: string;
  readonly verb: string;
  readonly resource: string;
  /** What may help where there was no answer. */
  readonly advice: string;
}

/** A failed call of the Kubernetes API, in plain words. */
async function explained(error: unknown, asked: Asked): Promise<VaultError> {
  const { ApiException } = await import("@kubernetes/client-node");
  const { where, server, verb, resource } = asked;
  if (error instanceof ApiException) {
    switch (error.code) {
      case 401:
        return kubernetesApiError(`${where}: ${server} does not accept the kubeconfig's credentials (401)`, error);
      case 403:
        return kubernetesApiError(`${where}: ${forbidden([verb], resource, asked.namespace)}`, error);
      case 404:
        return kubernetesApiError(`${where}: there is no such Service at ${server}. Is it the right context?`, error);
      default: {
        const passes = error.code === 429 || error.code >= 500;
        const message = `${where}: cannot ${verb} ${resource} at ${server}: status ${error.code}`;
        return new VaultError(message, passes ? "unavailable" : "kubernetes", undefined, [], { cause: error });
      }
    }
  }
  const reason = error instanceof Error ? error.message : String(error);
  const kind = error instanceof LateError ? "timeout" : "unreachable";
  const message = `${where}: cannot ${verb} ${resource} at ${server}: ${reason}${asked.advice}`;
  return new VaultError(message, kind, undefined, [], { cause: error });
}

/** What a Kubernetes user is not allowed. */
export function forbidden(verbs: readonly string[], resource: string, namespace: string): string {
  const quoted = verbs.map((verb) => `"${verb}"`).join(" and ");
  return `forbidden (403): the kubeconfig's user needs ${quoted} on ${resource} in the namespace "${namespace}"`;
}
