import { BlockList, isIP } from "node:net";

/** The variables that programs find HTTP proxies by. */
export interface ProxyVariables {
  /** HTTPS_PROXY: for addresses with https. */
  readonly https?: string;
  /** HTTP_PROXY: for addresses with http. */
  readonly http?: string;
  /** NO_PROXY: hosts that are reached without a proxy. */
  readonly none?: string;
}

/** The environment, as `process.env` holds it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the variables; names in lower case work, too, and the empty text is as good as none. */
export function proxyVariables(environment: Environment): ProxyVariables | undefined {
  const read = (name: string) =>
    [environment[name], environment[name.toLowerCase()]].find((value) => (value ?? "") !== "");
  const [https, http] = [read("HTTPS_PROXY"), read("HTTP_PROXY")];
  return https === undefined && http === undefined ? undefined : { https, http, none: read("NO_PROXY") };
}

/**
 * The proxy to reach an address by, as Go's HTTP client chooses it, and with it Vault's and AWS's own tools: by the address's scheme, never for
 * this machine itself, and not for what NO_PROXY names: hosts with all below them, `.domain` and `*.domain` for those below only, IP addresses,
 * ranges (`10.0.0.0/8`), each with or without a port, or `*`.
 *
 * @see https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */
export function proxyFor(address: URL, variables: ProxyVariables | undefined): string | undefined {
  const secure = address.protocol === "https:";
  const proxy = secure ? variables?.https : variables?.http;
  const host = address.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = address.port === "" ? (secure ? "443" : "80") : address.port;
  if (proxy === undefined || isThisMachine(host) || isExcepted(host, port, variables?.none ?? "")) {
    return undefined;
  }
  // As in Go: a proxy without a scheme is an http one.
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function isThisMachine(host: string): boolean {
  const family = isIP(host);
  return host === "localhost" || (family !== 0 && loopback.check(host, family === 4 ? "ipv4" : "ipv6"));
}

function isExcepted(host: string, port: string, none: string): boolean {
  return none
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") {
    return true;
  }
  if (entry.includes("/")) {
    return isInRange(entry, host);
  }
  const [, name = entry, entryPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? [];
  if (entryPort !== undefined && entryPort !== port) {
    return false;
  }
  const bare = name.replace(/^\[|\]$/g, "");
  if (/^\*?\./.test(bare)) {
    return host.endsWith(bare.replace(/^\*/, ""));
  }
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
}

function isInRange(range: string, host: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
    return false;
  }
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}

/** A proxy's address for messages: without user name and password. */
export function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) {
    return "(an address that cannot be read)";
  }
  const url = new URL(address);
  return `${url.protocol}//${url.host}`;
}
