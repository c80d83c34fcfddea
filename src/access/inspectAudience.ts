import * as pulumi from "@pulumi/pulumi";
import { clusterApi, ClusterApiError, UnreachableClusterError } from "../kubernetes/providers/clusterApi.js";
import { ifKnown } from "../internal/ifKnown.js";
import { isKubeconfigAtHand } from "../vault/portForward/serviceRoute.js";

/** Whose tokens are to be for which audience, and in which cluster. */
export interface InspectedAudience {
  /** How errors name it: `ApplicationAccess "shop"`. */
  readonly subject: string;
  readonly audience: pulumi.Input<string>;
  readonly serviceAccounts: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly namespaces: pulumi.Input<readonly pulumi.Input<string>[]>;
  readonly kubeconfig?: pulumi.Input<string>;
  readonly context?: pulumi.Input<string>;
}

/**
 * A hook for before an auth role is written, at preview too: asks the cluster for a token of each service account for the audience. Where an admission
 * policy or the API server refuses it, no pod could ever log in.
 *
 * A service account that does not exist yet, and a cluster that cannot be reached or does not let the user ask, are not judged.
 */
export function inspectAudience(inspected: InspectedAudience, open = clusterApi): pulumi.ResourceHookFunction {
  return async () => {
    const { subject } = inspected;
    const [audience, accounts, namespaces, kubeconfig, context] = await Promise.all([
      ifKnown(inspected.audience),
      ifKnown(pulumi.output(inspected.serviceAccounts)),
      ifKnown(pulumi.output(inspected.namespaces)),
      ifKnown(inspected.kubeconfig),
      ifKnown(inspected.context),
    ]);
    const source = {
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    };
    if (audience === undefined || !isKubeconfigAtHand(source, process.env)) {
      return;
    }
    const api = await open(source, subject);
    for (const namespace of (namespaces ?? []).filter((name) => name !== "*")) {
      for (const account of (accounts ?? []).filter((name) => name !== "*")) {
        const reason = await unlessRefused(() => api.requestToken(namespace, account, audience));
        if (reason !== undefined) {
          throw new Error(
            `${subject}: audience: the cluster at ${api.server} issues no token for ${JSON.stringify(audience)} to ServiceAccount ` +
              `${namespace}/${account}: ${reason}. Name an audience that it issues tokens for, or leave it out`,
          );
        }
      }
    }
  };
}

async function unlessRefused(request: () => Promise<void>): Promise<string | undefined> {
  try {
    await request();
    return undefined;
  } catch (error) {
    if (error instanceof UnreachableClusterError) {
      return undefined;
    }
    if (!(error instanceof ClusterApiError)) {
      throw error;
    }
    const mayNotAsk = error.status === 401 || /cannot create resource/.test(error.message);
    // 404: the service account is still to be created.
    return error.status === 404 || error.status >= 500 || mayNotAsk ? undefined : error.reason;
  }
}
