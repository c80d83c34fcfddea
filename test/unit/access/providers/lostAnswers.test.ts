import { describe, expect, it } from "vitest";
import { failureOf, gatewayTimeout, leftBy, loseAnswers, useStage } from "../../secretsengine/providers/support.js";

const stage = useStage();

/** Lets the first POST through, or not, and lets nothing through from then on. */
function goDownAtFirstWrite(done: boolean): void {
  let isDown = false;
  stage.vault.intercept = (request) => {
    if (request.method === "POST" && !isDown) {
      isDown = true;
      if (done) {
        stage.vault.answer(request);
      }
    }
    return isDown ? gatewayTimeout : undefined;
  };
}

describe.each([
  ["VaultAuthMethod", { path: "ci", type: "jwt" }, () => Object.keys(stage.vault.auth), "ci/"],
  [
    "VaultAuditDevice",
    { path: "log", type: "file", options: { file_path: "discard" } },
    () => Object.keys(stage.vault.audit),
    "log/",
  ],
  [
    "VaultPolicy",
    { name: "shop", policy: 'path "a" { capabilities = ["read"] }' },
    () => Object.keys(stage.vault.objects),
    "sys/policies/acl/shop",
  ],
] as const)("%s", (kind, inputs, present, name) => {
  it.each([true, false])("is in the state where nothing was heard of its creation, done or not (%s)", async (done) => {
    goDownAtFirstWrite(done);
    const left = leftBy(kind, await failureOf(stage.plugin.create(kind, inputs)));
    stage.vault.intercept = () => undefined;
    expect(present()).toEqual(done ? [name] : []);
    const stored = await stage.plugin.update(left, inputs);
    expect(present()).toEqual([name]);
    expect(await stage.plugin.diff(stored, inputs)).toMatchObject({ changes: false });
    await stage.plugin.destroy(stored);
    expect(present()).toEqual([]);
  });

  it("can be destroyed where nothing was heard of its creation", async () => {
    goDownAtFirstWrite(true);
    const left = leftBy(kind, await failureOf(stage.plugin.create(kind, inputs)));
    stage.vault.intercept = () => undefined;
    await stage.plugin.destroy(left);
    expect(present()).toEqual([]);
  });

  it("is taken over by the up after one that was killed", async () => {
    await stage.plugin.create(kind, inputs);
    const stored = await stage.plugin.create(kind, inputs);
    expect(await stage.plugin.diff(stored, inputs)).toMatchObject({ changes: false });
  });
});

describe("an auth method", () => {
  const inputs = { path: "ci", type: "jwt" };

  it.each(["jwt", "kubernetes"])(
    "is neither changed nor disabled where one of type %s took its place",
    async (type) => {
      const stored = await stage.plugin.create("VaultAuthMethod", inputs);
      delete stage.vault.auth["ci/"];
      stage.vault.mount("ci", type, stage.vault.auth);
      const error = await failureOf(stage.plugin.update(stored, { ...inputs, description: "mine" }));
      expect(error.message).toMatch(
        /^auth\/ci: an(?:other)? auth method of type "\w+", .*is enabled there now\. Run "pulumi refresh", then up again$/,
      );
      await stage.plugin.destroy(stored);
      expect(stage.vault.auth["ci/"]).toMatchObject({ type, description: "" });
      expect(stage.warnings().join("\n")).toMatch(/auth\/ci: .*, is enabled there now: it is left as it is/);
    },
  );

  it("is not taken for one of a killed up where it holds a role", async () => {
    await stage.plugin.create("VaultAuthMethod", inputs);
    stage.vault.objects["auth/ci/role/shop"] = { role_type: "jwt" };
    expect((await failureOf(stage.plugin.create("VaultAuthMethod", inputs))).message).toBe(
      'auth/ci/ is in use already by an auth method of type "jwt". To take it over, set adoptExisting: true; else choose another path',
    );
  });

  it("is in the state at once where only the answer is lost, and is disabled where a gateway ends the request", async () => {
    loseAnswers(stage.vault, ({ method, path }) => method === "POST" && path === "sys/auth/ci");
    const stored = await stage.plugin.create("VaultAuthMethod", inputs);
    expect(stored.outputs.accessor).toBe(stage.vault.auth["ci/"]?.accessor);
    loseAnswers(stage.vault, ({ method }) => method === "DELETE");
    await stage.plugin.destroy(stored);
    expect(stage.vault.auth).toEqual({});
  });
});

it("an audit device that was replaced by another is left as it is", async () => {
  const inputs = { path: "log", type: "file", options: { file_path: "discard" } };
  const stored = await stage.plugin.create("VaultAuditDevice", inputs);
  stage.vault.audit["log/"] = { type: "file", options: { file_path: "/vault/audit.log" }, local: false };
  await stage.plugin.destroy(stored);
  expect(Object.keys(stage.vault.audit)).toEqual(["log/"]);
  expect(stage.warnings().join("\n")).toContain(
    "sys/audit/log is another audit device by now, which differs in options: it is left as it is",
  );
});
