import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { provider } from "../../../../src/plugin/dynamic/entry.js";
import { providerText } from "../../../../src/vaultresource/providerText.js";

describe("the program text in the state", () => {
  // States hold it for ever: another text would show as a change in every stack.
  it.each([
    ["AppRoleAuthRole", "be9c4ae053cfb59f"],
    ["AwsCredentials", "942f4c0c64d03fba"],
    ["AwsLeaseConfig", "94f8fb867b12e413"],
    ["AwsRootConfig", "6396b7ce25eb3220"],
    ["AwsSecretsMount", "a49ee4c3692179f7"],
    ["AwsSecretsRole", "a6ce17772e3909ae"],
    ["AwsSecretsRoles", "71c70a1a696663bc"],
    ["AwsSessionCredentials", "580eb88e3a678ec6"],
    ["AwsStaticRole", "bea87ba72ac79db8"],
    ["JwtAuthMethodConfig", "4690b0e788f561ea"],
    ["JwtAuthRole", "4293b53894ba9e8c"],
    ["KubernetesAuthMethodConfig", "15770d26ec01744f"],
    ["KubernetesAuthRole", "b2c27a46d2fc6268"],
    ["ReplacementGuard", "9523b4cb4a848813"],
    ["UnsealParameters", "bd50ca2273bc7cae"],
    ["VaultAuditDevice", "d399fffb8a9a4e5b"],
    ["VaultAuthMethod", "c1d9a205b6fb8d62"],
    ["VaultPolicy", "20ab9ff20b67aaff"],
    ["VaultServerRollout", "c51a5b6aa2dec6ca"],
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
