import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import type { ServerWritableStream } from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/language_pb.js";

/** Installs what a plugin's package.json asks for. */
export function installDependencies(
  call: ServerWritableStream<messages.InstallDependenciesRequest, messages.InstallDependenciesResponse>,
): void {
  const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const npm = spawn("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
  const pass = (chunk: Buffer) => {
    const response = new messages.InstallDependenciesResponse();
    response.setStdout(chunk);
    call.write(response);
  };
  npm.stdout.on("data", pass);
  npm.stderr.on("data", pass);
  npm.on("close", (code) => (code === 0 ? call.end() : call.destroy(new Error(`npm install ended with code ${code}`))));
}

/** Runs a plugin that has a PulumiPlugin.yaml, with the SDK's own runner of plugins. */
export function runPlugin(call: ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>): void {
  const { request } = call;
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getProgram();
  const runner = createRequire(path.join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run-plugin");
  const plugin = spawn(process.execPath, [runner, folder, ...request.getArgsList()], {
    cwd: request.getPwd(),
    env: Object.fromEntries(
      request.getEnvList().map((line): [string, string] => {
        const end = line.indexOf("=");
        return [line.slice(0, end), line.slice(end + 1)];
      }),
    ),
  });
  const answer = (set: (response: messages.RunPluginResponse) => void) => {
    const response = new messages.RunPluginResponse();
    set(response);
    call.write(response);
  };
  plugin.stdout.on("data", (chunk: Buffer) => answer((response) => response.setStdout(chunk)));
  plugin.stderr.on("data", (chunk: Buffer) => answer((response) => response.setStderr(chunk)));
  plugin.on("close", (code) => {
    answer((response) => response.setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => plugin.kill());
}
