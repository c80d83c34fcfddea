import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { V1CustomResourceConversion } from "@kubernetes/client-node";
import { serviceAccountIssuer, startApiServer, type ApiServer } from "./apiServer.js";
import type { ManagedProcess } from "../process/index.js";
import { createCertificateAuthority, type CertificateAuthority } from "./certificates.js";
import { startControllerManager } from "./controllerManager.js";
import { startConversionWebhook } from "./conversion/webhook.js";
import { installKubeVaultTypes } from "./crd/install.js";
import { startEtcd } from "./etcd.js";
import { kubernetesRest, type KubernetesRest } from "./rest.js";

export interface KubernetesOptions {
  /** Folder for data, certificates, logs and the kubeconfig; made if missing. */
  readonly workDir: string;
  /** Path of the `kube-apiserver` binary. */
  readonly kubeApiserver: string;
  /** Path of the `kube-controller-manager` binary. */
  readonly kubeControllerManager: string;
  /** Path of the `etcd` binary. */
  readonly etcd: string;
  /**
   * How VaultServers are converted between their versions. Default "Webhook", as after a complete installation of KubeVault. "None" is what
   * remains when its chart's hooks did not run: only apiVersion is changed, and fields the stored version lacks are pruned.
   */
  readonly conversion?: "Webhook" | "None";
  readonly log?: (message: string) => void;
}

export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/**
 * A real API server on loopback with KubeVault's types, and the controllers that do not need nodes: garbage collection, namespaces,
 * ServiceAccounts. No kubelet and no scheduler: Pods never start.
 */
export interface Kubernetes {
  /** A kubeconfig of a cluster administrator, readable by its owner only. */
  readonly kubeconfigPath: string;
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM of the authority that signed the API server's certificate. */
  readonly caCertificate: string;
  /** Issuer of ServiceAccount tokens: what an IAM OIDC provider has to trust. */
  readonly serviceAccountIssuer: string;
  /** The keys that verify ServiceAccount tokens, as the issuer publishes them (JWKS). */
  readonly serviceAccountJwks: JsonWebKeySet;
  /** A kubeconfig of a ServiceAccount, with a token for an hour: what a program in one of its Pods could do. */
  readonly kubeconfigOf: (namespace: string, serviceAccount: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const log = options.log ?? (() => undefined);
  await mkdir(options.workDir, { recursive: true, mode: 0o700 });
  const started: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) {
      await part();
    }
  };
  try {
    const authority = await createCertificateAuthority("sandbox-kubernetes");
    const etcd = await startEtcd(options.etcd, join(options.workDir, "etcd"), authority);
    started.push(() => etcd.process.stop());
    const apiServer = await startApiServer(
      options.kubeApiserver,
      join(options.workDir, "kube-apiserver"),
      authority,
      etcd,
    );
    // Open watches would hold up an orderly end for a minute, and nobody needs one.
    started.push(() => apiServer.process.stop(2_000));
    log(`kubernetes: kube-apiserver ${apiServer.process.pid} at ${apiServer.url}, etcd ${etcd.process.pid}`);
    const kubeconfigPath = join(options.workDir, "kubeconfig");
    await writeKubeconfig(kubeconfigPath, apiServer.url, apiServer.token, authority);

    const conversion = await conversionOf(options.conversion ?? "Webhook", authority, started);
    const kubernetes = kubernetesRest(kubeconfigPath);
    started.push(() => kubernetes.close());
    await installKubeVaultTypes(kubernetes, conversion);
    const controllerManager = await startControllers(options, apiServer, authority, kubernetes);
    started.push(() => controllerManager.stop());
    log(`kubernetes: kube-controller-manager ${controllerManager.pid}`);
    return {
      kubeconfigPath,
      server: apiServer.url,
      caCertificate: authority.certificate,
      serviceAccountIssuer,
      serviceAccountJwks: await kubernetes.call<JsonWebKeySet>("GET", "/openid/v1/jwks"),
      kubeconfigOf: async (namespace, serviceAccount) => {
        const { status } = await kubernetes.call<{ status: { token: string } }>(
          "POST",
          `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
          { spec: { expirationSeconds: 3600 } },
        );
        const file = join(options.workDir, `kubeconfig-${namespace}-${serviceAccount}`);
        await writeKubeconfig(file, apiServer.url, status.token, authority);
        return file;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startControllers(
  { workDir, kubeControllerManager }: KubernetesOptions,
  apiServer: ApiServer,
  authority: CertificateAuthority,
  kubernetes: KubernetesRest,
): Promise<ManagedProcess> {
  const folder = join(workDir, "kube-controller-manager");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kubeconfig = join(folder, "kubeconfig");
  await writeKubeconfig(kubeconfig, apiServer.url, apiServer.controllerToken, authority);
  const rootCaFile = join(folder, "ca.crt");
  await writeFile(rootCaFile, authority.certificate);
  const { serviceAccountKeyFile } = apiServer;
  return startControllerManager({
    command: kubeControllerManager,
    folder,
    kubeconfig,
    rootCaFile,
    serviceAccountKeyFile,
    kubernetes,
  });
}

async function conversionOf(
  strategy: "Webhook" | "None",
  authority: CertificateAuthority,
  started: (() => Promise<void>)[],
): Promise<V1CustomResourceConversion> {
  if (strategy === "None") {
    return { strategy };
  }
  const webhook = await startConversionWebhook(await authority.issue("kubevault-webhook", ["127.0.0.1"]));
  started.push(() => webhook.stop());
  const caBundle = Buffer.from(authority.certificate).toString("base64");
  return {
    strategy,
    webhook: { clientConfig: { url: webhook.url, caBundle }, conversionReviewVersions: ["v1"] },
  };
}

async function writeKubeconfig(
  file: string,
  server: string,
  token: string,
  authority: CertificateAuthority,
): Promise<void> {
  const name = "sandbox";
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          server,
          "certificate-authority-data": Buffer.from(authority.certificate).toString("base64"),
        },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: "default" } }],
    "current-context": name,
  };
  await writeFile(file, `${JSON.stringify(kubeconfig, undefined, 2)}\n`, { mode: 0o600 });
  // The mode above holds only for a file that is new.
  await chmod(file, 0o600);
}
