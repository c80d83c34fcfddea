import { Agent, request, type Dispatcher } from "undici";

/** Where a Vault answers, and how its certificate is checked. */
export interface VaultEndpoint {
  /** `http://127.0.0.1:8200`, without a trailing slash. */
  readonly address: string;
  /** PEM of the certificate authority, for an https address. */
  readonly caCertificate?: string;
}

/** Vault refused a request. `errors` are Vault's own words. */
export class VaultApiError extends Error {
  constructor(
    readonly method: string,
    readonly path: string,
    readonly statusCode: number,
    readonly errors: readonly string[],
  ) {
    super(`${method} /v1/${path}: ${statusCode}${errors.length > 0 ? ` ${errors.join("; ")}` : ""}`);
    this.name = "VaultApiError";
  }
}

export interface VaultRequest {
  readonly method?: "GET" | "LIST" | "POST" | "PUT" | "DELETE";
  /** Below `/v1/`: `sys/mounts`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  /** Status codes that are answers rather than errors, besides 200 and 204. */
  readonly accept?: readonly number[];
  readonly timeoutMs?: number;
}

const agents = new Map<string, Agent>();

/** One call of Vault's HTTP API; the answer's JSON, or undefined where Vault sends none. */
export async function vaultRequest<T = unknown>(endpoint: VaultEndpoint, call: VaultRequest): Promise<T> {
  const method = call.method ?? "GET";
  const response = await request(`${endpoint.address}/v1/${call.path}`, {
    method: method as Dispatcher.HttpMethod,
    dispatcher: agentFor(endpoint),
    headers: {
      "x-vault-request": "true",
      ...(call.token === undefined ? {} : { "x-vault-token": call.token }),
      ...(call.body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
    headersTimeout: call.timeoutMs ?? 30_000,
    bodyTimeout: call.timeoutMs ?? 30_000,
  });
  const text = await response.body.text();
  const answered = [200, 204, ...(call.accept ?? [])].includes(response.statusCode);
  if (!answered) {
    throw new VaultApiError(method, call.path, response.statusCode, errorsIn(text));
  }
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

function agentFor(endpoint: VaultEndpoint): Agent {
  // Short keep-alive, so that a stopped Vault's sockets do not hold up its port or this process.
  const key = endpoint.caCertificate ?? "";
  const agent = agents.get(key) ?? new Agent({ connect: { ca: endpoint.caCertificate }, keepAliveTimeout: 100 });
  agents.set(key, agent);
  return agent;
}

function errorsIn(text: string): string[] {
  try {
    const errors = (JSON.parse(text) as { errors?: unknown }).errors;
    return Array.isArray(errors) ? errors.map(String) : [];
  } catch {
    return [text.slice(0, 200)];
  }
}

export interface SealStatus {
  readonly initialized: boolean;
  readonly sealed: boolean;
  /** Number of unseal keys needed. */
  readonly t: number;
  /** Number of unseal keys in all. */
  readonly n: number;
  /** Number of unseal keys given so far. */
  readonly progress: number;
  readonly version: string;
}

export async function sealStatus(endpoint: VaultEndpoint): Promise<SealStatus> {
  return vaultRequest<SealStatus>(endpoint, { path: "sys/seal-status", timeoutMs: 5_000 });
}

export interface VaultHealth {
  readonly initialized: boolean;
  readonly sealed: boolean;
  readonly standby: boolean;
  readonly version: string;
  readonly cluster_id?: string;
}

/** `sys/health`, with every state an answer: the body tells active, standby, sealed and uninitialised apart. */
export async function vaultHealth(endpoint: VaultEndpoint): Promise<VaultHealth> {
  return vaultRequest<VaultHealth>(endpoint, {
    path: "sys/health",
    accept: [429, 472, 473, 501, 503],
    timeoutMs: 5_000,
  });
}

export interface VaultKeys {
  readonly rootToken: string;
  /** Unseal keys, base64. */
  readonly unsealKeys: readonly string[];
}

/** Initialises Vault. Default: one unseal key. */
export async function initialiseVault(
  endpoint: VaultEndpoint,
  options: { readonly secretShares?: number; readonly secretThreshold?: number } = {},
): Promise<VaultKeys> {
  const secretShares = options.secretShares ?? 1;
  const answer = await vaultRequest<{ root_token: string; keys_base64: string[] }>(endpoint, {
    method: "PUT",
    path: "sys/init",
    body: { secret_shares: secretShares, secret_threshold: options.secretThreshold ?? secretShares },
    timeoutMs: 60_000,
  });
  return { rootToken: answer.root_token, unsealKeys: answer.keys_base64 };
}

/** Gives unseal keys until Vault is unsealed. */
export async function unsealVault(endpoint: VaultEndpoint, unsealKeys: readonly string[]): Promise<void> {
  for (const key of unsealKeys) {
    const status = await vaultRequest<SealStatus>(endpoint, { method: "PUT", path: "sys/unseal", body: { key } });
    if (!status.sealed) {
      return;
    }
  }
  throw new Error(`Vault at ${endpoint.address} is still sealed after ${unsealKeys.length} unseal keys`);
}
