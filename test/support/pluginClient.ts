import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { Status } from "@pulumi/pulumi/proto/status_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import type { ResourceProvider } from "../../src/plugin/server/resourceProvider.js";
import { listen } from "../../src/plugin/server/serve.js";

export type Properties = Record<string, unknown>;

/** A secret as it crosses the wire. */
export const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

const struct = (values: Properties) => Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
const urnOf = (type: string, name: string) => `urn:pulumi:dev::test::${type}::${name}`;

/** What the engine gets from a plugin, call by call. */
export class PluginClient {
  private constructor(
    private readonly client: ResourceProviderClient,
    private readonly stopServer: () => void,
  ) {}

  static async start(provider: ResourceProvider, config: Properties): Promise<PluginClient> {
    const { port, stop } = await listen(provider, undefined);
    const client = new PluginClient(
      // As the engine does: of any size.
      new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
        "grpc.max_receive_message_length": -1,
      }),
      stop,
    );
    const request = new messages.ConfigureRequest();
    request.setArgs(struct(config));
    await client.call("configure", request);
    return client;
  }

  stop(): void {
    this.client.close();
    this.stopServer();
  }

  async checkConfig(news: Properties): Promise<string[]> {
    const request = new messages.CheckRequest();
    request.setNews(struct(news));
    return (await this.call<messages.CheckResponse>("checkConfig", request))
      .getFailuresList()
      .map((f) => f.getReason());
  }

  /** @returns the inputs for the state, and what is wrong with them */
  async check(type: string, news: Properties): Promise<{ inputs: Properties; failures: string[] }> {
    const request = new messages.CheckRequest();
    request.setUrn(urnOf(type, "sample"));
    request.setNews(struct(news));
    request.setOlds(struct({}));
    const response = await this.call<messages.CheckResponse>("check", request);
    return {
      inputs: response.getInputs()?.toJavaScript() ?? {},
      failures: response.getFailuresList().map((failure) => failure.getReason()),
    };
  }

  async create(type: string, inputs: Properties, options: { preview?: boolean; timeout?: number } = {}) {
    const request = new messages.CreateRequest();
    request.setUrn(urnOf(type, "sample"));
    request.setProperties(struct(inputs));
    request.setPreview(options.preview ?? false);
    request.setTimeout(options.timeout ?? 0);
    const response = await this.call<messages.CreateResponse>("create", request);
    return { id: response.getId(), outputs: response.getProperties()?.toJavaScript() ?? {} };
  }

  async update(type: string, state: { id: string; outputs: Properties }, inputs: Properties, preview = false) {
    const request = new messages.UpdateRequest();
    request.setUrn(urnOf(type, "sample"));
    request.setId(state.id);
    request.setOlds(struct(state.outputs));
    request.setNews(struct(inputs));
    request.setPreview(preview);
    return (await this.call<messages.UpdateResponse>("update", request)).getProperties()?.toJavaScript() ?? {};
  }

  async invoke(name: string, args: Properties): Promise<Properties> {
    const request = new messages.InvokeRequest();
    request.setTok(`kubevault-aws:index:${name}`);
    request.setArgs(struct(args));
    return (await this.call<messages.InvokeResponse>("invoke", request)).getReturn()?.toJavaScript() ?? {};
  }

  async cancel(): Promise<void> {
    await this.call("cancel", new Empty());
  }

  private call<Response>(method: string, request: unknown): Promise<Response> {
    const methods = this.client as unknown as Record<
      string,
      (request: unknown, callback: (error: ServiceError | null, response: Response) => void) => void
    >;
    return new Promise((resolve, reject) => {
      methods[method]?.call(this.client, request, (error, response) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  }
}

/** What a failed call says has been created all the same: `ErrorResourceInitFailed`, where the engine looks for it. */
export function initFailureOf(error: unknown): { id: string; properties: Properties; reasons: string[] } | undefined {
  const [details] = (error as ServiceError).metadata.get("grpc-status-details-bin");
  if (details === undefined) {
    return undefined;
  }
  const [packed] = Status.deserializeBinary(details as Buffer).getDetailsList();
  const failure = messages.ErrorResourceInitFailed.deserializeBinary(packed?.getValue_asU8() ?? new Uint8Array());
  return {
    id: failure.getId(),
    properties: failure.getProperties()?.toJavaScript() ?? {},
    reasons: failure.getReasonsList(),
  };
}
