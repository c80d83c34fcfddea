import { withCaFromSecret } from "./certificateAuthority.js";
import { VaultClient } from "./client.js";
import type { ObtainedToken, VaultLogin } from "./login.js";
import { obtainToken } from "./obtainToken.js";
import { readServerInfo, type VaultServerInfo } from "./server.js";
import { openTunnel } from "./portForward/tunnel.js";
import type { PortForwardTunnel } from "./resolvedSettings.js";
import { send } from "./transport.js";
import { resolveSettings, type Environment, type VaultSettings } from "./settings.js";

/** A Vault that is spoken with: a client with a token, and which Vault it is. */
export interface OpenVault {
  readonly client: VaultClient;
  readonly server: VaultServerInfo;
  readonly token: ObtainedToken;
  /** The way to Vault where it is not simply its address; it is closed with the session's work. */
  readonly tunnel?: PortForwardTunnel;
}

/**
 * Opens Vault for as long as something works with it.
 *
 * Work that overlaps shares one token; a token that a login made is revoked when the last work ends. Revoking a token also revokes the
 * leases made with it, so what shall outlive the work is made through {@link VaultSession.useOwnToken}.
 */
export class VaultSession {
  private shared: { users: number; readonly vault: Promise<OpenVault> } | undefined;

  /**
   * @param warn is told what failed without failing the work
   */
  constructor(
    private readonly settings: VaultSettings,
    private readonly login: VaultLogin,
    private readonly environment: Environment,
    private readonly warn: (message: string) => void,
  ) {}

  /** Does work with the shared token. */
  async use<T>(work: (vault: OpenVault) => Promise<T>): Promise<T> {
    const shared = (this.shared ??= { users: 0, vault: this.open() });
    shared.users += 1;
    try {
      return await work(await shared.vault);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) {
        this.shared = undefined;
        await this.close(shared.vault);
      }
    }
  }

  /** Does work with a token of its own, which is revoked only if the work fails: leases that the work made live on. */
  async useOwnToken<T>(work: (vault: OpenVault) => Promise<T>): Promise<T> {
    const vault = await this.open();
    try {
      return await work(vault);
    } catch (error) {
      await this.revoke(vault);
      throw error;
    } finally {
      await vault.tunnel?.close();
    }
  }

  private async open(): Promise<OpenVault> {
    const settings = await withCaFromSecret(resolveSettings(this.settings, this.environment));
    const tunnel =
      settings.kubernetes === undefined ? undefined : await openTunnel(settings, settings.kubernetes, send);
    try {
      const throughTunnel = { ...settings, tunnel };
      const anonymous = new VaultClient(throughTunnel);
      const server = await readServerInfo(anonymous);
      const token = await obtainToken(this.login, anonymous, this.environment);
      return { client: new VaultClient(throughTunnel, token.token), server, token, tunnel };
    } catch (error) {
      await tunnel?.close();
      throw error;
    }
  }

  private async close(opening: Promise<OpenVault>): Promise<void> {
    // Where opening failed, the work has thrown the error already, and there is nothing to close.
    const vault = await opening.catch(() => undefined);
    if (vault !== undefined) {
      await this.revoke(vault);
      await vault.tunnel?.close();
    }
  }

  private async revoke(vault: OpenVault): Promise<void> {
    if (!vault.token.own) {
      return;
    }
    try {
      await vault.client.write("auth/token/revoke-self", undefined, { idempotent: true });
    } catch (error) {
      this.warn(`the token of this operation could not be revoked and ends by itself: ${(error as Error).message}`);
    }
  }
}
