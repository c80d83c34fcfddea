import { describe, expect, it } from "vitest";
import { closeConnections } from "../../../../src/vaultresource/providers/connection.js";
import { Plugin } from "../../../support/plugin.js";
import { failureOf, loseAnswers, useStage, type Stored } from "./support.js";

const kind = "AwsCredentials";
const base = { mount: "aws", role: "deploy", keyReadiness: { skip: true } };

describe("credentials", () => {
  const stage = useStage();
  const ownTokens = () =>
    new Plugin(
      stage.vault.config({
        "kubevault-aws:login": JSON.stringify({ kind: "appRole", roleId: "r", secretId: "s" }),
      }),
    );

  function prepare(type = "iam_user") {
    stage.vault.mount("aws");
    stage.vault.objects["aws/roles/deploy"] = { credential_type: type };
  }

  it("are read with GET, for which the capability read suffices", async () => {
    prepare();
    await stage.plugin.create(kind, { ...base, ttl: "1h", mfaCode: "123456" });
    const [request] = stage.vault.requests.filter(({ path }) => path === "aws/creds/deploy");
    expect(request).toMatchObject({ method: "GET", query: { ttl: "3600", mfa_code: "123456" }, body: {} });
  });

  it("have an ID that tells nothing of the lease, and what the lease is as outputs", async () => {
    prepare();
    const stored = await stage.plugin.create(kind, base);
    expect(stored.id).toMatch(/^aws\/creds\/deploy\/[0-9a-f-]{36}$/);
    expect(stored.outputs).toMatchObject({ leaseDuration: 3600, renewable: true });
    expect(String(stored.outputs.issuedAt)).toMatch(/^\d{4}-.*Z$/);
    expect(stage.vault.leases.has(String(stored.outputs.leaseId))).toBe(true);
  });

  it("are the same after arguments are added, removed and set to their defaults", async () => {
    prepare();
    let state = await stage.plugin.create(kind, { ...base, reissueBefore: 600 });
    const arguments_ = [
      base,
      { ...base, endpoint: "creds" },
      { ...base, reissueBefore: 60 },
      { ...base, mfaCode: "" },
      base,
    ];
    for (const wanted of arguments_) {
      const { changes, replaces } = await stage.plugin.diff(state, wanted);
      expect(replaces).toEqual([]);
      state = changes === true ? await stage.plugin.update(state, wanted) : state;
      expect(await stage.plugin.diff(state, wanted)).toEqual({ changes: false, replaces: [] });
    }
    expect(state.outputs).not.toHaveProperty("reissueBefore");
  });

  it("are not read again at each up where reissueBefore is longer than their lifetime", async () => {
    prepare();
    const wanted = { ...base, reissueBefore: "2h" };
    const stored = await stage.plugin.create(kind, wanted);
    expect(stage.warnings().join()).toContain(
      "reissueBefore (7200 s) is not shorter than the lifetime of the credentials (3600 s): they are read again when a third of their lifetime is left",
    );
    expect(await stage.plugin.diff(stored, wanted)).toEqual({ changes: false, replaces: [] });
  });

  it("are read again when they near their end", async () => {
    prepare();
    const stored = await stage.plugin.create(kind, base);
    const old = { ...stored, outputs: { ...stored.outputs, issuedAt: new Date(Date.now() - 2_500_000).toISOString() } };
    const aged = { ...old, outputs: { ...old.outputs, expiresAt: new Date(Date.now() + 1_100_000).toISOString() } };
    expect((await stage.plugin.diff(aged, base)).replaces).toEqual(["expiresAt"]);
  });

  it("of a session keep no token, those of a user keep theirs", async () => {
    prepare("assumed_role");
    const session = await ownTokens().create(kind, base);
    await closeConnections();
    expect([...stage.vault.tokens]).toEqual(["root"]);
    expect(session.outputs).toMatchObject({ leaseId: "", tokenAccessor: "" });
    expect(await stage.plugin.refresh(session)).toBeDefined();
    stage.vault.objects["aws/roles/deploy"] = { credential_type: "iam_user" };
    const user = await ownTokens().create(kind, base);
    await closeConnections();
    expect([...stage.vault.tokens]).toHaveLength(2);
    await stage.plugin.destroy(user);
    expect([...stage.vault.tokens]).toEqual(["root"]);
    expect(stage.vault.leases.size).toBe(0);
  });

  it("that are gone give up the token they were made with", async () => {
    prepare();
    const user = await ownTokens().create(kind, base);
    await closeConnections();
    stage.vault.leases.clear();
    expect(await stage.plugin.refresh(user)).toBeUndefined();
    expect([...stage.vault.tokens]).toEqual(["root"]);
  });

  it("are not read twice where the answer is lost, and their lease goes with the login's token", async () => {
    prepare();
    loseAnswers(stage.vault, ({ path }) => path === "aws/creds/deploy");
    const error = await failureOf(ownTokens().create(kind, base));
    expect(error.message).toContain("Vault may have created credentials nevertheless: they end with their lease");
    expect(stage.vault.calls().filter((call) => call.includes("creds/deploy"))).toHaveLength(1);
    expect(stage.vault.leases.size).toBe(0);
  });

  it("are left to Vault where AWS deleted their user and the answer to Vault was lost", async () => {
    prepare();
    const user = await stage.plugin.create(kind, base);
    const reason =
      "failed to revoke entry: resp: (*logical.Response)(nil) err: NoSuchEntity: The user with name vault-x cannot be found.";
    const revocations: unknown[] = [];
    stage.vault.intercept = (request) => {
      if (request.path !== "sys/leases/revoke") {
        return undefined;
      }
      revocations.push(request.body.sync);
      return request.body.sync === true ? { status: 400, body: { errors: [reason] } } : undefined;
    };
    await stage.plugin.destroy(user);
    expect(revocations).toEqual([true, false]);
    expect(stage.warnings().join()).toContain(
      "the IAM user of these credentials is deleted already, which Vault believes only 5 minutes after it made the user: it revokes their lease then, by itself",
    );
    stage.vault.intercept = ({ path }) =>
      path === "sys/leases/revoke"
        ? { status: 400, body: { errors: ["failed to revoke entry: err: AccessDenied: no iam:DeleteUser"] } }
        : undefined;
    expect((await failureOf(stage.plugin.destroy(user))).message).toContain("AccessDenied: no iam:DeleteUser");
  });

  describe("at a destroy after their end", () => {
    /** As the state has them when their lease ended a minute ago. */
    const ended = (stored: Stored): Stored => ({
      ...stored,
      outputs: { ...stored.outputs, expiresAt: new Date(Date.now() - 60_000).toISOString() },
    });

    it("need neither their lease nor the token that they were made with", async () => {
      prepare();
      const user = await ownTokens().create(kind, base);
      await closeConnections();
      stage.vault.leases.clear();
      stage.vault.tokens.delete([...stage.vault.tokens].find((token) => token !== "root") ?? "");
      await stage.plugin.destroy(ended(user));
      expect(stage.warnings().filter((text) => text.startsWith(kind))).toEqual([]);
    });

    it("need no token of the connection", async () => {
      prepare();
      const user = await stage.plugin.create(kind, base);
      stage.vault.leases.clear();
      stage.vault.tokens.clear();
      await stage.plugin.destroy(ended(user));
      expect(stage.warnings().join()).toMatch(
        /AwsCredentials aws\/deploy: the lease of these credentials ended by itself at \d{4}-.*Z\. It was not revoked: .* POST sys\/leases\/revoke: 403: /,
      );
    });

    it("are kept in the state where they have not ended", async () => {
      prepare();
      const user = await stage.plugin.create(kind, base);
      stage.vault.tokens.clear();
      expect((await failureOf(stage.plugin.destroy(user))).message).toMatch(/sys\/leases\/revoke: 403/);
    });
  });

  it("of a session need no token of the connection at a destroy: AWS ends them, not Vault", async () => {
    prepare("assumed_role");
    const session = await stage.plugin.create(kind, base);
    stage.vault.tokens.clear();
    await stage.plugin.destroy(session);
    expect(stage.warnings().join()).toMatch(
      /AwsCredentials aws\/deploy: the session of these credentials ends at \d{4}-.*Z, with or without its lease\. It was not revoked: .*403: /,
    );
  });

  it("cannot be read by their ID alone", async () => {
    prepare();
    const stored = await stage.plugin.create(kind, base);
    const error = await failureOf(stage.plugin.refresh({ ...stored, outputs: { __provider: "text" } }));
    expect(error.message).toContain("credentials cannot be read a second time, nor imported");
  });
});
