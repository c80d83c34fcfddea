import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import type { PolicyStatement } from "../../../src/aws/policyDocument.js";
import { AssumableRole } from "../../../src/iam/assumableRole.js";
import { RootCredential } from "../../../src/iam/rootCredential.js";
import type { RootCredentialArgs } from "../../../src/iam/rootCredentialArgs.js";
import { accountId, mockAws, registrationsDone } from "./support/awsMocks.js";

/** What a preview shows of policies in whatever form and spelling they are given. */

const here = `arn:aws:iam::${accountId}`;
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
const users: RootCredentialArgs["roles"] = { d: { credentialType: "iam_user", policyArns: [readOnly] } };
const assumed: RootCredentialArgs["roles"] = { d: { credentialType: "assumed_role", roleArns: [`${here}:role/x`] } };

/** The errors and warnings of a preview, as `error path`. */
async function shown(program: () => void): Promise<string[]> {
  mockAws({ preview: true });
  const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const thrown: string[] = [];
  try {
    program();
  } catch (failure) {
    thrown.push((failure as Error).message);
  }
  await registrationsDone();
  await registrationsDone();
  const pathsOf = (severity: string, messages: readonly string[]) =>
    messages.flatMap((message) =>
      [...message.matchAll(/(?:invalid argument: |^ {2}- |^\w+ "\w+": (?!\d|invalid))(\S+?): /gm)].map(
        ([, path]) => `${severity} ${path}`,
      ),
    );
  const found = [
    ...pathsOf("error", [...thrown, ...error.mock.calls.map(([message]) => message)]),
    ...pathsOf(
      "warning",
      warn.mock.calls.map(([message]) => message),
    ),
  ];
  vi.restoreAllMocks();
  return [...new Set(found)];
}

const ofRoot = (args: RootCredentialArgs) => shown(() => new RootCredential("v", { userName: "root", ...args }));
const allow = (more: Partial<PolicyStatement>): PolicyStatement => ({ Effect: "Allow", Resource: "*", ...more });
const deny = (more: Partial<PolicyStatement>): PolicyStatement => ({ ...allow(more), Effect: "Deny" });

describe("extra statements at preview", () => {
  test.each<[string, PolicyStatement, string[]]>([
    [
      "wildcards within an action",
      allow({ Action: "iam:*User*" }),
      ["error extraStatements[0]", "warning extraStatements[0]"],
    ],
    ["? in an action", allow({ Action: "iam:?ttachUserPolicy" }), ["error extraStatements[0]"]],
    ["capitals", allow({ Action: "IAM:PUTUSERPOLICY" }), ["error extraStatements[0]"]],
    ["NotAction", allow({ NotAction: ["s3:*", "ec2:*"] }), ["error extraStatements[0]"]],
    [
      "NotAction of all but one",
      allow({ NotAction: ["iam:Get*", "iam:List*"] }),
      ["error extraStatements[0]", "warning extraStatements[0]"],
    ],
    [
      "NotResource",
      allow({ Action: "iam:PutUserPolicy", Resource: undefined, NotResource: "arn:aws:s3:::*" }),
      ["error extraStatements[0]"],
    ],
    [
      "every partition and account",
      allow({ Action: "iam:PutUserPolicy", Resource: "arn:*:iam::*:user/*" }),
      ["error extraStatements[0]"],
    ],
    [
      "? in a resource",
      allow({ Action: "iam:PutUserPolicy", Resource: `${here}:user/roo?` }),
      ["error extraStatements[0]", "warning extraStatements[0]"],
    ],
    ["Vault's own users only", allow({ Action: "iam:*", Resource: "arn:*:iam::*:user/vault-*" }), []],
    [
      "itself by its ID",
      allow({ Action: "iam:PutUserPolicy", Condition: { StringLike: { "aws:userid": "AIDA*" } } }),
      ["error extraStatements[0]"],
    ],
    [
      "a condition only AWS knows",
      allow({ Action: "iam:PutUserPolicy", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
      ["warning extraStatements[0]"],
    ],
    [
      "a condition that never holds",
      allow({ Action: "iam:PutUserPolicy", Condition: { StringEquals: { "aws:username": "other" } } }),
      [],
    ],
    [
      "MFA, which a key never has",
      allow({ Action: "iam:PutUserPolicy", Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }),
      [],
    ],
    [
      "an operator in another spelling",
      allow({ Action: "s3:*", Condition: { StringEqualsIgnorecases: { "aws:username": "x" } } }),
      ["error extraStatements[0].Condition.StringEqualsIgnorecases"],
    ],
  ])("%s", async (_what, statement, expected) => {
    expect(await ofRoot({ extraStatements: [statement] })).toEqual(expected);
    expect(await ofRoot({ extraStatements: late([statement]) })).toEqual(expected);
  });

  test.each<[string, RootCredentialArgs, PolicyStatement, string[]]>([
    ["in capitals", { roles: users }, deny({ Action: "IAM:CREATEUSER" }), ["error roles.d"]],
    [
      "in every account",
      { roles: users },
      deny({ Action: "iam:CreateUser", Resource: "arn:*:iam::*:user/vault-*" }),
      ["error roles.d"],
    ],
    [
      "by the account as a variable",
      { roles: users },
      deny({ Action: "iam:CreateUser", Resource: "arn:aws:iam::${aws:PrincipalAccount}:user/vault-*" }),
      ["error roles.d"],
    ],
    ["by NotAction", { roles: users }, deny({ NotAction: "s3:*" }), ["error roles.d", "error roles.d.policyArns[0]"]],
    [
      "by NotResource",
      { roles: users },
      deny({ Action: "iam:*", Resource: undefined, NotResource: `${here}:user/app-*` }),
      ["error roles.d", "error roles.d.policyArns[0]"],
    ],
    [
      "of its own name",
      { rotateRoot: true, seedKey: false },
      deny({ Action: "iam:CreateAccessKey", Resource: `${here}:user/\${aws:username}` }),
      ["error rotateRoot"],
    ],
    [
      "unless a key is there that is not",
      { roles: users },
      deny({ Action: "iam:CreateUser", Condition: { StringNotEquals: { "aws:RequestTag/team": "a" } } }),
      ["error roles.d"],
    ],
    [
      "unless the boundary is set",
      { roles: users },
      deny({
        Action: "iam:CreateUser",
        Condition: { StringNotEquals: { "iam:PermissionsBoundary": `${here}:policy/b` } },
      }),
      ["error roles.d"],
    ],
    [
      "in another region",
      { roles: users },
      deny({ Action: "*", Condition: { StringNotEquals: { "aws:RequestedRegion": "eu-west-1" } } }),
      ["error roles.d", "error roles.d.policyArns[0]"],
    ],
    [
      "in another region than IAM's",
      { roles: users },
      deny({ Action: "*", Condition: { StringNotEquals: { "aws:RequestedRegion": ["eu-west-1", "us-east-1"] } } }),
      [],
    ],
    [
      "in another region, but for IAM",
      { roles: users },
      deny({
        Action: undefined,
        NotAction: ["iam:*", "sts:*"],
        Condition: { StringNotEquals: { "aws:RequestedRegion": "eu-west-1" } },
      }),
      [],
    ],
    [
      "without TLS, which Vault never does",
      { roles: users },
      deny({ Action: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      [],
    ],
    ["of others", { roles: users }, deny({ Action: "iam:*", Resource: `${here}:user/app-*` }), []],
    [
      "through services",
      { roles: users },
      deny({ Action: "*", Condition: { Bool: { "aws:ViaAWSService": "true" } } }),
      [],
    ],
  ])("Deny %s", async (_what, args, statement, expected) => {
    expect(await ofRoot({ ...args, extraStatements: [statement] })).toEqual(expected);
    expect(await ofRoot({ ...args, extraStatements: late([statement]) })).toEqual(expected);
  });
});

describe("policies at preview, in whatever form they are given", () => {
  const text = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });

  test("a boundary without STS", async () => {
    const boundary = `${here}:policy/b`;
    const document = text({ Effect: "Allow", Action: "iam:*", Resource: "*" });
    for (const policyDocuments of [
      { [boundary]: document },
      { [boundary]: late(document) },
      late({ [boundary]: document }),
    ]) {
      expect(await ofRoot({ roles: assumed, permissionsBoundaryArn: boundary, policyDocuments })).toEqual([
        "error roles.d.roleArns[0]",
      ]);
    }
    expect(
      await ofRoot({
        roles: assumed,
        permissionsBoundaryArn: late(boundary),
        policyDocuments: { [boundary]: document },
      }),
    ).toEqual(["error roles.d.roleArns[0]"]);
  });

  test("additional policies, as outputs", async () => {
    expect(await ofRoot({ additionalPolicyArns: [late(readOnly), late(admin)] })).toEqual([
      "error additionalPolicyArns[1]",
    ]);
    expect(await ofRoot({ roles: { f: { credentialType: "federation_token", policyArns: [late(admin)] } } })).toEqual([
      "error roles.f.policyArns[0]",
    ]);
  });

  test("policies of roles, as texts, objects, promises and outputs", async () => {
    const statement = { Effect: "Allow" as const, Action: "iam:*", Resource: "*" };
    const document: iam.PolicyDocument = { Version: "2012-10-17", Statement: [statement] };
    const role = (policyDocument: unknown): RootCredentialArgs => ({
      roles: { d: { credentialType: "iam_user", policyDocument: policyDocument as string } },
    });
    for (const policy of [
      text(statement),
      document,
      late(text(statement)),
      late(document),
      Promise.resolve(text(statement)),
      { Version: "2012-10-17", Statement: [{ ...statement, Action: late("iam:*") }] },
    ]) {
      expect(await ofRoot(role(policy))).toEqual(["warning roles.d.policyDocument"]);
    }
    for (const policy of ["{", late("{"), late(text({ Effect: "allow", Action: "s3:*", Resource: "*" }))]) {
      const [found, ...others] = await ofRoot(role(policy));
      expect(found).toMatch(/^error roles\.d\.policyDocument/);
      expect(others).toEqual([]);
    }
  });

  test("policies of assumable roles", async () => {
    const trustedPrincipalArn = `${here}:user/root`;
    const of = (policyDocument: unknown) =>
      shown(() => new AssumableRole("v", { trustedPrincipalArn, policyDocument: policyDocument as string }));
    const everything = text({ Effect: "Allow", Action: "*", Resource: "*" });
    for (const policy of [everything, late(everything), Promise.resolve(everything)]) {
      expect(await of(policy)).toEqual(["warning policyDocument"]);
    }
  });
});

describe("what is not known at preview", () => {
  const unknown = <T>() => pulumi.output(pulumi.unknown as unknown as T);

  test("is left out, and does not hide what is known", async () => {
    expect(
      await ofRoot({ roles: users, path: unknown<string>(), extraStatements: unknown<PolicyStatement[]>() }),
    ).toEqual([]);
    expect(await ofRoot({ roles: users, additionalPolicyArns: [unknown<string>(), admin] })).toEqual([
      "error additionalPolicyArns[1]",
    ]);
    expect(
      await ofRoot({
        permissions: "documented",
        roles: {
          d: {
            credentialType: "iam_user",
            iamGroups: ["devs"],
            userPath: unknown<string>(),
            iamTags: unknown<Record<string, string>>(),
          },
        },
      }),
    ).toEqual([]);
    expect(
      await ofRoot({
        extraStatements: [deny({ Action: "sts:*" })],
        roles: { d: { credentialType: "assumed_role", roleArns: [unknown<string>(), late(`${here}:role/x`)] } },
      }),
    ).toEqual(["error roles.d.roleArns[1]"]);
  });
});
