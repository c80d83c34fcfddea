import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { ProxyAgent, request } from "undici";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startAwsGateway, type AwsGateway } from "../../../sandbox/operator/awsGateway.js";

let folder: string;
let aws: Server;
let gateway: AwsGateway;
let ca: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubevault-aws-gateway-"));
  aws = createServer((incoming, response) => {
    let body = "";
    incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
    incoming.on("end", () => response.end(JSON.stringify({ host: incoming.headers.host, url: incoming.url, body })));
  });
  await new Promise<void>((resolve) => aws.listen(0, "127.0.0.1", resolve));
  gateway = await startAwsGateway(folder, `http://127.0.0.1:${(aws.address() as AddressInfo).port}`);
  ca = await readFile(gateway.env.SSL_CERT_FILE ?? "", "utf8");
});
afterAll(async () => {
  await gateway.stop();
  aws.close();
  await rm(folder, { recursive: true, force: true });
});

it.each(["sts.us-east-1.amazonaws.com", "iam.amazonaws.com", "dynamodb.cn-north-1.amazonaws.com.cn"])(
  "takes %s to the sandbox's AWS with its host, path and body, over verified TLS",
  async (host) => {
    const dispatcher = new ProxyAgent({ uri: gateway.env.HTTPS_PROXY ?? "", requestTls: { ca } });
    const { body } = await request(`https://${host}/path?x=1`, { method: "POST", body: "Action=A", dispatcher });
    expect(await body.json()).toEqual({ host, url: "/path?x=1", body: "Action=A" });
    await dispatcher.close();
  },
);

function proxy(): URL {
  return new URL(gateway.env.HTTPS_PROXY ?? "");
}

it.each(["example.com:443", "amazonaws.com.example.com:443", "s3.amazonaws.com:80", "169.254.169.254:80"])(
  "refuses to connect to %s",
  async (target) => {
    const { hostname, port } = proxy();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = httpRequest({ hostname, port, method: "CONNECT", path: target });
      call.on("connect", ({ statusCode }, socket) => {
        socket.destroy();
        resolve(statusCode);
      });
      call.on("error", reject);
      call.end();
    });
    expect(status).toBe(403);
  },
);

it("refuses plain HTTP, such as the metadata service's", async () => {
  const { hostname, port } = proxy();
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const call = httpRequest({ hostname, port, path: "http://169.254.169.254/latest/" }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on("error", reject);
    call.end();
  });
  expect(status).toBe(403);
});

it("shows a certificate that only its own authority vouches for", async () => {
  const { hostname, port } = proxy();
  const failure = await new Promise<Error>((resolve) => {
    const call = httpRequest({ hostname, port, method: "CONNECT", path: "sts.amazonaws.com:443" });
    call.on("connect", (_response, socket) => {
      connect({ socket, servername: "sts.amazonaws.com" }).on("error", resolve);
    });
    call.end();
  });
  expect(failure.message).toMatch(/certificate/);
});
