import { credentials } from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { ConstructRequest, ConstructResponse } from "@pulumi/pulumi/proto/provider_pb.js";
import * as library from "../../index.js";
import { largestMessageBytes } from "../server/messageSize.js";
import { componentOutputs, type ComponentName } from "./componentOutputs.js";

type ComponentClass = new (
  name: string,
  args: never,
  opts: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource;

/** Every component of the schema, by the last part of its type token. */
const classes: Readonly<Record<ComponentName, ComponentClass>> = {
  ApplicationAccess: library.ApplicationAccess,
  AssumableRole: library.AssumableRole,
  AwsSecretsEngine: library.AwsSecretsEngine,
  CredentialSecret: library.CredentialSecret,
  DynamoDbStorage: library.DynamoDbStorage,
  RootCredential: library.RootCredential,
  UnsealKeys: library.UnsealKeys,
  VaultPlatform: library.VaultPlatform,
  VaultServer: library.VaultServer,
};

let client: Promise<ResourceProviderClient> | undefined;

/**
 * Creates a component for a program in any language. The SDK's own provider server does it, in this process on a port of its own: it turns the
 * request into the inputs and options that a constructor takes, and waits for the registrations.
 */
export async function construct(
  request: ConstructRequest,
  engineAddress: string,
  version: string,
): Promise<ConstructResponse> {
  client ??= startSdkServer(engineAddress, version);
  const server = await client;
  return await new Promise((resolve, reject) => {
    server.construct(request, (error: Error | null, response: ConstructResponse) =>
      error === null ? resolve(response) : reject(error),
    );
  });
}

async function startSdkServer(engineAddress: string, version: string): Promise<ResourceProviderClient> {
  library.useProviderPlugin({ version });
  const port = await portOf(() => pulumi.provider.main({ version, construct: constructComponent }, [engineAddress]));
  return new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": largestMessageBytes,
    "grpc.max_send_message_length": largestMessageBytes,
  });
}

/** The port that the SDK's server prints: this process's own standard output belongs to the engine. */
async function portOf(start: () => Promise<void>): Promise<string> {
  const { log } = console;
  try {
    return await new Promise<string>((resolve, reject) => {
      console.log = (line: unknown) => resolve(String(line));
      start().catch(reject);
    });
  } finally {
    console.log = log;
  }
}

function constructComponent(
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<pulumi.provider.ConstructResult> {
  const kind = type.split(":").at(-1) ?? "";
  if (!(kind in classes)) {
    return Promise.reject(
      new Error(`this version of pulumi-resource-kubevault-aws has no component "${type}": upgrade the plugin`),
    );
  }
  const component = new classes[kind as ComponentName](name, inputs as never, options);
  const values = component as unknown as Readonly<Record<string, pulumi.Input<unknown>>>;
  const outputs = componentOutputs[kind as ComponentName];
  return Promise.resolve({
    urn: component.urn,
    state: Object.fromEntries(outputs.map((output) => [output, values[output]])),
  });
}
