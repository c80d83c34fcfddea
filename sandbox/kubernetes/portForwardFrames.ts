import { connect } from "node:net";
import type { WebSocket } from "ws";

/** Vault's port in its pods. */
const podPort = 8200;

/**
 * Serves one WebSocket of a port-forward, as a kubelet does: channel 0 carries the data and channel 1 errors; each begins with the port, in two bytes.
 *
 * @param localPort where Vault listens on this machine; undefined for a pod in which nothing listens
 */
export function servePortForward(forward: WebSocket, localPort: number | undefined): void {
  const send = (channel: number, data: Buffer) => forward.send(Buffer.concat([Buffer.from([channel]), data]));
  const remotePort = Buffer.alloc(2);
  remotePort.writeUInt16LE(podPort);
  send(0, remotePort);
  send(1, remotePort);
  if (localPort === undefined) {
    send(1, Buffer.from(`error forwarding port ${podPort} to pod: connection refused`));
    forward.close();
    return;
  }
  const upstream = connect(localPort, "127.0.0.1");
  upstream.on("data", (data) => send(0, data));
  upstream.on("error", (error) => send(1, Buffer.from(error.message)));
  upstream.on("close", () => forward.close());
  forward.on("message", (data: Buffer) => upstream.write(data.subarray(1)));
  forward.on("close", () => upstream.destroy());
}
