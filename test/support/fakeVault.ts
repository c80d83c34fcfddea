import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived. */
export interface FakeRequest {
  readonly method: string;
  /** Below `/v1/`. */
  readonly path: string;
  readonly token?: string;
  readonly namespace?: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

interface FakeToken {
  endsAt: number;
  readonly lastEnd: number;
}

/**
 * The parts of Vault that are about tokens, on loopback: health, logins at any mount, and what tokens do about themselves. All other paths answer
 * an empty object to a token that is good, or what {@link FakeVault.answers} says.
 */
export class FakeVault {
  readonly requests: FakeRequest[] = [];
  /** Tokens that are good, beside those of logins. */
  readonly given = new Set<string>(["hvs.given-token"]);
  /** What logins answer with. */
  login = { ttlSeconds: 3600, maxTtlSeconds: Infinity, renewable: true, type: "service" };
  /** How many more logins are accepted, as with `secret_id_num_uses`. */
  loginsLeft = Infinity;
  clusterId = "cluster-1";
  /** Answers by path, or by the start of a path that ends with `*`; undefined for the answer of below. */
  answers: (request: FakeRequest, response: ServerResponse) => boolean = () => false;
  private readonly tokens = new Map<string, FakeToken>();
  private count = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeVault> {
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString()));
      request.on("end", () => {
        const seen: FakeRequest = {
          method: request.method ?? "",
          path: decodeURIComponent((request.url ?? "").replace(/^\/v1\//, "").replace(/\?.*/, "")),
          token: request.headers["x-vault-token"] as string | undefined,
          namespace: request.headers["x-vault-namespace"] as string | undefined,
          headers: request.headers,
          body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
        };
        vault.requests.push(seen);
        if (!vault.answers(seen, response)) {
          vault.answer(seen, response);
        }
      });
    });
    const vault = new FakeVault(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return vault;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Requests as `METHOD path`. */
  get calls(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  /** Tokens of logins that are neither revoked nor over. */
  get living(): string[] {
    return [...this.tokens].flatMap(([token, { endsAt }]) => (endsAt > Date.now() ? [token] : []));
  }

  /** Seconds that a token still has. */
  secondsOf(token: string): number {
    return ((this.tokens.get(token)?.endsAt ?? 0) - Date.now()) / 1000;
  }

  /** Ends all tokens of logins, as a restart of an auth method does. */
  expireAll(): void {
    this.tokens.clear();
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer({ path, token = "", body }: FakeRequest, response: ServerResponse): void {
    const send = (status: number, answer?: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(answer === undefined ? undefined : JSON.stringify(answer));
    };
    if (path === "sys/health") {
      send(200, { initialized: true, sealed: false, standby: false, version: "1.18.4", cluster_id: this.clusterId });
      return;
    }
    const { ttlSeconds, maxTtlSeconds, renewable, type } = this.login;
    if (/^auth\/.+\/login$/.test(path)) {
      this.loginsLeft -= 1;
      if (this.loginsLeft < 0) {
        send(400, { errors: ["invalid role or secret ID"] });
        return;
      }
      this.count += 1;
      const made = `hvs.of-login-${this.count}`;
      this.tokens.set(made, { endsAt: Date.now() + ttlSeconds * 1000, lastEnd: Date.now() + maxTtlSeconds * 1000 });
      send(200, {
        auth: {
          client_token: made,
          accessor: `accessor-${this.count}`,
          lease_duration: ttlSeconds,
          renewable,
          token_type: type,
        },
      });
      return;
    }
    const known = this.tokens.get(token);
    if (!this.given.has(token) && (known === undefined || known.endsAt <= Date.now())) {
      send(403, { errors: ["permission denied"] });
      return;
    }
    switch (path) {
      case "auth/token/revoke-self":
        this.tokens.delete(token);
        send(204);
        return;
      case "auth/token/renew-self": {
        if (known === undefined || !renewable) {
          send(400, { errors: ["lease is not renewable"] });
          return;
        }
        const asked = Number(String(body.increment).replace("s", "")) * 1000;
        known.endsAt = Math.min(Date.now() + asked, known.lastEnd);
        send(200, { auth: { client_token: token, lease_duration: Math.round(this.secondsOf(token)), renewable } });
        return;
      }
      default:
        send(200, { data: {} });
    }
  }
}
