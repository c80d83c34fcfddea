import { DeleteUserPolicyCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, leftBy, World, type Values } from "./support.js";

const kind = "AwsSecretsMount";
let world: World;

beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => {
  await world.stop();
});

async function entryOf(path: string): Promise<{ config: Values } & Values> {
  return (await world.data("sys/mounts"))[`${path}/`] as { config: Values } & Values;
}

describe("AwsSecretsMount", () => {
  it("mounts, sets every field, and finds no difference afterwards", async () => {
    const plugin = world.plugin();
    const inputs = {
      path: "full/aws",
      description: "for tests",
      defaultLeaseTtl: "1h",
      maxLeaseTtl: "2d",
      listingVisibility: "unauth",
      auditNonHmacRequestKeys: ["ttl"],
      auditNonHmacResponseKeys: ["arn", "access_key"],
      passthroughRequestHeaders: ["x-trace"],
      allowedResponseHeaders: ["x-answer"],
      local: true,
      sealWrap: true,
      forceNoCache: true,
    };
    const stored = await plugin.create(kind, inputs);
    expect(stored.id).toBe("full/aws");
    const entry = await entryOf("full/aws");
    expect(entry).toMatchObject({ type: "aws", description: "for tests", local: true, seal_wrap: true });
    expect(entry.config).toMatchObject({
      default_lease_ttl: 3600,
      max_lease_ttl: 172_800,
      listing_visibility: "unauth",
      audit_non_hmac_request_keys: ["ttl"],
      audit_non_hmac_response_keys: ["access_key", "arn"],
      passthrough_request_headers: ["x-trace"],
      allowed_response_headers: ["x-answer"],
      force_no_cache: true,
    });
    expect(stored.outputs.accessor).toBe(entry.accessor);
    const refreshed = await plugin.refresh(stored);
    expect(refreshed?.inputs).toEqual({ ...inputs });
    expect((await plugin.diff(refreshed ?? stored, inputs)).changes).toBe(false);
    await plugin.destroy(stored);
    expect(await entryOf("full/aws")).toBeUndefined();
  });

  it("changes and clears every tunable field in place", async () => {
    const plugin = world.plugin();
    const stored = await plugin.create(kind, {
      path: "tuned",
      description: "before",
      defaultLeaseTtl: 60,
      maxLeaseTtl: 120,
      listingVisibility: "unauth",
      auditNonHmacRequestKeys: ["ttl"],
      allowedResponseHeaders: ["x-answer"],
    });
    const changed = { path: "tuned", description: "after", maxLeaseTtl: "24h" };
    expect(await plugin.diff(stored, changed)).toMatchObject({ changes: true, replaces: [] });
    const updated = await plugin.update(stored, changed);
    const entry = await entryOf("tuned");
    expect(entry.description).toBe("after");
    expect(entry.config).toMatchObject({ default_lease_ttl: 0, max_lease_ttl: 86_400 });
    expect(entry.config.audit_non_hmac_request_keys ?? []).toEqual([]);
    expect((await plugin.refresh(updated))?.inputs).toEqual(changed);
    await plugin.update(updated, { path: "tuned" });
    expect((await entryOf("tuned")).config).toMatchObject({ default_lease_ttl: 0, max_lease_ttl: 0 });
    expect((await entryOf("tuned")).description).toBe("");
  });

  it("shows drift as what Vault has, field by field", async () => {
    const plugin = world.plugin();
    const stored = await plugin.create(kind, { path: "drift", description: "mine", maxLeaseTtl: "1h" });
    await world.api("POST", "sys/mounts/drift/tune", { description: "by hand" });
    const refreshed = await plugin.refresh(stored);
    expect(refreshed?.inputs).toEqual({ path: "drift", description: "by hand", maxLeaseTtl: "1h" });
  });

  it("says that it is gone only when nothing is mounted at exactly that path", async () => {
    const plugin = world.plugin();
    const outer = await plugin.create(kind, { path: "outer" });
    const stored = { ...outer, outputs: { ...outer.outputs, path: "outer/inner" } };
    expect(await plugin.refresh(stored)).toBeUndefined();
    await world.api("DELETE", "sys/mounts/outer");
    expect(await plugin.refresh(outer)).toBeUndefined();
    await plugin.destroy(outer);
  });

  it("refuses a path in use, and takes it over where that is wanted", async () => {
    const plugin = world.plugin();
    await world.api("POST", "sys/mounts/taken", { type: "aws", description: "older" });
    await world.api("POST", "taken/roles/kept", { credential_type: "iam_user", iam_groups: "a" });
    expect((await failureOf(plugin.create(kind, { path: "taken" }))).message).toBe(
      "path taken/ is in use already by an AWS secrets engine. To take it over, set adoptExisting: true; else choose another path",
    );
    const adopted = await plugin.create(kind, { path: "taken", description: "newer", adoptExisting: true });
    expect((await entryOf("taken")).description).toBe("newer");
    expect(adopted.outputs.accessor).toBe((await entryOf("taken")).accessor);
    expect((await world.data("taken/roles/kept")).credential_type).toBe("iam_user");
  });

  it("is taken over by the up after one that was killed, where nothing is in it", async () => {
    const plugin = world.plugin();
    const inputs = { path: "killed", description: "d", defaultLeaseTtl: "1h" };
    const first = await plugin.create(kind, inputs);
    expect((await plugin.create(kind, inputs)).outputs.accessor).toBe(first.outputs.accessor);
    await world.api("POST", "killed/config/lease", { lease: "1h", lease_max: "1h" });
    expect((await failureOf(plugin.create(kind, inputs))).message).toMatch(/^path killed\/ is in use already/);
    await plugin.destroy(first);
  });

  it("refuses to take over another type of engine, or one that differs in what cannot change", async () => {
    const plugin = world.plugin();
    await world.api("POST", "sys/mounts/other", { type: "kv" });
    expect((await failureOf(plugin.create(kind, { path: "other", adoptExisting: true }))).message).toBe(
      'path other/ is in use by a secrets engine of type "kv": choose another path',
    );
    await world.api("POST", "sys/mounts/plain", { type: "aws" });
    expect((await failureOf(plugin.create(kind, { path: "plain", local: true, adoptExisting: true }))).message).toBe(
      "the mount plain/ cannot be taken over: Vault cannot change local (is false) of an existing mount",
    );
  });

  it("refuses a path below another mount in Vault's words", async () => {
    const plugin = world.plugin();
    await world.api("POST", "sys/mounts/parent", { type: "kv" });
    expect((await failureOf(plugin.create(kind, { path: "parent/child" }))).message).toMatch(
      /path is already in use at parent\//,
    );
  });

  it("replaces the mount when its path changes, and moves it with its roles on request", async () => {
    const plugin = world.plugin();
    const stored = await plugin.create(kind, { path: "from" });
    await world.api("POST", "from/roles/kept", { credential_type: "iam_user", iam_groups: "a" });
    expect(await plugin.diff(stored, { path: "to" })).toMatchObject({ changes: true, replaces: ["path"] });
    const moving = { path: "to", onPathChange: "remount", description: "moved" };
    expect(await plugin.diff(stored, moving)).toMatchObject({ changes: true, replaces: [] });
    const moved = await plugin.update(stored, moving);
    expect(await entryOf("from")).toBeUndefined();
    expect((await entryOf("to")).description).toBe("moved");
    expect((await world.data("to/roles/kept")).iam_groups).toEqual(["a"]);
    expect((await plugin.refresh(moved))?.inputs).toEqual(moving);
    await plugin.destroy(moved);
    expect(await entryOf("to")).toBeUndefined();
  });

  it("replaces the mount, old one first, when what is fixed changes", async () => {
    const plugin = world.plugin();
    const stored = await plugin.create(kind, { path: "fixed" });
    expect(await plugin.diff(stored, { path: "fixed", local: true })).toEqual({
      changes: true,
      replaces: ["local"],
      deleteBeforeReplace: true,
    });
  });

  it("keeps a mount in the state whose settings failed", async () => {
    const plugin = world.plugin();
    await world.api("POST", "sys/policies/acl/no-tune", {
      policy:
        'path "sys/mounts*" { capabilities = ["read", "create", "update", "delete"] }\npath "sys/mounts/half/tune" { capabilities = ["deny"] }\npath "half/*" { capabilities = ["read"] }',
    });
    const { auth } = await world.api<{ auth: { client_token: string } }>("POST", "auth/token/create", {
      policies: ["no-tune"],
    });
    await world.api("POST", "sys/mounts/half", { type: "aws" });
    const limited = world.plugin({
      "kubevault-aws:login": JSON.stringify({ kind: "token", token: auth.client_token }),
    });
    const error = await failureOf(limited.create(kind, { path: "half", description: "new", adoptExisting: true }));
    expect(error.message).toMatch(
      /POST sys\/mounts\/half\/tune: 403: .*lacks "create and update" on sys\/mounts\/half\/tune/,
    );
    const left = leftBy(kind, error);
    expect(left.id).toBe("half");
    expect(left.outputs.__provider).toBe("text");
    await plugin.update(left, { path: "half", description: "new" });
    expect((await entryOf("half")).description).toBe("new");
  });
});

describe("unmounting with leases", () => {
  async function mountWithLease(path: string, forceDestroy?: boolean) {
    const plugin = world.plugin();
    const stored = await plugin.create(kind, { path, ...(forceDestroy === undefined ? {} : { forceDestroy }) });
    const keys = await world.rootUser(`root-of-${path}`);
    await world.api("POST", `${path}/config/root`, {
      access_key: keys.accessKey,
      secret_key: keys.secretKey,
      iam_endpoint: world.aws.endpoint,
      sts_endpoint: world.aws.endpoint,
      region: world.aws.region,
    });
    await world.api("POST", `${path}/roles/${path}`, {
      credential_type: "iam_user",
      policy_document: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
      }),
    });
    await world.api("GET", `${path}/creds/${path}`);
    return { plugin, stored };
  }

  async function takeRightsFrom(path: string): Promise<void> {
    await world.iam.send(new DeleteUserPolicyCommand({ UserName: `root-of-${path}`, PolicyName: "all" }));
  }

  it("deletes the IAM users of all leases", async () => {
    const { plugin, stored } = await mountWithLease("revoked");
    expect(await world.userNames("vault-root-revoked")).toHaveLength(1);
    await plugin.destroy(stored);
    expect(await world.userNames("vault-root-revoked")).toEqual([]);
  });

  it("says which lease stands in the way, and carries on once its cause is removed", async () => {
    const { plugin, stored } = await mountWithLease("stuck");
    await takeRightsFrom("stuck");
    const error = await failureOf(plugin.destroy(stored));
    expect(error.message).toMatch(
      /^stuck\/ cannot be unmounted: failed to revoke "stuck\/creds\/stuck\/\w+" \(1 \/ 1\)/,
    );
    expect(error.message).toMatch(
      /The mount is tainted now and serves nothing: fix the cause in AWS and destroy again/,
    );
    expect((await failureOf(plugin.refresh(stored))).message).toMatch(/^stuck is tainted: an unmount was begun/);
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "iam:*", Resource: "*" }],
    };
    await world.iam.send(
      new PutUserPolicyCommand({
        UserName: "root-of-stuck",
        PolicyName: "all",
        PolicyDocument: JSON.stringify(policy),
      }),
    );
    await plugin.destroy(stored);
    expect(await entryOf("stuck")).toBeUndefined();
    expect(await world.userNames("vault-root-stuck")).toEqual([]);
  });

  it("lets roles and configuration of a tainted mount be destroyed", async () => {
    const { plugin, stored } = await mountWithLease("tainted");
    const role = await plugin.create("AwsSecretsRole", {
      mount: "tainted",
      name: "other",
      credentialType: "session_token",
    });
    await takeRightsFrom("tainted");
    await failureOf(plugin.destroy(stored));
    await plugin.destroy(role);
    expect((await failureOf(plugin.refresh(role))).message).toMatch(/tainted/);
  });

  it("gives leases up by force where that is wanted, and no earlier", async () => {
    const { plugin, stored } = await mountWithLease("forced", true);
    await takeRightsFrom("forced");
    await plugin.destroy(stored);
    expect(await entryOf("forced")).toBeUndefined();
    expect(await world.userNames("vault-root-forced")).toHaveLength(1);
  });
});
