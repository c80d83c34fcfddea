import { AsyncResource } from "node:async_hooks";
import type * as pulumi from "@pulumi/pulumi";
import { ifKnown } from "../internal/ifKnown.js";
import { isKubeconfigAtHand } from "../vault/portForward/serviceRoute.js";
import { clusterApi, ClusterApiError, UnreachableClusterError, type ClusterApi } from "./providers/clusterApi.js";

/** Which VaultServer is about to be created, and in which cluster. */
export interface InspectedServer {
  /** How errors name it: `VaultServer "vault"`. */
  readonly subject: string;
  readonly apiVersion: string;
  readonly version: pulumi.Input<string | undefined>;
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: pulumi.Input<string>;
}

/**
 * A hook for before the creation of a VaultServer, at preview too: checks that the cluster serves KubeVault's types and has the VaultServerVersion. Without
 * them Kubernetes would take the object only after KubeVault is installed, and the provider would wait for that.
 *
 * A cluster that cannot be reached, or does not let the user look, is not judged: then the provider or the operator has the last word.
 *
 * @param excuse receives what is missing; returns whether to continue nevertheless
 */
export function inspectCluster(
  server: InspectedServer,
  excuse: (message: string) => boolean,
  open: typeof clusterApi = clusterApi,
): pulumi.ResourceHookFunction {
  // Hooks run outside of the program's own context, in which alone messages find their way to the engine.
  const isExcused = AsyncResource.bind(excuse);
  return async () => {
    const [version, kubeconfig, context] = await Promise.all([
      ifKnown(server.version),
      ifKnown(server.kubeconfig),
      ifKnown(server.context),
    ]);
    const source = {
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    };
    if (!isKubeconfigAtHand(source, process.env)) {
      return;
    }
    const missing = await whatIsMissing(server, version, () => open(source, server.subject));
    if (missing !== undefined && !isExcused(missing)) {
      throw new Error(missing);
    }
  };
}

async function whatIsMissing(
  { subject, apiVersion }: InspectedServer,
  version: string | undefined,
  open: () => Promise<ClusterApi>,
): Promise<string | undefined> {
  const api = await open();
  try {
    const [group = "", served = ""] = apiVersion.split("/");
    if (!(await api.serves({ group, version: served, plural: "vaultservers" }))) {
      return (
        `${subject}: KubeVault is not installed in the cluster at ${api.server}: it does not serve ${apiVersion} VaultServer (the ` +
        "CustomResourceDefinition vaultservers.kubevault.com). Install KubeVault's Helm chart, or give kubeconfig and context if the VaultServer " +
        "belongs into another cluster"
      );
    }
    const catalog = { group: "catalog.kubevault.com", version: "v1alpha1", plural: "vaultserverversions" };
    if (version !== undefined && (await api.find(catalog, version)) === undefined) {
      return (
        `${subject}: spec.version: the cluster at ${api.server} has no VaultServerVersion ${JSON.stringify(version)}. ` +
        "kubectl get vaultserverversions lists those it has; another one can be created as an object of your own"
      );
    }
    return undefined;
  } catch (error) {
    if (error instanceof ClusterApiError || error instanceof UnreachableClusterError) {
      // Not reached, or not allowed to look: not judged.
      return undefined;
    }
    throw error;
  }
}
