import { request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import type { PropertyObject } from "../../../src/plugin/server/propertyValues.js";
import type { KubernetesObject } from "./kubernetesObject.js";
import type { ProviderConfig } from "./providerConfig.js";

const requestTimeoutMs = 30_000;

/** The API server refused a request; the message is its own. */
export class ApiError extends Error {
  public constructor(
    public readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The API server does not serve the kind. */
export class NoSuchKind extends Error {
  public constructor(apiVersion: string, kind: string) {
    super(
      `no matches for kind "${kind}" in version "${apiVersion}": the API server does not serve it. Have its CustomResourceDefinitions been created?`,
    );
  }
}

interface ServedKind {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly force: boolean;
  readonly dryRun?: boolean;
  /** What the server does about fields its schema lacks; undefined: its default. */
  readonly fieldValidation?: "Warn" | "Strict";
}

/** The API server's REST interface, for objects of any kind. */
export class Cluster {
  private readonly kubeConfig = new KubeConfig();
  private readonly served = new Map<string, Promise<readonly ServedKind[] | undefined>>();

  public constructor(config: ProviderConfig) {
    if (config.kubeconfigText !== undefined) {
      this.kubeConfig.loadFromString(config.kubeconfigText);
    } else if (config.kubeconfigPath !== undefined) {
      this.kubeConfig.loadFromFile(config.kubeconfigPath);
    } else {
      this.kubeConfig.loadFromDefault();
    }
    if (config.context !== undefined) {
      this.kubeConfig.setCurrentContext(config.context);
    }
    const cluster = config.cluster;
    if (cluster !== undefined) {
      this.kubeConfig.contexts = this.kubeConfig.contexts.map((context) => ({ ...context, cluster }));
    }
  }

  /** Whether objects of the kind live in namespaces; undefined when the server does not serve the kind. */
  public async isNamespaced(apiVersion: string, kind: string): Promise<boolean | undefined> {
    return (await this.find(apiVersion, kind))?.namespaced;
  }

  /** The object as it is, undefined when there is none or the server no longer serves its kind. */
  public async get(object: KubernetesObject): Promise<PropertyObject | undefined> {
    try {
      return await this.send("GET", await this.path(object));
    } catch (error) {
      if (isGone(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** Server-side apply: makes the object, or changes the fields that this manager owns. */
  public async apply(object: KubernetesObject, options: ApplyOptions): Promise<PropertyObject> {
    const query = new URLSearchParams({ fieldManager: options.fieldManager, force: String(options.force) });
    if (options.dryRun === true) {
      query.set("dryRun", "All");
    }
    if (options.fieldValidation !== undefined) {
      query.set("fieldValidation", options.fieldValidation);
    }
    const path = `${await this.path(object)}?${query.toString()}`;
    return this.send("PATCH", path, object, "application/apply-patch+yaml");
  }

  /** Asks for the object's deletion, its dependents first. What is already gone is no error. */
  public async remove(object: KubernetesObject, propagationPolicy: string): Promise<void> {
    try {
      await this.send("DELETE", await this.path(object), { propagationPolicy }, "application/json");
    } catch (error) {
      if (!isGone(error)) {
        throw error;
      }
    }
  }

  private async path({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const found = await this.find(apiVersion, kind);
    if (found === undefined) {
      throw new NoSuchKind(apiVersion, kind);
    }
    const namespace = found.namespaced ? `/namespaces/${encodeURIComponent(metadata.namespace ?? "default")}` : "";
    return `${groupPath(apiVersion)}${namespace}/${found.name}/${encodeURIComponent(metadata.name ?? "")}`;
  }

  private async find(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    const known = await this.kindsOf(apiVersion);
    const found = known?.find((candidate) => candidate.kind === kind && !candidate.name.includes("/"));
    if (found === undefined) {
      // A CustomResourceDefinition may be made later in the same operation.
      this.served.delete(apiVersion);
    }
    return found;
  }

  private kindsOf(apiVersion: string): Promise<readonly ServedKind[] | undefined> {
    const known =
      this.served.get(apiVersion) ??
      this.send("GET", groupPath(apiVersion)).then(
        (answer) => answer.resources as unknown as ServedKind[],
        (error: unknown) => {
          this.served.delete(apiVersion);
          if (error instanceof ApiError && error.status === 404) {
            return undefined;
          }
          throw error;
        },
      );
    this.served.set(apiVersion, known);
    return known;
  }

  private async send(method: string, path: string, body?: object, contentType?: string): Promise<PropertyObject> {
    const server = this.kubeConfig.getCurrentCluster()?.server;
    if (server === undefined) {
      throw new Error(
        "The Kubernetes provider has no cluster: its kubeconfig names none. Set `kubeconfig` of the provider, or KUBECONFIG in the environment.",
      );
    }
    const url = new URL(`${server.replace(/\/$/, "")}${path}`);
    const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const options: RequestOptions = {
      method,
      headers: {
        accept: "application/json",
        ...(contentType === undefined ? {} : { "content-type": contentType }),
        // Node leaves the length out for some methods, DELETE among them, and then nobody reads the body.
        ...(sent === undefined ? {} : { "content-length": sent.length }),
      },
      timeout: requestTimeoutMs,
    };
    await this.kubeConfig.applyToHTTPSOptions(options);
    const { status, text } = await exchange(url, options, sent);
    if (status < 200 || status > 299) {
      throw new ApiError(status, messageOf(text) ?? `${method} ${url.pathname} was answered with status ${status}`);
    }
    return JSON.parse(text) as PropertyObject;
  }
}

function exchange(
  url: URL,
  options: RequestOptions,
  body: Buffer | undefined,
): Promise<{ status: number; text: string }> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    sent.once("timeout", () => sent.destroy(new Error(`${url.host} did not answer in ${requestTimeoutMs / 1000} s`)));
    sent.once("error", (error) =>
      reject(
        new Error(`The Kubernetes API server at ${url.host} cannot be reached: ${error.message}`, { cause: error }),
      ),
    );
    sent.end(body);
  });
}

function messageOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    return message;
  } catch {
    // Not the API server's own form of an answer: the status code has to do.
    return undefined;
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function isGone(error: unknown): boolean {
  return error instanceof NoSuchKind || (error instanceof ApiError && error.status === 404);
}
