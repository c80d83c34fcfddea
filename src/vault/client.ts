import { isVaultError, type VaultError } from "./errors.js";
import { redacted } from "./redaction.js";
import { ReplicationState } from "./replicationState.js";
import type { ResolvedSettings } from "./resolvedSettings.js";
import { retry } from "./retry.js";
import { send } from "./transport.js";
import type { VaultAnswer, VaultCall } from "./vaultCall.js";
import { progressReporter } from "./workReporter.js";

/** How one call is sent. */
export interface CallOptions {
  /**
   * Whether the call may be repeated when its answer was lost or Vault could not serve it. What Vault certainly did not carry out is repeated
   * in any case.
   *
   * @default - true for GET and DELETE; false for POST, where a call that went through and is repeated could do its work twice
   */
  readonly idempotent?: boolean;
  /**
   * Longest time for the answer of one try. A call with a limit of its own is not repeated after it.
   *
   * @default - the connection's
   */
  readonly timeoutMs?: number;
  /** Texts that must not appear in an error, though Vault may quote them. The token is always one. */
  readonly secrets?: readonly string[];
}

/** Where a client has its token from. */
export interface TokenSource {
  /** The token for the next call; one that is about to end is renewed or replaced first. */
  current(): Promise<string>;
  /** Another token instead of one that Vault refused; undefined where there is none, or where another would be refused as well. */
  replacementFor(refused: string, error: VaultError): Promise<string | undefined>;
}

/** A call that takes longer is reported. */
const progressIntervalMs = 10_000;

/** Vault's HTTP API at one address. */
export class VaultClient {
  private readonly replication = new ReplicationState();

  private readonly tokens: TokenSource | undefined;

  /** @param token a token, or where to have it from; undefined for a client without one */
  constructor(
    readonly settings: ResolvedSettings,
    token?: TokenSource | string,
  ) {
    this.tokens =
      typeof token === "string" ? { current: async () => token, replacementFor: async () => undefined } : token;
  }

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
   * Any call, with this client's token. A token that Vault does not accept any more is replaced once, where there is another.
   *
   * @throws VaultError
   */
  async call(call: VaultCall, options: CallOptions = {}): Promise<VaultAnswer> {
    const token = call.token ?? (await this.tokens?.current());
    try {
      return await this.callWith(token, call, options);
    } catch (error) {
      if (!isVaultError(error, "permissionDenied") || token === undefined || call.token !== undefined) {
        throw error;
      }
      const other = await this.tokens?.replacementFor(token, error);
      if (other === undefined) {
        throw error;
      }
      return await this.callWith(other, call, options);
    }
  }

  private async callWith(token: string | undefined, call: VaultCall, options: CallOptions): Promise<VaultAnswer> {
    const idempotent = options.idempotent ?? call.method !== "POST";
    const isLong = options.timeoutMs !== undefined;
    try {
      return await retry(
        {
          repetitions: this.settings.maxRetries,
          repeats: (error) => error.notCarriedOut || (idempotent && !(isLong && error.kind === "timeout")),
        },
        () => this.once({ timeoutMs: options.timeoutMs, ...call, token }),
      );
    } catch (error) {
      throw redacted(error, token, options.secrets);
    }
  }

  private async once(call: VaultCall): Promise<VaultAnswer> {
    const report = progressReporter();
    const started = Date.now();
    const timer = setInterval(() => {
      const seconds = Math.round((Date.now() - started) / 1000);
      report(`waiting for Vault to answer ${call.method} ${call.path}, ${seconds} s so far`);
    }, progressIntervalMs);
    try {
      const answer = await send(this.settings, { ...call, headers: { ...call.headers, ...this.replication.headers } });
      this.replication.record(answer.replicationState);
      return answer;
    } finally {
      clearInterval(timer);
    }
  }
}
