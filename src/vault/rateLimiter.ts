import { pause } from "../internal/pause.js";

/** How many requests may be made (VAULT_RATE_LIMIT). */
export interface RateLimit {
  readonly perSecond: number;
  /** How many may be made at once after a pause. */
  readonly burst: number;
}

/**
 * Reads VAULT_RATE_LIMIT: `rate` or `rate:burst`, in requests per second.
 *
 * @returns undefined where it cannot be read
 */
export function parseRateLimit(text: string): RateLimit | undefined {
  const match = /^(\d+(?:\.\d+)?)(?::(\d+))?$/.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const perSecond = Number(match[1]);
  const burst = match[2] === undefined ? Math.floor(perSecond) : Number(match[2]);
  return perSecond > 0 ? { perSecond, burst: Math.max(1, burst) } : undefined;
}

/** Lets requests through one by one, at a limited rate and in their order. */
export class RateLimiter {
  /** When the next request may be made, if none had been saved up. */
  private next = 0;

  constructor(private readonly limit: RateLimit) {}

  /** Resolves when the next request may be made. */
  async turn(): Promise<void> {
    const intervalMs = 1000 / this.limit.perSecond;
    const now = Date.now();
    const saved = now - (this.limit.burst - 1) * intervalMs;
    const mine = Math.max(this.next, saved);
    this.next = mine + intervalMs;
    if (mine > now) {
      await pause(mine - now);
    }
  }
}

const limiters = new Map<string, RateLimiter>();

/** The limiter that all clients of this process with the same limit share. */
export function limiterOf(limit: RateLimit): RateLimiter {
  const key = `${limit.perSecond}:${limit.burst}`;
  const limiter = limiters.get(key) ?? new RateLimiter(limit);
  limiters.set(key, limiter);
  return limiter;
}
