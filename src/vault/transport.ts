import { Agent, ProxyAgent, request, type Dispatcher } from "undici";
import { errorOfAnswer, errorOfTransport, VaultError } from "./errors.js";
import type { PortForwardTunnel, ResolvedSettings } from "./resolvedSettings.js";
import { tlsOptions } from "./tlsOptions.js";
import type { VaultAnswer, VaultCall } from "./vaultCall.js";

const dispatchers = new Map<string, Dispatcher>();

function dispatcherFor(settings: ResolvedSettings): Dispatcher {
  if (settings.tunnel !== undefined) {
    return settings.tunnel.dispatcher;
  }
  const { ca, clientCertificate, clientKey, tlsServerName, skipTlsVerify, proxyAddress } = settings;
  const key = JSON.stringify([ca, clientCertificate, clientKey, tlsServerName, skipTlsVerify, proxyAddress]);
  let dispatcher = dispatchers.get(key);
  if (dispatcher === undefined) {
    const tls = tlsOptions(settings);
    dispatcher =
      proxyAddress === undefined
        ? new Agent({ connect: tls, keepAliveTimeout: 4_000 })
        : new ProxyAgent({ uri: proxyAddress, requestTls: tls });
    dispatchers.set(key, dispatcher);
  }
  return dispatcher;
}

/**
 * Makes one call, once.
 *
 * @throws VaultError for every status of 400 and above, and where there is no answer
 */
export async function send(settings: ResolvedSettings, call: VaultCall): Promise<VaultAnswer> {
  const timeoutMs = call.timeoutMs ?? settings.requestTimeoutMs;
  const failed = { address: settings.address, method: call.method, path: call.path };
  const { status, text, location } = await exchange(settings, call, settings.address, timeoutMs);
  if (status === 307 && location !== undefined) {
    // A standby that cannot forward sends its clients to the active node. The token goes along, so never from https to http.
    const target = new URL(location, settings.address);
    if (settings.tunnel !== undefined) {
      return viaAnotherPod(settings, settings.tunnel, call, target, timeoutMs);
    }
    if (settings.address.startsWith("https:") && target.protocol !== "https:") {
      throw new VaultError(
        `Vault at ${settings.address}: ${call.method} ${call.path}: sent on to ${target.origin}, which is not https: refused`,
        "unavailable",
        status,
        [],
      );
    }
    const followed = await exchange(settings, call, target.origin, timeoutMs);
    return answerOf({ ...failed, address: target.origin }, followed.status, followed.text);
  }
  return answerOf(failed, status, text);
}

/** The address that a standby sends its clients to is one of the cluster's: the active node's pod is looked for instead. */
async function viaAnotherPod(
  settings: ResolvedSettings,
  tunnel: PortForwardTunnel,
  call: VaultCall,
  target: URL,
  timeoutMs: number,
): Promise<VaultAnswer> {
  const { address } = settings;
  tunnel.change();
  const { status, text } = await exchange(settings, call, address, timeoutMs);
  if (status === 307) {
    throw new VaultError(
      `Vault at ${address}: ${call.method} ${call.path}: a standby sends on to ${target.origin}, which is an address inside the cluster, ` +
        "and none of the Service's ready pods is the active node",
      "unavailable",
      status,
      [],
    );
  }
  return answerOf({ address, method: call.method, path: call.path }, status, text);
}

async function exchange(settings: ResolvedSettings, call: VaultCall, origin: string, timeoutMs: number) {
  const namespace = call.namespace ?? settings.namespace;
  const query = call.query === undefined ? "" : `?${new URLSearchParams(call.query).toString()}`;
  try {
    const response = await request(`${origin}/v1/${encodePath(call.path)}${query}`, {
      method: call.method,
      dispatcher: dispatcherFor(settings),
      headers: {
        "x-vault-request": "true",
        ...(namespace === undefined || namespace === "" ? {} : { "x-vault-namespace": namespace }),
        ...(call.token === undefined ? {} : { "x-vault-token": call.token }),
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const location = response.headers.location;
    return {
      status: response.statusCode,
      text: await response.body.text(),
      location: Array.isArray(location) ? location[0] : location,
    };
  } catch (error) {
    throw errorOfTransport({ address: origin, method: call.method, path: call.path }, error, timeoutMs);
  }
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function answerOf(call: { address: string; method: string; path: string }, status: number, text: string): VaultAnswer {
  const whole = parse(text);
  if (status >= 300) {
    const errors = Array.isArray(whole?.errors) ? whole.errors.map(String) : [];
    // What is no JSON comes from something in front of Vault, or from Vault's TLS listener: its first words help, a page does not.
    throw errorOfAnswer(call, status, whole === undefined && text !== "" ? [text.slice(0, 200)] : errors);
  }
  if (whole === undefined && text.trim() !== "") {
    throw errorOfAnswer(call, status, ["the answer is not JSON: is this address Vault's?"]);
  }
  return {
    status,
    body: whole ?? {},
    data: record(whole?.data),
    auth: record(whole?.auth),
    warnings: Array.isArray(whole?.warnings) ? whole.warnings.map(String) : undefined,
    leaseId: typeof whole?.lease_id === "string" && whole.lease_id !== "" ? whole.lease_id : undefined,
    leaseDuration: typeof whole?.lease_duration === "number" ? whole.lease_duration : undefined,
    renewable: typeof whole?.renewable === "boolean" ? whole.renewable : undefined,
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function record(value: unknown): Record<string, unknown> | undefined {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
