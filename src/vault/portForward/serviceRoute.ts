import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KubeconfigSource } from "./kubeconfig.js";
import type { KubernetesConnection } from "./kubernetesConnection.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where Kubernetes puts the token of a pod's ServiceAccount. */
const podTokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * Whether a connection goes by a port-forward. With the route `auto` it does unless the kubeconfig in use would be the pod's own service account:
 * only then the cluster is surely the one that the provider runs in.
 *
 * @param tokenFile where a pod's token is
 */
export function takesPortForward(
  { route, kubeconfig, context }: KubernetesConnection,
  environment: Environment,
  tokenFile = podTokenFile,
): boolean {
  if (route !== "auto") {
    return route !== "service";
  }
  return hasKubeconfig({ kubeconfig, context }, environment) || !isInPod(environment, tokenFile);
}

/** Whether there is a kubeconfig to use: one that is given, one of the environment, or the pod's own service account. */
export function isKubeconfigAtHand(source: KubeconfigSource, environment: Environment): boolean {
  return hasKubeconfig(source, environment) || isInPod(environment, podTokenFile);
}

function hasKubeconfig({ kubeconfig, context }: KubeconfigSource, environment: Environment): boolean {
  return (
    kubeconfig !== undefined ||
    context !== undefined ||
    isSet(environment, "KUBECONFIG") ||
    existsSync(join(environment.HOME ?? homedir(), ".kube", "config"))
  );
}

function isInPod(environment: Environment, tokenFile: string): boolean {
  return isSet(environment, "KUBERNETES_SERVICE_HOST") && existsSync(tokenFile);
}

function isSet(environment: Environment, name: string): boolean {
  return environment[name] !== undefined && environment[name] !== "";
}
