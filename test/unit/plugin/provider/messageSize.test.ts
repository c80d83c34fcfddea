import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VaultProvider } from "../../../../src/plugin/provider/vaultProvider.js";
import { largestMessageBytes } from "../../../../src/plugin/server/messageSize.js";
import { PluginClient } from "../../../support/pluginClient.js";

const schema = readFileSync(path.join(__dirname, "..", "..", "..", "..", "schema", "schema.json"), "utf8");

describe("messages between engine and plugin", () => {
  let plugin: PluginClient;

  beforeEach(async () => {
    const nothing = () => Promise.reject(new Error("no components here"));
    plugin = await PluginClient.start(new VaultProvider("0.0.0", () => schema, nothing), {});
  });
  afterEach(() => plugin.stop());

  it("may have 400 MB, as the engine's: what is above gRPC's own 4 MB arrives, and is answered", async () => {
    expect(largestMessageBytes).toBe(400 * 1024 * 1024);
    const iamTags = { note: "v".repeat(6 * 1024 * 1024) };
    const role = { mount: "aws", name: "deploy", credentialType: "iam_user", iamGroups: ["deploy"], iamTags };
    const { inputs, failures } = await plugin.check("kubevault-aws:index:AwsSecretsRole", role);
    expect(failures).toEqual([
      expect.stringMatching(/^AwsSecretsRole: invalid argument: iamTags\.note: must be at most 256 /),
    ]);
    expect(inputs).toMatchObject({ iamTags });
  });
});
