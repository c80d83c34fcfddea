import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent, request, type Dispatcher } from "undici";

/** How long a host may take before it counts as unreachable, in milliseconds, and a file before it is given up. */
export const timeouts = { connect: 5_000, headers: 8_000, idle: 15_000, file: 600_000 };

const mostRedirects = 5;

/** Hosts that did not answer in this process: one that is blocked costs its timeout once, not once for each file. */
const unreachable = new Map<string, string>();

/** Downloads from vendors' hosts. Honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export class Downloads {
  private readonly dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle,
  });

  async text(url: string): Promise<string> {
    const body = await this.open(url);
    try {
      return await body.text();
    } catch (error) {
      throw broken(url, error);
    }
  }

  /** @returns the file's SHA-256 sum in hexadecimal digits */
  async file(url: string, target: string): Promise<string> {
    const hash = createHash("sha256");
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const body = await this.open(url);
    try {
      await pipeline(body, hashing, createWriteStream(target, { mode: 0o600 }), {
        signal: AbortSignal.timeout(timeouts.file),
      });
    } catch (error) {
      throw broken(url, error);
    }
    return hash.digest("hex");
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /** Follows redirects, which lead to the vendors' content networks. */
  private async open(url: string): Promise<Dispatcher.ResponseData["body"]> {
    let current = new URL(url);
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const { statusCode, headers, body } = await this.request(current);
      if (statusCode === 200) {
        return body;
      }
      await body.dump();
      const { location } = headers;
      if (statusCode < 300 || statusCode >= 400 || typeof location !== "string") {
        throw new Error(`${current.href} answered with status ${statusCode}`);
      }
      current = redirectTarget(current, location);
    }
    throw new Error(`${url} redirects more than ${mostRedirects} times`);
  }

  private async request(url: URL): Promise<Dispatcher.ResponseData> {
    const known = unreachable.get(url.origin);
    if (known !== undefined) {
      throw new Error(known);
    }
    try {
      return await request(url, { dispatcher: this.dispatcher });
    } catch (error) {
      const message = `${url.origin} cannot be reached: ${reason(error)}`;
      unreachable.set(url.origin, message);
      throw new Error(message, { cause: error });
    }
  }
}

/** @throws Error where the redirect would leave HTTPS */
export function redirectTarget(from: URL, location: string): URL {
  const target = new URL(location, from);
  if (from.protocol === "https:" && target.protocol !== "https:") {
    throw new Error(`${from.href} redirects to ${target.origin}, which is not HTTPS`);
  }
  return target;
}

function broken(url: string, error: unknown): Error {
  return new Error(`${url} broke off: ${reason(error)}`, { cause: error });
}

function reason(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  // An attempt at several addresses fails with an error whose message is empty.
  return message || code || String(error);
}
