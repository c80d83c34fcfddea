import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AssumableRole, type AssumableRoleArgs } from "../../../src/iam/assumableRole.js";
import { RootCredential } from "../../../src/iam/rootCredential.js";
import type { RootCredentialArgs } from "../../../src/iam/rootCredentialArgs.js";
import { valueOf } from "../../support/outputs.js";
import { accountId, laterFailures, mockAws, registrationsDone, type AwsMocks } from "./support/awsMocks.js";

const here = `arn:aws:iam::${accountId}`;
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
const policyOf = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const allowAll = policyOf({ Effect: "Allow", Action: "*", Resource: "*" });
const users = { deploy: { credentialType: "iam_user" as const, policyArns: [readOnly] } };
const trustPolicy = policyOf({
  Effect: "Allow",
  Principal: { Service: "ec2.amazonaws.com" },
  Action: "sts:AssumeRole",
});

let mocks: AwsMocks;
beforeEach(() => {
  mocks = mockAws();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await registrationsDone();
});

async function failuresOf(args: RootCredentialArgs): Promise<string[]> {
  const failures = await laterFailures(() => {
    try {
      new RootCredential("vault", args);
    } catch (error) {
      if (error instanceof Error) {
        void Promise.reject(error);
      }
    }
  });
  return failures.map((message) => message.replace(/^RootCredential "vault": /, ""));
}

/** The paths of the errors. */
async function pathsOf(args: RootCredentialArgs): Promise<string[]> {
  const [failure = ""] = await failuresOf(args);
  return [...failure.matchAll(/(?:invalid argument: |^ {2}- )(\S+): /gm)].map(([, path]) => path ?? "");
}

async function warningsOf(args: RootCredentialArgs): Promise<string[]> {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  await valueOf(new RootCredential("vault", args).readyArn);
  await registrationsDone();
  const messages = warn.mock.calls.map(([message]) => message);
  warn.mockRestore();
  return messages;
}

describe("a transform of the user", () => {
  test("names it, and the policies follow", async () => {
    const root = new RootCredential("vault", {
      rotateRoot: true,
      seedKey: false,
      transform: { user: (args) => ({ ...args, name: "engine", path: "/p/" }) },
    });
    expect(await valueOf(root.readyArn)).toBe(`${here}:user/p/engine`);
    expect(mocks.inputsOf("vault-policy")["policy"]).toContain(`"${here}:user/p/engine"`);
  });

  test.each<[string, RootCredentialArgs, string[]]>([
    ["into its own grant", { transform: { user: (args) => ({ ...args, name: "vault-root" }) } }, ["userName"]],
    [
      "into its own grant, by an output",
      { transform: { user: (args) => ({ ...args, name: late("vault-root") }) } },
      ["userName"],
    ],
    ["into its own grant, by its path", { transform: { user: (args) => ({ ...args, path: "/vault-x/" }) } }, ["path"]],
    [
      "into a static role",
      { staticRoles: { s: { username: "svc" } }, transform: { user: (args) => ({ ...args, name: "svc" }) } },
      ["staticRoles.s.username"],
    ],
    ["without a name", { transform: { user: ({ name: _name, ...args }) => args } }, ["transform.user.name"]],
    [
      "within a boundary that does not allow what Vault needs",
      { roles: users, transform: { user: (args) => ({ ...args, permissionsBoundary: readOnly }) } },
      ["roles.deploy", "roles.deploy.policyArns[0]", "roles.deploy", "roles.deploy", "rotateRoot"],
    ],
  ])("is rejected: %s", async (_what, args, paths) => {
    expect(await pathsOf({ seedKey: false, rotateRoot: true, ...args })).toEqual(paths);
    expect(mocks.children()).toEqual([]);
  });
});

describe("a transform of the role", () => {
  const identity = { identity: "role" as const, trustPolicy };
  const everybody = policyOf({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" });

  test.each<[string, NonNullable<RootCredentialArgs["transform"]>["role"], string[]]>([
    [
      "a trust policy that lets everybody in",
      (args) => ({ ...args, assumeRolePolicy: everybody }),
      ["transform.role.assumeRolePolicy.Statement[0].Principal"],
    ],
    [
      "a trust policy that AWS rejects",
      (args) => ({ ...args, assumeRolePolicy: policyOf({ Effect: "Allow", NotPrincipal: "*", Action: "sts:*" }) }),
      ["transform.role.assumeRolePolicy.Statement[0].NotPrincipal"],
    ],
    [
      "a managed policy with every right",
      (args) => ({ ...args, managedPolicyArns: [admin] }),
      ["transform.role.managedPolicyArns"],
    ],
    [
      "an inline policy with every right",
      (args) => ({ ...args, inlinePolicies: [{ name: "all", policy: late(allowAll) }] }),
      ["transform.role.inlinePolicies"],
    ],
    ["no name", ({ name: _name, ...args }) => args, ["transform.role.name"]],
  ])("is rejected with %s", async (_what, role, paths) => {
    expect(await pathsOf({ ...identity, transform: { role } })).toEqual(paths);
  });

  test("is analysed at preview", async () => {
    mocks = mockAws({ preview: true });
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    new RootCredential("vault", {
      ...identity,
      transform: { role: (args) => ({ ...args, assumeRolePolicy: late(everybody) }) },
    });
    await vi.waitFor(() => expect(error).toHaveBeenCalled());
    await registrationsDone();
    expect(error.mock.calls[0]?.[0]).toContain(
      "transform.role.assumeRolePolicy.Statement[0].Principal: lets every AWS account",
    );
  });
});

describe("a transform of the policy", () => {
  const grant = (args: iam.PolicyArgs, ...more: object[]) =>
    pulumi.output(args.policy).apply((text) => {
      const document = JSON.parse(text as string) as { Statement: object[] };
      return JSON.stringify({ ...document, Statement: [...document.Statement, ...more] });
    });

  test("may add statements", async () => {
    const extra = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };
    const root = new RootCredential("vault", {
      roles: users,
      transform: { policy: (args) => ({ ...args, policy: grant(args, extra) }) },
    });
    await valueOf(root.readyArn);
    await registrationsDone();
    expect(mocks.inputsOf("vault-policy")["policy"]).toContain("s3:GetObject");
  });

  test.each<[string, (args: iam.PolicyArgs) => iam.PolicyArgs, string[]]>([
    [
      "rights on the root user itself",
      (args) => ({
        ...args,
        policy: grant(args, {
          Effect: "Allow",
          Action: "iam:PutUserPolicy",
          Resource: `${here}:user/\${aws:username}`,
        }),
      }),
      ["transform.policy"],
    ],
    ["every right", (args) => ({ ...args, policy: allowAll }), ["transform.policy"]],
    [
      "a document that AWS rejects",
      (args) => ({ ...args, policy: policyOf({ Effect: "allow", Action: "s3:*", Resource: "*" }) }),
      ["transform.policy.Statement[0].Effect"],
    ],
    [
      "a resource that is no ARN",
      (args) => ({ ...args, policy: policyOf({ Effect: "Allow", Action: "s3:*", Resource: "bucket" }) }),
      ["transform.policy.Statement[0].Resource"],
    ],
    [
      "less than the roles need",
      (args) => ({ ...args, policy: policyOf({ Effect: "Allow", Action: "iam:Create*", Resource: "*" }) }),
      [
        "transform.policy",
        "transform.policy",
        "transform.policy",
        "transform.policy",
        "roles.deploy.policyArns[0]",
        "roles.deploy",
      ],
    ],
  ])("is rejected with %s", async (_what, policy, paths) => {
    expect(await pathsOf({ roles: users, transform: { policy } })).toEqual(paths);
    expect(mocks.children().map(({ name }) => name)).not.toContain("vault-policy");
  });
});

describe("a transform of an attachment or a key", () => {
  test("is warned of, and what it attaches is analysed", async () => {
    const attaching = (policyArn: string): RootCredentialArgs => ({
      roles: users,
      transform: { userPolicyAttachment: (args) => ({ ...args, policyArn }) },
    });
    expect(await warningsOf(attaching(readOnly))).toEqual([
      'RootCredential "vault": transform.userPolicyAttachment: changes which policy vault-attachment attaches, or to whom: the analysis takes ' +
        "the original one as attached to the root credential. Use additionalPolicyArns to attach further policies.",
    ]);
    mocks = mockAws();
    expect(await pathsOf(attaching(admin))).toEqual(["transform.userPolicyAttachment"]);
  });

  test("is warned of where the key is another user's", async () => {
    expect(await warningsOf({ transform: { accessKey: (args) => ({ ...args, user: "somebody" }) } })).toEqual([
      'RootCredential "vault": transform.accessKey.user: makes the key for another user than the root user: the analysis does not know what ' +
        "that user may do. Leave user as it is, and name the root user by userName.",
    ]);
    expect(await warningsOf({ transform: { accessKey: (args) => ({ ...args, status: "Active" }) } })).toEqual([]);
  });
});

describe("a transform of an AssumableRole", () => {
  const trustedPrincipalArn = `${here}:user/root`;

  test("is analysed for what its sessions may do, outputs included", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const deploy = new AssumableRole("deploy", {
      trustedPrincipalArn,
      policyArns: [late(admin), readOnly],
      policyDocument: policyOf({ Effect: "Allow", Action: "s3:*", Resource: "*" }),
      transform: {
        role: (args) => ({ ...args, inlinePolicies: [{ name: "a", policy: allowAll }], managedPolicyArns: [admin] }),
        rolePolicy: (args) => ({ ...args, policy: allowAll }),
      },
    });
    await valueOf(deploy.arn);
    await registrationsDone();
    expect(warn.mock.calls.map(([message]) => message.replace(/ Name the actions.*/, "")).sort()).toEqual(
      [
        "policyArns[0]",
        "transform.role.inlinePolicies",
        "transform.role.managedPolicyArns",
        "transform.rolePolicy",
      ].map(
        (path) => `AssumableRole "deploy": ${path}: whoever reads these credentials can do everything in the account.`,
      ),
    );
  });

  test.each<[string, AssumableRoleArgs["transform"], string]>([
    [
      "a key given twice",
      { rolePolicy: (args) => ({ ...args, policy: allowAll.replace("{", '{"Version":"2012-10-17",') }) },
      "transform.rolePolicy.Version: is given twice: JSON keeps only the last of them. Merge the two.",
    ],
    [
      "an output that AWS rejects",
      {
        rolePolicy: (args) => ({ ...args, policy: late(policyOf({ Effect: "allow", Action: "s3:*", Resource: "*" })) }),
      },
      'transform.rolePolicy.Statement[0].Effect: must be "Allow" or "Deny", got "allow".',
    ],
    [
      "inline policies that are no JSON",
      { role: (args) => ({ ...args, inlinePolicies: [{ name: "a", policy: "{" }] }) },
      'transform.role.inlinePolicies[0]: must be JSON, got "{".',
    ],
    [
      "a trust policy of identities",
      { role: (args) => ({ ...args, assumeRolePolicy: allowAll }) },
      "transform.role.assumeRolePolicy.Statement[0]",
    ],
    [
      "a trust policy of somebody else alone",
      {
        role: (args) => ({
          ...args,
          assumeRolePolicy: policyOf({
            Effect: "Allow",
            Principal: { AWS: `${here}:user/other` },
            Action: "sts:AssumeRole",
          }),
        }),
      },
      `transform.role.assumeRolePolicy: does not let ${trustedPrincipalArn} in (sts:AssumeRole). Keep the statements of the original policy, and add others.`,
    ],
  ])("is rejected with %s", async (_what, transform, line) => {
    const args = { trustedPrincipalArn, policyDocument: policyOf({ Effect: "Allow", Action: "s3:*", Resource: "*" }) };
    const failures = await laterFailures(() => {
      try {
        new AssumableRole("deploy", { ...args, transform });
      } catch (error) {
        if (error instanceof Error) {
          void Promise.reject(error);
        }
      }
    });
    expect(failures.join("\n")).toContain(line);
  });

  test("within a boundary is not warned of", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const deploy = new AssumableRole("deploy", {
      trustedPrincipalArn,
      policyArns: [admin],
      transform: { role: (args) => ({ ...args, permissionsBoundary: `${here}:policy/b` }) },
    });
    await valueOf(deploy.arn);
    expect(warn).not.toHaveBeenCalled();
  });

  test("is rejected where it lets everybody in, and its trust policy is the one that the role gets", async () => {
    const trusting = (Principal: unknown) => policyOf({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
    const roleOf = (assumeRolePolicy: string) =>
      new AssumableRole("deploy", {
        trustedPrincipalArn,
        transform: { role: (args) => ({ ...args, assumeRolePolicy }) },
      });
    const mine = trusting({ AWS: trustedPrincipalArn });
    expect(await valueOf(roleOf(mine).trustPolicy)).toBe(mine);
    await registrationsDone();
    expect(mocks.inputsOf("deploy-role")["assumeRolePolicy"]).toBe(mine);
    expect(await laterFailures(() => roleOf(trusting({ AWS: "*" })))).toEqual([
      'AssumableRole "deploy": invalid argument: transform.role.assumeRolePolicy.Statement[0].Principal: lets every AWS account assume the ' +
        "role, and with it have its rights. Name who may assume it.",
    ]);
  });
});
