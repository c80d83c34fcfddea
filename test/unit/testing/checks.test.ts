import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import { AssumableRole, AwsSecretsRole, VaultPlatform, type VaultPlatformArgs } from "../../../src/index.js";
import { escalations, KubeVaultMocks, withoutBoundary, withoutTags } from "../../../src/testing/index.js";

const boundary = "arn:aws:iam::123456789012:policy/boundary";
const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] } as const;

describe("the unit-test kit", () => {
  let mocks: KubeVaultMocks;

  beforeEach(async () => {
    mocks = new KubeVaultMocks();
    await pulumi.runtime.setMocks(mocks, "project", "stack");
  });

  async function platform(args: Partial<VaultPlatformArgs>): Promise<KubeVaultMocks> {
    new VaultPlatform("vault", { namespace: "vault", vaultServer: { version: "1.18.4" }, ...args });
    await mocks.settled();
    return mocks;
  }

  it("brings up a whole platform, down to the roles in Vault", async () => {
    await platform({
      assumableRoles: { audit: { policyArns: ["arn:aws:iam::aws:policy/SecurityAudit"] } },
      roles: { audit: { credentialType: "assumed_role", assumableRoles: ["audit"] } },
    });
    expect(mocks.inputsOf("vault-engine-roles")).toMatchObject({
      mount: "aws",
      roles: { audit: { roleArns: ["arn:aws:iam::123456789012:role/vault-audit-role"] } },
    });
    expect(escalations(mocks.resources)).toEqual([]);
  });

  it("shows secrets as their values", async () => {
    await platform({});
    expect(mocks.inputsOf("vault-engine-root-config").secretKey).toBe("secret of vault-root-key-1");
  });

  it("finds roles of the engine that can do everything, in both forms", async () => {
    new AwsSecretsRole("admin", {
      mount: "aws",
      name: "admin",
      credentialType: "iam_user",
      policyDocument: everything,
    });
    await platform({
      roles: { admin: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] } },
    });
    const fix = "Name the actions and resources that the task needs, or set a permissions boundary.";
    const powers = "whoever reads these credentials can do everything in the account";
    const found = escalations(mocks.resources);
    expect(found).toHaveLength(2);
    expect(found).toContainEqual(expect.stringMatching(/^admin: roles\.admin\.policyDocument: whoever reads/));
    expect(found).toContainEqual(expect.stringMatching(/^vault-engine-roles: roles\.admin\.policyArns\[0\]: whoever/));
    expect(found.every((line) => line.includes(powers) && line.endsWith(fix))).toBe(true);
  });

  it("finds IAM roles that can do everything, unless a boundary limits them", async () => {
    const trustedPrincipalArn = "arn:aws:iam::123456789012:user/root";
    const policyArns = ["arn:aws:iam::aws:policy/AdministratorAccess"];
    new AssumableRole("limited", { trustedPrincipalArn, policyArns, permissionsBoundaryArn: boundary });
    new AssumableRole("admin", { trustedPrincipalArn, policyArns });
    await mocks.settled();
    expect(escalations(mocks.resources)).toEqual([expect.stringMatching(/^admin-attachment-1: policyArn: /)]);
  });

  it("names the resources without a tag or without the boundary", async () => {
    await platform({
      tags: { team: "shop" },
      rootCredential: { permissionsBoundaryArn: boundary },
      roles: {
        limited: { credentialType: "iam_user", iamGroups: ["shop"], permissionsBoundaryArn: boundary },
        unlimited: { credentialType: "iam_user", iamGroups: ["shop"] },
      },
    });
    expect(withoutTags(mocks.resources, ["team"])).toEqual([]);
    expect(withoutTags(mocks.resources, ["team", "cost"])).toContain("vault-root-user: cost");
    expect(withoutBoundary(mocks.resources, boundary)).toEqual([
      "vault-storage-user",
      "vault-engine-roles: roles.unlimited",
    ]);
  });

  it("says what a test has to give where a function or a resource is not known", () => {
    expect(() => mocks.call({ token: "aws:ec2/getVpc:getVpc", inputs: {} })).toThrow(
      "KubeVaultMocks: no answer to the function aws:ec2/getVpc:getVpc. Give one in the option calls.",
    );
    expect(() => mocks.inputsOf("nothing")).toThrow("KubeVaultMocks: 0 resources are named nothing, among: ");
  });

  it("takes the account, the region and further answers", async () => {
    const own = new KubeVaultMocks({
      accountId: "210987654321",
      region: "cn-north-1",
      outputs: ({ type }) => (type === "aws:iam/user:User" ? { uniqueId: "AIDA" } : undefined),
      calls: { "aws:ec2/getVpc:getVpc": () => ({ id: "vpc-1" }) },
    });
    expect(own.call({ token: "aws:index/getPartition:getPartition", inputs: {} })).toMatchObject({
      partition: "aws-cn",
    });
    expect(own.call({ token: "aws:ec2/getVpc:getVpc", inputs: {} })).toEqual({ id: "vpc-1" });
    const user = own.newResource({ type: "aws:iam/user:User", name: "u", inputs: { path: "/x/" }, custom: true });
    expect(user.state).toMatchObject({ uniqueId: "AIDA", arn: "arn:aws-cn:iam::210987654321:user/x/u" });
  });
});
