import type { PluginProcess } from "./pluginProcess.js";

/** A line for the user. */
export interface LogLine {
  /** On whose row it stands. */
  readonly urn: string;
  readonly severity: "info" | "warning";
  readonly message: string;
  /** Shown only while the operation runs, and then gone. */
  readonly ephemeral: boolean;
}

/** Longest time for the engine to take a line. It is on the same machine. */
const deadlineMs = 5_000;

/** What is used of the classes that `@pulumi/pulumi` generates from the engine's protocol. */
interface LogRequest {
  setUrn(urn: string): void;
  setSeverity(severity: number): void;
  setMessage(message: string): void;
  setEphemeral(ephemeral: boolean): void;
}
interface Messages {
  readonly LogRequest: new () => LogRequest;
  readonly LogSeverity: { readonly INFO: number; readonly WARNING: number };
}
interface EngineClient {
  log(request: LogRequest, options: { deadline: number }, done: (error: Error | null) => void): void;
}
interface Services {
  readonly EngineClient: new (address: string, credentials: unknown) => EngineClient;
}
interface Grpc {
  readonly credentials: { createInsecure(): unknown };
}

/** Writes to the log of the engine that started a plugin, which can put a line on a resource's row. */
export class EngineLog {
  private readonly messages: Messages;
  private readonly client: EngineClient;

  constructor(plugin: PluginProcess) {
    this.messages = plugin.load("@pulumi/pulumi/proto/engine_pb.js") as Messages;
    const services = plugin.load("@pulumi/pulumi/proto/engine_grpc_pb.js") as Services;
    const grpc = plugin.load("@grpc/grpc-js") as Grpc;
    this.client = new services.EngineClient(plugin.engineAddress, grpc.credentials.createInsecure());
  }

  /**
   * Resolves when the engine has the line.
   *
   * @throws Error where the engine does not take it within seconds
   */
  async write(line: LogLine): Promise<void> {
    const { LogRequest, LogSeverity } = this.messages;
    const request = new LogRequest();
    request.setUrn(line.urn);
    request.setSeverity(line.severity === "warning" ? LogSeverity.WARNING : LogSeverity.INFO);
    request.setMessage(line.message);
    request.setEphemeral(line.ephemeral);
    await new Promise<void>((resolve, reject) => {
      this.client.log(request, { deadline: Date.now() + deadlineMs }, (error) =>
        error === null || error === undefined ? resolve() : reject(error),
      );
    });
  }
}
