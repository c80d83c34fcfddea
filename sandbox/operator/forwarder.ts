import { connect, createServer, type Socket } from "node:net";

/** A VaultServer's stable address on loopback: what its Service is in a cluster. */
export interface Forwarder {
  readonly port: number;
  /** Sends new connections to another port; undefined: they are closed at once, as by a Service without endpoints. */
  readonly target: (port: number | undefined) => void;
  readonly stop: () => Promise<void>;
}

/** Forwards TCP connections, so that TLS passes through untouched. */
export async function startForwarder(port: number): Promise<Forwarder> {
  let targetPort: number | undefined;
  const open = new Set<Socket>();
  const track = (socket: Socket): void => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  };
  const server = createServer((incoming) => {
    track(incoming);
    if (targetPort === undefined) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(targetPort, "127.0.0.1");
    track(outgoing);
    // When one side breaks off, the other has nobody left to talk to.
    incoming.on("error", () => outgoing.destroy());
    outgoing.on("error", () => incoming.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port,
    target: (to) => {
      if (to !== targetPort) {
        targetPort = to;
        // Connections to a node that is no longer the one would end up at a standby or nowhere.
        open.forEach((socket) => socket.destroy());
      }
    },
    stop: async () => {
      open.forEach((socket) => socket.destroy());
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
