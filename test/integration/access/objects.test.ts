import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditDeviceFields } from "../../../src/access/auditDeviceRules.js";
import { failureOf, ownValues, VaultOnly, vaultReleases } from "./support.js";

describe.each(vaultReleases)("policies, auth methods and audit devices on %s", (release) => {
  let world: VaultOnly;
  beforeAll(async () => {
    world = await VaultOnly.start(release);
  });
  afterAll(async () => {
    await world.stop();
  });

  describe("VaultPolicy", () => {
    const policy = 'path "aws/creds/deploy" {\n  capabilities = ["read"]\n}\n';

    it("is written, changed by what it says only, and deleted", async () => {
      const plugin = world.plugin();
      const stored = await plugin.create("VaultPolicy", { name: "shop", policy });
      expect(stored.id).toBe("sys/policies/acl/shop");
      expect(await world.data("sys/policies/acl/shop")).toMatchObject({ name: "shop", policy });
      const sameInOtherWords = '# by hand\npath "/aws/creds/deploy" { capabilities = [ "read" ] }';
      expect((await plugin.diff(stored, { name: "shop", policy: sameInOtherWords })).changes).toBe(false);

      await world.api("POST", "sys/policies/acl/shop", { policy: sameInOtherWords });
      expect((await plugin.refresh(stored))?.inputs.policy).toBe(policy);
      const wider = 'path "aws/creds/*" { capabilities = ["read"] }';
      await world.api("POST", "sys/policies/acl/shop", { policy: wider });
      const drifted = await plugin.refresh(stored);
      expect(drifted?.inputs.policy).toBe(wider);
      await plugin.update(drifted ?? stored, { name: "shop", policy });
      expect((await world.data("sys/policies/acl/shop")).policy).toBe(policy);

      expect(await plugin.diff(stored, { name: "store", policy })).toEqual({ changes: true, replaces: ["name"] });
      await plugin.destroy(stored);
      expect(await plugin.refresh(stored)).toBeUndefined();
      await plugin.destroy(stored);
    });

    it("takes over a policy that says the same, and another only where adoptExisting says so", async () => {
      const plugin = world.plugin();
      await world.api("POST", "sys/policies/acl/taken", { policy: 'path "aws/creds/deploy" { policy = "deny" }' });
      await plugin.create("VaultPolicy", {
        name: "taken",
        policy: 'path "aws/creds/deploy" { capabilities = ["deny"] }',
      });
      const { message } = await failureOf(plugin.create("VaultPolicy", { name: "taken", policy }));
      expect(message).toBe(
        "sys/policies/acl/taken exists already in Vault and says something else. To take it over and change it, set " +
          "adoptExisting: true; or delete it in Vault first",
      );
      await plugin.create("VaultPolicy", { name: "taken", policy, adoptExisting: true });
      expect((await world.data("sys/policies/acl/taken")).policy).toBe(policy);
    });

    it.each([
      ['path "a" { capabilities = ["reed"] }', 'path "a" has no capability "reed"'],
      ['path "a" { capability = ["read"] }', 'path "a" has a setting "capability" that Vault does not know'],
      ['paths "a" { capabilities = ["read"] }', 'has "paths" where only "path" may stand'],
      ['path "a/+*" { capabilities = ["read"] }', 'path "a/+*" has "+*", which Vault does not allow'],
      ['path "a" { capabilities = ["read" }', 'cannot be read: line 1: expected ], found "}"'],
    ])("rejects %s before Vault does", async (text, problem) => {
      expect((await failureOf(world.plugin().create("VaultPolicy", { name: "bad", policy: text }))).message).toContain(
        problem,
      );
      // The judgement is Vault's own.
      expect((await failureOf(world.api("POST", "sys/policies/acl/bad", { policy: text }))).message).toContain("400");
    });

    it.each([
      'path "a" {\n  capabilities = ["create", "update"]\n  allowed_parameters = {\n    "lease_id" = ["aws/*"]\n    "*" = []\n  }\n  required_parameters = ["lease_id"]\n}',
      '{"path": {"a": {"capabilities": ["read"]}, "b/*": {"policy": "write"}}}',
      'name = "x"\npath "a/+/b" { capabilities = ["list", "patch", "sudo", "subscribe"] min_wrapping_ttl = "1s" max_wrapping_ttl = "90s" }',
      '// one\n/* two */ path "a" { comment = "why" denied_parameters = { "x" = ["1", "2"] } capabilities = ["update"], }',
      'path "secret/{{identity.entity.name}}/*" { capabilities = ["read"] }',
    ])("writes what Vault accepts: %s", async (text) => {
      const stored = await world.plugin().create("VaultPolicy", { name: "good", policy: text, adoptExisting: true });
      expect((await world.plugin().refresh(stored))?.inputs.policy).toBe(text);
    });
  });

  describe("VaultAuthMethod", () => {
    const full = {
      type: "kubernetes",
      path: "clusters/one",
      description: "cluster one",
      defaultLeaseTtl: "1h",
      maxLeaseTtl: "1d",
      listingVisibility: "unauth",
      tokenType: "batch",
    };

    it("keeps every field, is tuned in place, and is disabled", async () => {
      const plugin = world.plugin();
      const stored = await plugin.create("VaultAuthMethod", full);
      expect(stored.id).toBe("auth/clusters/one");
      const entry = async () => (await world.data("sys/auth"))["clusters/one/"];
      expect(await entry()).toMatchObject({
        type: "kubernetes",
        description: "cluster one",
        accessor: stored.outputs.accessor,
        config: { default_lease_ttl: 3600, max_lease_ttl: 86_400, listing_visibility: "unauth", token_type: "batch" },
      });
      expect((await plugin.diff(stored, full)).changes).toBe(false);
      expect((await plugin.refresh(stored))?.outputs).toEqual(stored.outputs);

      const least = { type: "kubernetes", path: "clusters/one" };
      expect(await plugin.diff(stored, least)).toMatchObject({ changes: true, replaces: [] });
      const updated = await plugin.update(stored, least);
      expect(await entry()).toMatchObject({ description: "", config: { default_lease_ttl: 0, max_lease_ttl: 0 } });
      expect((await plugin.diff((await plugin.refresh(updated)) ?? updated, least)).changes).toBe(false);

      expect(await plugin.diff(stored, { ...full, path: "clusters/two" })).toEqual({
        changes: true,
        replaces: ["path"],
        deleteBeforeReplace: false,
      });
      expect(await plugin.diff(stored, { ...full, local: true })).toEqual({
        changes: true,
        replaces: ["local"],
        deleteBeforeReplace: true,
      });
      await plugin.destroy(updated);
      expect(await entry()).toBeUndefined();
      expect(await plugin.refresh(updated)).toBeUndefined();
    });

    it("takes over one of the same type only where adoptExisting says so", async () => {
      const plugin = world.plugin();
      await world.api("POST", "sys/auth/jwt", { type: "jwt" });
      await world.api("POST", "auth/jwt/role/kept", { role_type: "jwt", user_claim: "sub", bound_audiences: "a" });
      expect((await failureOf(plugin.create("VaultAuthMethod", { type: "jwt", path: "jwt" }))).message).toBe(
        'auth/jwt/ is in use already by an auth method of type "jwt". To take it over, set adoptExisting: true; else choose another path',
      );
      expect(
        (await failureOf(plugin.create("VaultAuthMethod", { type: "approle", path: "jwt", adoptExisting: true })))
          .message,
      ).toBe('auth/jwt/ is in use by an auth method of type "jwt": choose another path');
      const adopted = await plugin.create("VaultAuthMethod", { type: "jwt", path: "jwt", adoptExisting: true });
      await plugin.destroy(adopted);
    });

    it.each(["approle", "jwt", "kubernetes"])(
      "of type %s is taken over by the up after one that was killed, where nothing is in it",
      async (type) => {
        const plugin = world.plugin();
        const inputs = { type, path: `killed-${type}`, description: "d" };
        const first = await plugin.create("VaultAuthMethod", inputs);
        const second = await plugin.create("VaultAuthMethod", inputs);
        expect(second.outputs.accessor).toBe(first.outputs.accessor);
        await plugin.destroy(second);
      },
    );
  });

  describe("VaultAuditDevice", () => {
    it("logs to a file, shows what was changed by hand, and is disabled", async () => {
      const plugin = world.plugin();
      const file = path.join(await mkdtemp(path.join(world.workDir, "audit-")), "audit.log");
      const inputs = {
        path: "file",
        type: "file",
        description: "all requests",
        options: { file_path: file, mode: "0600", hmac_accessor: "true", format: "json", elide_list_responses: "true" },
        local: true,
      };
      expect(Object.keys(inputs).sort()).toEqual(["path", ...auditDeviceFields.map(({ name }) => name)].sort());
      const stored = await plugin.create("VaultAuditDevice", inputs);
      expect(stored.id).toBe("sys/audit/file");
      expect((await world.data("sys/audit"))["file/"]).toMatchObject({
        type: "file",
        description: "all requests",
        options: inputs.options,
        local: true,
      });
      expect(ownValues((await plugin.refresh(stored))?.inputs)).toEqual(ownValues(stored.inputs));
      expect((await plugin.diff(stored, inputs)).changes).toBe(false);
      expect(await plugin.diff(stored, { ...inputs, description: "" })).toEqual({
        changes: true,
        replaces: ["description"],
        deleteBeforeReplace: true,
      });
      // The same device is taken over, since the answer to an earlier try may be lost; another one cannot be.
      await plugin.create("VaultAuditDevice", inputs);
      const { message } = await failureOf(plugin.create("VaultAuditDevice", { ...inputs, description: "other" }));
      expect(message).toBe(
        "sys/audit/file exists already in Vault and differs in description. Vault cannot change an audit device: choose another " +
          "path, or disable it in Vault first",
      );
      await plugin.destroy(stored);
      expect(await plugin.refresh(stored)).toBeUndefined();
    });

    it("logs to a socket", async () => {
      const listener = createServer((socket) => socket.resume());
      await once(listener.listen(0, "127.0.0.1"), "listening");
      const { port } = listener.address() as AddressInfo;
      const plugin = world.plugin();
      const options = { address: `127.0.0.1:${port}`, socket_type: "tcp", write_timeout: "2s" };
      const stored = await plugin.create("VaultAuditDevice", { path: "socket", type: "socket", options });
      try {
        expect((await world.data("sys/audit"))["socket/"]).toMatchObject({ type: "socket", options, local: false });
        expect(ownValues((await plugin.refresh(stored))?.inputs)).toEqual(ownValues(stored.inputs));
      } finally {
        await plugin.destroy(stored);
        listener.close();
      }
    });

    it("logs to standard output", async () => {
      const plugin = world.plugin();
      const stored = await plugin.create("VaultAuditDevice", {
        path: "stdout",
        type: "file",
        options: { file_path: "stdout" },
      });
      expect(ownValues((await plugin.refresh(stored))?.inputs)).toEqual(ownValues(stored.inputs));
      await plugin.destroy(stored);
    });
  });
});
