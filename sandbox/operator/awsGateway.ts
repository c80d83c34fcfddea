import {
  createServer as createHttpServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { createCertificateAuthority } from "../kubernetes/index.js";

/** The way from Vault's processes to AWS. */
export interface AwsGateway {
  /** Environment of a process that goes this way. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/**
 * An HTTP proxy that takes `https://*.amazonaws.com` to the sandbox's AWS and refuses everything else.
 *
 * Vault's AWS SDK knows no setting for the endpoint of the STS that exchanges a ServiceAccount's token, so the exchange can only be led
 * elsewhere on its way. It also means that nothing Vault does in the sandbox can reach the real AWS.
 *
 * @param workDir folder for the certificate of the authority that Vault is told to trust
 */
export async function startAwsGateway(workDir: string, awsEndpoint: string): Promise<AwsGateway> {
  const authority = await createCertificateAuthority("sandbox-aws");
  const caFile = join(workDir, "aws-ca.crt");
  await writeFile(caFile, authority.certificate, { mode: 0o600 });

  const contexts = new Map<string, Promise<SecureContext>>();
  const contextFor = (host: string): Promise<SecureContext> => {
    const context =
      contexts.get(host) ??
      authority.issue(host, [host]).then(({ certificate, key }) => createSecureContext({ cert: certificate, key }));
    contexts.set(host, context);
    return context;
  };
  const amazon = createHttpsServer(
    {
      SNICallback: (host, done) => {
        contextFor(host).then(
          (context) => done(null, context),
          (error: Error) => done(error),
        );
      },
    },
    (request, response) => forward(awsEndpoint, request, response),
  );

  const open = new Set<Duplex>();
  const proxy = createHttpServer((_request, response) => {
    response.writeHead(403).end("The sandbox reaches nothing but its own AWS");
  });
  proxy.on("connect", (request: IncomingMessage, socket: Duplex) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    // A client that goes away in the middle of its request is its own affair.
    socket.on("error", () => socket.destroy());
    if (!/\.amazonaws\.com(\.cn)?:443$/.test(request.url ?? "")) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    amazon.emit("connection", socket);
  });
  const address = `http://127.0.0.1:${await listen(proxy)}`;

  return {
    env: {
      HTTPS_PROXY: address,
      HTTP_PROXY: address,
      NO_PROXY: "127.0.0.1,localhost",
      // The first is read by Go's own verification, on Linux; the second by the AWS SDK, everywhere.
      SSL_CERT_FILE: caFile,
      AWS_CA_BUNDLE: caFile,
    },
    stop: async () => {
      for (const socket of open) {
        socket.destroy();
      }
      proxy.closeAllConnections();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    },
  };
}

/** Passes a request on as it is: its signature covers the name of the host it was meant for. */
function forward(endpoint: string, request: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(endpoint);
  const onward = httpRequest(
    { host: hostname, port, method: request.method, path: request.url, headers: request.headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on("error", (error) => {
    if (!response.headersSent) {
      response.writeHead(502);
    }
    response.end(error.message);
  });
  request.pipe(onward);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}
