import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AssumableRole, type AssumableRoleArgs } from "../../../src/iam/assumableRole.js";
import { RootCredential } from "../../../src/iam/rootCredential.js";
import { assumableRoleIssues } from "../../../src/iam/assumableRoleRules.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { isKnownOutput, valueOf } from "../../support/outputs.js";
import { laterFailures, mockAws, registrationsDone, type AwsMocks } from "./support/awsMocks.js";

const trustedPrincipalArn = "arn:aws:iam::123456789012:user/root-of-vault";
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const trust = {
  Version: "2012-10-17",
  Statement: [
    { Sid: "VaultAssumesRole", Effect: "Allow", Principal: { AWS: trustedPrincipalArn }, Action: "sts:AssumeRole" },
  ],
};

describe("AssumableRole", () => {
  let mocks: AwsMocks;
  beforeEach(() => {
    mocks = mockAws();
  });
  afterEach(registrationsDone);

  test("makes a role that trusts the one principal", async () => {
    const deploy = new AssumableRole("deploy", { trustedPrincipalArn });
    expect(await valueOf(deploy.arn)).toBe("arn:aws:iam::123456789012:role/deploy-role-0a1b2c3");
    expect(await valueOf(deploy.roleName)).toBe("deploy-role-0a1b2c3");
    expect(JSON.parse(await valueOf(deploy.trustPolicy))).toEqual(trust);
    expect(mocks.registered).toEqual([
      { type: "kubevault-aws:index:AssumableRole", name: "deploy", inputs: {} },
      {
        type: "aws:iam/role:Role",
        name: "deploy-role",
        inputs: { assumeRolePolicy: JSON.stringify(trust), description: "Taken by Vault's AWS secrets engine" },
      },
    ]);
    expect(await valueOf(deploy.role.urn)).toBe(
      "urn:pulumi:prod::platform::kubevault-aws:index:AssumableRole$aws:iam/role:Role::deploy-role",
    );
  });

  test("hands on every argument, and attaches its policies", async () => {
    const policyDocument = {
      Version: "2012-10-17" as const,
      Statement: [{ Effect: "Allow" as const, Action: "s3:GetObject", Resource: "*" }],
    };
    const deploy = new AssumableRole("deploy", {
      trustedPrincipalArn,
      policyArns: [readOnly, pulumi.output("arn:aws:iam::123456789012:policy/own")],
      policyDocument,
      externalId: "platform",
      sessionTags: true,
      maxSessionDuration: 7200,
      roleName: "deployer",
      path: "/platform/",
      permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
      description: "Deploys",
      tags: { team: "devs" },
    });
    expect(await valueOf(deploy.arn)).toBe("arn:aws:iam::123456789012:role/platform/deployer");
    expect(mocks.children().map(({ type, name }) => [type, name])).toEqual([
      ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "deploy-attachment-1"],
      ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "deploy-attachment-2"],
      ["aws:iam/rolePolicy:RolePolicy", "deploy-policy"],
      ["aws:iam/role:Role", "deploy-role"],
    ]);
    const { assumeRolePolicy, ...role } = mocks.inputsOf("deploy-role");
    expect(role).toEqual({
      name: "deployer",
      path: "/platform/",
      description: "Deploys",
      maxSessionDuration: 7200,
      permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary",
      tags: { team: "devs" },
    });
    expect(JSON.parse(assumeRolePolicy as string)).toEqual({
      Version: "2012-10-17",
      Statement: [
        { ...trust.Statement[0], Condition: { StringEquals: { "sts:ExternalId": "platform" } } },
        { ...trust.Statement[0], Sid: "VaultTagsSession", Action: "sts:TagSession" },
      ],
    });
    expect(mocks.inputsOf("deploy-policy")).toEqual({ role: "deployer", policy: JSON.stringify(policyDocument) });
    expect(mocks.inputsOf("deploy-attachment-1")).toEqual({ role: "deployer", policyArn: readOnly });
    expect(mocks.inputsOf("deploy-attachment-2")).toEqual({
      role: "deployer",
      policyArn: "arn:aws:iam::123456789012:policy/own",
    });
  });

  test("transforms have the last word on each child", async () => {
    const deploy = new AssumableRole("deploy", {
      trustedPrincipalArn,
      policyArns: [readOnly],
      policyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: { Effect: "Deny", Action: "*", Resource: "*" },
      }),
      transform: {
        role: (args) => ({ ...args, description: "Mine" }),
        rolePolicy: (args) => ({ ...args, name: "mine" }),
        policyAttachment: (args) => ({ ...args, policyArn: `${readOnly}2` }),
      },
    });
    await valueOf(deploy.arn);
    expect(mocks.inputsOf("deploy-role")["description"]).toBe("Mine");
    expect(mocks.inputsOf("deploy-policy")["name"]).toBe("mine");
    expect(mocks.inputsOf("deploy-attachment-1")["policyArn"]).toBe(`${readOnly}2`);
  });

  test("tells every problem at once, before anything is made", async () => {
    expect(
      () =>
        new AssumableRole("deploy", {
          trustedPrincipalArn: "arn:aws:iam::123456789012:root",
          policyArns: ["ReadOnlyAccess"],
          policyDocument: "{",
          externalId: "x",
          maxSessionDuration: 600,
          roleName: "a b",
          description: "the auditors’ role",
          path: "platform",
        }),
    ).toThrow(
      [
        'AssumableRole "deploy": 8 invalid arguments:',
        '  - trustedPrincipalArn: must be the ARN of one IAM user or role, got "arn:aws:iam::123456789012:root". ' +
          "Give it RootCredential.principalArn: an account or * would trust more than Vault.",
        '  - policyArns[0]: must be the ARN of a managed IAM policy, got "ReadOnlyAccess".',
        '  - policyDocument: must be JSON, got "{".',
        '  - externalId: must have 2 to 1224 characters out of letters, digits and _+=,.@:/-, got "x".',
        "  - maxSessionDuration: must be a whole number of seconds from 3600 to 43200, got 600.",
        '  - roleName: must have 1 to 64 characters out of letters, digits and _+=,.@-, got "a b".',
        '  - description: must have at most 1000 characters out of those of Latin-1: no typographic quotes or dashes, got "the auditors’ role".',
        '  - path: must be / or begin and end with /, got "platform". Write it as /platform/.',
      ].join("\n"),
    );
    expect(mocks.children()).toEqual([]);
  });

  test("rejects policies of another partition than the identity's that assumes it", () => {
    expect(
      assumableRoleIssues({
        trustedPrincipalArn: "arn:aws-cn:iam::123456789012:user/root",
        policyArns: ["arn:aws-cn:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"],
        permissionsBoundaryArn: "arn:aws-us-gov:iam::123456789012:policy/b",
      }).map(formatIssue),
    ).toEqual([
      'policyArns[1]: is in partition aws, but trustedPrincipalArn is in aws-cn, got "arn:aws:iam::aws:policy/ReadOnlyAccess". Write arn:aws-cn:...',
      'permissionsBoundaryArn: is in partition aws-us-gov, but trustedPrincipalArn is in aws-cn, got "arn:aws-us-gov:iam::123456789012:policy/b". Write arn:aws-cn:...',
    ]);
  });

  test("refuses policies that are longer than AWS takes", async () => {
    const long = { Effect: "Allow" as const, Action: "s3:GetObject", Resource: `arn:aws:s3:::${"x".repeat(10240)}` };
    const path = `/${"p".repeat(500)}/`;
    expect(
      () =>
        new AssumableRole("deploy", {
          trustedPrincipalArn: trustedPrincipalArn.replace("user/", `user${path}`),
          sessionTags: true,
          externalId: "x".repeat(1224),
          policyDocument: { Version: "2012-10-17", Statement: [long] },
        }),
    ).toThrow(
      [
        'AssumableRole "deploy": 2 invalid arguments:',
        "  - policyDocument: the policy must have at most 10240 characters without white space, it has 10348.",
        "  - externalId: the trust policy must have at most 2048 characters without white space, it has 2589.",
      ].join("\n"),
    );
  });

  test("holds what is only known later against the same rules", async () => {
    const failures = await laterFailures(() => {
      new AssumableRole("deploy", { trustedPrincipalArn: pulumi.output("*") });
    });
    expect(failures).toEqual([
      'AssumableRole "deploy": invalid argument: trustedPrincipalArn: must be the ARN of one IAM user or role, got "*". ' +
        "Give it RootCredential.principalArn: an account or * would trust more than Vault.",
    ]);
    expect(mocks.children()).toEqual([]);
  });
});

describe("AssumableRole warns", () => {
  afterEach(async () => {
    vi.restoreAllMocks();
    await registrationsDone();
  });

  test("of what is too broad, once", async () => {
    mockAws();
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const deploy = new AssumableRole("deploy", {
      trustedPrincipalArn,
      policyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
      policyDocument: { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "iam:PassRole", Resource: "*" } },
    });
    await valueOf(deploy.arn);
    const fix = "Name the actions and resources that the task needs, or set a permissions boundary.";
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      'AssumableRole "deploy": policyDocument: whoever reads these credentials can hand any role to a service and work through it. ' +
        fix,
      `AssumableRole "deploy": policyArns[0]: whoever reads these credentials can do everything in the account. ${fix}`,
    ]);
  });
});

describe("AssumableRole at preview", () => {
  test("registers the role while the principal is not known yet", async () => {
    const mocks = mockAws({ preview: true });
    const root = new iam.User("root");
    const deploy = new AssumableRole("deploy", { trustedPrincipalArn: root.arn });
    expect(await isKnownOutput(deploy.trustPolicy)).toBe(false);
    expect(await isKnownOutput(deploy.arn)).toBe(false);
    await registrationsDone();
    expect(mocks.children().map(({ name }) => name)).toEqual(["deploy-role", "root"]);
  });

  test("knows the ARN of a role whose name is given, by account and path", async () => {
    mockAws({ preview: true, partition: "aws-us-gov" });
    const trusted = trustedPrincipalArn.replace("aws", "aws-us-gov");
    const arnOf = (args: Partial<AssumableRoleArgs>) =>
      valueOf(new AssumableRole("deploy", { trustedPrincipalArn: trusted, ...args }).arn);
    const here = "arn:aws-us-gov:iam::123456789012:role";
    expect(await arnOf({ roleName: "deployer" })).toBe(`${here}/deployer`);
    expect(await arnOf({ roleName: pulumi.output("deployer"), path: "/p/" })).toBe(`${here}/p/deployer`);
    expect(await arnOf({ transform: { role: (args) => ({ ...args, name: "mine" }) } })).toBe(`${here}/mine`);
    await registrationsDone();
  });

  test("lets a RootCredential judge its trust policy, where the name is given", async () => {
    mockAws({ preview: true });
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    const deploy = new AssumableRole("deploy", { trustedPrincipalArn, roleName: "deployer", externalId: "platform" });
    const trustPolicies = pulumi.all([deploy.arn, deploy.trustPolicy]).apply(([arn, policy]) => ({ [arn]: policy }));
    const roleArns = [deploy.arn];
    new RootCredential("vault", {
      userName: "root-of-vault",
      roles: { deploy: { credentialType: "assumed_role", roleArns } },
      trustPolicies,
    });
    await vi.waitFor(() => expect(error).toHaveBeenCalled());
    await registrationsDone();
    expect(error.mock.calls.map(([message]) => message)).toEqual([
      'RootCredential "vault": invalid argument: roles.deploy.roleArns[0]: the trust policy of arn:aws:iam::123456789012:role/deployer asks for ' +
        "an external ID (sts:ExternalId), the role sends none. Set externalId.",
    ]);
    error.mockRestore();
  });
});
