import { withinLimit } from "../internal/workLimit.js";
import { requestBase } from "./address.js";
import { dispatcherFor, httpClient } from "./dispatchers.js";
import { describeCall, errorOfAnswer, VaultError, type FailedCall, type VaultErrorKind } from "./errors.js";
import { limiterOf } from "./rateLimiter.js";
import type { PortForwardTunnel, ResolvedSettings } from "./resolvedSettings.js";
import { retryAfterMs } from "./retryAfter.js";
import { errorOfTransport } from "./transportErrors.js";
import type { VaultAnswer, VaultCall } from "./vaultCall.js";

/** An answer as it came. */
interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes one call, once.
 *
 * @throws VaultError for every status of 300 and above, and where there is no answer
 */
export async function send(settings: ResolvedSettings, call: VaultCall): Promise<VaultAnswer> {
  if (settings.rateLimit !== undefined) {
    await limiterOf(settings.rateLimit).turn();
  }
  const failed: FailedCall = { address: settings.address, method: call.method, path: call.path };
  const answer = await exchange(settings, call, settings.address, urlOf(settings, call));
  if (answer.status < 300 || answer.status >= 400) {
    return answerOf(failed, answer);
  }
  const target = targetOf(settings, answer);
  const refused = (kind: VaultErrorKind, why: string) =>
    new VaultError(
      `${describeCall(failed)}: ${answer.status}: redirected to ${target?.href ?? "nowhere"}. ${why}`,
      kind,
      answer.status,
      [],
    );
  if (answer.status !== 307 || target === undefined) {
    throw refused("redirect", "Such a redirect is not followed: set address (VAULT_ADDR) to where Vault is");
  }
  if (!settings.followRedirects) {
    throw refused("redirect", "It is not followed, since VAULT_DISABLE_REDIRECTS is set");
  }
  // A standby that cannot forward sends its clients to the active node. The token goes along, so never from https to http.
  if (settings.tunnel !== undefined) {
    return viaAnotherPod(settings, settings.tunnel, call, target);
  }
  if (settings.address.startsWith("https:") && target.protocol !== "https:") {
    throw refused("redirect", "It is not followed: the token would be sent over a connection without TLS");
  }
  const followed = await exchange(settings, call, target.origin, target);
  if (followed.status >= 300 && followed.status < 400) {
    throw refused("noActiveNode", "That node redirects, too: the active node is changing");
  }
  return answerOf({ ...failed, address: target.origin }, followed);
}

function targetOf(settings: ResolvedSettings, { headers }: RawAnswer): URL | undefined {
  const { url } = requestBase(settings.address);
  return headers.location !== undefined && URL.canParse(headers.location, url)
    ? new URL(headers.location, url)
    : undefined;
}

/** The address that a standby sends its clients to is one of the cluster's: the active node's pod is looked for instead. */
async function viaAnotherPod(
  settings: ResolvedSettings,
  tunnel: PortForwardTunnel,
  call: VaultCall,
  target: URL,
): Promise<VaultAnswer> {
  const failed: FailedCall = { address: settings.address, method: call.method, path: call.path };
  tunnel.change();
  const answer = await exchange(settings, call, settings.address, urlOf(settings, call));
  if (answer.status === 307) {
    throw new VaultError(
      `${describeCall(failed)}: a standby redirects to ${target.origin}, which is an address inside the cluster, ` +
        "and none of the Service's ready pods is the active node",
      "noActiveNode",
      answer.status,
      [],
    );
  }
  return answerOf(failed, answer);
}

function urlOf(settings: ResolvedSettings, { path, query }: VaultCall): URL {
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const parameters = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
  return new URL(`${requestBase(settings.address).url}/v1/${encoded}${parameters}`);
}

/** @param address what messages call the server */
async function exchange(settings: ResolvedSettings, call: VaultCall, address: string, url: URL): Promise<RawAnswer> {
  const timeoutMs = withinLimit(call.timeoutMs ?? settings.requestTimeoutMs);
  const namespace = call.namespace ?? settings.namespace ?? "";
  const { dispatcher, proxy } = await dispatcherFor(settings, url);
  const { request } = await httpClient();
  try {
    const response = await request(url, {
      method: call.method,
      dispatcher,
      headers: {
        ...settings.headers,
        ...call.headers,
        "x-vault-request": "true",
        ...(namespace === "" ? {} : { "x-vault-namespace": namespace }),
        ...(call.token === undefined ? {} : { "x-vault-token": call.token }),
        ...(call.body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    const headers = Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value[0] : value,
    ]);
    return {
      status: response.statusCode,
      text: await response.body.text(),
      headers: Object.fromEntries(headers) as RawAnswer["headers"],
    };
  } catch (error) {
    throw errorOfTransport({ address, method: call.method, path: call.path }, error, timeoutMs, { proxy });
  }
}

function answerOf(call: FailedCall, { status, text, headers }: RawAnswer): VaultAnswer {
  const whole = parse(text);
  if (status >= 300) {
    throw errorOfAnswer(call, {
      status,
      errors: errorsIn(whole),
      // What is no JSON comes from something in front of Vault, or from Vault's TLS listener: its first words help, a page does not.
      text: whole === undefined && text.trim() !== "" ? text.slice(0, 200) : undefined,
      retryAfterMs: retryAfterMs(headers["retry-after"]),
    });
  }
  if (whole === undefined && text.trim() !== "") {
    throw text.trimStart().startsWith("{")
      ? new VaultError(`${describeCall(call)}: ${status}: the answer breaks off`, "connectionLost", status, [])
      : new VaultError(
          `${describeCall(call)}: ${status}: the answer is not JSON: is this address Vault's?`,
          "notVault",
          status,
          [],
        );
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
    replicationState: headers["x-vault-index"],
  };
}

/** Vault's errors are a list, though an empty one, or come along with the ID that Vault gives each request. */
function errorsIn(whole: Record<string, unknown> | undefined): string[] | undefined {
  if (Array.isArray(whole?.errors)) {
    return whole.errors.map(String);
  }
  return typeof whole?.request_id === "string" ? [] : undefined;
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
