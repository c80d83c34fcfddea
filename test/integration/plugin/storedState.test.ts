import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CreateUserCommand } from "@aws-sdk/client-iam";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { useDynamicProvider, useProviderPlugin } from "../../../src/vaultresource/resourceHost.js";
import { installProviderPlugin } from "../../support/providerPlugin.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "../engine/support.js";
import { World } from "../secretsengine/support.js";
import { storedProgram, storedSettings } from "./storedState.js";

const hosts = { dynamic: useDynamicProvider, plugin: useProviderPlugin };
type Host = keyof typeof hosts;

const fixture = (host: Host) => path.join(__dirname, "..", "..", "fixtures", "states", `0.1.0-${host}.json`);

/**
 * States as this package's releases have left them, previewed with the package of today. A release that changes nothing in a program's meaning
 * must not change its resources. `STORE_STATES=1` writes the states of a new release, beside those of earlier ones.
 */
describe("a stored state", () => {
  let engine: TestEngine;
  let projects = 0;

  beforeAll(async () => {
    engine = await startTestEngine({});
    installProviderPlugin(engine.environment.PULUMI_HOME ?? "");
  });
  afterEach(() => useDynamicProvider());
  afterAll(() => engine.remove());

  async function stackWith(host: Host): Promise<TestStack> {
    const state = readFileSync(fixture(host), "utf8").replaceAll("stored-project", `stored-${(projects += 1)}`);
    const stack = await makeStack(engine, `stored-${projects}`, storedProgram(storedSettings));
    const { version, deployment } = JSON.parse(state) as { version: number; deployment: object };
    // What encrypts the state is the engine's own.
    const { encryptionSalt: salt } = await stack.stack.workspace.stackSettings("dev");
    const secrets = { secrets_providers: { type: "passphrase", state: { salt } } };
    await stack.stack.importStack({ version, deployment: { ...deployment, ...secrets } });
    return stack;
  }

  const toStore = process.env.STORE_STATES === "1" ? (["dynamic", "plugin"] as const) : [];
  it.each(toStore)("is stored: %s", async (host) => {
    const world = await World.start();
    try {
      hosts[host]();
      await world.engine("static");
      await world.iam.send(new CreateUserCommand({ UserName: "ci" }));
      const real = { address: world.vault.address, token: world.vault.rootToken };
      const { stack, up } = await makeStack(engine, "stored-project", storedProgram(real));
      await up();
      // Without what is this machine's own: where its files are, and what its engine encrypts with.
      const own = ["sourcePosition", "stackTrace", "secrets_providers"];
      const text = JSON.stringify(
        await stack.exportStack(),
        (key, value: unknown) => (own.includes(key) ? undefined : value),
        1,
      )
        .replaceAll(real.address, storedSettings.address)
        .replaceAll(real.token, storedSettings.token);
      writeFileSync(fixture(host), `${text}\n`);
      await stack.destroy();
      await stack.workspace.removeStack("dev");
    } finally {
      await world.stop();
    }
  });

  it.each(["dynamic", "plugin"] as const)("of the %s form previews without changes", async (host) => {
    const stack = await stackWith(host);
    hosts[host]();
    expect((await stack.preview()).operations).toEqual({});
  });

  it.each([
    ["dynamic", "plugin"],
    ["plugin", "dynamic"],
  ] as const)("of the %s form moves to the %s form with nothing to create, replace or delete", async (from, to) => {
    const stack = await stackWith(from);
    hosts[to]();
    const { operations, printed } = await stack.preview();
    expect([...new Set(Object.values(operations))].filter((operation) => operation !== "update")).toEqual([]);
    expect(printed).not.toMatch(/to replace/);
    // The provider itself is another one: it is created, and the old one is forgotten.
    expect(printed).toMatch(/\+ 1 to create\s+(?:~ \d+ to update\s+)?- 1 to delete/);
  });
});
