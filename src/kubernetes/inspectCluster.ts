import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { ifKnown } from "../internal/ifKnown.js";
import { isKubeconfigAtHand } from "../vault/portForward/serviceRoute.js";
import { clusterApi, ClusterApiError, UnreachableClusterError, type ClusterApi } from "./providers/clusterApi.js";

/** Which VaultServer is about to be created, and in which cluster. */
export interface InspectedServer {
  /** How errors name it: `VaultServer "vault"`. */
  readonly subject: string;
  readonly apiVersion: string;
  readonly version: pulumi.Input<string | undefined>;
  /** URN of the component that the VaultServer belongs to. */
  readonly parent: pulumi.Input<string>;
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: pulumi.Input<string>;
}

/**
 * A hook for before the creation of a VaultServer, at preview too: checks that the cluster serves KubeVault's types and has the VaultServerVersion. Without
 * them Kubernetes would take the object only after KubeVault is installed, and the provider would wait for that. In an update it also checks that there is
 * no VaultServer of this name: one that an earlier run created, and was killed before its state was written, is taken into the state first.
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
  // At preview one that is to be replaced is still there.
  const isUpdate = !pulumi.runtime.isDryRun();
  return async (created) => {
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
    const api = await open(source, server.subject);
    const missing = await unlessNotJudged(() => whatIsMissing(server, version, api));
    if (missing !== undefined && !isExcused(missing)) {
      throw new Error(missing);
    }
    const existing =
      isUpdate && missing === undefined ? await unlessNotJudged(() => whatExists(server, created, api)) : undefined;
    if (existing !== undefined) {
      throw new Error(existing);
    }
  };
}

/** A cluster that is not reached, or does not let the user look, is not judged. */
async function unlessNotJudged(look: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ClusterApiError || error instanceof UnreachableClusterError) {
      return undefined;
    }
    throw error;
  }
}

/** The Kubernetes provider would only say that the object exists. */
async function whatExists(
  { subject, apiVersion, parent }: InspectedServer,
  { name: resourceName, type, newInputs }: pulumi.ResourceHookArgs,
  api: ClusterApi,
): Promise<string | undefined> {
  const { name = "", namespace = "" } = (newInputs?.["metadata"] ?? {}) as Readonly<Record<string, string>>;
  const [group = "", version = ""] = apiVersion.split("/");
  if ((await api.find({ group, version, plural: "vaultservers" }, name, namespace)) === undefined) {
    return undefined;
  }
  const command = `pulumi import ${type} ${resourceName} ${namespace}/${name} --parent ${shellQuoted(`parent=${await ifKnown(parent)}`)} --protect=false --generate-code=false --yes`;
  return (
    `${subject}: VaultServer ${namespace}/${name} exists in the cluster at ${api.server}, but not in the stack's state, as after an up that was killed. ` +
    `Where it belongs to another program, give this one another serverName or namespace. Otherwise take it into the state, then run pulumi up again: ${command}`
  );
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

async function whatIsMissing(
  { subject, apiVersion }: InspectedServer,
  version: string | undefined,
  api: ClusterApi,
): Promise<string | undefined> {
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
}
