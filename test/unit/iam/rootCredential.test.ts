import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RootCredential } from "../../../src/iam/rootCredential.js";
import type { RootCredentialArgs } from "../../../src/iam/rootCredentialArgs.js";
import { derivedRootPolicy, documentedRootPolicy } from "../../../src/iam/policies/rootPolicy.js";
import { seedKeyProblem } from "../../../src/iam/seedKeyGuard.js";
import { isKnownOutput, isSecret, valueOf } from "../../support/outputs.js";
import { accountId, laterFailures, mockAws, registrationsDone, type AwsMocks } from "./support/awsMocks.js";

const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const oidcProviderArn = `arn:aws:iam::${accountId}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC`;
// The first 8 digits of sha256("platform\nprod\nvault").
const defaultName = "root-vault-2abd9f99";
const defaultArn = `arn:aws:iam::${accountId}:user/${defaultName}`;
const identity = { partition: "aws", accountId };

async function made(args: RootCredentialArgs = {}): Promise<RootCredential> {
  const root = new RootCredential("vault", args);
  await valueOf(root.readyArn);
  await registrationsDone();
  return root;
}

/** The message of what is thrown, all of it. */
function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

function policyOf(mocks: AwsMocks, name = "vault-policy"): unknown {
  return JSON.parse(mocks.inputsOf(name)["policy"] as string);
}

describe("RootCredential", () => {
  let mocks: AwsMocks;
  beforeEach(() => {
    mocks = mockAws();
  });
  afterEach(registrationsDone);

  test("is a user with a key, whose name never begins with vault-", async () => {
    const root = await made({ roles: { deploy: { credentialType: "iam_user", policyArns: [readOnly] } } });
    expect(await valueOf(root.userName as pulumi.Output<string>)).toBe(defaultName);
    expect(await valueOf(root.userArn as pulumi.Output<string>)).toBe(defaultArn);
    expect(await valueOf(root.principalArn)).toBe(defaultArn);
    expect(await valueOf(root.accessKeyId as pulumi.Output<string>)).toBe("AKIA-vault-key-1");
    expect(await valueOf(root.secretAccessKey as pulumi.Output<string>)).toBe("secret of vault-key-1");
    expect(root.role).toBeUndefined();
    expect(mocks.registered[0]).toEqual({ type: "kubevault-aws:index:RootCredential", name: "vault", inputs: {} });
    expect(mocks.children()).toEqual([
      {
        type: "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        name: "vault-attachment",
        inputs: { user: defaultName, policyArn: `arn:aws:iam::${accountId}:policy/vault-policy-0a1b2c3` },
      },
      { type: "aws:iam/accessKey:AccessKey", name: "vault-key-1", inputs: { user: defaultName } },
      {
        type: "aws:iam/policy:Policy",
        name: "vault-policy",
        inputs: {
          description: "What Vault's AWS secrets engine may do",
          policy: JSON.stringify(
            derivedRootPolicy({
              ...identity,
              principalArn: defaultArn,
              roles: { deploy: { credentialType: "iam_user", policyArns: [readOnly] } },
            }),
          ),
        },
      },
      { type: "aws:iam/user:User", name: "vault-user", inputs: { name: defaultName, forceDestroy: false } },
    ]);
    expect(await valueOf((root.user as pulumi.Resource).urn)).toBe(
      "urn:pulumi:prod::platform::kubevault-aws:index:RootCredential$aws:iam/user:User::vault-user",
    );
  });

  test("keeps the secret key secret, and nothing else", async () => {
    const root = await made();
    expect(await isSecret(root.secretAccessKey as pulumi.Output<string>)).toBe(true);
    expect(await isSecret(root.accessKeyId as pulumi.Output<string>)).toBe(false);
    expect(await isSecret(root.policy)).toBe(false);
  });

  test("makes no policy where nothing is needed", async () => {
    await made({ roles: { session: { credentialType: "session_token" } } });
    expect(mocks.children().map(({ name }) => name)).toEqual(["vault-key-1", "vault-user"]);
  });

  test("makes a new key for a new generation", async () => {
    await made({ keyGeneration: 2 });
    expect(mocks.children().map(({ name }) => name)).toEqual(["vault-key-2", "vault-user"]);
  });

  test("that rotates its key may do so, and is destroyed with keys that only Vault knows", async () => {
    await made({ rotateRoot: true });
    expect(mocks.inputsOf("vault-user")).toEqual({ name: defaultName, forceDestroy: true });
    expect(policyOf(mocks)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "RotateRoot",
          Effect: "Allow",
          Action: ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:GetUser"],
          Resource: [defaultArn],
        },
      ],
    });
  });

  test("grants the documented actions where asked, and extra statements besides", async () => {
    const extra = { Sid: "Extra", Effect: "Allow" as const, Action: "s3:GetObject", Resource: "*" };
    const root = await made({ permissions: "documented", extraStatements: [extra] });
    const documented = documentedRootPolicy(identity).Statement as unknown[];
    const expected = { Version: "2012-10-17", Statement: [...documented, extra] };
    expect(policyOf(mocks)).toEqual(expected);
    expect(JSON.parse(await valueOf(root.policy))).toEqual(expected);
  });

  test("attaches the managed policies of federation roles once each, and additional ones", async () => {
    await made({
      roles: {
        a: { credentialType: "federation_token", policyArns: [readOnly, pulumi.output(`${readOnly}2`)] },
        b: { credentialType: "federation_token", policyArns: [readOnly] },
        c: { credentialType: "iam_user", policyArns: [`${readOnly}3`] },
      },
      additionalPolicyArns: [`${readOnly}4`],
    });
    const attached = mocks
      .children()
      .filter(({ type }) => type.endsWith("UserPolicyAttachment"))
      .map(({ name, inputs }) => [name, inputs["policyArn"]]);
    expect(attached).toEqual([
      ["vault-additional-1", `${readOnly}4`],
      ["vault-attachment", `arn:aws:iam::${accountId}:policy/vault-policy-0a1b2c3`],
      ["vault-delegated-1", readOnly],
      ["vault-delegated-2", `${readOnly}2`],
    ]);
  });

  test("spreads permissions that are too long over several policies", async () => {
    const roleArns = Array.from({ length: 200 }, (_, index) => `arn:aws:iam::${accountId}:role/role-${index}`);
    await made({ roles: { many: { credentialType: "assumed_role", roleArns } } });
    expect(mocks.children().map(({ name }) => name)).toEqual([
      "vault-attachment",
      "vault-attachment-2",
      "vault-key-1",
      "vault-policy",
      "vault-policy-2",
      "vault-user",
    ]);
    const resources = ["vault-policy", "vault-policy-2"].flatMap((name) => {
      const { Statement } = policyOf(mocks, name) as { Statement: { Resource: string[] }[] };
      return Statement.flatMap((statement) => statement.Resource);
    });
    expect(resources.sort()).toEqual(roleArns.sort());
  });

  test("plans the number of policies before values are known", async () => {
    const roleArns = Array.from({ length: 50 }, (_, index) =>
      pulumi.output(`arn:aws:iam::${accountId}:role/r${index}`),
    );
    await made({ roles: { many: { credentialType: "assumed_role", roleArns } } });
    const policies = mocks.children().filter(({ type }) => type === "aws:iam/policy:Policy");
    expect(policies.map(({ name }) => name)).toEqual(["vault-policy", "vault-policy-2"]);
  });

  test("says what to do where more policies are needed than planned", async () => {
    const roleArns = Array.from({ length: 200 }, (_, index) => `arn:aws:iam::${accountId}:role/role-${index}`);
    const failures = await laterFailures(() => {
      new RootCredential("vault", { assumeRoleArns: pulumi.output(roleArns) });
    });
    expect(failures).toEqual([
      'RootCredential "vault": invalid argument: roles: need 2 managed policies, but 1 were planned from the values known at the start. ' +
        "Give roleArns, assumeRoleArns and iamGroups as plain lists, whose items may be outputs.",
    ]);
  });

  test("hands on names, paths, boundary and tags", async () => {
    await made({
      userName: "engine",
      path: "/platform/",
      permissionsBoundaryArn: `arn:aws:iam::${accountId}:policy/boundary`,
      forceDestroy: true,
      tags: { team: "platform" },
      rotateRoot: true,
    });
    expect(mocks.inputsOf("vault-user")).toEqual({
      name: "engine",
      path: "/platform/",
      forceDestroy: true,
      permissionsBoundary: `arn:aws:iam::${accountId}:policy/boundary`,
      tags: { team: "platform" },
    });
    expect(mocks.inputsOf("vault-policy")["tags"]).toEqual({ team: "platform" });
    expect(JSON.stringify(policyOf(mocks))).toContain(`arn:aws:iam::${accountId}:user/platform/engine`);
  });

  test("transforms have the last word on each child", async () => {
    await made({
      rotateRoot: true,
      transform: {
        user: (args) => ({ ...args, tags: { a: "b" } }),
        accessKey: (args) => ({ ...args, status: "Inactive" }),
        policy: (args) => ({ ...args, path: "/platform/" }),
        userPolicyAttachment: (args) => ({ ...args, policyArn: readOnly }),
      },
    });
    expect(mocks.inputsOf("vault-user")["tags"]).toEqual({ a: "b" });
    expect(mocks.inputsOf("vault-key-1")["status"]).toBe("Inactive");
    expect(mocks.inputsOf("vault-policy")["path"]).toBe("/platform/");
    expect(mocks.inputsOf("vault-attachment")["policyArn"]).toBe(readOnly);
  });

  test("tells the trust policy to hand to another account", async () => {
    const root = await made();
    expect(
      JSON.parse(await valueOf(root.trustPolicy({ externalId: pulumi.output("platform"), sessionTags: true }))),
    ).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "VaultAssumesRole",
          Effect: "Allow",
          Principal: { AWS: defaultArn },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": "platform" } },
        },
        { Sid: "VaultTagsSession", Effect: "Allow", Principal: { AWS: defaultArn }, Action: "sts:TagSession" },
      ],
    });
  });

  test("can be made before the roles that trust it", async () => {
    const [roleArn, resolveRoleArn] = pulumi.deferredOutput<string>();
    const root = new RootCredential("vault", {
      roles: { deploy: { credentialType: "assumed_role", roleArns: [roleArn] } },
    });
    resolveRoleArn(root.principalArn.apply(() => `arn:aws:iam::${accountId}:role/deploy`));
    await valueOf(root.readyArn);
    expect(policyOf(mocks)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AssumeRoles",
          Effect: "Allow",
          Action: ["sts:AssumeRole"],
          Resource: [`arn:aws:iam::${accountId}:role/deploy`],
        },
      ],
    });
  });
});

describe("RootCredential with the identity of a role", () => {
  let mocks: AwsMocks;
  beforeEach(() => {
    mocks = mockAws();
  });
  afterEach(registrationsDone);

  test("is taken by the ServiceAccount, and has no key", async () => {
    const root = await made({
      identity: "role",
      serviceAccount: { oidcProviderArn, namespace: "security", serviceAccountName: "vault" },
      roles: { deploy: { credentialType: "iam_user", policyArns: [readOnly] } },
      additionalPolicyArns: [`${readOnly}2`],
    });
    expect(mocks.children().map(({ type, name }) => [type, name])).toEqual([
      ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "vault-additional-1"],
      ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "vault-attachment"],
      ["aws:iam/policy:Policy", "vault-policy"],
      ["aws:iam/role:Role", "vault-role"],
    ]);
    const { assumeRolePolicy, ...role } = mocks.inputsOf("vault-role");
    expect(role).toEqual({ name: defaultName, description: "Vault's AWS secrets engine" });
    expect(JSON.parse(assumeRolePolicy as string)).toMatchObject({
      Statement: [{ Action: "sts:AssumeRoleWithWebIdentity", Principal: { Federated: oidcProviderArn } }],
    });
    expect(root.user ?? root.userName ?? root.userArn ?? root.accessKeyId ?? root.secretAccessKey).toBeUndefined();
    expect(await valueOf(root.principalArn)).toBe(`arn:aws:iam::${accountId}:role/${defaultName}`);
  });

  test("takes a trust policy of its own", async () => {
    const trustPolicy = {
      Version: "2012-10-17" as const,
      Statement: [{ Effect: "Allow" as const, Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
    };
    await made({ identity: "role", trustPolicy, transform: { role: (args) => ({ ...args, name: "mine" }) } });
    expect(mocks.inputsOf("vault-role")["assumeRolePolicy"]).toBe(JSON.stringify(trustPolicy));
    expect(mocks.inputsOf("vault-role")["name"]).toBe("mine");
  });

  test("refuses what only a role has", () => {
    expect(() => new RootCredential("vault", { roleName: "vault" })).toThrow(
      'RootCredential "vault": invalid argument: roleName: only serves identity "role". Set identity: "role", or leave it out.',
    );
    expect(mocks.children()).toEqual([]);
  });

  test("refuses what only a user can do", () => {
    expect(
      () =>
        new RootCredential("vault", {
          identity: "role",
          userName: "vault",
          rotateRoot: true,
          keyGeneration: 2,
          seedKey: false,
          forceDestroy: true,
          roles: { build: { credentialType: "federation_token" }, mfa: { credentialType: "session_token" } },
        }),
    ).toThrow(
      [
        'RootCredential "vault": 8 invalid arguments:',
        '  - serviceAccount: identity "role" needs exactly one of serviceAccount, trustPolicy and existingRoleArn. ' +
          "Give serviceAccount for Vault on EKS, existingRoleArn for a role that exists, trustPolicy for all else.",
        '  - userName: needs identity "user", got "vault".',
        '  - rotateRoot: needs identity "user": a role has no key to rotate, got true.',
        '  - keyGeneration: needs identity "user": a role has no key, got 2.',
        '  - seedKey: needs identity "user": a role has no key, got false.',
        '  - forceDestroy: needs identity "user": a role has no keys to delete, got true.',
        '  - roles.build.credentialType: needs identity "user": AWS gives these tokens to the keys of an IAM user alone, ' +
          'got "federation_token". Use assumed_role, or identity "user".',
        '  - roles.mfa.credentialType: needs identity "user": AWS gives these tokens to the keys of an IAM user alone, ' +
          'got "session_token". Use assumed_role, or identity "user".',
      ].join("\n"),
    );
    expect(mocks.children()).toEqual([]);
  });
});

describe("RootCredential refuses", () => {
  beforeEach(() => {
    mockAws();
  });
  afterEach(registrationsDone);

  const selfEscalation = (path: string, pattern: string, actual: string, prefix = "vault-") =>
    `RootCredential "vault": invalid argument: ${path}: must not match ${pattern}, the users that it may change: it could give ` +
    `itself any right, got "${actual}". Choose a name and path that do not begin with ${prefix}.`;

  test.each<[string, RootCredentialArgs, string]>([
    [
      "a user name within its own grant",
      { userName: "vault-root" },
      selfEscalation("userName", "user/vault-*", "user/vault-root"),
    ],
    [
      "a path within its own grant",
      { path: "/vault-x/" },
      selfEscalation("path", "user/vault-*", "user/vault-x/root-vault-2abd9f99"),
    ],
    [
      "a user among those of a role's path",
      { userName: "vault-root", path: "/p/", roles: { a: { credentialType: "iam_user", userPath: "/p/" } } },
      selfEscalation("userName", "user/p/vault-*", "user/p/vault-root"),
    ],
    [
      "its default name where the prefix covers it",
      { userNamePrefix: "root-" },
      selfEscalation("userName", "user/root-*", "user/root-vault-2abd9f99", "root-"),
    ],
    [
      "an empty prefix",
      { userNamePrefix: "", userName: "engine" },
      'RootCredential "vault": invalid argument: userNamePrefix: must have 1 to 32 characters out of letters, digits and _+=,.@-, got "". ' +
        "Without a prefix Vault could change every user of the account.",
    ],
    [
      "a generation below 1",
      { keyGeneration: 0 },
      'RootCredential "vault": invalid argument: keyGeneration: must be a whole number of at least 1, got 0.',
    ],
    [
      "a ServiceAccount for a user",
      { serviceAccount: { oidcProviderArn, namespace: "a", serviceAccountName: "b" } },
      'RootCredential "vault": invalid argument: serviceAccount: only serves identity "role". Set identity: "role", or leave it out.',
    ],
    [
      "a policy that is no JSON",
      { roles: { "a b": { credentialType: "iam_user", policyDocument: "{" } } },
      `RootCredential "vault": invalid argument: roles["a b"].policyDocument: must be JSON, got "{".`,
    ],
    [
      "a list of policies that must be plain",
      { roles: { build: { credentialType: "federation_token", policyArns: pulumi.output([readOnly]) } } },
      'RootCredential "vault": invalid argument: roles.build.policyArns: must be a plain list for federation_token: each ARN becomes ' +
        "an attachment. Write the list out; its ARNs may be outputs.",
    ],
    [
      "wrong ARNs and paths",
      { additionalPolicyArns: ["x"], permissionsBoundaryArn: "y", formerUserPaths: ["z"] },
      'RootCredential "vault": 3 invalid arguments:\n' +
        '  - additionalPolicyArns[0]: must be the ARN of a managed IAM policy, got "x".\n' +
        '  - permissionsBoundaryArn: must be the ARN of a managed IAM policy, got "y".\n' +
        '  - formerUserPaths[0]: must be / or begin and end with /, got "z". Write it as /platform/.',
    ],
  ])("%s", (_what, args, message) => {
    expect(messageOf(() => new RootCredential("vault", args))).toBe(message);
  });

  test("a name within its own grant that is only known later, before the user is made", async () => {
    const mocks = mockAws();
    const failures = await laterFailures(() => {
      new RootCredential("vault", { userName: pulumi.output("vault-root") });
    });
    expect(failures).toEqual([selfEscalation("userName", "user/vault-*", "user/vault-root")]);
    expect(mocks.children()).toEqual([]);
  });
});

describe("RootCredential proves its permissions", () => {
  let mocks: AwsMocks;
  beforeEach(() => {
    mocks = mockAws();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await registrationsDone();
  });

  const missingGroup =
    'RootCredential "vault": 2 invalid arguments:\n' +
    `  - roles.deploy.iamGroups[0]: iam:AddUserToGroup on arn:aws:iam::${accountId}:group/devs (Vault adds the user to the group) is not ` +
    'granted to the root credential. Use permissions: "derived", or grant it by extraStatements.\n' +
    `  - roles.deploy.iamGroups[0]: iam:RemoveUserFromGroup on arn:aws:iam::${accountId}:group/devs (Vault removes the user from the ` +
    'group when the lease ends) is not granted to the root credential. Use permissions: "derived", or grant it by extraStatements.';

  test("before anything is made", async () => {
    const failures = await laterFailures(() => {
      new RootCredential("vault", {
        permissions: "documented",
        roles: { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } },
      });
    });
    expect(failures).toEqual([missingGroup]);
    expect(mocks.children()).toEqual([]);
  });

  test("and again when all is known, before the first policy is made", async () => {
    const failures = await laterFailures(() => {
      new RootCredential("vault", {
        permissions: "documented",
        roles: { deploy: { credentialType: "iam_user", iamGroups: pulumi.output(["devs"]) } },
      });
    });
    expect(failures).toEqual([missingGroup]);
    expect(mocks.children().map(({ name }) => name)).toEqual(["vault-key-1", "vault-user"]);
  });

  test("with the trust policies at hand", async () => {
    const roleArn = `arn:aws:iam::${accountId}:role/deploy`;
    const failures = await laterFailures(() => {
      new RootCredential("vault", {
        roles: { deploy: { credentialType: "assumed_role", roleArns: [roleArn] } },
        trustPolicies: {
          [roleArn]: {
            Version: "2012-10-17",
            Statement: [
              { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:user/other` }, Action: "sts:AssumeRole" },
            ],
          },
        },
      });
    });
    expect(failures).toEqual([
      `RootCredential "vault": invalid argument: roles.deploy.roleArns[0]: the trust policy of ${roleArn} does not let ${defaultArn} in ` +
        "(sts:AssumeRole). Name it as the principal, as RootCredential.trustPolicy() does.",
    ]);
  });

  test("with extra statements that reach itself", async () => {
    const failures = await laterFailures(() => {
      new RootCredential("vault", {
        extraStatements: [{ Sid: "Users", Effect: "Allow", Action: "iam:AttachUserPolicy", Resource: "*" }],
      });
    });
    expect(failures).toEqual([
      `RootCredential "vault": invalid argument: extraStatements[0]: iam:AttachUserPolicy on arn:aws:iam::${accountId}:user/* is granted to ` +
        "the root credential by statement Users: it could give any user any right, itself included. Grant it on the entities that Vault is to " +
        "change, and on no others.",
    ]);
  });

  test("and lets extra statements grant what is missing", async () => {
    await made({
      permissions: "documented",
      roles: { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } },
      extraStatements: pulumi.output([
        {
          Effect: "Allow" as const,
          Action: ["iam:AddUserToGroup", "iam:RemoveUserFromGroup"],
          Resource: `arn:aws:iam::${accountId}:group/devs`,
        },
      ]),
    });
    expect(mocks.children().map(({ name }) => name)).toContain("vault-policy");
  });

  test("and warns where AWS's quota of attachments is exceeded", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const policies = (count: number) => Array.from({ length: count }, (_, index) => `${readOnly}${index}`);
    await made({ additionalPolicyArns: policies(10) });
    expect(warn).not.toHaveBeenCalled();
    const root = await made({ additionalPolicyArns: policies(11) });
    expect(warn.mock.calls).toEqual([
      [
        'RootCredential "vault": 11 managed policies are attached; AWS\'s default quota is 10 for each user and role. ' +
          "Ask AWS to raise it, or spread the roles over several mounts with a RootCredential each.",
        root,
      ],
    ]);
  });

  test("and rejects more attachments than AWS takes at all, before anything is created", async () => {
    const policies = Array.from({ length: 20 }, (_, index) => `${readOnly}${index}`);
    await expect(
      made({
        roles: { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } },
        additionalPolicyArns: policies,
      }),
    ).rejects.toThrow("roles: need 21 managed policies, and AWS attaches at most 20 to a user or role");
    expect(mocks.children()).toEqual([]);
  });

  test("and warns once of what is too broad, as Vault's own example is", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const root = await made({
      roles: {
        deploy: {
          credentialType: "iam_user",
          policyDocument: { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "iam:*", Resource: "*" } },
        },
      },
    });
    expect(warn.mock.calls).toEqual([
      [
        'RootCredential "vault": roles.deploy.policyDocument: whoever reads these credentials can do everything in IAM: give itself and ' +
          "others any right, make users and keys that outlive its lease, and change or delete Vault's own identity. " +
          "Name the actions and resources that the task needs, or set a permissions boundary.",
        root,
      ],
    ]);
  });
});

describe("the seed key", () => {
  afterEach(registrationsDone);

  test("is left out once it is used up", async () => {
    const mocks = mockAws();
    const root = await made({ rotateRoot: true, seedKey: false });
    expect(mocks.children().map(({ name }) => name)).toEqual(["vault-attachment", "vault-policy", "vault-user"]);
    expect(mocks.inputsOf("vault-user")["forceDestroy"]).toBe(true);
    expect(await valueOf(root.userName as pulumi.Output<string>)).toBe(defaultName);
    expect(await valueOf(root.userArn as pulumi.Output<string>)).toBe(defaultArn);
    expect(root.accessKeyId ?? root.secretAccessKey).toBeUndefined();
  });

  test("is made where nothing else is said", async () => {
    const mocks = mockAws();
    await made({ rotateRoot: true, seedKey: true });
    expect(mocks.inputsOf("vault-key-1")).toEqual({ user: defaultName });
  });

  test("is needed where Vault does not rotate", () => {
    mockAws();
    expect(messageOf(() => new RootCredential("vault", { seedKey: false }))).toBe(
      'RootCredential "vault": invalid argument: seedKey: can be false only together with rotateRoot: Vault would have no key, got false. ' +
        "Set rotateRoot: true, or leave seedKey out.",
    );
  });

  test("is rejected for a user that has a key", () => {
    expect(seedKeyProblem('RootCredential "vault"', "root", [])).toBeUndefined();
    expect(seedKeyProblem('RootCredential "vault"', "root", ["AKIA1"])).toBe(
      'RootCredential "vault": a seed key would be made, but the IAM user root already has an access key (AKIA1). ' +
        "Where Vault has rotated the root key, set seedKey: false: the seed is used up, and Vault's own key stays in use. " +
        "Where Vault has lost its key, delete that key in IAM, and run this again.",
    );
    expect(seedKeyProblem('RootCredential "vault"', "root", ["AKIA1", "AKIA2"])).toContain(
      "already has access keys (AKIA1, AKIA2).",
    );
  });
});

describe("RootCredential at preview", () => {
  afterEach(async () => {
    vi.restoreAllMocks();
    await registrationsDone();
  });

  test("shows the policy while its resources do not exist", async () => {
    const mocks = mockAws({ preview: true });
    const root = new RootCredential("vault", { rotateRoot: true });
    expect(await isKnownOutput(root.accessKeyId as pulumi.Output<string>)).toBe(false);
    expect(await isKnownOutput(root.policy)).toBe(true);
    await registrationsDone();
    expect(JSON.stringify(policyOf(mocks))).toContain(defaultArn);
  });

  test("shows what is rejected, and leaves open what hangs on it", async () => {
    const mocks = mockAws({ preview: true });
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    const root = new RootCredential("vault", {
      permissions: "documented",
      roles: { deploy: { credentialType: "assumed_role", roleArns: [`arn:aws:iam::${accountId}:role/deploy`] } },
    });
    expect(await isKnownOutput(root.policy)).toBe(false);
    await registrationsDone();
    expect(error.mock.calls).toEqual([
      [
        `RootCredential "vault": invalid argument: roles.deploy.roleArns[0]: sts:AssumeRole on arn:aws:iam::${accountId}:role/deploy ` +
          '(Vault assumes the role) is not granted to the root credential. Use permissions: "derived", or grant it by extraStatements.',
        root,
      ],
    ]);
    expect(pulumi.isUnknown(mocks.inputsOf("vault-policy")["policy"])).toBe(true);
  });

  test("leaves the policy open while a role's ARN is not known", async () => {
    const mocks = mockAws({ preview: true });
    const { arn } = new iam.Role("deploy", { assumeRolePolicy: "{}" });
    const root = new RootCredential("vault", {
      roles: { deploy: { credentialType: "assumed_role", roleArns: [arn] } },
    });
    expect(await isKnownOutput(root.policy)).toBe(false);
    await registrationsDone();
    expect(mocks.children().map(({ name }) => name)).toEqual([
      "deploy",
      "vault-attachment",
      "vault-key-1",
      "vault-policy",
      "vault-user",
    ]);
  });
});
