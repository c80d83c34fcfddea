import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { provider } from "../../../../src/plugin/dynamic/entry.js";
import { providerText } from "../../../../src/vaultresource/providerText.js";

describe("the program text in the state", () => {
  // States hold it for ever: another text would show as a change in every stack.
  it.each([
    ["AppRoleAuthRole", "047bbbf89f0771b4"],
    ["AwsCredentials", "69a9dbe98f67bfcd"],
    ["AwsLeaseConfig", "7fdc2691bc2ff383"],
    ["AwsRootConfig", "934f5f60ae716452"],
    ["AwsSecretsMount", "4ecd1470e9b12e79"],
    ["AwsSecretsRole", "b29a86260fc34bcf"],
    ["AwsSecretsRoles", "3b65f5667f074517"],
    ["AwsSessionCredentials", "1c2c89f95c795819"],
    ["AwsStaticRole", "55961c3af382eef3"],
    ["JwtAuthMethodConfig", "4a27319f7114aef8"],
    ["JwtAuthRole", "4c7f882324e0d1da"],
    ["KubernetesAuthMethodConfig", "02f0796ac18381a1"],
    ["KubernetesAuthRole", "5b8401faaebd3cb4"],
    ["UnsealParameters", "ea5a21722c429db6"],
    ["VaultAuditDevice", "b019512c41c88309"],
    ["VaultAuthMethod", "515b1ff198136717"],
    ["VaultPolicy", "12e1433607712943"],
    ["VaultServerRollout", "66f02dc82c89ef97"],
  ])("of %s never changes, and its code is there", (kind, hash) => {
    expect(createHash("sha256").update(providerText(kind)).digest("hex").slice(0, 16)).toBe(hash);
    expect(Object.keys(provider(kind))).toEqual(expect.arrayContaining(["check", "create", "delete", "diff", "read"]));
  });

  it("is short, and holds no path and no version", () => {
    expect(providerText("AwsSecretsRole").length).toBeLessThan(800);
    expect(providerText("AwsSecretsRole")).not.toMatch(/\d\.\d|\/home|\/work|dist/);
  });

  it("finds the code by the name and path that states hold", () => {
    expect(() => provider("AwsSomethingNewer")).toThrow(
      'this version of pulumi-kubevault-aws has no resource "AwsSomethingNewer": a newer one made it, upgrade the package',
    );
  });
});
