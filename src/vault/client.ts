import { isVaultError, VaultError } from "./errors.js";
import { retry } from "./retry.js";
import type { ResolvedSettings } from "./resolvedSettings.js";
import { send } from "./transport.js";
import type { VaultAnswer, VaultCall } from "./vaultCall.js";

/** How one call is made. */
export interface CallOptions {
  /**
   * Whether the call may be made again when its answer got lost or Vault could not serve it. Default: true for GET and DELETE, false
   * for POST, where a call that went through and is repeated could do its work twice.
   */
  readonly idempotent?: boolean;
  /** Longest time for the answer of one try. Default: the connection's. */
  readonly timeoutMs?: number;
  /** Texts that must not appear in an error, though Vault may quote them. The token is always one. */
  readonly secrets?: readonly string[];
}

/** Vault's HTTP API at one address, with one token. */
export class VaultClient {
  constructor(
    readonly settings: ResolvedSettings,
    private readonly token?: string,
  ) {}

  get address(): string {
    return this.settings.address;
  }

  /** What is stored at a path, or undefined where nothing is. A missing mount is an error, not "nothing". */
  async read(path: string, options: CallOptions = {}): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      return (await this.call({ method: "GET", path }, options)).data ?? {};
    } catch (error) {
      if (isVaultError(error, "absent")) {
        return undefined;
      }
      throw error;
    }
  }

  async write(path: string, body: unknown, options: CallOptions = {}): Promise<VaultAnswer> {
    return this.call({ method: "POST", path, body }, options);
  }

  async remove(path: string, options: CallOptions = {}): Promise<VaultAnswer> {
    return this.call({ method: "DELETE", path }, options);
  }

  /**
   * Any call, with this client's token.
   *
   * @throws VaultError
   */
  async call(call: VaultCall, options: CallOptions = {}): Promise<VaultAnswer> {
    const idempotent = options.idempotent ?? call.method !== "POST";
    const whole: VaultCall = { token: this.token, timeoutMs: options.timeoutMs, ...call };
    try {
      return await retry(idempotent ? this.settings.maxRetries : 0, () => send(this.settings, whole));
    } catch (error) {
      throw withoutSecrets(error, [this.token ?? "", ...(options.secrets ?? [])]);
    }
  }
}

function withoutSecrets(error: unknown, secrets: readonly string[]): unknown {
  const present = secrets.filter((secret) => secret.length >= 4);
  if (!(error instanceof VaultError) || !present.some((secret) => error.message.includes(secret))) {
    return error;
  }
  const clean = (text: string) => present.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
  return new VaultError(clean(error.message), error.kind, error.status, error.errors.map(clean));
}
