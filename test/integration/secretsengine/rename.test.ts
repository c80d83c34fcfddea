import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsSecretsEngine, VaultConnection } from "../../../src/secretsengine/index.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "../engine/support.js";
import { vaultReleases, World, type Values } from "./support.js";

describe.each(vaultReleases)("an engine that is renamed in the program without an alias, on %s", (release) => {
  let world: World;
  let engine: TestEngine;
  let stack: TestStack;
  let name = "one";

  beforeAll(async () => {
    world = await World.start(release);
    engine = await startTestEngine({});
    const keys = await world.rootUser("root");
    await world.user("ci");
    const { mount: _, ...rootConfig } = world.rootConfig("aws", keys);
    stack = await makeStack(engine, "rename", () => {
      const provider = new VaultConnection("vault", {
        address: world.vault.address,
        login: { kind: "token", token: world.vault.rootToken },
      });
      const adoptExisting = true;
      new AwsSecretsEngine(
        name,
        {
          path: "aws",
          mount: { adoptExisting },
          rootConfig: { ...rootConfig, adoptExisting },
          leaseConfig: { lease: "1h", leaseMax: "2h" },
          roles: {
            deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
          },
          staticRoles: { ci: { username: "ci", rotationPeriod: "24h" } },
        },
        { providers: [provider] },
      );
      return Promise.resolve({});
    });
  });
  afterAll(async () => {
    await engine.remove();
    await world.stop();
  });

  /** All of the engine in Vault, with the key that Vault keeps for the static role. */
  async function contents(): Promise<Record<string, Values>> {
    const paths = ["sys/mounts/aws", "aws/config/root", "aws/config/lease", "aws/roles/deploy", "aws/static-creds/ci"];
    return Object.fromEntries(await Promise.all(paths.map(async (at) => [at, await world.data(at)] as const)));
  }

  it("keeps all that it has in Vault, and its leases", async () => {
    await stack.up();
    await world.api("GET", "aws/creds/deploy");
    const users = await world.userNames("vault-");
    expect(users).toHaveLength(1);
    const keys = await world.keyIds("ci");
    const before = await contents();

    name = "two";
    const { operations, printed } = await stack.up();
    expect(operations).toEqual({
      ...Object.fromEntries(children("two").map((child) => [child, "create"])),
      ...Object.fromEntries(children("one").map((child) => [child, "delete"])),
    });
    expect(printed).toContain("aws stays in Vault: another resource was created for it in this update");
    expect(await contents()).toEqual(before);
    expect(await world.userNames("vault-")).toEqual(users);
    expect(await world.keyIds("ci")).toEqual(keys);

    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("is destroyed as any other", async () => {
    await stack.destroy();
    await expect(world.data("sys/mounts/aws")).rejects.toThrow();
    expect(await world.userNames("vault-")).toEqual([]);
    expect(await world.keyIds("ci")).toEqual([]);
  });
});

function children(name: string): string[] {
  return [
    name,
    ...["mount", "root-config", "lease-config", "roles", "static-role-ci"].map((child) => `${name}-${child}`),
  ];
}
