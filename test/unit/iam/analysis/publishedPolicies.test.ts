import { describe, expect, test } from "vitest";
import type { PolicyDocument } from "../../../../src/aws/policyDocument.js";
import type { RootPolicyCheck } from "../../../../src/iam/analysis/checkRootPolicy.js";
import { derivedRootPolicy, documentedRootPolicy } from "../../../../src/iam/policies/rootPolicy.js";
import { asList, statementsOf } from "../../../../src/iam/policies/statements.js";
import { account, accountId, brief, documentOf, ofPolicy, readOnly } from "../support/analysisInputs.js";

/** The policies that HashiCorp publishes for the root credential, each with its page, and what the analysis says of them. */

const iam = `arn:aws:iam::${accountId}`;
const page = (version: string) => `https://developer.hashicorp.com/vault/docs/${version}/secrets/aws`;
const article =
  "https://support.hashicorp.com/hc/en-us/articles/4404355542547-Example-IAM-Policies-for-Vault-AWS-Secrets-Engine";
const boundaryArn = `${iam}:policy/PolicyName`;
const targetArn = `${iam}:role/RoleNameToAssume`;

const commonlyRequired = [
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
  "iam:AddUserToGroup",
  "iam:RemoveUserFromGroup",
  "iam:TagUser",
];
const onUsers = (Action: string[]) => documentOf({ Action, Resource: [`${iam}:user/vault-*`] });
const withBoundary = (...more: string[]) =>
  documentOf(
    {
      Action: [
        "iam:CreateAccessKey",
        "iam:DeleteAccessKey",
        "iam:DeleteUser",
        ...more,
        "iam:ListAccessKeys",
        "iam:ListAttachedUserPolicies",
        "iam:ListGroupsForUser",
        "iam:ListUserPolicies",
        "iam:AddUserToGroup",
        "iam:RemoveUserFromGroup",
      ],
      Resource: [`${iam}:user/vault-*`],
    },
    {
      Action: [
        "iam:AttachUserPolicy",
        "iam:CreateUser",
        "iam:DeleteUserPolicy",
        "iam:DetachUserPolicy",
        "iam:PutUserPolicy",
      ],
      Resource: [`${iam}:user/vault-*`],
      Condition: { StringEquals: { "iam:PermissionsBoundary": [boundaryArn] } },
    },
  );
const rotation = documentOf(
  {
    Action: [
      "iam:CreateAccessKey",
      "iam:DeleteAccessKey",
      "iam:GetUser",
      "iam:DeleteUser",
      "iam:ListAccessKeys",
      "iam:ListAttachedUserPolicies",
      "iam:ListGroupsForUser",
      "iam:ListUserPolicies",
      "iam:RemoveUserFromGroup",
    ],
    Resource: [`${iam}:user/vault-root-*`, `${iam}:user/root-for-vault`],
  },
  {
    Action: [
      "iam:AttachUserPolicy",
      "iam:CreateUser",
      "iam:DeleteUserPolicy",
      "iam:DetachUserPolicy",
      "iam:PutUserPolicy",
    ],
    Resource: [`${iam}:user/vault-root-*`],
    Condition: { StringEquals: { "iam:PermissionsBoundary": [boundaryArn] } },
  },
);

const user = { credentialType: "iam_user" as const, policyArns: [readOnly], policyDocument: onUsers(["s3:GetObject"]) };
const everyOption = { ...user, iamTags: { team: "devs" } };
const bounded = { ...user, permissionsBoundaryArn: boundaryArn };
const assumed = { credentialType: "assumed_role" as const, roleArns: [targetArn] };

interface Published {
  readonly page: string;
  readonly what: string;
  readonly policy: PolicyDocument;
  readonly input: Partial<RootPolicyCheck>;
  readonly expected?: string[];
}

const published: Published[] = [
  ...["v1.18.x", "v1.21.x"].flatMap((version): Published[] => [
    {
      page: page(version),
      what: "the most commonly required permissions",
      policy: onUsers(commonlyRequired),
      input: { roles: { everyOption, bounded } },
    },
    {
      page: page(version),
      what: "the same, for groups: AWS checks both actions on the group, which the page does not grant",
      policy: onUsers(commonlyRequired),
      input: { roles: { d: { credentialType: "iam_user", iamGroups: ["group1"] } } },
      expected: ["error roles.d.iamGroups[0] iam:AddUserToGroup", "error roles.d.iamGroups[0] iam:RemoveUserFromGroup"],
    },
    {
      page: page(version),
      what: "users with a permissions boundary",
      policy: version === "v1.18.x" ? withBoundary() : withBoundary("iam:GetUser"),
      input: { roles: { bounded } },
    },
    {
      page: page(version),
      what: "the same, for a role without the boundary",
      policy: withBoundary(),
      input: { roles: { d: { credentialType: "iam_user", policyArns: [readOnly] } } },
      expected: [
        "error roles.d iam:CreateUser",
        "error roles.d.policyArns[0] iam:AttachUserPolicy",
        "error roles.d iam:DetachUserPolicy",
        "error roles.d iam:DeleteUserPolicy",
      ],
    },
    {
      page: page(version),
      what: "federation tokens with ec2:*",
      policy: {
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Action: ["ec2:*", "sts:GetFederationToken"], Resource: "*" },
      },
      input: {
        roles: {
          ec2_admin: {
            credentialType: "federation_token",
            policyDocument: documentOf({ Action: "ec2:*", Resource: "*" }),
          },
        },
      },
    },
    {
      page: page(version),
      what: "sts:AssumeRole against the target role",
      policy: { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "sts:AssumeRole", Resource: targetArn } },
      input: { roles: { assumed } },
    },
    {
      page: page(version),
      what: "nothing but the target's trust policy, which works in one account",
      policy: documentOf(),
      input: {
        roles: { assumed },
        trustPolicies: {
          [targetArn]: documentOf({ Principal: { AWS: `${iam}:user/root-for-vault` }, Action: "sts:AssumeRole" }),
        },
      },
      expected: ["warning roles.assumed.roleArns[0] sts:AssumeRole"],
    },
  ]),
  {
    page: page("v1.21.x"),
    what: "rotation of the root user itself, for roles with STS credentials only",
    policy: documentOf({
      Action: ["iam:ListAccessKeys", "iam:GetUser", "iam:DeleteAccessKey", "iam:CreateAccessKey"],
      Resource: `${iam}:user/vault-iam-user`,
    }),
    input: {
      principalArn: `${iam}:user/vault-iam-user`,
      rotateRoot: true,
      roles: { s: { credentialType: "session_token" } },
    },
  },
  {
    page: article,
    what: "rotation, and users with a permissions boundary",
    policy: rotation,
    input: { rotateRoot: true, userNamePrefix: "vault-root-" },
  },
  {
    page: article,
    what: "the same: vault-root-* fits the leases of whoever logs in as root only",
    policy: rotation,
    input: { rotateRoot: true, userNamePrefix: "vault-root-", roles: { bounded } },
    expected: ["warning userNamePrefix iam:CreateUser"],
  },
];

describe("policies that HashiCorp publishes", () => {
  test.each(published)("$what ($page)", ({ policy, input, expected = [] }) => {
    const principalArn = `${iam}:user/root-for-vault`;
    expect(ofPolicy(policy, { principalArn, ...input }).map(brief)).toEqual(expected);
  });

  const actionsOf = (policy: PolicyDocument) =>
    statementsOf(policy)
      .flatMap(({ Action }) => asList(Action))
      .sort();

  test("documentedRootPolicy has the actions of the page, and no others", () => {
    expect(actionsOf(documentedRootPolicy(account))).toEqual([...commonlyRequired].sort());
  });

  test("the derived policy of users without groups has all actions of the page but three", () => {
    const derived = derivedRootPolicy({ ...account, principalArn: `${iam}:user/root`, roles: { everyOption } });
    const granted = new Set(actionsOf(derived));
    expect(commonlyRequired.filter((action) => !granted.has(action))).toEqual([
      // Called on the root user itself, for its rotation, and on those of static roles.
      "iam:GetUser",
      // Checked on the group.
      "iam:AddUserToGroup",
      "iam:RemoveUserFromGroup",
    ]);
    expect([...granted].filter((action) => !commonlyRequired.includes(action))).toEqual([]);
  });
});
