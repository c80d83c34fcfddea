import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import * as messages from "@pulumi/pulumi/proto/language_pb.js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { installDependencies, runPlugin } from "./plugins.js";
import { runProgram } from "./runProgram.js";

/**
 * The sandbox's stand-in for `pulumi-language-nodejs`, which no package registry ships: it starts the SDK's own program runner as that host
 * does, so that the `pulumi` command can run a project from its Pulumi.yaml, and plugins that are written for Node.js.
 */
function main(): void {
  const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  const server = new Server();
  const answer =
    <Request, Response>(respond: (request: Request) => Promise<Response> | Response) =>
    (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
      Promise.resolve()
        .then(() => respond(call.request))
        .then(
          (response) => callback(null, response),
          (error: unknown) => callback({ code: status.UNKNOWN, details: String(error) }, null),
        );
    };
  server.addService(LanguageRuntimeService, {
    handshake: answer(() => new messages.LanguageHandshakeResponse()),
    getPluginInfo: answer(() => {
      const info = new PluginInfo();
      info.setVersion(process.env.PULUMI_STAND_IN_VERSION ?? "");
      return info;
    }),
    // The plugins that a program needs lie in the plugin cache already; asking for none keeps the engine from looking further.
    getRequiredPlugins: answer(() => new messages.GetRequiredPluginsResponse()),
    getRequiredPackages: answer(() => new messages.GetRequiredPackagesResponse()),
    getProgramDependencies: answer(() => new messages.GetProgramDependenciesResponse()),
    about: answer(() => new messages.AboutResponse()),
    cancel: answer(() => new Empty()),
    installDependencies,
    runPlugin,
    run: answer((request: messages.RunRequest) => runProgram(request, engineAddress)),
  });
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
      throw error;
    }
    process.stdout.write(`${port}\n`);
  });
  // An engine that is killed cannot stop its plugins.
  const engine = process.ppid;
  setInterval(() => process.ppid !== engine && process.exit(0), 1000).unref();
}

main();
