import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RootCredential } from "../../../src/iam/rootCredential.js";
import type { RootCredentialArgs } from "../../../src/iam/rootCredentialArgs.js";
import { valueOf } from "../../support/outputs.js";
import { accountId, laterFailures, mockAws, registrationsDone } from "./support/awsMocks.js";

const deploy = `arn:aws:iam::${accountId}:role/deploy`;
const trustOf = (entity: string) => ({
  Version: "2012-10-17" as const,
  Statement: [
    {
      Effect: "Allow" as const,
      Principal: { AWS: `arn:aws:iam::${accountId}:${entity}` },
      Action: "sts:AssumeRole",
    },
  ],
});
const assumed = { deploy: { credentialType: "assumed_role" as const, roleArns: [deploy] } };
const late = <T>(value: T) => pulumi.output(Promise.resolve(value));

describe("an argument of RootCredential that is an output", () => {
  beforeEach(() => {
    mockAws();
  });
  afterEach(registrationsDone);

  const right: [string, RootCredentialArgs][] = [
    ["path", { path: late("/vault/") }],
    ["path of a role", { identity: "role", trustPolicy: trustOf("root"), path: late("/vault/") }],
    [
      "userName, in a trust policy",
      { userName: late("root-x"), roles: assumed, trustPolicies: { [deploy]: trustOf("user/root-x") } },
    ],
    [
      "path and userName, in a trust policy",
      {
        userName: late("root-x"),
        path: late("/v/"),
        roles: assumed,
        trustPolicies: { [deploy]: trustOf("user/v/root-x") },
      },
    ],
    [
      "roleName, in a trust policy",
      {
        identity: "role",
        trustPolicy: trustOf("root"),
        roleName: late("vr"),
        roles: assumed,
        trustPolicies: { [deploy]: trustOf("role/vr") },
      },
    ],
    [
      "userName, in a grant on itself",
      {
        userName: late("root-x"),
        permissions: "documented",
        rotateRoot: true,
        extraStatements: [
          {
            Effect: "Allow",
            Action: ["iam:GetUser", "iam:CreateAccessKey", "iam:DeleteAccessKey"],
            Resource: `arn:aws:iam::${accountId}:user/root-x`,
          },
        ],
      },
    ],
    ["username of a static role", { staticRoles: { s: { username: late("svc") } } }],
    ["assumeRoleArns", { assumeRoleArns: late([deploy]) }],
    ["a group", { roles: { d: { credentialType: "iam_user", iamGroups: [late("devs")] } } }],
    ["tags", { tags: late({ team: "platform" }) }],
    ["userPath", { roles: { d: { credentialType: "iam_user", iamGroups: ["devs"], userPath: late("/x/") } } }],
  ];

  test.each(right)("delays the check of %s, and the update passes", async (_, args) => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const root = new RootCredential("vault", args);
    expect(await valueOf(root.readyArn)).toMatch(/^arn:aws:iam::123456789012:(user|role)\//);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([]);
    warn.mockRestore();
  });

  test("does not delay the check of what is known", async () => {
    const failures = await laterFailures(() => {
      new RootCredential("vault", {
        userName: late("root-x"),
        path: late("/v/"),
        permissions: "documented",
        roles: { d: { credentialType: "iam_user", iamGroups: ["devs"] } },
      });
    });
    expect(failures.join("\n")).toMatch(
      /^RootCredential "vault": 2 invalid arguments:\n {2}- roles\.d\.iamGroups\[0\]: iam:AddUserToGroup/,
    );
  });
});

describe("a preview", () => {
  afterEach(registrationsDone);

  test("checks what it knows of outputs beside what it does not know, and shows each error once", async () => {
    mockAws({ preview: true });
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    new RootCredential("vault", {
      path: late("vault"),
      permissionsBoundaryArn: pulumi.output(pulumi.unknown as unknown as string),
      userName: late("root x"),
    });
    await vi.waitFor(() => expect(error).toHaveBeenCalled());
    await registrationsDone();
    expect(error.mock.calls.map(([message]) => message)).toEqual([
      'RootCredential "vault": 2 invalid arguments:\n' +
        '  - userName: must have 1 to 64 characters out of letters, digits and _+=,.@-, got "root x".\n' +
        '  - path: must be / or begin and end with /, got "vault". Write it as /platform/.',
    ]);
    error.mockRestore();
  });

  test("reports findings about known outputs beside unknown ones", async () => {
    mockAws({ preview: true });
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    new RootCredential("vault", {
      path: pulumi.output(pulumi.unknown as unknown as string),
      permissions: "documented",
      roles: { d: { credentialType: "iam_user", iamGroups: [late("devs")] } },
    });
    await vi.waitFor(() => expect(error).toHaveBeenCalled());
    await registrationsDone();
    expect(error).toHaveBeenCalledOnce();
    expect(error.mock.calls[0]?.[0]).toContain("roles.d.iamGroups[0]: iam:AddUserToGroup");
    error.mockRestore();
  });
});
