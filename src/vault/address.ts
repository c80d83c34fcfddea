import { isIP } from "node:net";

/**
 * What is wrong with an address of Vault.
 *
 * @returns a rule that does not quote the address, which can hold a password; undefined where it can be used
 */
export function addressProblem(address: string): string | undefined {
  if (/^unix:\/\/\/[^\s]/.test(address)) {
    return undefined;
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || /\s/.test(address)) {
    return "must be an http or https URL";
  }
  if (url.username !== "" || url.password !== "") {
    return "must not hold a user name or a password: Vault takes none there, and the address is shown in messages";
  }
  if (url.search !== "" || url.hash !== "" || /[?#]/.test(address)) {
    return "must not have a query or a fragment";
  }
  return /\/v1\/*$/.test(url.pathname) ? "must not end with /v1, which every request adds" : undefined;
}

/**
 * What is wrong with a proxy's address.
 *
 * @returns a rule that does not quote the address, which can hold a password; undefined where it can be used
 */
export function proxyProblem(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.hostname === "") {
    return "must be an http or https URL";
  }
  return undefined;
}

/**
 * What is wrong with a name to look for in Vault's certificate: a host name or an IP address.
 *
 * @returns undefined where it can be used
 */
export function serverNameProblem(name: string): string | undefined {
  return /^[\w.-]+$/.test(name) || isIP(name) !== 0 ? undefined : "must be the name of a host";
}

/** Where to send requests to: the address itself, or a host name to put before the paths where it is a socket's. */
export function requestBase(address: string): { readonly url: string; readonly socketPath?: string } {
  return address.startsWith("unix://")
    ? { url: "http://localhost", socketPath: address.slice("unix://".length) }
    : { url: address };
}

/** A namespace as resources remember it: without slashes around it. The empty text is the root namespace. */
export function plainNamespace(namespace: string): string {
  return namespace.trim().replace(/^\/+|\/+$/g, "");
}
