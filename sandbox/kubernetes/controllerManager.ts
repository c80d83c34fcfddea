import { join } from "node:path";
import { startProcess, waitFor, type ManagedProcess } from "../process/index.js";
import type { KubernetesRest } from "./rest.js";

/** What a cluster without nodes can use: everything but what schedules, starts or counts Pods. */
const controllers = [
  "garbage-collector-controller",
  "namespace-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "root-ca-certificate-publisher-controller",
  "clusterrole-aggregation-controller",
  "endpoints-controller",
  "endpointslice-controller",
];

export interface ControllerManagerOptions {
  /** Path of the `kube-controller-manager` binary. */
  readonly command: string;
  readonly folder: string;
  /** Of a user who may do all that the controllers do. */
  readonly kubeconfig: string;
  /** PEM file of the authority that every namespace is given, to verify the API server with. */
  readonly rootCaFile: string;
  /** PEM file of the key that signs ServiceAccount tokens. */
  readonly serviceAccountKeyFile: string;
  readonly kubernetes: KubernetesRest;
}

/**
 * Starts kube-controller-manager. Its garbage collector asks which kinds of objects there are when it starts and then twice a minute, so
 * CustomResourceDefinitions have to be there first.
 */
export async function startControllerManager(options: ControllerManagerOptions): Promise<ManagedProcess> {
  const { folder } = options;
  const process = await startProcess({
    name: "kube-controller-manager",
    command: options.command,
    args: [
      `--kubeconfig=${options.kubeconfig}`,
      `--controllers=${controllers.join(",")}`,
      `--root-ca-file=${options.rootCaFile}`,
      `--service-account-private-key-file=${options.serviceAccountKeyFile}`,
      // Nobody asks it for its metrics or its health, so it need not listen.
      "--secure-port=0",
      "--leader-elect=false",
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ],
    env: {},
    cwd: folder,
    logFile: join(folder, "kube-controller-manager.log"),
  });
  try {
    await untilWorking(options.kubernetes, process);
  } catch (error) {
    await process.kill();
    throw error;
  }
  return process;
}

/** What the controllers give every namespace. */
async function untilWorking(kubernetes: KubernetesRest, { assertRunning }: ManagedProcess): Promise<void> {
  for (const path of ["serviceaccounts/default", "configmaps/kube-root-ca.crt"]) {
    await waitFor(() => kubernetes.find(`/api/v1/namespaces/default/${path}`), {
      what: `kube-controller-manager to make ${path} in the namespace default`,
      timeoutMs: 60_000,
      abortIf: assertRunning,
    });
  }
}
