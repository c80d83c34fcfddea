import { describe, expect, it } from "vitest";
import { useStage } from "../../secretsengine/providers/support.js";

const stage = useStage();

describe("what something else wrote since the last up", () => {
  const overwritten = "was changed in Vault by something else since the last up, and is overwritten";
  const read = 'path "a" {\n  capabilities = ["read"]\n}\n';
  const list = 'path "a" {\n  capabilities = ["list"]\n}\n';

  it("is named where a policy's update overwrites it", async () => {
    const stored = await stage.plugin.create("VaultPolicy", { name: "p", policy: read });
    const byHand = 'path "b" {\n  capabilities = ["read"]\n}\n';
    stage.vault.objects["sys/policies/acl/p"] = { name: "p", policy: byHand };
    await stage.plugin.update(stored, { name: "p", policy: list });
    expect(stage.warnings().join("\n")).toContain(`sys/policies/acl/p ${overwritten}: ${byHand}`);
  });

  it("is named where the update of an auth method's role overwrites it", async () => {
    stage.vault.mount("approle", "approle", stage.vault.auth);
    const role = { mount: "approle", name: "r", tokenPolicies: ["shop"] };
    const stored = await stage.plugin.create("AppRoleAuthRole", role);
    const object = stage.vault.objects["auth/approle/role/r"];
    stage.vault.objects["auth/approle/role/r"] = { ...object, token_policies: ["shop", "more"] };
    await stage.plugin.update(stored, { ...role, tokenTtl: 600 });
    expect(stage.warnings().join("\n")).toContain(
      `auth/approle/role/r ${overwritten}: tokenPolicies (was ["more","shop"])`,
    );
  });

  it("is not spoken of where nothing else wrote", async () => {
    const stored = await stage.plugin.create("VaultPolicy", { name: "p", policy: read });
    await stage.plugin.update(stored, { name: "p", policy: list });
    expect(stage.warnings()).toEqual([]);
  });
});
