import { isVaultError, type VaultError } from "./errors.js";
import type { TokenSource, VaultClient } from "./client.js";
import type { ObtainedToken } from "./login.js";

/** A token is renewed once this part of its lifetime is over. */
const renewAfter = 2 / 3;
/** A token that cannot be renewed is replaced once this part of its lifetime is over. */
const replaceAfter = 0.9;
/**
 * The maximum lifetime of a token that nobody renews any more. A process that is killed cannot revoke its token: it ends by itself soon after, however
 * long the auth method lets its tokens live.
 */
const longestLifeSeconds = 600;
/** A token that ends this soon anyway is not worth a call to end it sooner. */
const shortEnoughSeconds = 900;
/** Node runs timers for longer than this at once. */
const longestTimerMs = 2 ** 31 - 1;

interface HeldToken {
  readonly obtained: ObtainedToken;
  /** Milliseconds since 1970; undefined where the token never ends, or where that is not known. */
  readonly from: number;
  readonly lifeMs?: number;
  readonly renewable: boolean;
  /** Whether leases were made with it, which end with it: it is not revoked. */
  readonly hasLeases?: boolean;
}

/**
 * Holds the token of one connection for as long as the process works with it: one login for all work, renewed before it ends, also while the work
 * waits for something else, and replaced by another login where it cannot be renewed.
 */
export class TokenKeeper implements TokenSource {
  private held: Promise<HeldToken> | undefined;
  private replacing: Promise<HeldToken> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isGiven = false;
  private lastForLeases: Promise<unknown> = Promise.resolve();
  private isUsedUp = false;

  /**
   * @param obtain does what the connection's login describes
   * @param anonymous a client without a token
   */
  constructor(
    private readonly obtain: () => Promise<ObtainedToken>,
    private readonly anonymous: VaultClient,
  ) {}

  async current(): Promise<string> {
    return (await this.upToDate()).obtained.token;
  }

  /** The token in use, and what is known of it. */
  async obtained(): Promise<ObtainedToken> {
    return (await this.upToDate()).obtained;
  }

  /**
   * A token for leases, which end with it: another login's, or this one at its full length where the login's secret is used up. The login for all other
   * work comes first, and leases' logins come one after another, so that one which is used up is rejected once.
   *
   * @returns a token that is `own` where whoever asked for it revokes it
   */
  async forLeases(): Promise<ObtainedToken> {
    const shared = await this.obtained();
    if (!shared.fromLogin) {
      return shared;
    }
    const token = this.lastForLeases.then(async () => (await this.another()) ?? (await this.keptForLeases()));
    this.lastForLeases = token.catch(() => undefined);
    return token;
  }

  async replacementFor(refused: string, error: VaultError): Promise<string | undefined> {
    const held = await this.held;
    const isOurs = held?.obtained.token === refused;
    if (isOurs && held.obtained.fromLogin && !(await this.isInvalid(held, error))) {
      // The token is good: it lacks a permission, as another one of the same login would.
      return undefined;
    }
    const latest = (await this.held)?.obtained.token;
    if (latest !== undefined && latest !== refused) {
      // Another call has met the same refusal before.
      return latest;
    }
    const other = await this.replace();
    return other.obtained.token === refused ? undefined : other.obtained.token;
  }

  /** Forgets a token that is given from outside, where another may stand by now. */
  forgetGiven(): void {
    if (this.isGiven) {
      this.held = undefined;
    }
  }

  /** The token to revoke at the end; undefined where there is none of ours. */
  async release(): Promise<string | undefined> {
    clearTimeout(this.timer);
    const held = await this.held?.catch(() => undefined);
    this.held = undefined;
    return held?.obtained.own === true && held.hasLeases !== true ? held.obtained.token : undefined;
  }

  /** Another login's token; undefined where the login's secret is used up. */
  private async another(): Promise<ObtainedToken | undefined> {
    if (this.isUsedUp) {
      return undefined;
    }
    try {
      return await this.obtain();
    } catch (error) {
      // Vault answers a secret ID that is used up with 400. A 403 may be a gateway's or pass: it says nothing about the next login.
      if (!isVaultError(error, "invalid")) {
        throw error;
      }
      this.isUsedUp = true;
      return undefined;
    }
  }

  private async keptForLeases(): Promise<ObtainedToken> {
    let held = await this.upToDate();
    while (this.replacing !== undefined) {
      held = await this.replacing;
    }
    if (held.hasLeases !== true) {
      held = await this.replaceOnce(() => this.wholeForLeases(held));
    }
    const { obtained, from, lifeMs } = held;
    const ttlSeconds = lifeMs === undefined ? obtained.ttlSeconds : (from + lifeMs - Date.now()) / 1000;
    return { ...obtained, own: false, accessor: undefined, ttlSeconds };
  }

  private async wholeForLeases(held: HeldToken): Promise<HeldToken> {
    const { ttlSeconds = 0 } = held.obtained;
    const whole = held.renewable && ttlSeconds > 0 ? await this.renewedOrNot(held, ttlSeconds) : held;
    return { ...whole, hasLeases: true };
  }

  private async upToDate(): Promise<HeldToken> {
    const held = await (this.held ??= this.take(this.logIn()));
    const over = partOver(held);
    if (over < renewAfter || (!held.renewable && over < replaceAfter)) {
      return held;
    }
    return this.replacing ?? this.replaceOnce(() => this.extended(held, over));
  }

  private async extended(held: HeldToken, over: number): Promise<HeldToken> {
    if (held.renewable && over < 1) {
      try {
        return await this.renewed(held, (held.lifeMs ?? 0) / 1000);
      } catch (error) {
        if (!isVaultError(error)) {
          throw error;
        }
        // Not renewable after all, or past its maximum lifetime.
        if (over < replaceAfter) {
          return { ...held, renewable: false };
        }
      }
    }
    try {
      return await this.logInAgain();
    } catch (error) {
      if (partOver(held) < 1) {
        // The token is good for a little while.
        return { ...held, renewable: false };
      }
      throw error;
    }
  }

  private replace(): Promise<HeldToken> {
    return this.replacing ?? this.replaceOnce(() => this.logInAgain());
  }

  private async replaceOnce(make: () => Promise<HeldToken>): Promise<HeldToken> {
    this.replacing = make();
    try {
      return await this.take(this.replacing);
    } finally {
      this.replacing = undefined;
    }
  }

  /** Keeps a token once it is there, and has it renewed in time though no call asks for it. */
  private async take(making: Promise<HeldToken>): Promise<HeldToken> {
    let held: HeldToken;
    try {
      held = await making;
    } catch (error) {
      // The next call tries again.
      this.held = undefined;
      throw error;
    }
    this.held = Promise.resolve(held);
    this.isGiven = !held.obtained.fromLogin;
    clearTimeout(this.timer);
    if (held.lifeMs !== undefined && held.renewable) {
      const dueMs = held.from + held.lifeMs * renewAfter - Date.now();
      // A failure is met again, and reported, by the next call.
      this.timer = setTimeout(
        () => void this.upToDate().catch(() => undefined),
        Math.min(Math.max(dueMs, 0) + 10, longestTimerMs),
      );
      this.timer.unref();
    }
    return held;
  }

  private async logInAgain(): Promise<HeldToken> {
    try {
      return await this.logIn();
    } catch (error) {
      if (this.isGiven) {
        throw error;
      }
      throw new Error(`the login's token has ended, and logging in again failed: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  private async logIn(): Promise<HeldToken> {
    const obtained = await this.obtain();
    const { fromLogin, own, ttlSeconds, renewable = false } = obtained;
    const held: HeldToken = {
      obtained,
      from: Date.now(),
      lifeMs: fromLogin && ttlSeconds !== undefined && ttlSeconds > 0 ? ttlSeconds * 1000 : undefined,
      renewable: fromLogin && renewable,
    };
    if (!own || !held.renewable || (ttlSeconds ?? 0) <= shortEnoughSeconds) {
      return held;
    }
    return this.renewedOrNot(held, longestLifeSeconds);
  }

  /** A token that may not renew itself lives as long as the auth method says. */
  private async renewedOrNot(held: HeldToken, seconds: number): Promise<HeldToken> {
    try {
      return await this.renewed(held, seconds);
    } catch (error) {
      if (!isVaultError(error)) {
        throw error;
      }
      return { ...held, renewable: false };
    }
  }

  /** @param seconds how long the token is to live from now on; Vault takes it for a wish */
  private async renewed(held: HeldToken, seconds: number): Promise<HeldToken> {
    const { token } = held.obtained;
    const { auth } = await this.anonymous.call(
      { method: "POST", path: "auth/token/renew-self", body: { increment: `${Math.ceil(seconds)}s` }, token },
      { idempotent: true },
    );
    const lifeMs = Number(auth?.lease_duration) * 1000;
    // Near its maximum lifetime a token is renewed for ever shorter times: it is replaced instead.
    const isShort = held.lifeMs !== undefined && seconds * 1000 >= held.lifeMs && lifeMs < held.lifeMs / 2;
    return { ...held, from: Date.now(), lifeMs: lifeMs > 0 ? lifeMs : undefined, renewable: !isShort };
  }

  /** Whether a token is rejected because it ended. A refusal for lack of a permission looks much the same. */
  private async isInvalid(held: HeldToken, error: VaultError): Promise<boolean> {
    if (partOver(held) >= 1 || error.errors.some((text) => /invalid token|bad token/i.test(text))) {
      return true;
    }
    try {
      await this.anonymous.call({ method: "GET", path: "auth/token/lookup-self", token: held.obtained.token });
      return false;
    } catch (lookup) {
      if (isVaultError(lookup, "permissionDenied")) {
        return true;
      }
      throw lookup;
    }
  }
}

function partOver({ from, lifeMs }: HeldToken): number {
  return lifeMs === undefined ? 0 : (Date.now() - from) / lifeMs;
}
