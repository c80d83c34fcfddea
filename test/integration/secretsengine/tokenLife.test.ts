import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AwsLeaseConfig,
  AwsSecretsMount,
  AwsSecretsRole,
  VaultConnection,
  type AwsSecretsRoleArgs,
} from "../../../src/secretsengine/index.js";
import { VaultSession } from "../../../src/vault/session.js";
import { closeConnections } from "../../../src/vaultresource/providers/connection.js";
import { FaultProxy } from "../../support/faultProxy.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "../engine/support.js";
import { Plugin, World, type Values } from "./support.js";

let world: World;
let folder: string;
let secretIdFile: string;
let roleId: string;

beforeAll(async () => {
  world = await World.start();
  folder = await mkdtemp(path.join(tmpdir(), "token-life-test-"));
  secretIdFile = path.join(folder, "secret-id");
  await world.api("POST", "sys/policies/acl/engine", {
    policy:
      'path "sys/mounts" { capabilities = ["read"] } path "sys/mounts/*" { capabilities = ["create", "read", "update", "delete"] } ' +
      'path "aws/*" { capabilities = ["create", "read", "update", "delete", "list"] }',
  });
  await world.api("POST", "sys/auth/approle", { type: "approle" });
  // Tokens of 32 days, and a secret ID that is good for one login: two in one operation would fail.
  await world.api("POST", "auth/approle/role/ci", { token_policies: "engine", secret_id_num_uses: 1 });
  roleId = String((await world.data("auth/approle/role/ci/role-id")).role_id);
});
afterAll(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

async function newSecretId(): Promise<void> {
  const { data } = await world.api<{ data: Values }>("POST", "auth/approle/role/ci/secret-id");
  await writeFile(secretIdFile, `${String(data.secret_id)}\n`);
}

async function accessors(): Promise<string[]> {
  const { data } = await world.api<{ data: { keys: string[] } }>("LIST", "auth/token/accessors");
  return [...data.keys].sort();
}

describe("the token of a login, with the real engine", () => {
  let engine: TestEngine;
  let proxy: FaultProxy;
  let test: TestStack;
  let before: string[];
  const roleNames = ["a", "b", "c", "d", "e"];
  let maxStsTtl: string | undefined;

  beforeAll(async () => {
    engine = await startTestEngine({});
    proxy = await FaultProxy.start(world.vault.address);
    test = await makeStack(engine, "token-life", async () => {
      const provider = new VaultConnection("vault", {
        address: proxy.address,
        login: { kind: "appRole", roleId, secretIdFile },
      });
      const mount = new AwsSecretsMount("mount", { path: "aws" }, { provider });
      const lease = new AwsLeaseConfig(
        "lease",
        { mount: "aws", lease: "1h", leaseMax: "2h" },
        { provider, dependsOn: mount },
      );
      for (const name of roleNames) {
        const args: AwsSecretsRoleArgs = { mount: "aws", name, credentialType: "session_token", maxStsTtl };
        new AwsSecretsRole(name, args, { provider, dependsOn: lease });
      }
    });
    before = await accessors();
  });
  afterAll(async () => {
    await proxy.stop();
    await engine.remove();
  });

  /** Runs an operation with one secret ID, and tells its calls of Vault that are not about resources. */
  async function overhead(operation: () => Promise<unknown>): Promise<string[]> {
    await newSecretId();
    const from = proxy.requests.length;
    await operation();
    return proxy.requests
      .slice(from)
      .map(({ method, path: called }) => `${method} ${called.replace("/v1/", "")}`)
      .filter((call) => /^\w+ (?:auth\/|sys\/health)/.test(call));
  }

  const once = [
    "GET sys/health",
    "POST auth/approle/login",
    "POST auth/token/renew-self",
    "POST auth/token/revoke-self",
  ];

  it("is made once for an up, a refresh and a destroy, and none is left when they end", async () => {
    expect(await overhead(test.up)).toEqual(once);
    expect(await accessors()).toEqual(before);
    expect(await overhead(test.refresh)).toEqual(once);
    expect(await accessors()).toEqual(before);
    maxStsTtl = "2h";
    expect(await overhead(test.up)).toEqual(once);
    expect(await accessors()).toEqual(before);
  });

  it("is not made for a preview, nor for an up that changes nothing", async () => {
    expect(await overhead(test.preview)).toEqual([]);
    expect(await overhead(test.up)).toEqual([]);
  });

  it("is left by no destroy either", async () => {
    expect(await overhead(test.destroy)).toEqual(once);
    expect(await accessors()).toEqual(before);
  });
});

describe("a standby that takes over", () => {
  it("is waited for by default: nothing answers for longer than DynamoDB's lock lasts", async () => {
    const proxy = await FaultProxy.start(world.vault.address);
    const login = JSON.stringify({ kind: "token", token: world.vault.rootToken });
    const plugin = new Plugin({ "kubevault-aws:address": proxy.address, "kubevault-aws:login": login });
    await plugin.create("AwsSecretsMount", { path: "before" });
    proxy.plan({ fault: { kind: "refuse", forMs: 17_000 } });
    // A write that must not be done twice: it is repeated, since no connection was opened for it.
    expect((await plugin.create("AwsSecretsMount", { path: "after" })).id).toBe("after");
    await closeConnections();
    await proxy.stop();
  });
});

describe("the lifetime of a token, on a real Vault", () => {
  const lifeOf = async (client: { read: (path: string) => Promise<Values | undefined> }) =>
    Number((await client.read("auth/token/lookup-self"))?.ttl);

  function session(): VaultSession {
    return new VaultSession({ address: world.vault.address }, { kind: "appRole", roleId, secretIdFile }, {});
  }

  it("is cut to ten minutes, for the case that nobody revokes it", async () => {
    await newSecretId();
    const one = session();
    const seconds = await one.use(async ({ client }) => lifeOf(client));
    await one.close();
    expect(seconds).toBeGreaterThan(590);
    expect(seconds).toBeLessThanOrEqual(600);
  });

  it("stays whole where leases are made with it", async () => {
    await newSecretId();
    const one = session();
    const seconds = await one.useOwnToken(async ({ client }) => lifeOf(client));
    await one.close();
    expect(seconds).toBeGreaterThan(768 * 3600 - 60);
  });

  it("is followed by another token's where it ended or was revoked meanwhile", async () => {
    await world.api("POST", "auth/approle/role/brief", {
      token_policies: "engine",
      token_ttl: "2s",
      token_max_ttl: "3s",
    });
    const { role_id: brief } = await world.data("auth/approle/role/brief/role-id");
    const { data } = await world.api<{ data: Values }>("POST", "auth/approle/role/brief/secret-id");
    const login = { kind: "appRole", roleId: String(brief), secretId: String(data.secret_id) } as const;
    const one = new VaultSession({ address: world.vault.address }, login, {});
    await world.api("POST", "sys/mounts/aws", { type: "aws" });
    await one.use(async ({ client, token }) => {
      expect(await client.read("aws/roles/none")).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      expect(await client.read("aws/roles/none")).toBeUndefined();
      expect((await client.read("auth/token/lookup-self"))?.accessor).not.toBe(token.accessor);
      const { accessor } = (await client.read("auth/token/lookup-self")) ?? {};
      await world.api("POST", "auth/token/revoke-accessor", { accessor });
      expect(await client.read("aws/roles/none")).toBeUndefined();
    });
    await one.close();
  });
});
