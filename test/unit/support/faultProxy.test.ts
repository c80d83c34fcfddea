import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { awsFaults, FaultProxy, vaultFaults, type Fault } from "../../support/faultProxy.js";

let server: Server;
let proxy: FaultProxy;
let served: string[];

beforeEach(async () => {
  served = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      served.push(`${request.method} ${request.url} ${request.headers.host} ${body}`);
      response.writeHead(200, { "content-type": "application/json", "x-from": "server" });
      response.end('{"data":{"region":"eu-central-1"}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy = await FaultProxy.start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  await proxy.stop();
  server.closeAllConnections();
  server.close();
});

/** What a client sees of one exchange. */
async function outcome(path = "/v1/x", init: RequestInit = {}): Promise<string> {
  try {
    const response = await fetch(`${proxy.address}${path}`, init);
    return `${response.status} ${await response.text()}`;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code ?? String(error);
  }
}

const whole = '200 {"data":{"region":"eu-central-1"}}';

describe("FaultProxy", () => {
  it("passes on method, path, query, body and host as they are, and keeps a record", async () => {
    expect(await outcome("/v1/a%2Fb?list=true", { method: "POST", body: '{"ä":1}' })).toBe(whole);
    expect(served).toEqual([`POST /v1/a%2Fb?list=true ${new URL(proxy.address).host} {"ä":1}`]);
    expect(proxy.requests).toMatchObject([
      { index: 0, method: "POST", path: "/v1/a%2Fb", query: "list=true", body: '{"ä":1}', forwarded: true },
    ]);
    expect(proxy.requests[0]?.fault).toBeUndefined();
  });

  it.each<[string, Fault, RegExp, number]>([
    ["resetBefore", vaultFaults.resetBefore, /^(ECONNRESET|UND_ERR_SOCKET)$/, 0],
    ["resetAfter", vaultFaults.resetAfter, /^(ECONNRESET|UND_ERR_SOCKET)$/, 1],
    ["truncated", vaultFaults.truncated, /^200 \{"data":\{"region"$/, 1],
    ["slow", { kind: "slow", delayMs: 50 }, /^200 \{"data":\{"region":"eu-central-1"\}\}$/, 1],
    ["429", vaultFaults.rateLimited, /^429 \{"errors":\["request path: rate limit quota exceeded"\]\}$/, 0],
    ["504", vaultFaults.gatewayTimeout, /^504 <html>504 Gateway Time-out<\/html>$/, 1],
    ["sealed", vaultFaults.sealed, /^503 \{"errors":\["Vault is sealed"\]\}$/, 0],
  ])("breaks one exchange: %s", async (_name, fault, seen, reached) => {
    proxy.plan({ fault });
    expect(await outcome()).toMatch(seen);
    expect(served).toHaveLength(reached);
    expect(await outcome()).toBe(whole);
    expect(proxy.requests.map((request) => request.fault)).toEqual([fault.kind, undefined]);
  });

  it("answers as AWS does when it throttles or does not know a key", async () => {
    proxy.plan({ fault: awsFaults.throttled });
    expect(await outcome()).toMatch(/^400 <ErrorResponse .*<Code>Throttling<\/Code>/);
    proxy.plan({ fault: awsFaults.keyNotAccepted });
    expect(await outcome()).toMatch(/^403 <ErrorResponse .*<Code>InvalidClientTokenId<\/Code>/);
    expect(served).toEqual([]);
  });

  it("hits the request that is asked for", async () => {
    proxy.plan({ fault: vaultFaults.badGateway, when: ({ method }) => method === "POST", skip: 1, times: 2 });
    const seen: string[] = [];
    for (const method of ["POST", "GET", "POST", "POST", "POST"]) {
      seen.push((await outcome("/v1/x", { method })).slice(0, 3));
    }
    expect(seen).toEqual(["200", "200", "502", "502", "200"]);
  });

  it("refuses connections until it is healed, or for a while", async () => {
    proxy.plan({ fault: vaultFaults.refuse, skip: 1 });
    expect(await outcome()).toBe(whole);
    expect(await outcome()).toBe("ECONNREFUSED");
    expect(await outcome()).toBe("ECONNREFUSED");
    await proxy.heal();
    expect(await outcome()).toBe(whole);
    proxy.plan({ fault: { kind: "refuse", forMs: 50 } });
    expect(await outcome()).toBe("ECONNREFUSED");
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await outcome()).toBe(whole);
  });

  it("lets a token expire, and no other", async () => {
    proxy.plan({ fault: vaultFaults.expiredToken });
    const withToken = (token: string) => outcome("/v1/x", { headers: { "x-vault-token": token } });
    expect(await withToken("one")).toBe(
      '403 {"errors":["2 errors occurred:\\n\\t* permission denied\\n\\t* invalid token\\n\\n"]}',
    );
    expect(await withToken("two")).toBe(whole);
    expect((await withToken("one")).slice(0, 3)).toBe("403");
    await proxy.heal();
    expect(await withToken("one")).toBe(whole);
  });
});
