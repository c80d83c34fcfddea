import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { describeStatus, type VaultServerStatus } from "./vaultServerStatus.js";

/** Which VaultServer, and how to reach its cluster. */
export interface StuckVaultServer {
  readonly name: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: pulumi.Input<string>;
}

/** Longest time to wait for the cluster's answer: `up` has failed already, and only wants to say why. */
const answerTimeoutMs = 10_000;

/** How long before the end of the wait the status is told, at most. */
const beforeTheEndMs = 10_000;

/**
 * Hooks around the creation and update of a VaultServer: shortly before the wait for Ready ends they say at which phase and condition it is. Pulumi's
 * Kubernetes provider tells the phase at most, and no hook runs after an object that was made but did not become ready.
 *
 * @param timeoutSeconds how long the provider waits
 * @param tell takes the message
 */
export function explainStuck(
  server: StuckVaultServer,
  timeoutSeconds: number,
  tell: (message: string) => void,
): { readonly before: pulumi.ResourceHookFunction; readonly after: pulumi.ResourceHookFunction } {
  const timeoutMs = timeoutSeconds * 1000;
  // Hooks run outside of the program's own context, in which alone messages find their way to the engine.
  const report = AsyncResource.bind(async () => tell(await statusText(server)));
  let timer: NodeJS.Timeout | undefined;
  return {
    before: () => {
      timer = setTimeout(() => void report(), Math.max(timeoutMs - beforeTheEndMs, timeoutMs / 2));
      // A program that ends earlier does not wait for it.
      timer.unref();
    },
    after: () => clearTimeout(timer),
  };
}

async function statusText(server: StuckVaultServer): Promise<string> {
  const [name, namespace, kubeconfig, context] = await plainValues(server);
  const place = `${namespace}/${name}`;
  try {
    return describeStatus(place, await readStatus(name, namespace, kubeconfig, context));
  } catch (error) {
    return `The status of VaultServer ${place} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function plainValues(server: StuckVaultServer): Promise<[string, string, string | undefined, string | undefined]> {
  return new Promise((resolve) => {
    pulumi.all([server.name, server.namespace, server.kubeconfig, server.context]).apply(resolve);
  });
}

async function readStatus(
  name: string,
  namespace: string,
  kubeconfig: string | undefined,
  context: string | undefined,
): Promise<VaultServerStatus | undefined> {
  // Heavy, and ECMAScript only: loaded where a status is asked for.
  const { CustomObjectsApi, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig === undefined) {
    config.loadFromDefault();
  } else if (/[\n{]/.test(kubeconfig)) {
    config.loadFromString(kubeconfig);
  } else {
    config.loadFromFile(kubeconfig);
  }
  if (context !== undefined) {
    config.setCurrentContext(context);
  }
  const found: unknown = await withinTime(
    config.makeApiClient(CustomObjectsApi).getNamespacedCustomObject({
      group: "kubevault.com",
      version: "v1alpha2",
      namespace,
      plural: "vaultservers",
      name,
    }),
  );
  return (found as { readonly status?: VaultServerStatus }).status;
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${answerTimeoutMs / 1000} s`)), answerTimeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
