import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  kubernetesRest,
  startKubernetes,
  type Kubernetes,
  type KubernetesRest,
} from "../../../sandbox/kubernetes/index.js";
import { findTool } from "../../../sandbox/tools/index.js";

export interface TestKubernetes extends Kubernetes {
  readonly rest: KubernetesRest;
  readonly workDir: string;
}

export async function startTestKubernetes(conversion?: "Webhook" | "None"): Promise<TestKubernetes> {
  const workDir = await mkdtemp(join(tmpdir(), "kubevault-aws-kubernetes-"));
  const kubernetes = await startKubernetes({
    workDir,
    conversion,
    kubeApiserver: (await findTool("kube-apiserver")).path,
    kubeControllerManager: (await findTool("kube-controller-manager")).path,
    etcd: (await findTool("etcd")).path,
  });
  const rest = kubernetesRest(kubernetes.kubeconfigPath);
  return {
    ...kubernetes,
    rest,
    workDir,
    stop: async () => {
      await rest.close();
      await kubernetes.stop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

export type Version = "v1alpha1" | "v1alpha2";

export interface StoredVaultServer {
  readonly metadata: { readonly annotations?: Record<string, string> };
  readonly spec: Record<string, unknown> & { readonly backend: Record<string, unknown> };
}

export function vaultServerPath(version: Version, name = ""): string {
  return `/apis/kubevault.com/${version}/namespaces/default/vaultservers${name === "" ? "" : `/${name}`}`;
}

export async function createVaultServer(
  rest: KubernetesRest,
  version: Version,
  name: string,
  spec: Record<string, unknown>,
  annotations: Record<string, string> = {},
): Promise<StoredVaultServer> {
  return rest.call("POST", vaultServerPath(version), {
    apiVersion: `kubevault.com/${version}`,
    kind: "VaultServer",
    metadata: { name, annotations },
    spec,
  });
}

export async function readVaultServer(
  rest: KubernetesRest,
  version: Version,
  name: string,
): Promise<StoredVaultServer> {
  return rest.call("GET", vaultServerPath(version, name));
}
