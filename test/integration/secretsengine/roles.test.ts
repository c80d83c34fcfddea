import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findTool } from "../../../sandbox/tools/index.js";
import { startUnsealedVault, vaultRequest, type UnsealedVault } from "../../../sandbox/vault/index.js";
import {
  AwsSecretsRole,
  AwsSecretsRoles,
  VaultConnection,
  type AwsSecretsRoleSettings,
} from "../../../src/secretsengine/index.js";
import { FaultProxy, vaultFaults } from "../../support/faultProxy.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "../engine/support.js";

type Roles = Record<string, AwsSecretsRoleSettings>;

const role = (policy: string): AwsSecretsRoleSettings => ({
  credentialType: "iam_user",
  policyArns: [`arn:aws:iam::aws:policy/${policy}`],
});

/** Many roles in one resource: on the real engine, against a real Vault, through a proxy that counts requests and breaks some. */
describe("AwsSecretsRoles", () => {
  let workDir: string;
  let vault: UnsealedVault;
  let proxy: FaultProxy;
  let engine: TestEngine;
  let stack: TestStack;

  /** What the program declares; each test sets it. */
  let collection: Roles | undefined;
  let singles: Roles = {};
  let afterCollection = false;

  beforeAll(async () => {
    workDir = await mkdtemp(path.join(tmpdir(), "roles-test-"));
    vault = await startUnsealedVault({ workDir, vault: (await findTool("vault")).path, storage: { type: "inmem" } });
    proxy = await FaultProxy.start(vault.address);
    await api("POST", "sys/mounts/aws", { type: "aws" });
    engine = await startTestEngine({});
    stack = await makeStack(engine, "roles", () => {
      const provider = new VaultConnection("vault", {
        address: proxy.address,
        login: { kind: "token", token: vault.rootToken },
        maxRetries: 0,
      });
      const roles =
        collection === undefined
          ? undefined
          : new AwsSecretsRoles("roles", { mount: "aws", roles: collection }, { provider });
      const opts = { provider, dependsOn: afterCollection && roles !== undefined ? [roles] : [] };
      for (const [name, settings] of Object.entries(singles)) {
        new AwsSecretsRole(`single-${name}`, { mount: "aws", name, ...settings }, opts);
      }
      return Promise.resolve({ deploy: roles?.references["deploy"]?.credsPath ?? "" });
    });
  });

  afterAll(async () => {
    await engine.remove();
    await proxy.stop();
    await vault.stop();
    await rm(workDir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await proxy.heal();
    [collection, singles, afterCollection] = [undefined, {}, false];
    await stack.up();
    expect(await names()).toEqual([]);
  });

  function api<T>(method: "GET" | "LIST" | "POST" | "DELETE", apiPath: string, body?: unknown): Promise<T> {
    return vaultRequest<T>(vault, { method, path: apiPath, body, token: vault.rootToken });
  }

  async function names(): Promise<string[]> {
    try {
      return (await api<{ data: { keys: string[] } }>("LIST", "aws/roles")).data.keys.sort();
    } catch {
      return [];
    }
  }

  async function policyOf(name: string): Promise<string> {
    const { data } = await api<{ data: { policy_arns: string[] } }>("GET", `aws/roles/${name}`);
    return data.policy_arns.map((arn) => arn.split("/").at(-1)).join();
  }

  /** The requests of one kind for roles that work makes, as names of roles. */
  async function requestsOf(method: string, work: () => Promise<unknown>): Promise<string[]> {
    const before = proxy.requests.length;
    await work();
    return proxy.requests
      .slice(before)
      .filter((request) => request.method === method && request.path.startsWith("/v1/aws/roles/"))
      .map((request) => request.path.replace("/v1/aws/roles/", ""))
      .sort();
  }

  it("creates, shows no changes and no drift afterwards, and is destroyed", async () => {
    collection = {
      deploy: role("A"),
      audit: { credentialType: "session_token", defaultStsTtl: "15m", policyArns: [], revokeLeasesOnDelete: false },
      inline: {
        credentialType: "federation_token",
        policyDocument:
          '{ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }] }',
        adoptExisting: true,
      },
    };
    const up = await stack.up();
    expect(up.outputs.deploy?.value).toBe("aws/creds/deploy");
    expect(await names()).toEqual(["audit", "deploy", "inline"]);
    expect((await stack.preview()).operations).toEqual({});
    expect(await requestsOf("POST", () => stack.up())).toEqual([]);
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("shows a change field by field, and writes only the roles that change", async () => {
    collection = { deploy: role("A"), audit: role("B"), ops: role("C") };
    await stack.up();
    collection = { deploy: role("A2"), audit: role("B"), more: role("D") };
    const preview = await stack.stack.preview({ diff: true, color: "never" });
    expect(preview.stdout).toMatch(/~ roles\s*: \{/);
    expect(preview.stdout).toMatch(
      /~ deploy: \{\s*~ policyArns\s*: \[\s*~ \[0\]: "arn:aws:iam::aws:policy\/A" => "arn:aws:iam::aws:policy\/A2"/,
    );
    expect(preview.stdout).toMatch(/\+ more\s*: \{/);
    expect(preview.stdout).toMatch(/- ops\s*: \{/);
    expect(preview.stdout).not.toContain('policy/B"');
    expect(await requestsOf("POST", () => stack.up())).toEqual(["deploy", "more"]);
    expect(await names()).toEqual(["audit", "deploy", "more"]);
    expect(await policyOf("deploy")).toBe("A2");
  });

  it("deletes what is removed, last", async () => {
    collection = { old: role("A"), stays: role("B") };
    await stack.up();
    collection = { stays: role("B2"), fresh: role("C") };
    const before = proxy.requests.length;
    await stack.up();
    const writes = proxy.requests
      .slice(before)
      .filter(({ method, path: at }) => at.includes("/roles/") && method !== "GET");
    expect(writes.at(-1)).toMatchObject({ method: "DELETE", path: "/v1/aws/roles/old" });
    expect(await names()).toEqual(["fresh", "stays"]);
  });

  it("shows drift by role, and puts back what was changed by hand", async () => {
    collection = { deploy: role("A"), audit: role("B"), gone: role("C") };
    await stack.up();
    await api("POST", "aws/roles/deploy", {
      credential_type: "iam_user",
      policy_arns: ["arn:aws:iam::aws:policy/ByHand"],
    });
    await api("DELETE", "aws/roles/gone");
    const refresh = await stack.stack.refresh({ color: "never" });
    expect(refresh.stdout).toContain("[diff: ~roles]");
    const preview = await stack.stack.preview({ diff: true, color: "never" });
    expect(preview.stdout).toMatch(/"arn:aws:iam::aws:policy\/ByHand" => "arn:aws:iam::aws:policy\/A"/);
    expect(preview.stdout).toMatch(/\+ gone\s*: \{/);
    expect(preview.stdout).not.toContain('policy/B"');
    expect(await requestsOf("POST", () => stack.up())).toEqual(["deploy", "gone"]);
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("names each role that fails, keeps the rest, and goes on with what is left", async () => {
    collection = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`r${index}`, role("A")]));
    const failing = ["r3", "r7", "r11"];
    const isFailing = (at: string) => failing.some((name) => at.endsWith(`/${name}`));
    proxy.plan({
      fault: vaultFaults.forbidden,
      when: ({ method, path: at }) => method === "POST" && isFailing(at),
      times: Number.POSITIVE_INFINITY,
    });
    await expect(stack.up()).rejects.toThrow(/3 roles of aws failed:\s+- r11, r3, r7: .*permission denied/);
    expect(await names()).toHaveLength(17);
    await proxy.heal();
    expect(await requestsOf("POST", () => stack.up())).toEqual([...failing].sort());
    expect(await names()).toHaveLength(20);

    // The same for a change, of which the answer to one write gets lost.
    collection = Object.fromEntries(Object.keys(collection).map((name) => [name, role("B")]));
    proxy.plan({
      fault: vaultFaults.resetAfter,
      when: ({ method, path: at }) => method === "POST" && at.endsWith("/r5"),
    });
    await expect(stack.up()).rejects.toThrow(/1 role of aws failed:\s+- r5: /);
    await stack.up();
    expect(await Promise.all(Object.keys(collection).map(policyOf))).toEqual(Array(20).fill("B"));
    expect((await stack.refresh()).operations).toEqual({});

    // Deletion.
    proxy.plan({
      fault: vaultFaults.forbidden,
      when: ({ method, path: at }) => method === "DELETE" && at.endsWith("/r9"),
    });
    collection = undefined;
    await expect(stack.up()).rejects.toThrow(/1 role of aws failed:\s+- r9: /);
    await proxy.heal();
    await stack.up();
    expect(await names()).toEqual([]);
  });

  it("refuses roles that are there and differ, by name, and adopts those that are the same", async () => {
    for (const [name, policy] of [
      ["same", "A"],
      ["other", "X"],
      ["taken", "Y"],
    ] as const) {
      await api("POST", `aws/roles/${name}`, {
        credential_type: "iam_user",
        policy_arns: [`arn:aws:iam::aws:policy/${policy}`],
      });
    }
    collection = { same: role("A"), other: role("B"), taken: { ...role("C"), adoptExisting: true }, fresh: role("D") };
    await expect(stack.up()).rejects.toThrow(
      /1 role of aws failed:\s+- other: .*exists already in Vault and differs in policyArns/,
    );
    expect(await policyOf("other")).toBe("X");
    expect(await policyOf("taken")).toBe("C");
    // What was never its own is not deleted.
    delete collection["other"];
    await stack.up();
    expect(await names()).toEqual(["fresh", "other", "same", "taken"]);
    collection = undefined;
    await stack.up();
    expect(await names()).toEqual(["other"]);
    await api("DELETE", "aws/roles/other");
  });

  it("are split over two resources where they are too large for one, and move between them without being deleted", async () => {
    const iamTags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`tag-${index}`, "v".repeat(250)]));
    const large = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, { ...role("A"), iamTags }]));
    const resources = async () => {
      const { deployment } = (await stack.stack.exportStack()) as {
        deployment: { resources: { urn: string; type: string }[] };
      };
      const ours = deployment.resources.filter(({ type }) => type.endsWith(":AwsSecretsRoles"));
      return ours.map(({ urn }) => urn.split("::").at(-1)).sort();
    };
    collection = large(150);
    await stack.up();
    expect(await resources()).toEqual(["roles"]);
    collection = large(300);
    expect(await requestsOf("DELETE", () => stack.up())).toEqual([]);
    expect(await resources()).toEqual(["roles", "roles-2"]);
    expect(await names()).toHaveLength(300);
    expect((await stack.refresh()).operations).toEqual({});
    collection = large(150);
    const removed = Array.from({ length: 150 }, (_, index) => `l${index + 150}`);
    expect(await requestsOf("DELETE", () => stack.up())).toEqual(removed.sort());
    expect(await resources()).toEqual(["roles"]);
    expect(await names()).toHaveLength(150);
  });

  it("is said in one error what is wrong with all roles", async () => {
    collection = { deploy: { credentialType: "iam_user" }, "bad name": role("A") };
    await expect(stack.preview()).rejects.toThrow(
      /2 invalid arguments:[^]*roles\.deploy\.policyDocument[^]*roles\["bad name"\]/,
    );
  });

  describe("a role that moves", () => {
    it("from single resources into the collection stays in Vault", async () => {
      singles = { deploy: role("A"), audit: role("B") };
      await stack.up();
      [collection, singles] = [{ deploy: role("A"), audit: role("B") }, {}];
      expect(await requestsOf("DELETE", () => stack.up())).toEqual([]);
      expect(await names()).toEqual(["audit", "deploy"]);
      // Both are the collection's now.
      collection = {};
      await stack.up();
      expect(await names()).toEqual([]);
    });

    it("from the collection into a single resource stays in Vault", async () => {
      collection = { deploy: role("A"), audit: role("B"), gone: role("C") };
      await stack.up();
      [collection, singles] = [{ audit: role("B") }, { deploy: role("A") }];
      expect(await requestsOf("DELETE", () => stack.up())).toEqual(["gone"]);
      expect(await names()).toEqual(["audit", "deploy"]);
      expect((await stack.refresh()).operations).toEqual({});
      [collection, singles] = [undefined, { deploy: role("A"), audit: role("B") }];
      expect(await requestsOf("DELETE", () => stack.up())).toEqual([]);
      expect(await names()).toEqual(["audit", "deploy"]);
    });

    it("into a single resource that depends on the collection is there again at once", async () => {
      collection = { deploy: role("A"), audit: role("B") };
      await stack.up();
      [collection, singles, afterCollection] = [{ audit: role("B") }, { deploy: role("A") }, true];
      await stack.up();
      expect(await names()).toEqual(["audit", "deploy"]);
    });

    it("is deleted by a destroy", async () => {
      collection = { deploy: role("A") };
      singles = { audit: role("B") };
      await stack.up();
      await stack.destroy();
      expect(await names()).toEqual([]);
    });
  });
});
