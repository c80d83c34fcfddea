import { Agent, createServer, request as sendRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** How one exchange goes wrong. Each is plain data, so that a sweep can name and repeat it. */
export type Fault =
  /** The connection is refused: nothing listens at the address until {@link FaultProxy.heal}, or for `forMs`. */
  | { readonly kind: "refuse"; readonly forMs?: number }
  /** The connection is reset before the request is forwarded: nothing was done. */
  | { readonly kind: "resetBefore" }
  /** The request is forwarded and carried out, then the connection is reset: the answer is lost. */
  | { readonly kind: "resetAfter" }
  /** The request is carried out, and its answer comes late. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** The request is carried out; of its JSON answer half arrives, in a response that is complete as HTTP. */
  | { readonly kind: "truncated" }
  /** Another answer than the server's. With `forwarded` the request was carried out nevertheless, as behind a gateway that gave up waiting. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly forwarded?: boolean;
    }
  /** The token of the request is not valid any more: refused now and in every later request, until {@link FaultProxy.heal}. */
  | { readonly kind: "expiredToken" };

/** A request that arrived at the proxy. */
export interface ProxiedRequest {
  /** Position among all requests of the proxy, from 0. */
  readonly index: number;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What was done to it; undefined where it was passed on as it is. */
  readonly fault?: Fault["kind"];
  /** Whether the server behind the proxy got it. */
  readonly forwarded: boolean;
}

/** Which requests a fault hits. */
export interface FaultPlan {
  readonly fault: Fault;
  /**
   * Which requests are candidates.
   *
   * @default - all
   */
  readonly when?: (request: Pick<ProxiedRequest, "method" | "path" | "query" | "headers" | "body">) => boolean;
  /**
   * How many candidates pass before the first that is hit.
   *
   * @default 0
   */
  readonly skip?: number;
  /**
   * How many are hit, one after another.
   *
   * @default 1
   */
  readonly times?: number;
}

interface ActivePlan {
  readonly plan: FaultPlan;
  seen: number;
}

const json = { "content-type": "application/json" };
const vaultErrors = (...errors: string[]) => JSON.stringify({ errors });
const awsError = (code: string, message: string) =>
  `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code>` +
  `<Message>${message}</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>`;

function answer(status: number, body: string, more: Partial<Extract<Fault, { kind: "answer" }>> = {}): Fault {
  return { kind: "answer", status, body, ...more, headers: { ...json, ...more.headers } };
}

/** The faults between the plugin and Vault, with the answers as Vault and gateways in front of it write them. */
export const vaultFaults = {
  refuse: { kind: "refuse" },
  resetBefore: { kind: "resetBefore" },
  resetAfter: { kind: "resetAfter" },
  slow: { kind: "slow", delayMs: 500 },
  truncated: { kind: "truncated" },
  forbidden: answer(403, vaultErrors("1 error occurred:\n\t* permission denied\n\n")),
  rateLimited: answer(429, vaultErrors("request path: rate limit quota exceeded"), { headers: { "retry-after": "1" } }),
  badGateway: {
    kind: "answer",
    status: 502,
    body: "<html>502 Bad Gateway</html>",
    headers: { "content-type": "text/html" },
  },
  unavailable: {
    kind: "answer",
    status: 503,
    body: "<html>503 Service Unavailable</html>",
    headers: { "content-type": "text/html" },
  },
  gatewayTimeout: {
    kind: "answer",
    status: 504,
    body: "<html>504 Gateway Time-out</html>",
    headers: { "content-type": "text/html" },
    forwarded: true,
  },
  sealed: answer(503, vaultErrors("Vault is sealed")),
  standby: answer(429, JSON.stringify({ initialized: true, sealed: false, standby: true, version: "1.18.0" })),
  performanceStandby: answer(
    473,
    JSON.stringify({
      initialized: true,
      sealed: false,
      standby: true,
      performance_standby: true,
      version: "1.18.0+ent",
    }),
  ),
  standbyWithoutLeader: answer(500, vaultErrors("local node not active but active cluster node not found")),
  expiredToken: { kind: "expiredToken" },
  // A gateway knows no such route: nothing was deleted.
  notFoundByGateway: answer(404, JSON.stringify({ message: "no Route matched with those values" })),
  notFoundPage: {
    kind: "answer",
    status: 404,
    body: "<html>404 Not Found</html>",
    headers: { "content-type": "text/html" },
  },
  notFoundEmpty: { kind: "answer", status: 404 },
} as const satisfies Readonly<Record<string, Fault>>;

/** The faults between Vault, or the plugin, and AWS. */
export const awsFaults = {
  refuse: { kind: "refuse" },
  resetBefore: { kind: "resetBefore" },
  resetAfter: { kind: "resetAfter" },
  slow: { kind: "slow", delayMs: 500 },
  throttled: {
    kind: "answer",
    status: 400,
    body: awsError("Throttling", "Rate exceeded"),
    headers: { "content-type": "text/xml" },
  },
  unavailable: {
    kind: "answer",
    status: 503,
    body: awsError("ServiceUnavailable", "The request has failed due to a temporary failure of the server."),
    headers: { "content-type": "text/xml" },
  },
  keyNotAccepted: {
    kind: "answer",
    status: 403,
    body: awsError("InvalidClientTokenId", "The security token included in the request is invalid."),
    headers: { "content-type": "text/xml" },
  },
  accessDenied: {
    kind: "answer",
    status: 403,
    body: awsError("AccessDenied", "User is not authorized to perform this operation"),
    headers: { "content-type": "text/xml" },
  },
} as const satisfies Readonly<Record<string, Fault>>;

/**
 * An HTTP proxy in front of one server, which breaks the exchanges that it is asked to break and passes on all others byte by byte.
 *
 * It keeps the `host` header, so that requests signed for AWS stay valid.
 *
 * @example
 * const proxy = await FaultProxy.start(vault.address);
 * proxy.plan({ fault: vaultFaults.resetAfter, when: ({ method }) => method === "POST", skip: 2 });
 * // ... work through proxy.address ...
 * await proxy.stop();
 */
export class FaultProxy {
  /** All requests so far, in the order of their arrival. */
  readonly requests: readonly ProxiedRequest[] = [];
  private readonly server = createServer((request, response) => {
    let body = "";
    request.setEncoding("latin1");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      void this.handle(request, Buffer.from(body, "latin1")).then(
        (reply) => {
          if (reply === "reset") {
            request.socket.resetAndDestroy();
            return;
          }
          const closing = this.beforeRefusal() ? { connection: "close" } : {};
          response.writeHead(reply.status, { ...reply.headers, ...closing });
          response.end(reply.body);
        },
        () => request.socket.resetAndDestroy(),
      );
    });
  });
  private readonly upstreamAgent = new Agent({ keepAlive: true });
  private readonly sockets = new Set<Socket>();
  private readonly expiredTokens = new Set<string>();
  private plans: ActivePlan[] = [];
  private port = 0;
  private reopening: NodeJS.Timeout | undefined;

  private constructor(private readonly upstream: URL) {
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.on("close", () => this.sockets.delete(socket));
      socket.on("error", () => undefined);
    });
  }

  /** Starts a proxy before the server at `upstream`, an `http` address. */
  static async start(upstream: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(upstream));
    await proxy.listen();
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Breaks requests from now on. Several plans hold side by side; the first that matches is applied. */
  plan(plan: FaultPlan): void {
    this.plans.push({ plan, seen: 0 });
    if (plan.fault.kind === "refuse" && (plan.skip ?? 0) === 0 && plan.when === undefined) {
      this.refuse(plan.fault.forMs);
    }
  }

  /** Ends all plans: what arrives later is passed on. */
  async heal(): Promise<void> {
    this.plans = [];
    this.expiredTokens.clear();
    clearTimeout(this.reopening);
    if (!this.server.listening) {
      await this.listen();
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.reopening);
    this.upstreamAgent.destroy();
    this.sockets.forEach((socket) => socket.destroy());
    if (this.server.listening) {
      await new Promise<void>((resolve) => this.server.close(() => resolve()));
    }
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(this.port, "127.0.0.1", () => {
        this.server.off("error", reject);
        resolve();
      });
    });
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Stops listening; connections that are open are closed as their exchanges end. */
  private refuse(forMs: number | undefined): void {
    this.plans = this.plans.filter(({ plan }) => plan.fault.kind !== "refuse");
    this.server.close();
    this.server.closeIdleConnections();
    if (forMs !== undefined) {
      this.reopening = setTimeout(() => void this.listen(), forMs);
    }
  }

  /** Whether the next request is to be refused: then the connections end with this answer, since a refusal needs a new one. */
  private beforeRefusal(): boolean {
    const next = this.plans.find(
      ({ plan, seen }) => plan.fault.kind === "refuse" && plan.when === undefined && seen === (plan.skip ?? 0),
    );
    if (next !== undefined && next.plan.fault.kind === "refuse") {
      this.refuse(next.plan.fault.forMs);
    }
    return !this.server.listening;
  }

  private faultOf(request: Omit<ProxiedRequest, "fault" | "forwarded">): Fault | undefined {
    const token = request.headers["x-vault-token"];
    if (typeof token === "string" && this.expiredTokens.has(token)) {
      return { kind: "expiredToken" };
    }
    let hit: Fault | undefined;
    for (const active of this.plans) {
      const { fault, when = () => true, skip = 0, times = 1 } = active.plan;
      if (!when(request)) {
        continue;
      }
      const position = active.seen;
      active.seen += 1;
      if (position >= skip && position < skip + times) {
        hit ??= fault;
      }
    }
    if (hit?.kind === "expiredToken" && typeof token === "string") {
      this.expiredTokens.add(token);
    }
    return hit;
  }

  private async handle(incoming: IncomingMessage, body: Buffer): Promise<Reply | "reset"> {
    const { method = "GET", url = "/", headers } = incoming;
    const [path = "", query = ""] = url.split("?");
    const request = { index: this.requests.length, method, path, query, headers, body: body.toString("utf8") };
    const fault = this.faultOf(request);
    const forwarded =
      fault === undefined ||
      ["resetAfter", "slow", "truncated"].includes(fault.kind) ||
      (fault.kind === "answer" && fault.forwarded === true);
    (this.requests as ProxiedRequest[]).push({ ...request, fault: fault?.kind, forwarded });
    switch (fault?.kind) {
      case undefined:
        return this.forward(method, url, headers, body);
      case "refuse":
        // A request that is picked by its content has its connection already: it is reset, and the next ones are refused.
        this.refuse(fault.forMs);
        return "reset";
      case "resetBefore":
        return "reset";
      case "resetAfter":
        await this.forward(method, url, headers, body);
        return "reset";
      case "slow": {
        const reply = await this.forward(method, url, headers, body);
        await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
        return reply;
      }
      case "truncated": {
        const reply = await this.forward(method, url, headers, body);
        const whole = reply.body.length > 1 ? reply.body : Buffer.from('{"request_id":"00000000"}');
        const half = whole.subarray(0, Math.ceil(whole.length / 2));
        const status = reply.status === 204 ? 200 : reply.status;
        return { status, headers: { ...json, "content-length": String(half.length) }, body: half };
      }
      case "answer": {
        if (fault.forwarded === true) {
          await this.forward(method, url, headers, body);
        }
        const text = Buffer.from(fault.body ?? "");
        return {
          status: fault.status,
          headers: { ...fault.headers, "content-length": String(text.length) },
          body: text,
        };
      }
      case "expiredToken": {
        const text = Buffer.from(vaultErrors("2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"));
        return { status: 403, headers: { ...json, "content-length": String(text.length) }, body: text };
      }
    }
  }

  private async forward(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<Reply> {
    const { hostname, port } = this.upstream;
    const { "transfer-encoding": _chunked, ...given } = headers;
    const sized =
      body.length === 0 && given["content-length"] === undefined ? {} : { "content-length": String(body.length) };
    const passed = { ...given, ...sized, connection: "keep-alive" };
    return new Promise<Reply>((resolve, reject) => {
      const outgoing = sendRequest(
        { hostname, port, method, path, headers: passed, agent: this.upstreamAgent },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const { connection: _connection, "transfer-encoding": _coding, ...answered } = response.headers;
            resolve({ status: response.statusCode ?? 502, headers: answered, body: Buffer.concat(chunks) });
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}
