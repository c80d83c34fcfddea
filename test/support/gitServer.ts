import { spawn } from "node:child_process";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificateAuthority } from "../../sandbox/kubernetes/certificates.js";

export interface GitServer {
  /** `localhost:40123`. */
  readonly host: string;
  /** PEM of the authority that clients have to trust. */
  readonly authority: string;
  readonly stop: () => void;
}

/** Serves the bare repositories of a folder over HTTPS, with Git's own CGI program. */
export async function startGitServer(folder: string): Promise<GitServer> {
  const authority = await createCertificateAuthority("git server of a test");
  const { certificate, key } = await authority.issue("localhost", ["localhost", "127.0.0.1"]);
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const url = new URL(request.url ?? "/", "https://localhost");
    const backend = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: "1",
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      },
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.on("close", () => {
      const output = Buffer.concat(chunks);
      const end = output.indexOf("\r\n\r\n");
      const headers = output.subarray(0, end).toString().split("\r\n");
      const pairs = headers.map((header) => header.split(/:\s*/, 2) as [string, string]);
      const status = pairs.find(([name]) => name === "Status")?.[1];
      response.writeHead(status === undefined ? 200 : Number.parseInt(status, 10), Object.fromEntries(pairs));
      response.end(output.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`,
    authority: authority.certificate,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
