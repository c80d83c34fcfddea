import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { VaultClient } from "../../../src/vault/client.js";
import { resolveSettings, type VaultSettings } from "../../../src/vault/settings.js";

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | "hang up" | "never";

let servers: Server[] = [];
afterEach(() => {
  servers.forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
  servers = [];
});

/** A server that gives the answers in turn, the last one for ever, and remembers the requests. */
async function serving(...answers: Answer[]) {
  const requests: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      const answer = answers[Math.min(requests.length, answers.length) - 1] ?? "hang up";
      if (answer === "hang up") {
        request.socket.destroy();
      } else if (answer !== "never") {
        response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
        response.end(
          answer.body === undefined
            ? undefined
            : typeof answer.body === "string"
              ? answer.body
              : JSON.stringify(answer.body),
        );
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, requests };
}

function client(address: string, settings: VaultSettings = {}, token = "hvs.token"): VaultClient {
  return new VaultClient(resolveSettings({ address, ...settings }, {}), token);
}

const good: Answer = { status: 200, body: { data: { region: "eu-central-1" } } };

describe("VaultClient", () => {
  it("sends what Vault wants to see, and nothing else", async () => {
    const { address, requests } = await serving({ status: 204 });
    await client(address, { namespace: "team" }).write("aws/roles/a@b", { policy_arns: [] });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: "POST", url: "/v1/aws/roles/a%40b", body: '{"policy_arns":[]}' });
    expect(requests[0]?.headers).toMatchObject({
      "x-vault-request": "true",
      "x-vault-namespace": "team",
      "x-vault-token": "hvs.token",
      "content-type": "application/json",
    });
  });

  it.each([412, 429, 500, 502, 503, 504])("makes an idempotent call again after %d", async (status) => {
    const { address, requests } = await serving({ status, body: { errors: ["later"] } }, good);
    expect(await client(address).read("aws/config/root")).toEqual({ region: "eu-central-1" });
    expect(requests).toHaveLength(2);
  });

  it("makes an idempotent call again after a lost connection", async () => {
    const { address, requests } = await serving("hang up", "hang up", good);
    expect(await client(address).read("aws/config/root")).toEqual({ region: "eu-central-1" });
    expect(requests).toHaveLength(3);
  });

  it("gives up after the number of repetitions that is set", async () => {
    const { address, requests } = await serving({ status: 500, body: { errors: ["broken"] } });
    await expect(client(address, { maxRetries: 2 }).read("aws/roles/r")).rejects.toThrow(
      `Vault at ${address}: GET aws/roles/r: 500: broken`,
    );
    expect(requests).toHaveLength(3);
  });

  it.each([400, 403, 404, 405])("does not repeat a call that was refused with %d", async (status) => {
    const { address, requests } = await serving({ status, body: { errors: ["no"] } });
    await expect(client(address).read("aws/roles/r")).rejects.toThrow(`GET aws/roles/r: ${status}: no`);
    expect(requests).toHaveLength(1);
  });

  it("does not repeat a call of a sealed Vault", async () => {
    const { address, requests } = await serving({ status: 503, body: { errors: ["Vault is sealed"] } });
    await expect(client(address).read("aws/roles/r")).rejects.toThrow(/Vault is sealed: unseal it, then run again$/);
    expect(requests).toHaveLength(1);
  });

  it("never repeats a write by itself, only one that is said to be idempotent", async () => {
    const first = await serving({ status: 500, body: { errors: ["broken"] } }, { status: 204 });
    await expect(client(first.address).write("aws/config/rotate-root", {})).rejects.toThrow("500: broken");
    expect(first.requests).toHaveLength(1);
    const second = await serving("hang up", { status: 204 });
    await client(second.address).write("aws/roles/r", {}, { idempotent: true });
    expect(second.requests).toHaveLength(2);
  });

  it("bounds every call by its time limit", async () => {
    const { address } = await serving("never");
    const started = Date.now();
    await expect(client(address, { requestTimeout: "200ms", maxRetries: 0 }).read("slow")).rejects.toThrow(
      `Vault at ${address}: GET slow: no answer within 0.2 s`,
    );
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it("never quotes the token or a secret, though Vault does", async () => {
    const { address } = await serving({
      status: 400,
      body: { errors: ['error converting input wJalrXUtnFEMI for field "secret_key" with hvs.token'] },
    });
    await expect(client(address).write("aws/config/root", {}, { secrets: ["wJalrXUtnFEMI"] })).rejects.toThrow(
      `Vault at ${address}: POST aws/config/root: 400: error converting input [secret] for field "secret_key" with [secret]`,
    );
  });

  it("takes an empty 404 for nothing there, and any other for an error", async () => {
    const { address } = await serving(
      { status: 404, body: { errors: [] } },
      { status: 404, body: { errors: [`no handler for route "aws/roles/x". route entry not found.`] } },
      { status: 404, body: { errors: [`no handler for route "aws/roles/x". route entry is tainted.`] } },
      { status: 404, body: { errors: ["unsupported path"] } },
    );
    const vault = client(address);
    expect(await vault.read("aws/roles/x")).toBeUndefined();
    await expect(vault.read("aws/roles/x")).rejects.toThrow(/No secrets engine is mounted at that path$/);
    await expect(vault.read("aws/roles/x")).rejects.toThrow(/The mount is tainted: an unmount was begun/);
    await expect(vault.read("aws/roles/x")).rejects.toThrow(/This version of Vault does not know the path/);
  });

  it("follows a standby to the active node once", async () => {
    const active = await serving(good);
    const standby = await serving({ status: 307, headers: { location: `${active.address}/v1/aws/config/root` } });
    expect(await client(standby.address).read("aws/config/root")).toEqual({ region: "eu-central-1" });
    expect(active.requests[0]?.headers["x-vault-token"]).toBe("hvs.token");
  });

  it("goes through a proxy where one is given", async () => {
    const { address, requests } = await serving(good);
    const tunnels: string[] = [];
    const proxy = createServer();
    servers.push(proxy);
    proxy.on("connect", (request: IncomingMessage, socket: Socket) => {
      tunnels.push(request.url ?? "");
      const upstream = connect(Number(new URL(address).port), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.pipe(socket).pipe(upstream);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const proxyAddress = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    expect(await client(address, { proxyAddress }).read("aws/config/root")).toEqual({ region: "eu-central-1" });
    expect(tunnels).toEqual([new URL(address).host]);
    expect(requests).toHaveLength(1);
  });

  it("puts several errors of Vault on one line", async () => {
    const { address } = await serving({
      status: 400,
      body: { errors: ["2 errors occurred:\n\t* first\n\t* second\n\n"] },
    });
    await expect(client(address).write("x", {})).rejects.toThrow(`Vault at ${address}: POST x: 400: first; second`);
  });

  it("says when something else than Vault answers", async () => {
    const { address } = await serving({ status: 200, body: "<html>welcome</html>" });
    await expect(client(address).read("x")).rejects.toThrow("the answer is not JSON: is this address Vault's?");
  });
});
