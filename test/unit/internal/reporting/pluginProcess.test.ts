import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { pluginProcess } from "../../../../src/internal/reporting/pluginProcess.js";

const load = createRequire(__filename);
const script = load.resolve("@pulumi/pulumi/cmd/dynamic-provider");
const folder = script.replace(/[\\/]index\.js$/, "");

describe("pluginProcess", () => {
  it.each([
    ["its file", [script, "127.0.0.1:4711"]],
    ["its folder", [folder, "127.0.0.1:4711"]],
    [
      "options before the address",
      [script, "--logtostderr", "-v=9", "--tracing", "http://localhost:9411/api", "127.0.0.1:4711"],
    ],
  ])("knows the plugin by %s", (_what, commandLine) => {
    const found = pluginProcess(["node", ...commandLine]);
    expect(found?.engineAddress).toBe("127.0.0.1:4711");
    expect(found?.load("@pulumi/pulumi/proto/provider_pb.js")).toBe(load("@pulumi/pulumi/proto/provider_pb.js"));
  });

  it.each([
    ["a program", ["/project/index.js", "127.0.0.1:4711"]],
    ["a plugin that no engine started", [script]],
    ["a script that is not there", ["/nowhere/cmd/dynamic-provider/index.js", "127.0.0.1:4711"]],
    ["node without a script", []],
  ])("does not take %s for it", (_what, commandLine) => {
    expect(pluginProcess(["node", ...commandLine])).toBeUndefined();
  });
});
