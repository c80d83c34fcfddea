import type { PluginProcess } from "../../internal/reporting/index.js";

/** Longest time for the release when the engine asks a plugin to end: it kills the plugin as soon as that has answered. */
export const cancelLimitMs = 5_000;
/** Longest time for the work that is under way when a signal ends the process. */
const signalLimitMs = 10_000;

/**
 * How long a plugin that hears of its end keeps connections without work: as long as a program may wait for its other resources. A login may be
 * possible once only (`secret_id_num_uses`).
 */
export const idleMsInPlugin = 30 * 60_000;

const cancelPath = "/pulumirpc.ResourceProvider/Cancel";
const signals = ["SIGINT", "SIGTERM"] as const;

/** A method of the plugin's gRPC server. */
interface Handler {
  readonly func: (call: unknown, callback: unknown) => void;
}

/** What is used of the classes of `@grpc/grpc-js`. */
interface GrpcServer {
  _retrieveHandler: (this: GrpcServer, path: string) => Handler | null;
}

/**
 * Has something released before Pulumi's dynamic provider plugin ends. Pulumi's engine calls Cancel and kills the plugin once it has answered, which
 * the plugin does by itself; earlier releases of the engine, and other programs, send signals. See
 * docs/decisions/0102-tokens-of-logins.md.
 *
 * @param release is given the longest time that it may take
 * @returns whether Cancel is heard: not outside of the plugin, and not where gRPC has another shape than is known here
 */
export function beforeShutdown(
  plugin: PluginProcess | undefined,
  release: (limitMs: number) => Promise<void>,
): boolean {
  if (plugin === undefined) {
    return false;
  }
  for (const signal of signals) {
    process.once(signal, () => {
      const end = () => process.kill(process.pid, signal);
      release(signalLimitMs).then(end, end);
    });
  }
  return onCancel(plugin, () => release(cancelLimitMs));
}

function onCancel(plugin: PluginProcess, release: () => Promise<void>): boolean {
  let prototype: GrpcServer | undefined;
  try {
    prototype = (plugin.load("@grpc/grpc-js") as { Server?: { prototype?: GrpcServer } }).Server?.prototype;
  } catch {
    // A plugin without gRPC is none that is known here.
    return false;
  }
  const retrieve = prototype?._retrieveHandler;
  if (prototype === undefined || typeof retrieve !== "function") {
    return false;
  }
  prototype._retrieveHandler = function (this: GrpcServer, path: string): Handler | null {
    const handler = retrieve.call(this, path);
    if (path !== cancelPath || typeof handler?.func !== "function") {
      return handler;
    }
    const answer: Handler["func"] = (call, callback) => {
      const go = () => handler.func(call, callback);
      release().then(go, go);
    };
    return { ...handler, func: answer };
  };
  return true;
}
