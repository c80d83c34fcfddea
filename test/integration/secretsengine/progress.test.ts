import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsRootConfig, AwsSecretsMount, AwsSecretsRole, VaultConnection } from "../../../src/secretsengine/index.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "../engine/support.js";
import { World } from "./support.js";

/** Longer than any start of the engine; a test moves the clock forward as soon as the wait is seen. */
const keyDelaySeconds = 600;

interface Line {
  readonly urn: string;
  readonly message: string;
  readonly severity: string;
  readonly ephemeral: boolean;
}

/** What the engine was told to show to the user, in its order; what it shows on request only is left out. */
async function linesOf(operation: (onEvent: (event: EngineEvent) => void) => Promise<unknown>): Promise<Line[]> {
  const lines: Line[] = [];
  await operation(({ diagnosticEvent: event }) => {
    if (event !== undefined && (event.severity as string) !== "debug") {
      const message = event.message.replace(/<\{%[^%]*%\}>/g, "").trim();
      lines.push({ urn: event.urn ?? "", message, severity: event.severity, ephemeral: event.ephemeral ?? false });
    }
  });
  return lines;
}

const urnOf = (type: string, name: string) =>
  `urn:pulumi:dev::progress::pulumi-nodejs:dynamic/kubevault-aws:${type}::${name}`;

/** What is waited for stands on the row of the resource that waits, on the real engine. */
describe("progress", () => {
  let world: World;
  let engine: TestEngine;
  let test: TestStack;
  let keys: { readonly accessKey: string; readonly secretKey: string };
  let forceDestroy = false;

  beforeAll(async () => {
    world = await World.start();
    engine = await startTestEngine({});
    await world.aws.control.setKeyDelay(keyDelaySeconds);
    keys = await world.rootUser("root-of-progress");
    test = await makeStack(engine, "progress", async () => {
      const provider = new VaultConnection("vault", {
        address: world.vault.address,
        login: { kind: "token", token: world.vault.rootToken },
      });
      const mount = new AwsSecretsMount("mount", { path: "aws", forceDestroy }, { provider });
      const root = new AwsRootConfig("root", world.rootConfig("aws", keys) as never, { provider, dependsOn: mount });
      const role = { mount: "aws", name: "deploy", credentialType: "iam_user" } as const;
      const policyArns = ["arn:aws:iam::aws:policy/ReadOnlyAccess"];
      new AwsSecretsRole("deploy", { ...role, policyArns }, { provider, dependsOn: root });
    });
  });

  afterAll(async () => {
    await engine.remove();
    await world.stop();
  });

  it("of a key that AWS does not accept yet is a status of the root configuration", async () => {
    let accepted: Promise<void> | undefined;
    const lines = await linesOf((onEvent) =>
      test.stack.up({
        onEvent: (event) => {
          onEvent(event);
          if (event.diagnosticEvent?.message.includes("waiting for AWS") === true) {
            accepted ??= world.aws.control.advanceClock(keyDelaySeconds);
          }
        },
        signal: AbortSignal.timeout(90_000),
      }),
    );
    await accepted;
    expect(lines).not.toEqual([]);
    for (const line of lines) {
      expect(line).toEqual({
        urn: urnOf("AwsRootConfig", "root"),
        severity: "info",
        ephemeral: true,
        message: expect.stringMatching(
          `^waiting for AWS to accept access key ${keys.accessKey}, \\d s so far \\(InvalidClientTokenId: .+\\)$`,
        ) as string,
      });
    }
  });

  it("leaves nothing in the state, and nothing to do", async () => {
    expect(JSON.stringify((await test.stack.exportStack()).deployment)).not.toContain("waiting for");
    expect((await test.preview()).operations).toEqual({});
    expect((await test.refresh()).operations).toEqual({});
  });

  it("of leases given up is a warning of the mount that stays", async () => {
    forceDestroy = true;
    expect((await test.up()).operations).toEqual({ mount: "update" });
    await world.api("GET", "aws/creds/deploy");
    await world.aws.control.fail({ action: "iam:*", code: "AccessDenied", status: 403, count: 1_000 });
    const lines = await linesOf((onEvent) => test.stack.destroy({ onEvent, signal: AbortSignal.timeout(90_000) }));
    const warning = lines.find((line) => line.severity === "warning");
    expect(warning).toMatchObject({ urn: urnOf("AwsSecretsMount", "mount"), ephemeral: false });
    expect(warning?.message).toMatch(/^aws\/ was unmounted by force \(forceDestroy\)/);
    expect(lines.filter((line) => line.urn === "")).toEqual([]);
  });
});
