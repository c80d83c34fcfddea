import { createRequire } from "node:module";
import * as grpc from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pluginProcess } from "../../../../src/internal/reporting/pluginProcess.js";
import { Reporting } from "../../../../src/internal/reporting/reporter.js";

interface LogRequest {
  toObject(): Record<string, unknown>;
}

const load = createRequire(__filename);
const script = load.resolve("@pulumi/pulumi/cmd/dynamic-provider");
const { EngineService } = load("@pulumi/pulumi/proto/engine_grpc_pb.js") as { EngineService: grpc.ServiceDefinition };
const { Empty } = load("google-protobuf/google/protobuf/empty_pb.js") as { Empty: new () => unknown };
const { DeleteRequest } = load("@pulumi/pulumi/proto/provider_pb.js") as {
  DeleteRequest: new () => {
    setUrn(urn: string): void;
    setProperties(properties: unknown): void;
    getProperties(): { toJavaScript(): object };
  };
};
const { Struct } = load("google-protobuf/google/protobuf/struct_pb.js") as {
  Struct: { fromJavaScript(values: object): unknown };
};

const urn = "urn:pulumi:dev::project::pulumi-nodejs:dynamic/kubevault-aws:AwsSecretsMount::aws";

/** An engine that takes log lines, or refuses them. */
async function startEngine(refusal?: string) {
  const lines: Record<string, unknown>[] = [];
  const server = new grpc.Server();
  const unexpected = () => {
    throw new Error("only log is expected");
  };
  server.addService(EngineService, {
    ...Object.fromEntries(Object.keys(EngineService).map((method) => [method, unexpected])),
    log: (call: grpc.ServerUnaryCall<LogRequest, unknown>, done: grpc.sendUnaryData<unknown>) => {
      lines.push(call.request.toObject());
      if (refusal === undefined) {
        done(null, new Empty());
      } else {
        done({ code: grpc.status.UNAVAILABLE, details: refusal });
      }
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { address: `127.0.0.1:${port}`, lines, stop: () => server.forceShutdown() };
}

/** Properties as the plugin hands them over for the deletion of a resource. */
function given(): object {
  const request = new DeleteRequest();
  request.setUrn(urn);
  request.setProperties(Struct.fromJavaScript({ path: "aws" }));
  return request.getProperties().toJavaScript();
}

const printed: string[] = [];
beforeEach(() => {
  printed.length = 0;
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(`out ${line}`));
  vi.spyOn(console, "error").mockImplementation((line: string) => void printed.push(`err ${line}`));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a reporter", () => {
  it("writes on the row of the resource: progress while it runs, warnings for good", async () => {
    const engine = await startEngine();
    try {
      const reporting = new Reporting(pluginProcess(["node", script, engine.address]));
      reporting.watchRequests();
      const reporter = reporting.reporterOf("AwsSecretsMount aws", given());
      reporter.progress("waiting");
      await reporter.flush();
      reporter.warn("left over");
      await reporter.flush();
      expect(engine.lines).toMatchObject([
        { urn, severity: 1, message: "waiting", ephemeral: true },
        { urn, severity: 2, message: "left over", ephemeral: false },
      ]);
      expect(printed).toEqual([]);
    } finally {
      engine.stop();
    }
  });

  it("falls back to the stack's row where the engine refuses lines, and does not fail", async () => {
    const engine = await startEngine("no log today");
    try {
      const reporting = new Reporting(pluginProcess(["node", script, engine.address]));
      reporting.watchRequests();
      const reporter = reporting.reporterOf("AwsSecretsMount aws", given());
      reporter.progress("waiting");
      reporter.warn("left over");
      await reporter.flush();
      expect(engine.lines).toHaveLength(2);
      expect(printed.sort()).toEqual(["err AwsSecretsMount aws: left over", "out AwsSecretsMount aws: waiting"]);
    } finally {
      engine.stop();
    }
  });

  it("falls back where the engine is gone", async () => {
    const engine = await startEngine();
    engine.stop();
    const reporting = new Reporting(pluginProcess(["node", script, engine.address]));
    reporting.watchRequests();
    const reporter = reporting.reporterOf("AwsSecretsMount aws", given());
    reporter.progress("waiting");
    await reporter.flush();
    expect(printed).toEqual(["out AwsSecretsMount aws: waiting"]);
  });

  it("falls back where the resource is not known", async () => {
    const reporter = new Reporting(pluginProcess(["node", script, "127.0.0.1:9"])).reporterOf(
      "AwsSecretsMount aws",
      {},
    );
    reporter.progress("waiting");
    await reporter.flush();
    expect(printed).toEqual(["out AwsSecretsMount aws: waiting"]);
  });

  it("falls back where the SDK has no such log", async () => {
    const load = () => {
      throw new Error("no such module");
    };
    const reporting = new Reporting({ engineAddress: "127.0.0.1:9", load });
    reporting.watchRequests();
    const reporter = reporting.reporterOf("AwsSecretsMount aws", given());
    reporter.warn("left over");
    await reporter.flush();
    expect(printed).toEqual(["err AwsSecretsMount aws: left over"]);
  });

  it("falls back outside of the plugin", async () => {
    const reporting = new Reporting(undefined);
    reporting.watchRequests();
    reporting.reporterOf("AwsSecretsMount aws", {}).progress("waiting");
    expect(printed).toEqual(["out AwsSecretsMount aws: waiting"]);
  });
});
