import { describe, expect, it } from "vitest";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { applicationsIssues } from "../../../src/platform/applicationRules.js";
import { platformIssues } from "../../../src/platform/vaultPlatformRules.js";

const platform = {
  namespace: "vault",
  vaultServer: { version: "1.18.4" },
  roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
};
const shop = { serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"] };

describe("applications of a platform", () => {
  it("are held against its roles, with all else that is wrong", () => {
    expect(platformIssues("p", { ...platform, applications: { shop } })).toEqual([]);
    const applications = { shop: { ...shop, roles: ["deplyo"] }, default: shop };
    expect(platformIssues("p", { ...platform, namespac: "x", applications }).map(formatIssue)).toEqual([
      "namespac: is not an argument of VaultPlatform. Did you mean namespace?",
      'applications.shop.roles[0]: must be one of deploy, got "deplyo".',
      'applications.default: must not be one of Vault\'s own policies (root, default, response-wrapping, control-group), got "default". Choose another name.',
    ]);
  });

  it("log in where the VaultServer has a Kubernetes auth method", () => {
    const issues = (authMount: string | undefined, authMethods?: object[]) =>
      applicationsIssues({
        ...platform,
        vaultServer: { version: "1.18.4", authMethods },
        applications: { shop: { ...shop, authMount } },
      }).map(formatIssue);
    expect(issues(undefined)).toEqual([]);
    expect(issues("kubernetes")).toEqual([]);
    expect(issues("eks")).toEqual([
      'applications.shop.authMount: must be where the VaultServer has a Kubernetes auth method: kubernetes, got "eks". Add it to vaultServer.authMethods, or leave it out.',
    ]);
    expect(issues("eks", [{ type: "kubernetes", path: "eks" }])).toEqual([]);
    expect(issues("kubernetes", [{ type: "kubernetes", path: "eks" }])).toEqual([]);
    expect(issues("jwt", [{ type: "jwt", path: "jwt" }])).toEqual([
      'applications.shop.authMount: must be where the VaultServer has a Kubernetes auth method: kubernetes, got "jwt". Add it to vaultServer.authMethods, or leave it out.',
    ]);
  });
});
