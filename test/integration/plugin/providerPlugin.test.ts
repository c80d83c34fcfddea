import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AwsLeaseConfig, AwsSecretsMount, AwsSecretsRole, VaultConnection } from "../../../src/secretsengine/index.js";
import { useDynamicProvider, useProviderPlugin } from "../../../src/vaultresource/resourceHost.js";
import { installProviderPlugin } from "../../support/providerPlugin.js";
import { makeStack, startTestEngine, type TestEngine } from "../engine/support.js";
import { failureOf, World } from "../secretsengine/support.js";

const putObject = (Resource: string) => ({
  Version: "2012-10-17" as const,
  Statement: [{ Effect: "Allow" as const, Action: "s3:PutObject", Resource }],
});

/** The handlers as custom resources of the provider plugin, on the real engine and a real Vault. */
describe("the provider plugin", () => {
  let world: World;
  let engine: TestEngine;

  beforeAll(async () => {
    world = await World.start();
    engine = await startTestEngine({});
    installProviderPlugin(engine.environment.PULUMI_HOME ?? "");
  });
  afterEach(() => useDynamicProvider());
  afterAll(async () => {
    await engine.remove();
    await world.stop();
  });

  const connection = () =>
    new VaultConnection("vault", {
      address: world.vault.address,
      login: { kind: "token", token: world.vault.rootToken },
    });

  it("creates, finds nothing to do, shows drift property by property, puts it back, and destroys", async () => {
    useProviderPlugin();
    const bucket = "arn:aws:s3:::releases/*";
    const test = await makeStack(engine, "plugin", async () => {
      const provider = connection();
      const mount = new AwsSecretsMount("mount", { path: "aws", defaultLeaseTtl: "1h" }, { provider });
      new AwsLeaseConfig("lease", { mount: mount.path, lease: "30m", leaseMax: "12h" }, { provider, dependsOn: mount });
      const role = { mount: mount.path, name: "deploy", credentialType: "iam_user" } as const;
      new AwsSecretsRole("deploy", { ...role, policyDocument: putObject(bucket) }, { provider, dependsOn: mount });
    });
    const preview = await test.preview();
    expect(preview.operations).toEqual({ mount: "create", lease: "create", deploy: "create" });
    expect((await test.up()).operations).toEqual({ mount: "create", lease: "create", deploy: "create" });
    expect((await test.up()).operations).toEqual({});
    expect((await test.refresh()).operations).toEqual({});
    expect((await test.preview()).operations).toEqual({});

    await world.api("POST", "aws/roles/deploy", {
      credential_type: "iam_user",
      policy_document: JSON.stringify(putObject("*")),
      iam_tags: ["team=unknown"],
    });
    expect((await test.refresh()).operations).toEqual({ deploy: "update" });
    const paths: string[] = [];
    await test.stack.preview({
      onEvent: ({ resourcePreEvent }: EngineEvent) =>
        paths.push(...Object.keys(resourcePreEvent?.metadata.detailedDiff ?? {})),
    });
    expect(paths.sort()).toEqual(["iamTags", "policyDocument"]);
    expect((await test.up()).operations).toEqual({ deploy: "update" });
    const { policy_document: restored } = await world.data("aws/roles/deploy");
    expect(JSON.parse(restored as string)).toEqual(putObject(bucket));
    const stored = engine.storedText();
    expect(stored).toContain("kubevault-aws:index:AwsSecretsRole");
    expect(stored).not.toContain(world.vault.rootToken);
    expect((await test.destroy()).operations).toEqual({ mount: "delete", lease: "delete", deploy: "delete" });
  });

  it("imports what was created by hand, and says the right form of an ID that has another", async () => {
    useProviderPlugin();
    await world.api("POST", "sys/mounts/found", { type: "aws" });
    await world.api("POST", "found/roles/deploy", {
      credential_type: "assumed_role",
      role_arns: ["arn:aws:iam::123456789012:role/deploy"],
    });
    let id = "found/roles/deploy";
    const test = await makeStack(engine, "import", async () => {
      new AwsSecretsRole(
        "deploy",
        {
          mount: "found",
          name: "deploy",
          credentialType: "assumed_role",
          roleArns: ["arn:aws:iam::123456789012:role/deploy"],
        },
        { provider: connection(), import: id },
      );
    });
    id = "deploy";
    expect((await failureOf(test.preview())).message).toContain(
      'the ID must have the form <mount>/roles/<name>, such as aws/roles/deploy, got "deploy"',
    );
    id = "found/roles/deploy";
    expect((await test.up()).operations).toEqual({ deploy: "import" });
    expect((await test.up()).operations).toEqual({});
    await test.destroy();
  });

  it("takes over the resources of the dynamic provider, and gives them back, without a replacement", async () => {
    const test = await makeStack(engine, "moving", async () => {
      const provider = connection();
      const mount = new AwsSecretsMount("mount", { path: "moving" }, { provider });
      const role = { mount: mount.path, name: "session", credentialType: "session_token" } as const;
      new AwsSecretsRole("session", role, { provider, dependsOn: mount });
    });
    await test.up();
    const { accessor } = (await world.api<Record<string, { accessor: string }>>("GET", "sys/mounts"))["moving/"] ?? {};
    for (const move of [useProviderPlugin, useDynamicProvider]) {
      move();
      const { operations } = await test.up();
      expect(Object.values(operations).filter((operation) => operation !== "update")).toEqual([]);
      expect((await test.up()).operations).toEqual({});
    }
    const mounts = await world.api<Record<string, { accessor: string }>>("GET", "sys/mounts");
    expect(mounts["moving/"]?.accessor).toBe(accessor);
    await test.destroy();
  });
});
