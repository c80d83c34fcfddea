import type { Dispatcher } from "undici";
import type { ProxyVariables } from "../internal/environmentProxy.js";
import type { KubernetesConnection } from "./portForward/kubernetesConnection.js";
import type { RateLimit } from "./rateLimiter.js";

/** A port-forward to Vault through the Kubernetes API. It stays open for as long as a session works with Vault. */
export interface PortForwardTunnel {
  /** Opens the connections. */
  readonly dispatcher: Dispatcher;
  /** Lets later connections lead to another pod, if another one is active. Open connections stay as they are. */
  readonly change: () => void;
  /** Closes all connections. */
  readonly close: () => Promise<void>;
}

/** {@link VaultSettings} with the environment's defaults and the files' contents in place. */
export interface ResolvedSettings {
  /** Without a slash at the end. With `kubernetes` it is the one inside the cluster. */
  readonly address: string;
  /** Set where connections go through a port-forward. */
  readonly kubernetes?: KubernetesConnection;
  /** The connection whose `caSecret` is to be read; absent where the certificate authority is known. */
  readonly caFrom?: KubernetesConnection;
  /** The port-forward that connections go through, where one is open; none where they go straight to the address. */
  readonly tunnel?: PortForwardTunnel;
  /** Without slashes around it; undefined for the root namespace. */
  readonly namespace?: string;
  readonly ca?: readonly string[];
  readonly tlsServerName?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly skipTlsVerify: boolean;
  readonly requestTimeoutMs: number;
  readonly maxRetries: number;
  /** The proxy for all addresses. */
  readonly proxyAddress?: string;
  /** The environment's proxies, where `proxyAddress` names none. */
  readonly proxyVariables?: ProxyVariables;
  /** Headers of every request, in addition to Vault's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a standby's redirect to the active node is followed. */
  readonly followRedirects: boolean;
  readonly rateLimit?: RateLimit;
}
