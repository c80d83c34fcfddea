/** What the stand-in asks of the Kubernetes API. */
import { isDeepStrictEqual } from "node:util";
import { KubernetesError, type KubernetesRest } from "../kubernetes/index.js";
import { pathOf, type VaultServer, type VaultServerStatus } from "./vaultServer.js";

export type SecretData = Readonly<Record<string, string>>;

interface RawSecret {
  readonly data?: Readonly<Record<string, string>>;
}

export interface VaultServerVersion {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly version: string; readonly distribution?: string; readonly deprecated?: boolean };
}

/** The values of a Secret as text; undefined where there is no such Secret. */
export async function readSecret(
  kubernetes: KubernetesRest,
  namespace: string,
  name: string,
): Promise<SecretData | undefined> {
  const secret = await kubernetes.find<RawSecret>(`/api/v1/namespaces/${namespace}/secrets/${name}`);
  return (
    secret &&
    Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]),
    )
  );
}

/** Sets keys of a Secret and leaves its others; makes it if it is missing. */
export async function writeSecret(
  kubernetes: KubernetesRest,
  namespace: string,
  name: string,
  values: SecretData,
): Promise<void> {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
  );
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  try {
    await kubernetes.merge(`${path}/${name}`, { data });
  } catch (error) {
    if (!(error instanceof KubernetesError && error.statusCode === 404)) {
      throw error;
    }
    await kubernetes.call("POST", path, { apiVersion: "v1", kind: "Secret", metadata: { name }, data });
  }
}

export async function listVaultServers(kubernetes: KubernetesRest): Promise<VaultServer[]> {
  return (await kubernetes.call<{ items: VaultServer[] }>("GET", "/apis/kubevault.com/v1alpha2/vaultservers")).items;
}

/** Writes the status unless it is there already: a write that changes nothing would still wake every watcher. */
export async function writeStatus(
  kubernetes: KubernetesRest,
  vaultServer: VaultServer,
  status: VaultServerStatus,
): Promise<void> {
  if (isDeepStrictEqual(vaultServer.status, status)) {
    return;
  }
  // Merging an object keeps what is not named: what is gone has to be said.
  const gone = Object.fromEntries(
    Object.keys(vaultServer.status ?? {})
      .filter((key) => !(key in status))
      .map((key) => [key, null]),
  );
  const vaultStatus = status.vaultStatus && {
    active: null,
    standby: null,
    sealed: null,
    unsealed: null,
    ...status.vaultStatus,
  };
  await kubernetes.merge(`${pathOf(vaultServer)}/status`, { status: { ...gone, ...status, vaultStatus } });
}

/**
 * A token of a ServiceAccount for an audience, as the kubelet projects it into a Pod.
 *
 * @param expirationSeconds at least 600
 */
export async function requestToken(
  kubernetes: KubernetesRest,
  namespace: string,
  serviceAccount: string,
  audience: string | undefined,
  expirationSeconds: number,
): Promise<string> {
  const answer = await kubernetes.call<{ status: { token: string } }>(
    "POST",
    `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { ...(audience === undefined ? {} : { audiences: [audience] }), expirationSeconds },
    },
  );
  return answer.status.token;
}
