import { createServer, type IncomingMessage, type Server } from "node:http";
import { mkdtempSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { VaultClient } from "../../../src/vault/client.js";
import type { VaultError } from "../../../src/vault/errors.js";
import { resolveSettings } from "../../../src/vault/settings.js";
import type { VaultSettings } from "../../../src/vault/vaultSettings.js";
import { withWorkReporter } from "../../../src/vault/workReporter.js";

const pauses: number[] = [];
vi.mock("../../../src/internal/pause.js", () => ({
  pause: async (milliseconds: number) => void pauses.push(milliseconds),
}));

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | "hang up" | "never";

let servers: Server[] = [];
afterEach(() => {
  servers.forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
  servers = [];
  pauses.length = 0;
  vi.useRealTimers();
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
    await expect(client(address).read("aws/roles/r")).rejects.toThrow(
      /503: Vault is sealed\. Unseal Vault, then run again$/,
    );
    expect(requests).toHaveLength(1);
  });

  it("repeats a write only where it is idempotent", async () => {
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

  it("never quotes a secret in another spelling", async () => {
    const secret = 'pass"word/1+2=3';
    const spellings = [JSON.stringify(secret), encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
    const { address } = await serving({ status: 400, body: { errors: [spellings.join(" ")] } });
    await expect(client(address).write("x", {}, { secrets: [secret] })).rejects.toThrow(
      'POST x: 400: "[secret]" [secret] [secret]',
    );
  });

  it("leaves words alone that look like a short token or contain a short secret", async () => {
    const { address } = await serving({
      status: 400,
      body: { errors: ["error in root config: prefix abcd-x, got abcd"] },
    });
    const vault = client(address, {}, "root");
    await expect(vault.write("aws/config/rotate-root", {}, { secrets: ["abcd"] })).rejects.toThrow(
      "POST aws/config/rotate-root: 400: error in root config: prefix abcd-x, got [secret]",
    );
  });

  it("takes an empty 404 for nothing there, and any other for an error", async () => {
    const { address } = await serving(
      { status: 404, body: { errors: [] } },
      { status: 404, body: { errors: [`no handler for route "aws/roles/x". route entry not found.`] } },
      { status: 404, body: { errors: [`no handler for route "auth/x/role/y". route entry not found.`] } },
      { status: 404, body: { errors: [`no handler for route "aws/roles/x". route entry is tainted.`] } },
      { status: 404, body: { errors: ["unsupported path"] } },
    );
    const vault = client(address);
    expect(await vault.read("aws/roles/x")).toBeUndefined();
    await expect(vault.read("aws/roles/x")).rejects.toThrow(/No secrets engine is mounted at that path$/);
    await expect(vault.read("auth/x/role/y")).rejects.toThrow(/No auth method is enabled at that path$/);
    await expect(vault.read("aws/roles/x")).rejects.toThrow(/The mount is tainted: an unmount was begun/);
    await expect(vault.read("aws/roles/x")).rejects.toThrow(/This version of Vault does not know the path/);
  });

  it.each([
    ["429", { status: 429, body: { errors: ["request path: rate limit quota exceeded"] } }],
    ["412", { status: 412, body: { errors: ["required index state not present"] } }],
    [
      "a standby without an active node",
      { status: 500, body: { errors: ["local node not active but active cluster node not found"] } },
    ],
    ["a standby of a single node", { status: 503, body: { errors: ["no active Vault instance found"] } }],
  ])("repeats any write that was certainly not carried out: %s", async (_name, answer) => {
    const { address, requests } = await serving(answer, answer, { status: 204 });
    expect((await client(address).write("sys/mounts/aws", { type: "aws" })).status).toBe(204);
    expect(requests).toHaveLength(3);
  });

  it("repeats any write for which no connection could be opened", async () => {
    const { address } = await serving({ status: 204 });
    servers.forEach((server) => server.close());
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(client(address, { maxRetries: 2 }).write("sys/mounts/aws", {})).rejects.toThrow(/ECONNREFUSED/);
    expect(pauses).toHaveLength(2);
  });

  it.each<[string, Answer]>([
    ["a lost connection", "hang up"],
    ["502", { status: 502, body: "<html>Bad Gateway</html>" }],
    ["504", { status: 504, body: "<html>Gateway Time-out</html>" }],
    ["500", { status: 500, body: { errors: ["internal error"] } }],
    ["an answer that breaks off", { status: 200, body: '{"data":{"acc' }],
  ])("never repeats a write that may have been carried out: %s", async (_name, answer) => {
    const { address, requests } = await serving(answer, { status: 204 });
    const error = await client(address)
      .write("sys/mounts/aws", {})
      .catch((caught: unknown) => caught);
    expect((error as Error).message).toContain("POST sys/mounts/aws: ");
    expect(requests).toHaveLength(1);
    // Vault's own 500 says what happened; in all other cases it has to be looked up.
    expect(error).toMatchObject({ notCarriedOut: false, answerLost: (error as VaultError).status !== 500 });
  });

  it("waits for as long as Retry-After asks", async () => {
    const inThreeSeconds = new Date(Date.now() + 3_900).toUTCString();
    const { address } = await serving(
      { status: 429, body: { errors: ["slow down"] }, headers: { "retry-after": "7" } },
      { status: 503, body: "busy", headers: { "retry-after": inThreeSeconds } },
      good,
    );
    expect(await client(address).read("aws/roles/r")).toEqual({ region: "eu-central-1" });
    expect(pauses[0]).toBe(7_000);
    expect(pauses[1]).toBeGreaterThan(1_900);
    expect(pauses[1]).toBeLessThan(4_000);
  });

  it("does not repeat a long call that timed out, and an ordinary one once", async () => {
    const { address, requests } = await serving("never");
    const vault = client(address, { requestTimeout: "100ms" });
    await expect(vault.remove("sys/mounts/aws", { timeoutMs: 150, idempotent: true })).rejects.toThrow(
      "no answer within 0.15 s",
    );
    expect(requests).toHaveLength(1);
    await expect(vault.read("aws/roles/r")).rejects.toThrow("no answer within 0.1 s");
    expect(requests).toHaveLength(3);
  });

  it("reports a call that takes long", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { address, requests } = await serving("never");
    const lines: string[] = [];
    const reporter = { progress: (line: string) => lines.push(line), warn: () => expect.unreachable() };
    const calling = withWorkReporter(reporter, () =>
      client(address, { requestTimeout: "300ms", maxRetries: 0 }).remove("sys/mounts/aws"),
    );
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    vi.advanceTimersByTime(20_000);
    await expect(calling).rejects.toThrow("no answer within 0.3 s");
    expect(lines).toEqual([
      expect.stringMatching(/^waiting for Vault to answer DELETE sys\/mounts\/aws, \d+ s so far$/),
      expect.stringMatching(/^waiting for Vault to answer DELETE sys\/mounts\/aws, \d+ s so far$/),
    ]);
  });

  it.each<[string, Answer]>([
    ["Kong's", { status: 404, body: '{"message":"no Route matched with those values"}' }],
    ["an empty one", { status: 404 }],
    ["a page", { status: 404, body: "<html>not found</html>", headers: { "content-type": "text/html" } }],
    ["a list", { status: 404, body: "[]" }],
    ["one with an error that is no list", { status: 404, body: { errors: "none" } }],
  ])("takes a gateway's 404 for an error, not for a missing object: %s", async (_name, answer) => {
    const { address, requests } = await serving(answer);
    await expect(client(address).read("aws/roles/r")).rejects.toThrow(
      /GET aws\/roles\/r: 404.*\. This is not an answer of Vault's: a gateway, a proxy or another server answers at this address/,
    );
    expect(requests).toHaveLength(1);
  });

  it.each([
    [401, "<html>log in</html>"],
    [403, "<html>blocked</html>"],
    [403, ""],
    [405, "no"],
  ])("does not speak of the token where something else than Vault refuses: %d %s", async (status, body) => {
    const { address } = await serving({ status, body });
    await expect(client(address).read("aws/roles/r")).rejects.toThrow(/This is not an answer of Vault's/);
  });

  it("asks a performance standby for what was written before", async () => {
    const state = (index: number) => Buffer.from(`v1:cluster:${index}:0:00ff`).toString("base64");
    const { address, requests } = await serving(
      good,
      { status: 204, headers: { "x-vault-index": state(7) } },
      { status: 200, body: { data: {} }, headers: { "x-vault-index": state(6) } },
      good,
    );
    const vault = client(address);
    await vault.read("aws/roles/r");
    await vault.write("aws/roles/r", {});
    await vault.read("aws/roles/r");
    await vault.read("aws/roles/r");
    expect(requests.map(({ headers }) => headers["x-vault-index"])).toEqual([undefined, undefined, state(7), state(7)]);
    expect(requests.map(({ headers }) => headers["x-vault-inconsistent"])).toEqual([
      undefined,
      undefined,
      "forward-active-node",
      "forward-active-node",
    ]);
  });

  it("sends the headers and keeps the rate of VAULT_HEADERS and VAULT_RATE_LIMIT", async () => {
    const { address, requests } = await serving(good);
    const environment = { VAULT_HEADERS: '{"x-team":"platform"}', VAULT_RATE_LIMIT: "0.1:2" };
    const vault = new VaultClient(resolveSettings({ address }, environment), "hvs.token");
    for (let call = 0; call < 4; call += 1) {
      await vault.read("aws/roles/r");
    }
    expect(requests[3]?.headers["x-team"]).toBe("platform");
    // Two at once, then one in 10 seconds; the pauses of this test take no time.
    expect(pauses.map((pause) => Math.ceil(pause / 10_000))).toEqual([1, 2]);
  });

  it("speaks with a socket", async () => {
    const socket = path.join(mkdtempSync(path.join(tmpdir(), "vault-socket-")), "vault.sock");
    const server = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"data":{"region":"eu-central-1"}}');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    expect(await client(`unix://${socket}`).read("aws/config/root")).toEqual({ region: "eu-central-1" });
    await expect(client(`unix://${socket}.gone`).read("aws/config/root")).rejects.toThrow(
      /cannot be reached: .*ENOENT/,
    );
  });

  it("follows a standby to the active node, path and all", async () => {
    const active = await serving(good);
    const standby = await serving({ status: 307, headers: { location: `${active.address}/v1/aws/config/root` } });
    expect(await client(standby.address).read("aws/config/root")).toEqual({ region: "eu-central-1" });
    expect(active.requests[0]?.headers["x-vault-token"]).toBe("hvs.token");
    const below = await serving({
      status: 307,
      headers: { location: `${active.address}/vault/v1/aws/config/root?x=1` },
    });
    await client(below.address).read("aws/config/root");
    expect(active.requests[1]?.url).toBe("/vault/v1/aws/config/root?x=1");
  });

  it("waits while the active node changes: a standby sends to a standby", async () => {
    const { address, requests } = await serving(
      { status: 307, headers: { location: "/v1/aws/roles/r" } },
      { status: 307 },
      good,
    );
    expect((await client(address).write("aws/roles/r", {})).status).toBe(200);
    expect(requests).toHaveLength(3);
  });

  it.each([301, 302, 303, 308])("does not follow %d, and names its target", async (status) => {
    const { address, requests } = await serving({ status, headers: { location: "https://other.example.com/v1/x" } });
    await expect(client(address).read("x")).rejects.toThrow(
      `Vault at ${address}: GET x: ${status}: redirected to https://other.example.com/v1/x. ` +
        "Such a redirect is not followed: set address (VAULT_ADDR) to where Vault is",
    );
    expect(requests).toHaveLength(1);
  });

  it("follows no redirect where VAULT_DISABLE_REDIRECTS says so", async () => {
    const { address } = await serving({ status: 307, headers: { location: "https://active.example.com/v1/x" } });
    const vault = new VaultClient(resolveSettings({ address }, { VAULT_DISABLE_REDIRECTS: "true" }), "hvs.token");
    await expect(vault.read("x")).rejects.toThrow(
      "redirected to https://active.example.com/v1/x. It is not followed, since VAULT_DISABLE_REDIRECTS is set",
    );
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
