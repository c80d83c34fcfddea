import type { Environment } from "../internal/environmentProxy.js";
import { withCaFromSecret } from "./certificateAuthority.js";
import { VaultClient } from "./client.js";
import { isVaultError, VaultError } from "./errors.js";
import { tokenOverrideVariable, type ObtainedToken, type StoredLogin } from "./login.js";
import { obtainToken } from "./obtainToken.js";
import type { ResolvedSettings } from "./resolvedSettings.js";
import { readServerInfo, type VaultServerInfo } from "./server.js";
import { resolveSettings } from "./settings.js";
import { TokenKeeper } from "./tokenKeeper.js";
import { send } from "./transport.js";
import type { VaultSettings } from "./vaultSettings.js";
import { unsupportedVariables } from "./vaultVariables.js";
import { reportWarning } from "./workReporter.js";

/** A Vault that can be called: a client with a token, and which Vault it is. */
export interface OpenVault {
  readonly client: VaultClient;
  readonly server: VaultServerInfo;
  readonly token: ObtainedToken;
}

/** How a session is kept. */
export interface SessionOptions {
  /**
   * How long a session without work is kept, in milliseconds. Work that comes later logs in again.
   *
   * @default 5000
   */
  readonly idleMs?: number;
}

const defaultIdleMs = 5_000;
/** After this time without work, Vault is asked again whether it is the same and not sealed. */
const serverInfoMs = 30_000;
/** Longest time for the revocation of a token: a process that is to end cannot wait for long. */
const revocationMs = 3_000;

/** What all work with the same settings shares. */
interface Shared {
  /** The settings and whatever of the environment the token depends on. */
  readonly key: string;
  readonly settings: ResolvedSettings;
  readonly anonymous: VaultClient;
  readonly close: () => Promise<void>;
  readonly tokens: TokenKeeper;
  /** The client that has the token. All work uses the same one, so that reads see what earlier work wrote. */
  readonly client: VaultClient;
}

interface Opening {
  readonly key: string;
  readonly shared: Promise<Shared>;
  server: { readonly info: Promise<VaultServerInfo>; at: number };
  users: number;
  /** Whether it is released as soon as nothing works with it. */
  retired: boolean;
  idle?: NodeJS.Timeout;
  /** Resolves once it is released. */
  readonly released: Promise<void>;
  readonly markReleased: () => void;
}

/**
 * The connection to one Vault, as long as this process works with it.
 *
 * All work shares one port-forward and one token. A token that a login made is renewed while the session is kept, and revoked when it is released:
 * after some time without work, or when {@link VaultSession.close} is called. Revoking a token also revokes the leases made with it, so what is to
 * outlive the session is created through {@link VaultSession.useOwnToken}.
 */
export class VaultSession {
  private opening: Opening | undefined;
  private closing = false;
  private warned = false;

  constructor(
    private readonly settings: VaultSettings,
    private readonly login: StoredLogin,
    private readonly environment: Environment,
    private readonly options: SessionOptions = {},
  ) {}

  /** Does work with the shared token. */
  async use<T>(work: (vault: OpenVault) => Promise<T>): Promise<T> {
    return this.within(async (shared, server) => {
      // The login comes after the question which Vault this is: no credentials are sent to one that is sealed.
      const token = await shared.tokens.obtained();
      try {
        return await work({ client: shared.client, server, token });
      } catch (error) {
        throw token.advice !== undefined && isVaultError(error, "permissionDenied")
          ? new VaultError(`${error.message}. ${token.advice}`, error.kind, error.status, error.errors, {
              cause: error,
            })
          : error;
      }
    });
  }

  /**
   * Does work whose leases live on: with a token of its own, which is revoked only if the work fails, or where the login is good for one time only with
   * the shared one, which then ends by itself.
   */
  async useOwnToken<T>(work: (vault: OpenVault) => Promise<T>): Promise<T> {
    return this.within(async (shared, server) => {
      const token = await shared.tokens.forLeases();
      try {
        const client = token.own ? new VaultClient(shared.settings, token.token) : shared.client;
        return await work({ client, server, token });
      } catch (error) {
        await revoke(shared.settings, token.own ? token.token : undefined);
        throw error;
      }
    });
  }

  /**
   * Releases the session: at once where nothing works with it, or else as soon as the last work is done. What begins later is released right after
   * its work, too. Resolves once all is released.
   */
  async close(): Promise<void> {
    this.closing = true;
    const { opening } = this;
    await this.retire(opening);
    await opening?.released;
  }

  private async within<T>(work: (shared: Shared, server: VaultServerInfo) => Promise<T>): Promise<T> {
    const opening = this.enter();
    try {
      const shared = await opening.shared;
      return await work(shared, await opening.server.info);
    } catch (error) {
      if (await failed(opening)) {
        // The next work tries again.
        opening.retired = true;
        this.forget(opening);
      }
      throw error;
    } finally {
      await this.leave(opening);
    }
  }

  private enter(): Opening {
    const settings = resolveSettings(this.settings, this.environment);
    this.warnOfVariables();
    const { [tokenOverrideVariable]: override, VAULT_TOKEN: token, HOME: home } = this.environment;
    const key = JSON.stringify([settings, override, token, home]);
    if (this.opening !== undefined && this.opening.key !== key) {
      void this.retire(this.opening);
    }
    const opening = (this.opening ??= this.open(key, settings));
    clearTimeout(opening.idle);
    if (opening.users === 0) {
      const askAgain = Date.now() - opening.server.at > serverInfoMs;
      if (askAgain) {
        opening.server = serverOf(opening.shared);
      }
      // A file, or a Secret, can hold another token by now.
      void opening.shared.then(
        ({ tokens }) => tokens.forgetGiven(),
        () => undefined,
      );
    }
    opening.users += 1;
    return opening;
  }

  private async leave(opening: Opening): Promise<void> {
    opening.users -= 1;
    if (opening.users > 0) {
      return;
    }
    if (opening.retired || this.closing) {
      await this.release(opening);
    } else {
      opening.idle = setTimeout(() => void this.retire(opening), this.options.idleMs ?? defaultIdleMs);
    }
  }

  private async retire(opening: Opening | undefined): Promise<void> {
    if (opening === undefined) {
      return;
    }
    opening.retired = true;
    this.forget(opening);
    if (opening.users === 0) {
      await this.release(opening);
    }
  }

  private forget(opening: Opening): void {
    if (this.opening === opening) {
      this.opening = undefined;
    }
  }

  private async release(opening: Opening): Promise<void> {
    this.forget(opening);
    clearTimeout(opening.idle);
    // Where opening failed, the work has thrown the error already, and there is nothing to release.
    const shared = await opening.shared.catch(() => undefined);
    if (shared !== undefined) {
      await revoke(shared.settings, await shared.tokens.release());
      await shared.close();
    }
    opening.markReleased();
  }

  private open(key: string, settings: ResolvedSettings): Opening {
    const shared = this.connect(key, settings);
    let markReleased = () => {};
    const released = new Promise<void>((resolve) => (markReleased = resolve));
    return { key, shared, server: serverOf(shared), users: 0, retired: false, released, markReleased };
  }

  private async connect(key: string, given: ResolvedSettings): Promise<Shared> {
    const resolved = await withCaFromSecret(given);
    const { kubernetes } = resolved;
    // Loaded where it is used, like the HTTP client that it opens connections for.
    const tunnel =
      kubernetes === undefined
        ? undefined
        : await (await import("./portForward/tunnel.js")).openTunnel(resolved, kubernetes, send);
    const settings = { ...resolved, tunnel };
    const anonymous = new VaultClient(settings);
    const tokens = new TokenKeeper(() => obtainToken(this.login, anonymous, this.environment), anonymous);
    const close = async () => tunnel?.close();
    return { key, settings, anonymous, close, tokens, client: new VaultClient(settings, tokens) };
  }

  private warnOfVariables(): void {
    if (!this.warned) {
      this.warned = true;
      unsupportedVariables(this.environment).forEach(reportWarning);
    }
  }
}

function serverOf(shared: Promise<Shared>): Opening["server"] {
  const info = shared.then(({ anonymous }) => readServerInfo(anonymous));
  // Whoever works with it gets the error; it can come before anyone does.
  info.catch(() => undefined);
  return { info, at: Date.now() };
}

async function failed({ shared, server }: Opening): Promise<boolean> {
  try {
    await shared;
    await server.info;
    return false;
  } catch {
    return true;
  }
}

async function revoke(settings: ResolvedSettings, token: string | undefined): Promise<void> {
  if (token === undefined) {
    return;
  }
  const timeoutMs = Math.min(revocationMs, settings.requestTimeoutMs);
  const client = new VaultClient({
    ...settings,
    maxRetries: Math.min(1, settings.maxRetries),
    requestTimeoutMs: timeoutMs,
  });
  try {
    await client.call({ method: "POST", path: "auth/token/revoke-self", token }, { idempotent: true });
  } catch (error) {
    // A token that Vault does not know any more is gone, which is what was wanted.
    if (!isVaultError(error, "permissionDenied")) {
      reportWarning(`the token of this operation could not be revoked and ends by itself: ${(error as Error).message}`);
    }
  }
}
