import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createCertificateAuthority } from "../../../sandbox/kubernetes/index.js";
import { VaultClient } from "../../../src/vault/client.js";
import { resolveSettings } from "../../../src/vault/settings.js";
import { errorOfTransport } from "../../../src/vault/transportErrors.js";

vi.mock("../../../src/internal/pause.js", () => ({ pause: async () => undefined }));

let authority: string;
let identity: { readonly certificate: string; readonly key: string };
beforeAll(async () => {
  const made = await createCertificateAuthority("test");
  authority = made.certificate;
  identity = await made.issue("vault", ["vault.test", "127.0.0.1"]);
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A Vault that answers everything; the proxy knows where it is, and nobody else: its name does not resolve. */
async function vaultAt(secure: boolean): Promise<number> {
  const answer: Parameters<typeof createServer>[1] = (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end('{"data":{"region":"eu-central-1"}}');
  };
  return listening(
    secure ? createTlsServer({ cert: identity.certificate, key: identity.key }, answer) : createServer(answer),
  );
}

/** A proxy that leads everything to one port, and remembers what it was asked. */
async function proxyTo(port: number, status = 200) {
  const seen: string[] = [];
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers["proxy-authorization"] ?? "-"}`);
    request({ host: "127.0.0.1", port, path: new URL(incoming.url ?? "").pathname }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    }).end();
  });
  server.on("connect", (incoming: IncomingMessage, socket: Socket) => {
    seen.push(`CONNECT ${incoming.url} ${incoming.headers["proxy-authorization"] ?? "-"}`);
    socket.on("error", () => undefined);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} no\r\n\r\n`);
      return;
    }
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
  });
  return { seen, address: `127.0.0.1:${await listening(server)}` };
}

function client(settings: object, environment: Record<string, string> = {}): VaultClient {
  return new VaultClient(resolveSettings({ caCertificate: authority, ...settings }, environment), "hvs.token");
}

const region = { region: "eu-central-1" };

describe("HTTP proxies", () => {
  it("carry TLS to Vault as a tunnel: proxyAddress, with its user name and password", async () => {
    const proxy = await proxyTo(await vaultAt(true));
    const vault = client({ address: "https://vault.test:8200", proxyAddress: `http://bob:hunter2@${proxy.address}` });
    expect(await vault.read("x")).toEqual(region);
    expect(proxy.seen).toEqual([`CONNECT vault.test:8200 Basic ${Buffer.from("bob:hunter2").toString("base64")}`]);
  });

  it("come from HTTPS_PROXY, HTTP_PROXY and NO_PROXY", async () => {
    const proxy = await proxyTo(await vaultAt(true));
    const address = "https://vault.test:8200";
    expect(await client({ address }, { HTTPS_PROXY: `http://${proxy.address}` }).read("x")).toEqual(region);
    expect(await client({ address }, { https_proxy: proxy.address }).read("x")).toEqual(region);
    expect(proxy.seen).toHaveLength(2);
    const none = client({ address, maxRetries: 0 }, { HTTPS_PROXY: `http://${proxy.address}`, NO_PROXY: ".test" });
    await expect(none.read("x")).rejects.toThrow(/cannot be reached: /);
    expect(proxy.seen).toHaveLength(2);
  });

  it("pass on plain HTTP themselves, since many open no tunnel to its ports", async () => {
    const proxy = await proxyTo(await vaultAt(false));
    const environment = { HTTP_PROXY: `http://${proxy.address}` };
    expect(await client({ address: "http://vault.test:8200" }, environment).read("x")).toEqual(region);
    expect(proxy.seen).toEqual(["GET http://vault.test:8200/v1/x -"]);
  });

  it("that cannot be reached are named, without their password", async () => {
    const vault = client({
      address: "https://vault.test:8200",
      proxyAddress: "http://bob:hunter2@127.0.0.1:9",
      maxRetries: 0,
    });
    const error = (await vault.read("x").catch((caught: unknown) => caught)) as Error;
    expect(error.message).toMatch(
      /^Vault at https:\/\/vault\.test:8200: GET x: cannot be reached through the proxy http:\/\/127\.0\.0\.1:9: .*\(ECONNREFUSED\)\. Is the proxy right\? See proxyAddress, VAULT_PROXY_ADDR, HTTPS_PROXY/,
    );
    expect(error.message).not.toContain("hunter2");
  });

  it.each([
    [407, "It asks for a user name and a password", 1],
    [403, "It does not open the connection", 1],
    [503, "It does not open the connection", 3],
  ])("that answer %d say so", async (status, why, tries) => {
    const proxy = await proxyTo(0, status);
    const vault = client({
      address: "https://vault.test:8200",
      proxyAddress: `http://${proxy.address}`,
      maxRetries: 2,
    });
    await expect(vault.read("x")).rejects.toThrow(
      `Vault at https://vault.test:8200: GET x: the proxy http://${proxy.address} answers ${status}. ${why}`,
    );
    expect(proxy.seen).toHaveLength(tries);
  });
});

describe("what stands in the way", () => {
  it("is named where an address does not resolve, once", async () => {
    const error = await client({ address: "https://vault.invalid:8200" })
      .read("x")
      .catch((caught: unknown) => caught);
    expect((error as Error).message).toMatch(
      /: GET x: cannot be reached: .*\(E(?:NOTFOUND|AI_AGAIN)\)\. .*check address \(VAULT_ADDR, or vaultAddress of a VaultPlatform\)/i,
    );
  });

  it.each(["vault.vault.svc", "vault.vault.svc.cluster.local", "vault.vault.svc.corp.invalid"])(
    "is the cluster's border for %s, an address inside Kubernetes",
    async (host) => {
      const vault = client({ address: `https://${host}:8200`, maxRetries: 0 });
      await expect(vault.read("x")).rejects.toThrow(
        /The address is one inside a Kubernetes cluster: from outside, give the VaultConnection kubernetes instead of address \(portForward: true of a VaultPlatform\)$/,
      );
    },
  );

  it("is the cluster's border where a proxy cannot open the connection", () => {
    const cause = new Error("Proxy response (502) !== 200 when HTTP Tunneling");
    const call = { method: "GET", path: "x", address: "https://vault.vault.svc:8200" } as const;
    expect(errorOfTransport(call, cause, 1000, { proxy: "http://proxy:3128" }).message).toMatch(
      /the proxy http:\/\/proxy:3128 answers 502\. It does not open the connection\. The address is one inside a Kubernetes cluster: from outside, /,
    );
    const outside = { ...call, address: "https://vault.example.com:8200" };
    expect(errorOfTransport(outside, cause, 1000, { proxy: "http://proxy:3128" }).message).toMatch(
      /answers 502\. It does not open the connection$/,
    );
  });

  it("is TLS where https meets a server without it", async () => {
    const port = await vaultAt(false);
    await expect(client({ address: `https://127.0.0.1:${port}` }).read("x")).rejects.toThrow(
      /The server does not speak TLS: is its address http:\/\/, not https:\/\/\?$/,
    );
  });

  it("is the lack of TLS where http meets a server with it", async () => {
    const server = createServer((_request, response) => {
      // As Vault's listener answers.
      response.writeHead(400);
      response.end("Client sent an HTTP request to an HTTPS server.\n");
    });
    const port = await listening(server);
    await expect(client({ address: `http://127.0.0.1:${port}` }).read("x")).rejects.toThrow(
      "GET x: 400: Client sent an HTTP request to an HTTPS server.. The server expects TLS: write https:// in address (VAULT_ADDR)",
    );
  });

  it("is this client's certificate where the server asks for one", async () => {
    const options = {
      cert: identity.certificate,
      key: identity.key,
      ca: authority,
      requestCert: true,
      maxVersion: "TLSv1.2",
    } as const;
    const port = await listening(createTlsServer(options, (_request, response) => response.end("{}")));
    await expect(client({ address: `https://127.0.0.1:${port}` }).read("x")).rejects.toThrow(
      /set clientCertificate and clientKey \(VAULT_CLIENT_CERT, VAULT_CLIENT_KEY\) to what it trusts$/,
    );
  });

  it("is a connection that never opens, within seconds", async () => {
    // The address of no host (RFC 5737); where there is no route to it at all, that is said at once.
    const vault = client({ address: "https://192.0.2.1:8200", requestTimeout: "300ms", maxRetries: 0 });
    const started = Date.now();
    await expect(vault.read("x")).rejects.toThrow(
      /GET x: (?:cannot be reached: .*Check address \(VAULT_ADDR, or vaultAddress of a VaultPlatform\)|no answer within 0\.3 s)/,
    );
    expect(Date.now() - started).toBeLessThan(3_000);
  });
});
