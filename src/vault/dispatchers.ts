import type { Dispatcher } from "undici";
import { proxyFor, withoutCredentials } from "../internal/environmentProxy.js";
import { requestBase } from "./address.js";
import type { ResolvedSettings } from "./resolvedSettings.js";
import { tlsOptions } from "./tlsOptions.js";

/** Longest time for a connection to open. A host behind a firewall never answers. */
const connectTimeoutMs = 5_000;
const keepAliveTimeout = 4_000;

const dispatchers = new Map<string, Dispatcher>();
/** What was chosen for settings before, by the origin of the address: they never change. */
const chosen = new WeakMap<ResolvedSettings, Map<string, ChosenDispatcher>>();

/** What opens the connections to an address, and the proxy that they go through. */
interface ChosenDispatcher {
  readonly dispatcher: Dispatcher;
  /** Without credentials, for messages. */
  readonly proxy?: string;
}

let undici: typeof import("undici") | undefined;

/** The HTTP client is most of what this package loads, and a preview calls no Vault: loaded where it is used. */
export async function httpClient(): Promise<typeof import("undici")> {
  return (undici ??= await import("undici"));
}

/** Connections to Vault are kept for all that use the same settings. */
export async function dispatcherFor(settings: ResolvedSettings, address: URL): Promise<ChosenDispatcher> {
  if (settings.tunnel !== undefined) {
    return { dispatcher: settings.tunnel.dispatcher };
  }
  const byOrigin = chosen.get(settings) ?? new Map<string, ChosenDispatcher>();
  chosen.set(settings, byOrigin);
  const known = byOrigin.get(address.origin) ?? (await choose(settings, address));
  byOrigin.set(address.origin, known);
  return known;
}

async function choose(settings: ResolvedSettings, address: URL): Promise<ChosenDispatcher> {
  const { socketPath } = requestBase(settings.address);
  const proxy =
    socketPath === undefined ? (settings.proxyAddress ?? proxyFor(address, settings.proxyVariables)) : undefined;
  const tls = tlsOptions(settings);
  const timeout = Math.min(connectTimeoutMs, settings.requestTimeoutMs);
  const key = JSON.stringify([tls, timeout, socketPath, proxy]);
  const { Agent, ProxyAgent } = await httpClient();
  let dispatcher = dispatchers.get(key);
  if (dispatcher === undefined) {
    dispatcher =
      proxy === undefined
        ? new Agent({ connect: { ...tls, timeout, socketPath }, keepAliveTimeout })
        : // A plain HTTP call is passed on by the proxy itself, as curl and Vault's own client have it: many allow tunnels to TLS ports only.
          new ProxyAgent({ uri: proxy, requestTls: { ...tls, timeout }, proxyTls: { timeout }, proxyTunnel: false });
    dispatchers.set(key, dispatcher);
  }
  return { dispatcher, proxy: proxy === undefined ? undefined : withoutCredentials(proxy) };
}
