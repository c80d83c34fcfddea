import { Duplex, PassThrough, Writable } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node";
import { VaultError } from "../errors.js";
import { LateError, within } from "./kubeconfig.js";
import { commandAdvice } from "./kubeconfigCommand.js";
import type { VaultPod } from "./podChoice.js";
import { nameOf, forbidden, kubernetesApiError } from "./servicePods.js";
import type { KubernetesConnection } from "./kubernetesConnection.js";

/** What is used of the web socket that the Kubernetes client hands out. */
interface OpenWebSocket {
  readonly readyState: number;
  readonly OPEN: number;
  readonly terminate: () => void;
  readonly addEventListener: (type: "close", listener: () => void) => void;
}

/**
 * Opens one connection to a pod's port. Nothing listens on this machine: the connection is a stream of this process.
 *
 * @param onLost is called when the other side ends the connection
 * @throws VaultError where Kubernetes rejects it, or does not answer
 */
export async function forwardToPod(
  tunnel: KubernetesConnection,
  config: KubeConfig,
  pod: VaultPod,
  timeoutMs: number,
  onLost: () => void,
): Promise<Duplex> {
  const { PortForward } = await import("@kubernetes/client-node");
  const where = `${nameOf(tunnel)}, pod ${pod.name}`;
  const sending = new PassThrough();
  let socket: OpenWebSocket | undefined;
  const stream = new Duplex({
    // What comes in is pushed as it comes: answers of Vault are small.
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void sending.write(chunk, done),
    destroy: (error, done) => {
      // At once: a polite close would wait for the other side, and keep this process alive for it.
      socket?.terminate();
      done(error);
    },
  });
  // An error can come before anyone listens: it is then thrown below, and otherwise also reaches whoever reads.
  stream.on("error", () => undefined);
  const received = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (chunk.length > 0 && !stream.destroyed) {
        stream.push(chunk);
      }
      done();
    },
  });
  const failed = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (chunk.length > 0) {
        const message = `${where}: port ${pod.port} cannot be reached: ${chunk.toString().trim()}`;
        stream.destroy(new VaultError(message, "unreachable", undefined, []));
        onLost();
      }
      done();
    },
  });
  try {
    socket = (await new PortForward(limited(config, timeoutMs)).portForward(
      tunnel.namespace,
      pod.name,
      [pod.port],
      received,
      failed,
      sending,
    )) as unknown as OpenWebSocket;
  } catch (error) {
    if (error instanceof LateError) {
      throw new VaultError(
        `${where}: port-forward: ${error.message}${commandAdvice(config)}`,
        "timeout",
        undefined,
        [],
      );
    }
    throw refusal(error, where, tunnel.namespace, timeoutMs);
  }
  const ended = () => {
    if (!stream.destroyed) {
      stream.push(null);
      onLost();
    }
  };
  socket.addEventListener("close", ended);
  if (socket.readyState !== socket.OPEN) {
    ended();
  }
  if (stream.errored !== null) {
    socket.terminate();
    throw stream.errored;
  }
  return stream;
}

/** The configuration with a limit for the opening of web sockets, which the Kubernetes client itself has none for. */
function limited(config: KubeConfig, timeoutMs: number): KubeConfig {
  const applyToHTTPSOptions: KubeConfig["applyToHTTPSOptions"] = async (options) => {
    await within(timeoutMs, config.applyToHTTPSOptions(options));
    Object.assign(options, { handshakeTimeout: timeoutMs });
  };
  return Object.assign(Object.create(config) as KubeConfig, { applyToHTTPSOptions });
}

/** The Kubernetes client rejects with the web socket's event, which is no Error and knows the status from its text only. */
function refusal(cause: unknown, where: string, namespace: string, timeoutMs: number): VaultError {
  const message = (cause as { message?: unknown } | undefined)?.message;
  const text = typeof message === "string" ? message : String(cause);
  if (text.includes("handshake has timed out")) {
    return new VaultError(`${where}: port-forward: no answer within ${timeoutMs / 1000} s`, "timeout", undefined, []);
  }
  switch (/Unexpected server response: (\d+)/.exec(text)?.[1]) {
    case "401":
      return kubernetesApiError(
        `${where}: port-forward: Kubernetes does not accept the kubeconfig's credentials (401)`,
      );
    case "403":
      return kubernetesApiError(`${where}: ${forbidden(["get", "create"], "pods/portforward", namespace)}`);
    default:
      return new VaultError(`${where}: port-forward failed: ${text}`, "unreachable", undefined, []);
  }
}
