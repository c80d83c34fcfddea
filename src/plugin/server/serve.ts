import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { largestMessageBytes } from "./messageSize.js";
import { EngineClient } from "./engineClient.js";
import { decode, encode, secretsOfOutputs, type Decoded } from "./propertyValues.js";
import { checkResponse, diffResponse, outputStruct, wireError } from "./responses.js";
import {
  PartialFailure,
  type Operation,
  type PropertyChange,
  type ResourceProvider,
  type ResourceState,
  type ResourceStateOf,
  type Subject,
} from "./resourceProvider.js";

/**
 * Serves a provider to the engine. The engine's address is among the command-line arguments, or comes with the handshake or `Attach`; the port goes
 * to standard output.
 */
export async function serve(provider: ResourceProvider): Promise<void> {
  const engineAddress = process.argv.slice(2).find((argument) => /^[^/=\s]+:\d+$/.test(argument));
  const { port, cancel } = await listen(provider, engineAddress);
  process.stdout.write(`${port}\n`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void cancel().finally(() => process.kill(process.pid, signal)));
  }
  // An engine that is killed cannot stop its plugins: a plugin that has lost its parent ends itself.
  const engine = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== engine) {
      clearInterval(watch);
      void cancel().finally(() => process.exit(0));
    }
  }, 1000);
  watch.unref();
}

/**
 * Listens on a free port of the loopback address.
 *
 * @returns `cancel` does what the engine's call `Cancel` does
 */
export async function listen(
  provider: ResourceProvider,
  engineAddress: string | undefined,
): Promise<{ readonly port: number; readonly cancel: () => Promise<void>; readonly stop: () => void }> {
  const cancellation = new AbortController();
  const cancel = async () => {
    cancellation.abort(new Error("the operation was cancelled"));
    await provider.close?.();
  };
  const server = new Server({ "grpc.max_receive_message_length": largestMessageBytes });
  const methods = implementation(provider, new EngineClient(engineAddress), { cancelled: cancellation.signal, cancel });
  server.addService(ResourceProviderService, methods);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, cancel, stop: () => server.forceShutdown() };
}

type Call<Request> = ServerUnaryCall<Request, unknown>;

/** Turns an async function into a gRPC handler; what it throws becomes the answer's error. */
function handler<Request, Response>(answer: (request: Request) => Promise<Response> | Response) {
  return (call: Call<Request>, callback: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(wireError(error), null),
      );
  };
}

function implementation(
  provider: ResourceProvider,
  engine: EngineClient,
  { cancelled, cancel }: { readonly cancelled: AbortSignal; readonly cancel: () => Promise<void> },
): UntypedServiceImplementation {
  const operation = (urn: string, preview: boolean, timeoutSeconds: number): Operation => ({
    preview,
    timeoutMs: timeoutSeconds > 0 ? timeoutSeconds * 1000 : undefined,
    progress: (message) => engine.status(urn, message),
    warn: (message) => engine.warn(urn, message),
    cancelled,
  });

  return {
    handshake: handler((request: messages.ProviderHandshakeRequest) => {
      engine.connectTo(request.getEngineAddress());
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      response.setAcceptOutputs(true);
      return response;
    }),
    attach: handler((request: { getAddress(): string }) => {
      engine.connectTo(request.getAddress());
      return new Empty();
    }),
    getSchema: handler(() => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(implemented(provider.schema)());
      return response;
    }),
    getPluginInfo: handler(() => {
      const response = new PluginInfo();
      response.setVersion(provider.version);
      return response;
    }),
    checkConfig: handler(async (request: messages.CheckRequest) => {
      const news = decodeStruct(request.getNews());
      return checkResponse(await provider.checkConfig(news.values), news.secrets);
    }),
    diffConfig: handler((request: messages.DiffRequest) => {
      // A provider that points elsewhere is the same provider to its resources: it is updated, never replaced.
      const olds = decodeStruct(request.getOldInputs() ?? request.getOlds()).values;
      const news = decodeStruct(request.getNews()).values;
      const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
      const changed = [...keys].filter((key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]));
      return diffResponse({
        changes: new Map(changed.map((key): [string, PropertyChange] => [key, changeOf(olds[key], news[key])])),
        deleteBeforeReplace: false,
      });
    }),
    configure: handler((request: messages.ConfigureRequest) => {
      provider.configure(decodeStruct(request.getArgs()).values);
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setAcceptoutputs(true);
      response.setSupportspreview(true);
      return response;
    }),
    invoke: handler(async (request: messages.InvokeRequest) => {
      const response = new messages.InvokeResponse();
      const args = decodeStruct(request.getArgs());
      const doing = operation("", request.getPreview(), 0);
      const { values, secrets = [] } = await provider.invoke(request.getTok(), args.values, doing);
      response.setReturn(Struct.fromJavaScript(encode(values, secrets)));
      return response;
    }),
    construct: handler((request: messages.ConstructRequest) =>
      implemented(provider.construct)(request, engine.requireAddress()),
    ),
    check: handler(async (request: messages.CheckRequest) => {
      const news = decodeStruct(request.getNews());
      const olds = decodeStruct(request.getOlds());
      const seed = request.getRandomseed_asU8();
      return checkResponse(await provider.check(subjectOf(request), olds.values, news.values, seed), news.secrets);
    }),
    diff: handler(async (request: messages.DiffRequest) => {
      const state = stateOf(request.getId(), request.getOlds(), request.getOldInputs());
      const news = decodeStruct(request.getNews());
      const result = await provider.diff(subjectOf(request), state, news.values);
      const ignored = request.getIgnorechangesList();
      const changes = [...result.changes].filter(([path]) => !ignored.some((ignore) => isWithin(path, ignore)));
      return diffResponse({ ...result, changes: new Map(changes) });
    }),
    create: handler(async (request: messages.CreateRequest) => {
      const inputs = decodeStruct(request.getProperties());
      const doing = operation(request.getUrn(), request.getPreview(), request.getTimeout());
      const state = await keepingSecrets(inputs, provider.create(subjectOf(request), inputs.values, doing));
      const response = new messages.CreateResponse();
      response.setId(state.id);
      response.setProperties(outputStruct(inputs, state));
      return response;
    }),
    read: handler(async (request: messages.ReadRequest) => {
      const outputs = decodeStruct(request.getProperties());
      const inputs = decodeStruct(request.getInputs());
      const state = { id: request.getId(), outputs: outputs.values, inputs: inputs.values };
      const doing = operation(request.getUrn(), false, request.getTimeout());
      const result = await provider.read(subjectOf(request), state, doing);
      const response = new messages.ReadResponse();
      if (result !== undefined) {
        response.setId(result.id);
        // Both the old inputs and the old outputs tell what was secret.
        const secrets = [...secretsOfOutputs(inputs.values, inputs.secrets, result.outputs), ...outputs.secrets];
        response.setProperties(Struct.fromJavaScript(encode(result.outputs, [...secrets, ...result.secretOutputs])));
        response.setInputs(Struct.fromJavaScript(encode(result.inputs, inputs.secrets)));
      }
      return response;
    }),
    update: handler(async (request: messages.UpdateRequest) => {
      const state = stateOf(request.getId(), request.getOlds(), request.getOldInputs());
      const inputs = decodeStruct(request.getNews());
      const doing = operation(request.getUrn(), request.getPreview(), request.getTimeout());
      const updating = provider.update(subjectOf(request), state, inputs.values, doing);
      const response = new messages.UpdateResponse();
      response.setProperties(outputStruct(inputs, await keepingSecrets(inputs, updating)));
      return response;
    }),
    delete: handler(async (request: messages.DeleteRequest) => {
      const state = stateOf(request.getId(), request.getProperties(), request.getOldInputs());
      await provider.delete(subjectOf(request), state, operation(request.getUrn(), false, request.getTimeout()));
      return new Empty();
    }),
    cancel: handler(async () => {
      await cancel();
      return new Empty();
    }),
  };
}

/** A method that not every provider has. */
function implemented<T>(method: T | undefined): T {
  if (method === undefined) {
    throw Object.assign(new Error("this provider does not implement the call"), { grpcStatus: status.UNIMPLEMENTED });
  }
  return method;
}

function subjectOf(request: { getUrn(): string }): Subject {
  const urn = request.getUrn();
  // urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>; the name may itself hold "::".
  const [, , types = "", ...name] = urn.split("::");
  return { urn, type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

function decodeStruct(struct: Struct | undefined): Decoded {
  return decode(struct?.toJavaScript());
}

function stateOf(id: string, outputs: Struct | undefined, inputs: Struct | undefined): ResourceStateOf {
  return { id, outputs: decodeStruct(outputs).values, inputs: decodeStruct(inputs).values };
}

/** A partial failure carries outputs to the state as well: they need the same marking. */
async function keepingSecrets(inputs: Decoded, result: Promise<ResourceState>): Promise<ResourceState> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof PartialFailure) {
      const secrets = secretsOfOutputs(inputs.values, inputs.secrets, error.state.outputs);
      throw new PartialFailure(error.message, {
        ...error.state,
        secretOutputs: [...secrets, ...error.state.secretOutputs],
      });
    }
    throw error;
  }
}

function changeOf(old: unknown, now: unknown): PropertyChange {
  if (old === undefined) {
    return "add";
  }
  return now === undefined ? "delete" : "update";
}

function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`) || path.startsWith(`${ancestor}[`);
}
