import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KubernetesConnection } from "./kubernetesConnection.js";

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
  environment: Readonly<Record<string, string | undefined>>,
  tokenFile = podTokenFile,
): boolean {
  if (route !== "auto") {
    return route !== "service";
  }
  const set = (name: string) => environment[name] !== undefined && environment[name] !== "";
  const hasKubeconfig =
    kubeconfig !== undefined ||
    context !== undefined ||
    set("KUBECONFIG") ||
    existsSync(join(environment.HOME ?? homedir(), ".kube", "config"));
  return hasKubeconfig || !set("KUBERNETES_SERVICE_HOST") || !existsSync(tokenFile);
}
