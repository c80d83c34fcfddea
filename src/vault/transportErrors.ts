import { describeCall, oneLine, VaultError, type FailedCall, type VaultErrorKind } from "./errors.js";

const certificateProblems = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Codes of connections that were never opened. */
const notConnected = new Set([
  "EADDRNOTAVAIL",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Codes of requests that the HTTP client or the TLS library refuses to send, because of what they were given. */
const unusableSettings = /^(?:UND_ERR_INVALID_ARG|ERR_INVALID_|ERR_OSSL_|ERR_CRYPTO_|ERR_TLS_INVALID_|ERR_HTTP_)/;

/** Where a call went, in addition to its address. */
export interface Route {
  /** The proxy in between, without credentials. */
  readonly proxy?: string;
}

/** The error for a call that got no complete answer. */
export function errorOfTransport(call: FailedCall, cause: unknown, timeoutMs: number, route: Route = {}): VaultError {
  if (cause instanceof VaultError) {
    // The port-forward's own errors say everything already.
    return cause;
  }
  const { code = "", message } = describe(cause);
  const through = route.proxy === undefined ? "" : ` through the proxy ${route.proxy}`;
  const make = (kind: VaultErrorKind, text: string, permanent = false) =>
    new VaultError(`${describeCall(call)}: ${text}`, kind, undefined, [], { cause, permanent });
  if (["TimeoutError", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"].includes(code)) {
    return make("timeout", `no answer within ${timeoutMs / 1000} s`);
  }
  if (certificateProblems.has(code) || code.startsWith("ERR_SSL") || code === "EPROTO") {
    return make("tls", `${message} (${code}). ${tlsAdvice(code, message)}`);
  }
  if (unusableSettings.test(code)) {
    return make("settings", `the connection's settings cannot be used: ${message} (${code})`);
  }
  const proxyAnswer = /Proxy response \((\d+)\)/.exec(message)?.[1];
  if (proxyAnswer !== undefined) {
    // A proxy's own 5xx may pass; what it forbids stays forbidden.
    return make(
      "unreachable",
      `the proxy ${route.proxy ?? ""} answers ${proxyAnswer}. ${adviceForProxyAnswer(proxyAnswer, call.address)}`,
      Number(proxyAnswer) < 500,
    );
  }
  if (notConnected.has(code)) {
    const permanent = code === "ENOTFOUND" || code === "ENOENT";
    return make(
      "unreachable",
      `cannot be reached${through}: ${message} (${code}). ${adviceForAddress(call.address, code, route)}`,
      permanent,
    );
  }
  return make("connectionLost", `the connection${through} was lost: ${message}${code === "" ? "" : ` (${code})`}`);
}

function tlsAdvice(code: string, message: string): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "Set tlsServerName (VAULT_TLS_SERVER_NAME) to a name that the certificate has";
  }
  if (
    /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|http[ _]request|unexpected[ _]message/i.test(
      `${code} ${message}`,
    )
  ) {
    return "The server does not speak TLS: is its address http://, not https://?";
  }
  if (
    /certificate[ _]required|bad[ _]certificate|handshake[ _]failure|unknown[ _]ca|certificate[ _]unknown/i.test(
      `${code} ${message}`,
    )
  ) {
    return "The server does not accept this client: set clientCertificate and clientKey (VAULT_CLIENT_CERT, VAULT_CLIENT_KEY) to what it trusts";
  }
  return "Set caCertificate or caCertificateFile (VAULT_CACERT) to the authority that signed Vault's certificate";
}

const insideCluster =
  "The address is one inside a Kubernetes cluster: from outside, give the VaultConnection kubernetes instead of address (portForward: true of a VaultPlatform)";

/** Whether a host is `<service>.<namespace>.svc`, alone or before the cluster's domain, which need not be cluster.local. */
function isInsideCluster(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname : "";
  return /^[^.]+\.[^.]+\.svc(?:\.|$)/.test(host);
}

function adviceForProxyAnswer(status: string, address: string): string {
  if (status === "407") {
    return "It asks for a user name and a password";
  }
  return `It does not open the connection${isInsideCluster(address) ? `. ${insideCluster}` : ""}`;
}

function adviceForAddress(address: string, code: string, { proxy }: Route): string {
  if (proxy !== undefined) {
    return "Is the proxy right? See proxyAddress, VAULT_PROXY_ADDR, HTTPS_PROXY, HTTP_PROXY and NO_PROXY";
  }
  if (isInsideCluster(address)) {
    return insideCluster;
  }
  return code === "ENOTFOUND"
    ? "There is no such host: check address (VAULT_ADDR, or vaultAddress of a VaultPlatform)"
    : "Check address (VAULT_ADDR, or vaultAddress of a VaultPlatform), and whether a firewall or a proxy is in between (proxyAddress, HTTPS_PROXY)";
}

function describe(cause: unknown): { code?: string; message: string } {
  if (!(cause instanceof Error)) {
    return { message: String(cause) };
  }
  // A host with several addresses fails with one error for each of them.
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
  const innerCode = inner instanceof Error ? (inner as NodeJS.ErrnoException).code : undefined;
  const first = inner instanceof Error && (cause.message === "" || innerCode !== undefined) ? inner : cause;
  const code = (first as NodeJS.ErrnoException).code;
  return { code: typeof code === "string" ? code : first.name, message: oneLine(first.message) };
}
