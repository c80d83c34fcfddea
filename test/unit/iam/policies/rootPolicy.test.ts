import { describe, expect, test } from "vitest";
import type { PolicyStatement } from "../../../../src/aws/policyDocument.js";
import {
  derivedRootPolicy,
  documentedRootPolicy,
  type RootPolicyOptions,
} from "../../../../src/iam/policies/rootPolicy.js";

const accountId = "123456789012";
const principalArn = `arn:aws:iam::${accountId}:user/root-of-vault`;
const users = `arn:aws:iam::${accountId}:user/vault-*`;
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const boundary = `arn:aws:iam::${accountId}:policy/boundary`;
const deployRole = `arn:aws:iam::${accountId}:role/deploy`;

function derived(options: Partial<RootPolicyOptions>) {
  return derivedRootPolicy({ partition: "aws", accountId, principalArn, roles: {}, ...options });
}

function statement(Sid: string, Action: string[], Resource: string[], Condition?: PolicyStatement["Condition"]) {
  return { Sid, Effect: "Allow", Action, Resource, ...(Condition === undefined ? {} : { Condition }) };
}

function revoke(...resources: string[]) {
  return statement(
    "RevokeUsers",
    [
      "iam:DeleteAccessKey",
      "iam:DeleteUser",
      "iam:DeleteUserPolicy",
      "iam:DetachUserPolicy",
      "iam:ListAccessKeys",
      "iam:ListAttachedUserPolicies",
      "iam:ListGroupsForUser",
      "iam:ListUserPolicies",
    ],
    resources,
  );
}

describe("documentedRootPolicy", () => {
  test("grants the 16 documented actions on Vault's users", () => {
    expect(documentedRootPolicy({ partition: "aws-us-gov", accountId })).toEqual({
      Version: "2012-10-17",
      Statement: [
        statement(
          "VaultUsers",
          [
            "iam:AddUserToGroup",
            "iam:AttachUserPolicy",
            "iam:CreateAccessKey",
            "iam:CreateUser",
            "iam:DeleteAccessKey",
            "iam:DeleteUser",
            "iam:DeleteUserPolicy",
            "iam:DetachUserPolicy",
            "iam:GetUser",
            "iam:ListAccessKeys",
            "iam:ListAttachedUserPolicies",
            "iam:ListGroupsForUser",
            "iam:ListUserPolicies",
            "iam:PutUserPolicy",
            "iam:RemoveUserFromGroup",
            "iam:TagUser",
          ],
          [`arn:aws-us-gov:iam::${accountId}:user/vault-*`],
        ),
      ],
    });
  });
});

describe("derivedRootPolicy", () => {
  test("without roles grants nothing", () => {
    expect(derived({})).toEqual({ Version: "2012-10-17", Statement: [] });
  });

  test("session tokens need nothing", () => {
    expect(derived({ roles: { session: { credentialType: "session_token" } } }).Statement).toEqual([]);
  });

  test("users with managed policies: attaching is limited to these", () => {
    expect(derived({ roles: { deploy: { credentialType: "iam_user", policyArns: [readOnly] } } })).toEqual({
      Version: "2012-10-17",
      Statement: [
        statement("CreateUsers", ["iam:CreateUser"], [users]),
        statement("AttachPolicies", ["iam:AttachUserPolicy"], [users], { ArnEquals: { "iam:PolicyARN": [readOnly] } }),
        statement("CreateKeys", ["iam:CreateAccessKey"], [users]),
        revoke(users),
      ],
    });
  });

  test("users with an inline policy, tags and groups, in China", () => {
    const chinaUsers = `arn:aws-cn:iam::${accountId}:user/vault-*`;
    const groups = [`arn:aws-cn:iam::${accountId}:group/*/devs`, `arn:aws-cn:iam::${accountId}:group/devs`];
    const document = derived({
      partition: "aws-cn",
      roles: {
        deploy: {
          credentialType: "iam_user",
          policyDocument: { Version: "2012-10-17", Statement: [] },
          iamTags: { team: "devs" },
          iamGroups: ["devs"],
        },
      },
    });
    expect(document.Statement).toEqual([
      statement("CreateUsers", ["iam:CreateUser"], [chinaUsers]),
      statement("PutPolicies", ["iam:PutUserPolicy"], [chinaUsers]),
      statement("TagUsers", ["iam:TagUser"], [chinaUsers]),
      statement("CreateKeys", ["iam:CreateAccessKey"], [chinaUsers]),
      revoke(chinaUsers),
      statement("JoinGroups", ["iam:AddUserToGroup"], groups),
      statement("LeaveGroups", ["iam:RemoveUserFromGroup"], groups),
    ]);
  });

  test("users on other paths are only missed at the root path", () => {
    const platformUsers = `arn:aws:iam::${accountId}:user/platform/vault-*`;
    const document = derived({
      roles: { deploy: { credentialType: "iam_user", userPath: "/platform/", policyArns: [readOnly] } },
    });
    expect(document.Statement).toEqual([
      statement("CreateUsers", ["iam:CreateUser"], [platformUsers]),
      statement("AttachPolicies", ["iam:AttachUserPolicy"], [platformUsers], {
        ArnEquals: { "iam:PolicyARN": [readOnly] },
      }),
      statement("CreateKeys", ["iam:CreateAccessKey"], [platformUsers]),
      revoke(platformUsers),
      statement("ReadDeletedUsers", ["iam:ListGroupsForUser"], [users]),
    ]);
  });

  test("boundaries condition what makes and empowers users, where every role of the path has one", () => {
    const bounded = { StringEquals: { "iam:PermissionsBoundary": [boundary] } };
    const platformUsers = `arn:aws:iam::${accountId}:user/platform/vault-*`;
    const document = derived({
      roles: {
        a: { credentialType: "iam_user", permissionsBoundaryArn: boundary, policyArns: [readOnly] },
        b: { credentialType: "iam_user", permissionsBoundaryArn: boundary, policyDocument: "{}" },
        c: { credentialType: "iam_user", userPath: "/platform/", policyArns: [readOnly] },
        d: { credentialType: "iam_user", userPath: "/platform/", permissionsBoundaryArn: boundary },
      },
    });
    expect(document.Statement).toEqual([
      statement("CreateUsers", ["iam:CreateUser"], [users], bounded),
      statement("CreateUsers2", ["iam:CreateUser"], [platformUsers]),
      statement("AttachPolicies", ["iam:AttachUserPolicy"], [users], {
        ArnEquals: { "iam:PolicyARN": [readOnly] },
        ...bounded,
      }),
      statement("AttachPolicies2", ["iam:AttachUserPolicy"], [platformUsers], {
        ArnEquals: { "iam:PolicyARN": [readOnly] },
      }),
      statement("PutPolicies", ["iam:PutUserPolicy"], [users], bounded),
      statement("CreateKeys", ["iam:CreateAccessKey"], [platformUsers, users]),
      revoke(platformUsers, users),
    ]);
  });

  test("assumed roles: the targets, tags where roles set them, and the groups that narrow the sessions", () => {
    const other = "arn:aws:iam::210987654321:role/other";
    const document = derived({
      roles: {
        deploy: { credentialType: "assumed_role", roleArns: [other, deployRole], sessionTags: { team: "devs" } },
        audit: { credentialType: "assumed_role", roleArns: [`${deployRole}-audit`], iamGroups: ["auditors"] },
      },
      assumeRoleArns: [deployRole, `${deployRole}-more`],
    });
    expect(document.Statement).toEqual([
      statement(
        "ReadGroups",
        ["iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies"],
        [`arn:aws:iam::${accountId}:group/*/auditors`, `arn:aws:iam::${accountId}:group/auditors`],
      ),
      statement("AssumeRoles", ["sts:AssumeRole"], [deployRole, `${deployRole}-audit`, `${deployRole}-more`, other]),
      statement("TagSessions", ["sts:TagSession"], [deployRole, other]),
    ]);
  });

  test("federation tokens: the right to ask, and what the tokens are to be able to do, without IAM and STS", () => {
    const document = derived({
      roles: {
        build: {
          credentialType: "federation_token",
          policyDocument: {
            Version: "2012-10-17",
            Statement: [
              {
                Sid: "Ours",
                Effect: "Allow",
                Action: ["s3:PutObject", "iam:*", "s3:GetObject"],
                Resource: "arn:aws:s3:::b/*",
              },
              { Effect: "Deny", Action: "s3:DeleteObject", Resource: "*" },
              { Effect: "Allow", Action: "iam:GetUser", Resource: "*" },
            ],
          },
        },
        most: {
          credentialType: "federation_token",
          policyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: { Effect: "Allow", Action: "*", Resource: "*" },
          }),
        },
        other: {
          credentialType: "federation_token",
          policyDocument: {
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", NotAction: "ec2:*", Resource: "*" }],
          },
        },
      },
    });
    expect(document.Statement).toEqual([
      statement(
        "FederationTokens",
        ["sts:GetFederationToken"],
        [principalArn, `arn:aws:sts::${accountId}:federated-user/vault-*`],
      ),
      { Sid: "Delegated1", Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::b/*" },
      { Sid: "Delegated2", Effect: "Allow", NotAction: ["iam:*", "sts:*"], Resource: "*" },
      { Sid: "Delegated3", Effect: "Allow", NotAction: ["ec2:*", "iam:*", "sts:*"], Resource: "*" },
    ]);
  });

  test("static roles: the keys of the named users, or the role that reaches them", () => {
    const document = derived({
      staticRoles: {
        ci: { username: "ci-bot" },
        far: { username: "far-bot", assumeRoleArn: "arn:aws:iam::210987654321:role/rotator" },
      },
    });
    expect(document.Statement).toEqual([
      statement("AssumeRoles", ["sts:AssumeRole"], ["arn:aws:iam::210987654321:role/rotator"]),
      statement(
        "StaticRoleUsers",
        ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:GetUser", "iam:ListAccessKeys"],
        [`arn:aws:iam::${accountId}:user/*/ci-bot`, `arn:aws:iam::${accountId}:user/ci-bot`],
      ),
    ]);
  });

  test("rotating the root key: the user itself", () => {
    expect(derived({ rotateRoot: true }).Statement).toEqual([
      statement("RotateRoot", ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:GetUser"], [principalArn]),
    ]);
  });

  test("users and groups of earlier roles can still be revoked", () => {
    expect(derived({ formerUserPaths: ["/old/"], formerGroups: ["old"] }).Statement).toEqual([
      revoke(`arn:aws:iam::${accountId}:user/old/vault-*`),
      statement("ReadDeletedUsers", ["iam:ListGroupsForUser"], [users]),
      statement(
        "LeaveGroups",
        ["iam:RemoveUserFromGroup"],
        [`arn:aws:iam::${accountId}:group/*/old`, `arn:aws:iam::${accountId}:group/old`],
      ),
    ]);
  });

  test("another prefix of names goes for every statement about users", () => {
    const document = derived({
      userNamePrefix: "team-",
      roles: {
        a: { credentialType: "iam_user", iamTags: { a: "b" } },
        b: { credentialType: "federation_token", policyArns: [readOnly] },
      },
    });
    const resources = (document.Statement as PolicyStatement[]).map((one) => [one.Sid, one.Resource]);
    expect(resources).toEqual([
      ["CreateUsers", [`arn:aws:iam::${accountId}:user/team-*`]],
      ["TagUsers", [`arn:aws:iam::${accountId}:user/team-*`]],
      ["CreateKeys", [`arn:aws:iam::${accountId}:user/team-*`]],
      ["RevokeUsers", [`arn:aws:iam::${accountId}:user/team-*`]],
      ["FederationTokens", [principalArn, `arn:aws:sts::${accountId}:federated-user/team-*`]],
    ]);
  });

  test("does not depend on the order in which roles are declared", () => {
    const roles: [string, RootPolicyOptions["roles"][string]][] = [
      ["a", { credentialType: "iam_user", policyArns: [readOnly, boundary], iamGroups: ["x", "y"] }],
      ["b", { credentialType: "iam_user", userPath: "/b/", policyArns: [boundary] }],
      ["c", { credentialType: "assumed_role", roleArns: [deployRole] }],
      [
        "d",
        {
          credentialType: "federation_token",
          policyDocument: { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" } },
        },
      ],
      [
        "e",
        {
          credentialType: "federation_token",
          policyDocument: { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "ec2:*", Resource: "*" } },
        },
      ],
    ];
    const forwards = derived({ roles: Object.fromEntries(roles) });
    const backwards = derived({ roles: Object.fromEntries([...roles].reverse()) });
    expect(JSON.stringify(backwards)).toBe(JSON.stringify(forwards));
  });
});
