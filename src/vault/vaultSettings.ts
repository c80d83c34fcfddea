import type { Duration } from "../internal/duration.js";
import type { KubernetesConnection } from "./portForward/kubernetesConnection.js";

/**
 * Where Vault is and how to speak with it. Whatever is left out comes from the variables that Vault's own command line reads, at every
 * operation; what is given here always wins over them.
 */
export interface VaultSettings {
  /** `https://vault.example.com:8200`, or `unix:///run/vault.sock`. Default: VAULT_AGENT_ADDR, or VAULT_ADDR. */
  readonly address?: string;
  /** Reaches Vault by a port-forward through the Kubernetes API, instead of at an address. */
  readonly kubernetes?: KubernetesConnection;
  /** Namespace of Vault Enterprise; the empty text is the root namespace. Default: VAULT_NAMESPACE. */
  readonly namespace?: string;
  /** PEM text of the certificate authority that signed Vault's certificate. Default: VAULT_CACERT_BYTES, where VAULT_CACERT is not set. */
  readonly caCertificate?: string;
  /** File with the same, in PEM. Default: VAULT_CACERT; then VAULT_CACERT_BYTES; then all files in and below VAULT_CAPATH. */
  readonly caCertificateFile?: string;
  /** Name to look for in Vault's certificate instead of the address's host. Default: VAULT_TLS_SERVER_NAME. */
  readonly tlsServerName?: string;
  /** PEM text of this client's certificate. */
  readonly clientCertificate?: string;
  /** PEM text of this client's key. */
  readonly clientKey?: string;
  /** File with this client's certificate, in PEM. Default: VAULT_CLIENT_CERT. */
  readonly clientCertificateFile?: string;
  /** File with this client's key, in PEM. Default: VAULT_CLIENT_KEY. */
  readonly clientKeyFile?: string;
  /**
   * Accepts any certificate. Only ever from here: VAULT_SKIP_VERIFY is not read, so that a variable forgotten in a shell cannot turn
   * the check off. Default: false.
   */
  readonly skipTlsVerify?: boolean;
  /** Longest time for one call. Default: VAULT_CLIENT_TIMEOUT, or 60 seconds. Limit: 24 days. */
  readonly requestTimeout?: Duration;
  /** How often a call that may be repeated is repeated after a passing failure. Default: VAULT_MAX_RETRIES, or 7, which takes about 30 seconds. */
  readonly maxRetries?: number;
  /** An HTTP proxy to go through. Default: VAULT_PROXY_ADDR, VAULT_HTTP_PROXY, then HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
  readonly proxyAddress?: string;
}

/** Names of {@link VaultSettings}: what a connection takes, and what its provider reads back. */
export const settingNames = [
  "address",
  "namespace",
  "caCertificate",
  "caCertificateFile",
  "tlsServerName",
  "clientCertificate",
  "clientKey",
  "clientCertificateFile",
  "clientKeyFile",
  "skipTlsVerify",
  "requestTimeout",
  "maxRetries",
  "proxyAddress",
] as const satisfies readonly (keyof VaultSettings)[];
