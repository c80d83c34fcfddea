import type { CustomObjectsApi } from "@kubernetes/client-node";
import { loadKubeconfig, within, type KubeconfigSource } from "../../vault/portForward/kubeconfig.js";

/** Longest time to wait for one answer of the Kubernetes API. */
const answerTimeoutMs = 20_000;

/** An object as the Kubernetes API has it. */
export interface ClusterObject<Status = unknown> {
  readonly metadata: { readonly name: string; readonly uid?: string; readonly generation?: number };
  readonly status?: Status;
}

/** A kind of object, by the path of its API. */
export interface ObjectKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** What is asked of the Kubernetes API for a VaultServer. */
export interface ClusterApi {
  /** Address of the API server, for messages. */
  readonly server: string;
  /** The object, or undefined where it does not exist. */
  readonly find: <T extends ClusterObject>(
    kind: ObjectKind,
    name: string,
    namespace?: string,
  ) => Promise<T | undefined>;
  readonly create: (kind: ObjectKind, namespace: string, body: object) => Promise<void>;
  readonly remove: (kind: ObjectKind, namespace: string, name: string) => Promise<void>;
  /** Asks for a token of a service account, as the kubelet does, and drops it. */
  readonly requestToken: (namespace: string, serviceAccount: string, audience: string) => Promise<void>;
  /** Whether the API server serves a kind. */
  readonly serves: (kind: ObjectKind) => Promise<boolean>;
}

/** A request that the API server answered with an error. */
export class ClusterApiError extends Error {
  override readonly name = "ClusterApiError";

  constructor(
    readonly status: number,
    message: string,
    /** The API server's own words. */
    readonly reason = message,
  ) {
    super(message);
  }
}

/** The API server cannot be reached, or did not answer in time. */
export class UnreachableClusterError extends Error {
  override readonly name = "UnreachableClusterError";
}

/**
 * Opens the Kubernetes API with a kubeconfig.
 *
 * @param purpose what it is needed for, at the start of messages
 * @throws Error where the kubeconfig cannot be read or names no cluster
 */
export async function clusterApi(source: KubeconfigSource, purpose: string): Promise<ClusterApi> {
  const { config, server } = await loadKubeconfig(source, purpose);
  // Heavy, and ECMAScript only: loaded where it is needed.
  const { ApiException, CoreV1Api, CustomObjectsApi } = await import("@kubernetes/client-node");
  const api: CustomObjectsApi = config.makeApiClient(CustomObjectsApi);
  const ask = async <T>(what: string, request: Promise<T>): Promise<T> => {
    try {
      return await within(answerTimeoutMs, request);
    } catch (error) {
      if (error instanceof ApiException) {
        const reason = reasonOf(error.code, error.body);
        throw new ClusterApiError(error.code, `${purpose}: ${server}: ${what}: ${reason}`, reason);
      }
      throw new UnreachableClusterError(`${purpose}: ${server}: ${what}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
  const orUndefined = async <T>(request: Promise<T>): Promise<T | undefined> => {
    try {
      return await request;
    } catch (error) {
      if (error instanceof ClusterApiError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  };
  return {
    server,
    find: async <T extends ClusterObject>(kind: ObjectKind, name: string, namespace?: string) =>
      (await orUndefined(
        ask<unknown>(
          `get ${kind.plural}/${name}`,
          namespace === undefined
            ? api.getClusterCustomObject({ ...kind, name })
            : api.getNamespacedCustomObject({ ...kind, name, namespace }),
        ),
      )) as T | undefined,
    create: async (kind, namespace, body) => {
      await ask<unknown>(`create ${kind.plural}`, api.createNamespacedCustomObject({ ...kind, namespace, body }));
    },
    remove: async (kind, namespace, name) => {
      const path = `delete ${kind.plural}/${name}`;
      await orUndefined(ask<unknown>(path, api.deleteNamespacedCustomObject({ ...kind, namespace, name })));
    },
    requestToken: async (namespace, name, audience) => {
      const body = {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { audiences: [audience], expirationSeconds: 600 },
      };
      const core = config.makeApiClient(CoreV1Api);
      await ask<unknown>(
        `token of ${namespace}/${name}`,
        core.createNamespacedServiceAccountToken({ namespace, name, body, dryRun: "All" }),
      );
    },
    serves: async ({ group, version, plural }) => {
      const found = await orUndefined(ask(`list ${group}/${version}`, api.getAPIResources({ group, version })));
      return found?.resources.some(({ name }) => name === plural) === true;
    },
  };
}

/** The API server's own words, which never hold more than names. */
function reasonOf(status: number, body: unknown): string {
  try {
    const { message } = (typeof body === "string" ? JSON.parse(body) : body) as { readonly message?: string };
    return message === undefined ? `status ${status}` : `${message} (${status})`;
  } catch {
    return `status ${status}`;
  }
}
