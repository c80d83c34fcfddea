import { describe, expect, test } from "vitest";
import { escalationPaths } from "../../../../src/iam/analysis/privilegeEscalation.js";
import { formatFinding, issuesOf, merged, type Finding } from "../../../../src/internal/validation/findings.js";
import type { PolicyDocument, PolicyStatement } from "../../../../src/aws/policyDocument.js";
import { checkRootPolicy, type RootPolicyCheck } from "../../../../src/iam/analysis/checkRootPolicy.js";
import { checkStoragePolicy } from "../../../../src/iam/analysis/checkStoragePolicy.js";
import { documentedRootPolicy } from "../../../../src/iam/policies/rootPolicy.js";
import { storagePolicy } from "../../../../src/iam/policies/storagePolicy.js";
import { assumableRoleTrustPolicy } from "../../../../src/iam/policies/trustPolicy.js";
import { unknownValue } from "../../../../src/internal/validation/known.js";

const accountId = "123456789012";
const principalArn = `arn:aws:iam::${accountId}:user/root-of-vault`;
const deployRole = `arn:aws:iam::${accountId}:role/deploy`;
const farRole = "arn:aws:iam::210987654321:role/far";
const documented = documentedRootPolicy({ partition: "aws", accountId });

function documentOf(...statements: Partial<PolicyStatement>[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements.map((one) => ({ Effect: "Allow", ...one })) };
}

function found(input: Partial<RootPolicyCheck>): Finding[] {
  return checkRootPolicy({ principalArn, policies: [documented], roles: {}, ...input });
}

function unread(arn: string): Finding {
  return {
    severity: "warning",
    path: "unreadPolicyArns[0]",
    resource: arn,
    problem: `${arn} is attached to the root credential, and its text is not at hand: it may deny what Vault needs, or grant more than is wise`,
    fix: "Give its text in policyDocuments.",
  };
}

const grantIt = 'Use permissions: "derived", or grant it by extraStatements.';

describe("checkRootPolicy", () => {
  test("finds nothing where the documented policy suffices", () => {
    const roles: RootPolicyCheck["roles"] = {
      deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
      session: { credentialType: "session_token" },
    };
    expect(found({ roles })).toEqual([]);
  });

  test("a group that the root credential may not add users to", () => {
    const group = `arn:aws:iam::${accountId}:group/devs`;
    const finding = {
      severity: "error",
      path: "roles.deploy.iamGroups[0]",
      role: "deploy",
      resource: group,
      fix: grantIt,
    };
    expect(found({ roles: { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } } })).toEqual([
      {
        ...finding,
        action: "iam:AddUserToGroup",
        problem: `iam:AddUserToGroup on ${group} (Vault adds the user to the group) is not granted to the root credential`,
      },
      {
        ...finding,
        action: "iam:RemoveUserFromGroup",
        problem: `iam:RemoveUserFromGroup on ${group} (Vault removes the user from the group when the lease ends) is not granted to the root credential`,
      },
    ]);
  });

  test("a grant on a group that fits only some IAM paths, as a warning", () => {
    const policies = [
      documented,
      documentOf({
        Action: ["iam:AddUserToGroup", "iam:RemoveUserFromGroup"],
        Resource: `arn:aws:iam::${accountId}:group/*/devs`,
      }),
    ];
    const group = `arn:aws:iam::${accountId}:group`;
    const findings = found({ policies, roles: { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } } });
    expect(findings.map((finding) => `${finding.severity}: ${formatFinding(finding)}`)).toEqual(
      [
        ["iam:AddUserToGroup", "adds the user to the group"],
        ["iam:RemoveUserFromGroup", "removes the user from the group when the lease ends"],
      ].map(
        ([action, feature]) =>
          `warning: roles.deploy.iamGroups[0]: ${action} on ${group}/devs (Vault ${feature}) is granted to the root credential on ` +
          `${group}/*/devs only, which depends on the IAM path. Make sure that the grant fits the path, or grant it on both.`,
      ),
    );
  });

  test("users on a path outside the scope, told in one issue for each reason", () => {
    const users = `arn:aws:iam::${accountId}:user/team/vault-*`;
    const findings = found({ roles: { deploy: { credentialType: "iam_user", userPath: "/team/" } } });
    expect(issuesOf(findings)).toEqual([
      {
        path: "roles.deploy.userPath",
        rule: `iam:CreateUser on ${users} (Vault creates a user for each lease) is not granted to the root credential`,
        fix: grantIt,
      },
      {
        path: "roles.deploy.userPath",
        rule: `iam:CreateAccessKey on ${users} (Vault creates the user's key) is not granted to the root credential`,
        fix: grantIt,
      },
      {
        path: "roles.deploy.userPath",
        rule:
          "iam:ListGroupsForUser, iam:ListUserPolicies, iam:ListAttachedUserPolicies, iam:ListAccessKeys, iam:DeleteAccessKey, " +
          `iam:DetachUserPolicy, iam:DeleteUserPolicy, iam:DeleteUser on ${users} (Vault ends the lease) is not granted to the root credential`,
        fix: grantIt,
      },
    ]);
  });

  test("a boundary or policy that the conditions do not let through", () => {
    const users = `arn:aws:iam::${accountId}:user/vault-*`;
    const policies = [
      documentOf(
        { Action: "iam:*", Resource: users, Condition: { StringEquals: { "iam:PermissionsBoundary": "b" } } },
        { NotAction: ["iam:CreateUser", "iam:PutUserPolicy", "iam:AttachUserPolicy"], Resource: users },
      ),
    ];
    expect(
      found({ policies, roles: { deploy: { credentialType: "iam_user", policyDocument: documentOf() } } }).map(
        formatFinding,
      ),
    ).toEqual([
      `roles.deploy: iam:CreateUser on ${users} (Vault creates a user for each lease) is not granted to the root credential. ${grantIt}`,
      `roles.deploy.policyDocument: iam:PutUserPolicy on ${users} (Vault gives the user the policy) is not granted to the root credential. ${grantIt}`,
    ]);
  });

  test("a grant that covers only some of the users", () => {
    const policies = [documentOf({ Action: "iam:*", Resource: `arn:aws:iam::${accountId}:user/vault-token-*` })];
    const [first] = found({ policies, roles: { deploy: { credentialType: "iam_user" } } });
    expect(first).toMatchObject({
      severity: "error",
      action: "iam:CreateUser",
      problem:
        `iam:CreateUser on arn:aws:iam::${accountId}:user/vault-* (Vault creates a user for each lease) is granted to the root ` +
        "credential for a part only",
    });
  });

  test("a grant that only AWS can decide about, as a warning", () => {
    const policies = [
      documentOf({
        Action: "sts:AssumeRole",
        Resource: deployRole,
        Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
      }),
    ];
    expect(found({ policies, roles: { deploy: { credentialType: "assumed_role", roleArns: [deployRole] } } })).toEqual([
      {
        severity: "warning",
        path: "roles.deploy.roleArns[0]",
        role: "deploy",
        action: "sts:AssumeRole",
        resource: deployRole,
        problem:
          `sts:AssumeRole on ${deployRole} (Vault assumes the role) is granted to the root credential on conditions that only AWS can ` +
          "decide: aws:SourceIp",
        fix: "Make sure that Vault's calls meet these conditions.",
      },
    ]);
  });

  test("a target that is not granted", () => {
    const roles: RootPolicyCheck["roles"] = { deploy: { credentialType: "assumed_role", roleArns: [deployRole] } };
    const finding = {
      path: "roles.deploy.roleArns[0]",
      role: "deploy",
      action: "sts:AssumeRole",
      resource: deployRole,
    };
    const problem = `sts:AssumeRole on ${deployRole} (Vault assumes the role) is not granted to the root credential`;
    expect(found({ roles })).toEqual([{ ...finding, severity: "error", problem, fix: grantIt }]);

    const attached = "arn:aws:iam::123456789012:policy/attached";
    expect(found({ roles, unreadPolicyArns: [attached] })).toEqual([
      {
        ...finding,
        severity: "warning",
        problem: `${problem} by the policies at hand`,
        fix: `Make sure that ${attached} grants it.`,
      },
      unread(attached),
    ]);

    const trust = assumableRoleTrustPolicy({ trustedPrincipalArn: principalArn });
    expect(found({ roles, trustPolicies: { [deployRole]: trust } })).toEqual([
      {
        ...finding,
        severity: "warning",
        problem: `${problem}, only the role's trust policy allows it`,
        fix: "Grant it, so that it does not depend on the trust policy naming the very identity.",
      },
    ]);
  });

  test("a Deny, and a boundary of the root credential itself", () => {
    const roles: RootPolicyCheck["roles"] = { deploy: { credentialType: "assumed_role", roleArns: [farRole] } };
    const all = documentOf({ Action: "sts:*", Resource: farRole });
    const deny = documentOf({ Effect: "Deny", Action: "sts:AssumeRole", Resource: farRole });
    expect(found({ policies: [all], roles })).toEqual([]);
    expect(found({ policies: [all, deny], roles }).map(formatFinding)).toEqual([
      `roles.deploy.roleArns[0]: sts:AssumeRole on ${farRole} (Vault assumes the role) is denied to the root credential by a Deny statement. ` +
        "Remove the Deny statement, or the role.",
    ]);
    expect(found({ policies: [all], permissionsBoundary: documented, roles }).map(({ action }) => action)).toEqual([
      "sts:AssumeRole",
    ]);
  });

  describe("trust policies", () => {
    const policies = [documentOf({ Action: "sts:*", Resource: farRole })];
    const messages = (
      role: Partial<RootPolicyCheck["roles"][string]>,
      trust: PolicyDocument,
      overrides: Partial<RootPolicyCheck> = {},
    ): string[] =>
      found({
        policies,
        roles: { deploy: { credentialType: "assumed_role", roleArns: [farRole], ...role } },
        trustPolicies: { [farRole]: trust },
        ...overrides,
      }).map((finding) => `${finding.severity}: ${formatFinding(finding)}`);
    const trusting = (options: { externalId?: string; sessionTags?: boolean } = {}) =>
      assumableRoleTrustPolicy({ trustedPrincipalArn: principalArn, ...options });

    test("that let Vault in", () => {
      expect(messages({}, trusting())).toEqual([]);
      expect(
        messages({ externalId: "id", sessionTags: { a: "b" } }, trusting({ externalId: "id", sessionTags: true })),
      ).toEqual([]);
      expect(messages({ externalId: "id" }, trusting())).toEqual([]);
    });

    test("that name somebody else", () => {
      const other = assumableRoleTrustPolicy({ trustedPrincipalArn: `${principalArn}-old` });
      expect(messages({}, other)).toEqual([
        `error: roles.deploy.roleArns[0]: the trust policy of ${farRole} does not let ${principalArn} in (sts:AssumeRole). ` +
          "Name it as the principal, as RootCredential.trustPolicy() does.",
      ]);
    });

    test("that ask for an external ID", () => {
      expect(messages({}, trusting({ externalId: "id" }))).toEqual([
        `error: roles.deploy.roleArns[0]: the trust policy of ${farRole} asks for an external ID (sts:ExternalId), the role sends none. ` +
          "Set externalId.",
      ]);
      expect(messages({ externalId: "other" }, trusting({ externalId: "id" }))).toEqual([
        `error: roles.deploy.roleArns[0]: the trust policy of ${farRole} asks for another external ID (sts:ExternalId) than the role sends. ` +
          "Set externalId to it.",
      ]);
      expect(messages({ externalId: unknownValue }, trusting({ externalId: "id" }))).toEqual([]);
    });

    test("that do not take session tags", () => {
      expect(messages({ sessionTags: { team: "devs" } }, trusting())).toEqual([
        `error: roles.deploy.roleArns[0]: the trust policy of ${farRole} does not let ${principalArn} tag sessions (sts:TagSession). ` +
          "Set sessionTags: true on the AssumableRole, or add the action to the trust policy.",
      ]);
    });

    test("that only AWS can decide about", () => {
      const [statement] = trusting().Statement as PolicyStatement[];
      const conditional = documentOf({ ...statement, Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } });
      expect(messages({}, conditional)).toEqual([
        `warning: roles.deploy.roleArns[0]: the trust policy of ${farRole} allows sts:AssumeRole on conditions that only AWS can decide: ` +
          "aws:SourceIp. Make sure that Vault's calls meet these conditions.",
      ]);
    });
  });

  describe("federation tokens", () => {
    const messages = (
      policyDocument: PolicyDocument,
      policies: PolicyDocument[],
      more: Partial<RootPolicyCheck> = {},
    ) =>
      found({
        policies: [documentOf({ Action: "sts:GetFederationToken", Resource: "*" }), ...policies],
        roles: { build: { credentialType: "federation_token", policyDocument } },
        ...more,
      }).map((finding) => `${finding.severity}: ${formatFinding(finding)}`);
    const excess = (action: string, resource = "*") =>
      `error: roles.build.policyDocument: ${action} on ${resource} is more than the root credential has: the token would come back without it. ${grantIt}`;

    test("with no more than the root credential has", () => {
      const asked = documentOf({ Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" });
      expect(messages(asked, [documentOf({ Action: "s3:Get*", Resource: "*" })])).toEqual([]);
      expect(
        messages(documentOf({ Action: "*", Resource: "*" }), [
          documentOf({ NotAction: ["iam:*", "sts:*"], Resource: "*" }),
        ]),
      ).toEqual([
        "warning: roles.build.policyDocument: whoever reads these credentials, and the root credential itself, can do everything in the " +
          "account but IAM and STS. Name the actions and resources that the task needs.",
      ]);
    });

    test("with more than the root credential has", () => {
      const asked = documentOf({ Action: ["s3:*", "ec2:RunInstances"], Resource: "*" });
      expect(messages(asked, [documentOf({ Action: "s3:Get*", Resource: "*" })])).toEqual([
        excess("ec2:RunInstances"),
        excess("s3:*"),
      ]);
    });

    test("with what may be in policies that are not at hand", () => {
      const attached = "arn:aws:iam::123456789012:policy/attached";
      expect(messages(documentOf({ Action: "s3:*", Resource: "*" }), [], { unreadPolicyArns: [attached] })).toEqual([
        "warning: roles.build.policyDocument: s3:* on * is more than the root credential has: the token would come back without it. " +
          `Make sure that the root credential holds it by ${attached}.`,
        `warning: ${formatFinding(unread(attached))}`,
      ]);
    });

    test("with calls that no such token can make", () => {
      expect(messages(documentOf({ Action: ["iam:GetUser", "sts:AssumeRole"], Resource: "*" }), [])).toEqual([
        "warning: roles.build.policyDocument: iam:GetUser has no effect: AWS rejects IAM and STS calls of federation tokens. " +
          "Use assumed_role for it, or leave it out.",
        "warning: roles.build.policyDocument: sts:AssumeRole has no effect: AWS rejects IAM and STS calls of federation tokens. " +
          "Use assumed_role for it, or leave it out.",
      ]);
    });

    test("narrowed by policies whose text is not at hand", () => {
      const policies = [documentOf({ Action: ["sts:GetFederationToken", "iam:*"], Resource: "*" })];
      const roles: RootPolicyCheck["roles"] = {
        build: {
          credentialType: "federation_token",
          policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
          iamGroups: ["devs"],
        },
      };
      expect(
        found({ policies, roles, principalArn: principalArn.replace("user/", "role/") })
          .filter(({ severity }) => severity === "warning")
          .map(formatFinding),
      ).toEqual([
        "roles.build.policyArns[0]: the token is weaker than arn:aws:iam::aws:policy/ReadOnlyAccess wherever the root credential has less. " +
          "Attach the policy to the root credential too.",
        "roles.build.iamGroups[0]: the token is weaker than the policies of group devs wherever the root credential has less. " +
          "Make sure that the root credential holds what these policies allow.",
      ]);
    });
  });

  describe("an identity within its own grant", () => {
    const selfGrant = (actions: string, arn: string, kind: string, sid: string) =>
      `policies[0].Statement[0]: ${actions} on ${arn} is granted to that very ${kind} by ${sid}: it could give itself any right. ` +
      `Choose a name and path for the ${kind} that the grant does not match, or narrow the grant.`;

    test("is an error", () => {
      const own = `arn:aws:iam::${accountId}:user/vault-root`;
      expect(merged(found({ principalArn: own })).map(formatFinding)).toEqual([
        selfGrant("iam:AttachUserPolicy, iam:PutUserPolicy", own, "user", "statement VaultUsers"),
      ]);
    });

    test("also under a path that the pattern runs into", () => {
      const own = `arn:aws:iam::${accountId}:user/vault-x/root`;
      expect(found({ principalArn: own }).map(({ severity }) => severity)).toContain("error");
    });

    test("also as a role", () => {
      const own = `arn:aws:iam::${accountId}:role/vault`;
      const policies = [documentOf({ Action: "iam:UpdateAssumeRolePolicy", Resource: own })];
      expect(found({ principalArn: own, policies }).map(formatFinding)).toEqual([
        selfGrant("iam:UpdateAssumeRolePolicy", own, "role", "a statement").replace(
          "it could give itself any right",
          "it could let anyone in",
        ),
      ]);
    });

    test("is well where it is to rotate its own key", () => {
      const policies = [
        documentOf({ Action: ["iam:GetUser", "iam:CreateAccessKey", "iam:DeleteAccessKey"], Resource: principalArn }),
      ];
      expect(found({ policies, rotateRoot: true })).toEqual([]);
    });
  });

  test("a username_template that leaves the scope", () => {
    expect(found({ usernameTemplate: "vault-{{ random 8 }}" })).toEqual([]);
    expect(found({ usernameTemplate: "app-{{ random 8 }}" }).map(formatFinding)).toEqual([
      'usernameTemplate: begins with "app-", not with vault-, as the users do that Vault may make. ' +
        "Change the template, or set userNamePrefix to what it begins with.",
    ]);
    expect(found({ usernameTemplate: "{{ .DisplayName }}" }).map(formatFinding)).toEqual([
      "usernameTemplate: does not begin with vault- in plain text in each of its branches, as the users do that Vault may make. " +
        "Change the template, or set userNamePrefix to what it begins with.",
    ]);
  });

  test("leaves out what is not known yet", () => {
    expect(
      found({
        policies: [],
        roles: {
          a: { credentialType: "iam_user", userPath: unknownValue, iamGroups: [unknownValue] },
          b: { credentialType: "assumed_role", roleArns: [unknownValue] },
        },
        staticRoles: { s: { username: unknownValue }, t: { username: "x", assumeRoleArn: unknownValue } },
        assumeRoleArns: [unknownValue],
        usernameTemplate: unknownValue,
      }).filter(({ path }) => path !== "roles.a"),
    ).toEqual([]);
  });

  test("refuses what is no identity", () => {
    expect(() => found({ principalArn: "arn:aws:iam::123456789012:root" })).toThrow(
      new RangeError('principalArn must be the ARN of an IAM user or role, got "arn:aws:iam::123456789012:root"'),
    );
  });
});

describe("policies that are too broad", () => {
  const account = { partition: "aws", accountId };

  test.each<[string, Partial<PolicyStatement>, string[]]>([
    ["everything", { Action: "*", Resource: "*" }, ["do everything in the account"]],
    [
      "all of IAM, as in Vault's own example",
      { Action: "iam:*", Resource: "*" },
      [
        "do everything in IAM: give itself and others any right, make users and keys that outlive its lease, and change or delete Vault's own identity",
      ],
    ],
    [
      "some of IAM",
      { Action: ["iam:CreateAccessKey", "iam:PassRole"], Resource: "*" },
      ["make keys of any user", "hand any role to a service and work through it"],
    ],
    [
      "all users of the account",
      { Action: "iam:PutUserPolicy", Resource: `arn:aws:iam::${accountId}:user/*` },
      ["give any user any right, itself included"],
    ],
    ["one user", { Action: "iam:*", Resource: `arn:aws:iam::${accountId}:user/app` }, []],
    ["reading", { Action: ["iam:Get*", "iam:List*", "s3:*"], Resource: "*" }, []],
  ])("%s", (_what, statement, expected) => {
    expect(escalationPaths(documentOf(statement), account)).toEqual(expected);
  });

  test("by all entities of an account, wherever the policy is used", () => {
    const everything = documentOf({ Action: "iam:*", Resource: `arn:aws:iam::${accountId}:*` });
    const found = escalationPaths(everything, account);
    expect(found).toContain("give any user any right, itself included");
    expect(escalationPaths(everything, { partition: "*", accountId: "*" })).toEqual(found);
  });

  test("on a condition that only AWS can decide, and beside a small Deny", () => {
    const Condition = { Bool: { "aws:SecureTransport": "true" } };
    expect(escalationPaths(documentOf({ Action: "iam:*", Resource: "*", Condition }), account)).toEqual([
      expect.stringMatching(/^do everything in IAM: .* \(on conditions that only AWS can decide\)$/),
    ]);
    const ceo = { Effect: "Deny" as const, Action: "iam:DeleteUser", Resource: `arn:aws:iam::${accountId}:user/ceo` };
    expect(escalationPaths(documentOf({ Action: "*", Resource: "*" }, ceo), account)).toEqual([
      "do everything in the account",
    ]);
  });

  test("are warned of, unless a boundary tames them", () => {
    const roles = (permissionsBoundaryArn?: string): RootPolicyCheck["roles"] => ({
      admin: {
        credentialType: "iam_user",
        policyDocument: documentOf({ Action: "sts:AssumeRole", Resource: "*" }),
        policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess"],
        permissionsBoundaryArn,
      },
    });
    const fix = "Name the actions and resources that the task needs, or set a permissions boundary.";
    expect(found({ roles: roles() })).toEqual([
      {
        severity: "warning",
        path: "roles.admin.policyDocument",
        role: "admin",
        problem: "whoever reads these credentials can take any role that trusts the account",
        fix,
      },
      {
        severity: "warning",
        path: "roles.admin.policyArns[1]",
        role: "admin",
        problem: "whoever reads these credentials can do everything in the account",
        fix,
      },
    ]);
    expect(found({ roles: roles(`arn:aws:iam::${accountId}:policy/boundary`) })).toEqual([]);
  });
});

describe("checkStoragePolicy", () => {
  const tableArn = `arn:aws:dynamodb:eu-west-1:${accountId}:table/vault-data`;
  const kmsKeyArn = `arn:aws:kms:eu-west-1:${accountId}:key/1`;

  test("finds nothing in the policy made for the same options", () => {
    for (const options of [
      { tableArn },
      { tableArn, haEnabled: true },
      { tableArn, createsTable: true, updatesTable: true, kmsKeyArn },
    ]) {
      expect(checkStoragePolicy({ ...options, policies: [storagePolicy(options)] })).toEqual([]);
    }
  });

  test("misses the actions of the HA lock", () => {
    expect(checkStoragePolicy({ tableArn, haEnabled: true, policies: [storagePolicy({ tableArn })] })).toEqual(
      ["dynamodb:DeleteItem", "dynamodb:UpdateItem"].map((action) => ({
        severity: "error",
        path: "haEnabled",
        action,
        resource: tableArn,
        problem: `${action} on ${tableArn} (Vault's nodes take and give up the HA lock) is not granted to Vault's storage identity`,
        fix: "Grant it, as storagePolicy() does.",
      })),
    );
  });

  test("misses the table's key, and takes a policy that is not at hand for a maybe", () => {
    const findings = checkStoragePolicy({
      tableArn,
      kmsKeyArn,
      policies: [storagePolicy({ tableArn })],
      unreadPolicyArns: ["arn:aws:iam::123456789012:policy/more"],
    });
    expect(findings.map(({ severity, action }) => `${severity} ${action}`)).toEqual([
      "warning kms:Decrypt",
      "warning kms:DescribeKey",
      "warning kms:Encrypt",
      "warning kms:GenerateDataKey*",
      "warning kms:ReEncrypt*",
    ]);
  });

  test("tells what only AWS can decide", () => {
    const policies = [
      documentOf({ Action: "dynamodb:*", Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
    ];
    const [first] = checkStoragePolicy({ tableArn, policies });
    expect(first && formatFinding(first)).toBe(
      `table: dynamodb:BatchWriteItem on ${tableArn} (Vault reads and writes its data) is not granted to Vault's storage identity: ` +
        "it depends on aws:SourceIp. Make sure that Vault's calls meet these conditions.",
    );
  });
});
