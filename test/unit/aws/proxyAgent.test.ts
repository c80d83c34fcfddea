import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { environmentProxyAgent } from "../../../src/aws/proxyAgent.js";
import { waitUntilAccepted } from "../../../src/aws/sts/keyReadiness.js";

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const identity =
  '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
  "<Arn>arn:aws:iam::123456789012:user/vault</Arn><UserId>AIDA</UserId><Account>123456789012</Account>" +
  "</GetCallerIdentityResult></GetCallerIdentityResponse>";

/** Answers as STS does, and refuses tunnels; remembers what it was asked. */
async function listening() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(identity);
  });
  server.on("connect", (request, socket) => {
    seen.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { seen, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const once = { consecutiveSuccesses: 1, intervalMs: 1, timeoutMs: 300 };

describe("calls of AWS", () => {
  it("go by the environment's proxies", async () => {
    const proxy = await listening();
    vi.stubEnv("HTTP_PROXY", proxy.address);
    vi.stubEnv("HTTPS_PROXY", proxy.address);
    const { arn } = await waitUntilAccepted(key, { ...once, endpoint: "http://sts.test" });
    expect(arn).toBe("arn:aws:iam::123456789012:user/vault");
    expect(proxy.seen).toEqual(["POST http://sts.test/"]);
    await expect(waitUntilAccepted(key, { ...once, endpoint: "https://sts.test" })).rejects.toThrow(
      /was not accepted by AWS within 0\.3 s/,
    );
    expect(proxy.seen[1]).toBe("CONNECT sts.test:443");
  });

  it("go straight to what NO_PROXY names, and to this machine", async () => {
    const proxy = await listening();
    const sts = await listening();
    vi.stubEnv("HTTP_PROXY", proxy.address);
    await waitUntilAccepted(key, { ...once, endpoint: sts.address });
    vi.stubEnv("NO_PROXY", ".test");
    await expect(waitUntilAccepted(key, { ...once, endpoint: "http://sts.test" })).rejects.toThrow(/was not accepted/);
    expect(proxy.seen).toEqual([]);
    expect(sts.seen).toEqual(["POST /"]);
  });

  it("need no agent where there is no proxy", () => {
    expect(environmentProxyAgent({ NO_PROXY: "*" })).toBeUndefined();
  });
});
