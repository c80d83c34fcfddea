import { KubeConfig } from "@kubernetes/client-node";
import { Agent, request } from "undici";

/** The API server refused a request; the message is its own. */
export class KubernetesError extends Error {
  constructor(
    readonly statusCode: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
    this.name = "KubernetesError";
  }
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

/**
 * The API server's REST interface with objects as they are. The typed clients of @kubernetes/client-node drop fields that their models
 * name differently, such as `x-kubernetes-map-type` in a CRD's schema.
 */
export interface KubernetesRest {
  readonly call: <T = unknown>(method: Method, path: string, body?: unknown) => Promise<T>;
  /** `undefined` where there is nothing at the path. */
  readonly find: <T>(path: string) => Promise<T | undefined>;
  /** Creates or changes the object so that it has all that is given (server-side apply). */
  readonly apply: <T = unknown>(path: string, object: unknown) => Promise<T>;
  /** Changes what is given, by JSON merge patch. */
  readonly merge: <T = unknown>(path: string, change: unknown) => Promise<T>;
  /** Deletes what is at the path, if anything is. */
  readonly remove: (path: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const fieldManager = "kubevault-sandbox";

/** @param kubeconfigPath a kubeconfig whose current user has a bearer token */
export function kubernetesRest(kubeconfigPath: string): KubernetesRest {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const cluster = config.getCurrentCluster();
  const token = config.getCurrentUser()?.token;
  if (cluster === null || token === undefined) {
    throw new Error(`${kubeconfigPath} names no cluster, or no user with a token`);
  }
  const ca = cluster.caData === undefined ? undefined : Buffer.from(cluster.caData, "base64").toString("utf8");
  const dispatcher = new Agent({ connect: { ca } });

  const send = async <T>(
    method: Method | "PATCH",
    path: string,
    body?: unknown,
    contentType = "application/json",
  ): Promise<T> => {
    const response = await request(`${cluster.server}${path}`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${token}`, accept: "application/json, */*", "content-type": contentType },
      body: body === undefined ? undefined : JSON.stringify(body),
      headersTimeout: 30_000,
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) {
      throw refusal(response.statusCode, text);
    }
    return JSON.parse(text) as T;
  };

  const find = async <T>(path: string): Promise<T | undefined> => {
    try {
      return await send<T>("GET", path);
    } catch (error) {
      if (error instanceof KubernetesError && error.statusCode === 404) {
        return undefined;
      }
      throw error;
    }
  };

  return {
    call: send,
    find,
    apply: (path, object) =>
      send("PATCH", `${path}?fieldManager=${fieldManager}&force=true`, object, "application/apply-patch+yaml"),
    merge: (path, change) => send("PATCH", path, change, "application/merge-patch+json"),
    remove: async (path) => {
      try {
        await send("DELETE", path);
      } catch (error) {
        if (!(error instanceof KubernetesError && error.statusCode === 404)) {
          throw error;
        }
      }
    },
    close: () => dispatcher.close(),
  };
}

function refusal(statusCode: number, text: string): KubernetesError {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: string; message?: string };
    return new KubernetesError(statusCode, reason ?? "", message ?? `HTTP ${statusCode}`);
  } catch {
    return new KubernetesError(statusCode, "", `HTTP ${statusCode} ${text.slice(0, 200)}`);
  }
}
