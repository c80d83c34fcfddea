import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { beforeShutdown } from "../../../../src/plugin/dynamic/shutdown.js";

const cancel = "/pulumirpc.ResourceProvider/Cancel";

/** gRPC's server as far as it is used: it hands out a handler for each path. */
function grpc(calls: string[]) {
  class Server {
    _retrieveHandler(called: string) {
      return called === "unknown"
        ? null
        : { type: "unary", func: (_call: unknown, callback: () => void) => (calls.push(called), callback()) };
    }
  }
  return { Server };
}

afterEach(() => {
  process.removeAllListeners("SIGINT");
  process.removeAllListeners("SIGTERM");
});

describe("beforeShutdown", () => {
  it("releases before Cancel is answered, and leaves other calls alone", async () => {
    const calls: string[] = [];
    const module = grpc(calls);
    const plugin = { engineAddress: "127.0.0.1:1", load: () => module };
    const release = async (limitMs: number) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      calls.push(`released within ${limitMs}`);
    };
    expect(beforeShutdown(plugin, release)).toBe(true);
    const server = new module.Server();
    const call = (called: string) =>
      new Promise<void>((resolve) => server._retrieveHandler(called)!.func({}, () => resolve()));
    await Promise.all([call(cancel), call("/pulumirpc.ResourceProvider/Create")]);
    expect(calls).toEqual(["/pulumirpc.ResourceProvider/Create", "released within 5000", cancel]);
    expect(server._retrieveHandler("unknown")).toBeNull();
    expect(server._retrieveHandler(cancel)).toMatchObject({ type: "unary" });
  });

  it("answers Cancel though the release fails", async () => {
    const calls: string[] = [];
    const module = grpc(calls);
    beforeShutdown({ engineAddress: "127.0.0.1:1", load: () => module }, () => Promise.reject(new Error("no")));
    await new Promise<void>((resolve) => new module.Server()._retrieveHandler(cancel)!.func({}, () => resolve()));
    expect(calls).toEqual([cancel]);
  });

  it("says where it cannot hear of Cancel", () => {
    const release = async () => undefined;
    expect(beforeShutdown(undefined, release)).toBe(false);
    expect(beforeShutdown({ engineAddress: "127.0.0.1:1", load: () => ({}) }, release)).toBe(false);
    const load = () => {
      throw new Error("not there");
    };
    expect(beforeShutdown({ engineAddress: "127.0.0.1:1", load }, release)).toBe(false);
  });

  it.each(["SIGINT", "SIGTERM"])("releases before %s ends the process", async (signal) => {
    const file = path.join(__dirname, "..", "..", "..", "..", "src", "plugin", "dynamic", "shutdown.ts");
    const script = `
      const { beforeShutdown } = require(${JSON.stringify(file)});
      beforeShutdown({ engineAddress: "127.0.0.1:1", load: () => ({}) }, async (limitMs) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        console.log("released within " + limitMs);
      });
      setInterval(() => undefined, 1000);
      process.kill(process.pid, ${JSON.stringify(signal)});
    `;
    const ended = promisify(execFile)(process.execPath, ["--require", "tsx/cjs", "-e", script], {
      cwd: path.dirname(file),
      timeout: 60_000,
    });
    const error = (await ended.catch((caught: unknown) => caught)) as { signal?: string; stdout?: string };
    expect(error.stdout).toBe("released within 10000\n");
    expect(error.signal).toBe(signal);
  });
});
