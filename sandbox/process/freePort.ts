import { createServer } from "node:net";

/**
 * A TCP port on 127.0.0.1 that nobody listens on now.
 *
 * Between the answer and its use another process may take the port: a server that is told to listen on it and cannot says so in its log.
 */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
  if (address === null || typeof address === "string") {
    throw new Error(
      "The operating system gave no TCP port on 127.0.0.1. Free some ports, or check that loopback is up.",
    );
  }
  return address.port;
}
