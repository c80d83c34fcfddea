import type { TlsConfig } from "./tlsConfig.js";

/** Port of Vault's API, on its pods and Services. */
export const vaultPort = 8200;

/** Where a value is kept in a Kubernetes Secret. */
export interface SecretKeyLocation {
  /** Namespace of the Secret. */
  readonly namespace: string;
  /** Name of the Secret. */
  readonly name: string;
  /** Key in the Secret. */
  readonly key: string;
}

/** The DNS name of a VaultServer's Service inside the cluster. */
export function serviceHost(serverName: string, namespace: string): string {
  return `${serverName}.${namespace}.svc`;
}

/** The address of Vault's API inside the cluster. */
export function vaultAddress(serverName: string, namespace: string, tls: boolean): string {
  return `${tls ? "https" : "http"}://${serviceHost(serverName, namespace)}:${vaultPort}`;
}

/**
 * The prefix that KubeVault's unsealer puts before the names of unseal keys and the root token.
 *
 * @param clusterName the operator's `clusterName`, empty where it has none
 */
export function unsealerKeyPrefix(clusterName: string | undefined, namespace: string, serverName: string): string {
  return `k8s.${clusterName === undefined || clusterName === "" ? "-" : clusterName}.${namespace}.${serverName}`;
}

/** The Secret and key with the certificate that signs Vault's own, as KubeVault names them. */
export function caLocation(serverName: string, namespace: string, tls: TlsConfig): SecretKeyLocation {
  const server = tls.certificates?.find(({ alias }) => alias === "server");
  return { namespace, name: server?.secretName ?? `${serverName}-server-certs`, key: "ca.crt" };
}
