import { describe, expect, test } from "vitest";
import type { PolicyStatement } from "../../../../src/aws/policyDocument.js";
import { derivedRootPolicy } from "../../../../src/iam/policies/rootPolicy.js";
import type { PlainRootCredential } from "../../../../src/iam/rootDocument.js";
import {
  account,
  accountId,
  brief,
  documentOf,
  ofCredential,
  ofPolicy,
  readOnly,
  rootArn,
} from "../support/analysisInputs.js";

/** Policies and arguments that work in AWS: none may be rejected. */

const iam = `arn:aws:iam::${accountId}`;
const boundaryArn = `${iam}:policy/boundary`;
const users: PlainRootCredential["roles"] = { deploy: { credentialType: "iam_user", policyArns: [readOnly] } };
const bounded: PlainRootCredential["roles"] = {
  deploy: { credentialType: "iam_user", policyArns: [readOnly], permissionsBoundaryArn: boundaryArn },
};

describe("rights on what each call carries", () => {
  const onBoundary = { StringEquals: { "iam:PermissionsBoundary": [boundaryArn] } };

  test("rotation of its own key, by ARN or by variable", () => {
    const Action = ["iam:GetUser", "iam:CreateAccessKey", "iam:DeleteAccessKey"];
    for (const Resource of [
      [rootArn],
      [`${iam}:user/vault-*`, rootArn],
      ["arn:aws:iam::*:user/${aws:username}"],
      [`${iam}:user/\${aws:username}`],
    ]) {
      expect(ofPolicy(documentOf({ Action, Resource }), { rotateRoot: true })).toEqual([]);
    }
  });

  test("a boundary on actions that never carry it is an error for those alone", () => {
    const policy = documentOf({ Action: "iam:*", Resource: `${iam}:user/vault-*`, Condition: onBoundary });
    expect(ofPolicy(policy, { roles: bounded }).map(brief)).toEqual(
      [
        "iam:CreateAccessKey",
        "iam:ListGroupsForUser",
        "iam:ListUserPolicies",
        "iam:ListAttachedUserPolicies",
        "iam:ListAccessKeys",
        "iam:DeleteAccessKey",
        "iam:DeleteUser",
      ].map((action) => `error roles.deploy ${action}`),
    );
  });
});

describe("guard rails", () => {
  test.each<[string, Partial<PolicyStatement>]>([
    ["on users that are not Vault's", { Action: "iam:*", Resource: `${iam}:user/prod-*` }],
    ["on roles and policies", { Action: "iam:*", Resource: [`${iam}:role/admin-*`, `${iam}:policy/*`] }],
    [
      "on everything but https",
      { Action: "*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ],
    ["on calls of services", { Action: "*", Resource: "*", Condition: { Bool: { "aws:ViaAWSService": "true" } } }],
    [
      "on other accounts",
      { Action: "*", Resource: "*", Condition: { StringNotEquals: { "aws:PrincipalAccount": accountId } } },
    ],
    [
      "on other principals",
      { Action: "iam:CreateUser", Resource: "*", Condition: { ArnNotEquals: { "aws:PrincipalArn": rootArn } } },
    ],
    [
      "on other principals, by a pattern",
      {
        Action: "iam:CreateUser",
        Resource: "*",
        Condition: { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:user/root-*" } },
      },
    ],
    ["on roles", { Action: "*", Resource: "*", Condition: { StringEquals: { "aws:PrincipalType": "AssumedRole" } } }],
    [
      "on users without the boundary",
      {
        Action: "iam:CreateUser",
        Resource: "*",
        Condition: {
          StringNotEquals: { "iam:PermissionsBoundary": "arn:aws:iam::${aws:PrincipalAccount}:policy/boundary" },
        },
      },
    ],
    [
      "on what lifts boundaries",
      { Action: ["iam:DeleteUserPermissionsBoundary", "iam:Delete*Boundary"], Resource: "*" },
    ],
    [
      "on MFA where there are temporary credentials",
      { Action: "*", Resource: "*", Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } },
    ],
  ])("pass %s", (_what, statement) => {
    const extraStatements: PolicyStatement[] = [{ ...statement, Effect: "Deny" }];
    expect(ofCredential({ roles: bounded, extraStatements })).toEqual([]);
  });

  test("on texts that a name of Vault's users may happen to hold, as a warning", () => {
    for (const Resource of [`${iam}:user/*admin*`, "arn:aws:iam::*:user/*-prod", `${iam}:user/*/vault-*`]) {
      const denying: PolicyStatement[] = [{ Effect: "Deny", Action: "iam:CreateUser", Resource }];
      expect(ofCredential({ roles: bounded, extraStatements: denying }).map(brief)).toEqual([
        "warning roles.deploy iam:CreateUser",
      ]);
    }
    const extraStatements: PolicyStatement[] = [
      { Effect: "Deny", Action: "iam:CreateUser", NotResource: `${iam}:user/vault-approle-*` },
    ];
    expect(ofCredential({ roles: bounded, extraStatements }).map(brief)).toEqual(["error roles.deploy iam:CreateUser"]);
  });

  test("a boundary that allows what Vault needs", () => {
    const own = `${iam}:policy/own-boundary`;
    const policyDocuments = {
      [own]: JSON.stringify(
        documentOf(
          { NotAction: ["organizations:*", "account:*"], Resource: "*" },
          { Effect: "Deny", Action: "iam:*", NotResource: [`${iam}:user/vault-*`, `${iam}:group/*`] },
        ),
      ),
    };
    expect(ofCredential({ roles: users, permissionsBoundaryArn: own, policyDocuments })).toEqual([]);
  });
});

describe("federation tokens", () => {
  const roles = (statement: Partial<PolicyStatement>): NonNullable<PlainRootCredential["roles"]> => ({
    f: { credentialType: "federation_token", policyDocument: documentOf(statement) },
  });
  const everything = roles({ Action: "*", Resource: "*" });
  const broad = ["warning roles.f.policyDocument"];

  test("beside a Deny of something else", () => {
    const extraStatements: PolicyStatement[] = [
      { Effect: "Deny", Action: "iam:DeleteUser", Resource: `${iam}:user/prod-*` },
    ];
    expect(ofCredential({ roles: everything, extraStatements }).map(brief)).toEqual(broad);
  });

  test("within a boundary that allows everything", () => {
    const policy = derivedRootPolicy({ ...account, principalArn: rootArn, roles: everything });
    const permissionsBoundary = documentOf({ Action: "*", Resource: "*" });
    expect(ofPolicy(policy, { roles: everything, permissionsBoundary }).map(brief)).toEqual(broad);
  });

  test("by exceptions on both sides", () => {
    const held = documentOf({ NotAction: ["iam:*"], Resource: "*" });
    const asked = roles({ NotAction: "s3:DeleteBucket", Resource: "*" });
    expect(ofPolicy(held, { roles: asked }).filter(({ severity }) => severity === "error")).toEqual([]);
    const parts = documentOf(
      { Action: ["s3:*", "sts:GetFederationToken"], Resource: "*" },
      { Effect: "Deny", Action: "ec2:*", Resource: "*" },
    );
    expect(ofPolicy(parts, { roles: roles({ Action: "s3:*", NotResource: "arn:aws:s3:::secret/*" }) })).toEqual([]);
    const less = documentOf({ NotAction: ["iam:*", "s3:*"], Resource: "*" });
    expect(ofPolicy(less, { roles: asked }).map(brief)).toContain("error roles.f.policyDocument *");
  });

  test("with the call granted on the federated users only", () => {
    const held = documentOf({
      Action: "sts:GetFederationToken",
      Resource: `arn:aws:sts::${accountId}:federated-user/*`,
    });
    expect(ofPolicy(held, { roles: roles({ Effect: "Deny", Action: "*", Resource: "*" }) })).toEqual([]);
  });

  test("by every spelling of everything", () => {
    for (const Action of ["*", "*:*", "**"]) {
      expect(ofCredential({ roles: roles({ Action, Resource: "*" }) }).map(brief)).toEqual(broad);
    }
  });

  test("on the same conditions", () => {
    const Condition = { StringLike: { "s3:prefix": ["a/*", "b/*"] }, Bool: { "aws:SecureTransport": true } };
    const statement = { Action: "s3:ListBucket", Resource: "*", Condition };
    const held = documentOf(
      { Action: ["s3:*"], Resource: "*", Condition },
      { Action: "sts:GetFederationToken", Resource: "*" },
      { Effect: "Deny", Action: "ec2:*", Resource: "*" },
    );
    expect(ofPolicy(held, { roles: roles(statement) })).toEqual([]);
    expect(ofPolicy(held, { roles: roles({ ...statement, Condition: undefined }) }).map(brief)).toEqual([
      "warning roles.f.policyDocument s3:ListBucket",
    ]);
  });

  test("beside a Deny of a part of it, as a warning", () => {
    const extraStatements: PolicyStatement[] = [{ Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::secret/*" }];
    expect(ofCredential({ roles: roles({ Action: "s3:*", Resource: "*" }), extraStatements }).map(brief)).toEqual([
      "warning roles.f.policyDocument s3:*",
    ]);
  });
});

describe("username templates that begin with vault-", () => {
  test.each([
    '{{ printf "%s-%s" "vault" (random 20) }}',
    '{{ (printf "vault-%s" (random 20)) | truncate 64 }}',
    '{{ printf "vault-%s" (.DisplayName) | replace "_" "-" | truncate 64 }}',
    "{{ printf `vault-%s` (random 20) }}",
    '{{ print "vault-" (random 20) }}',
    '{{ truncate 64 (printf "vault-%s" (random 20)) }}',
    '{{-\n printf "vault-%s" (random 20) -}}',
    "{{ with .DisplayName }}vault-{{ . }}{{ else }}vault-x{{ end }}",
    '{{ if (eq .Type "STS") }}sts{{ else }}vault-{{ random 20 }}{{ end }}',
  ])("%s", (usernameTemplate) => {
    expect(ofCredential({ usernameTemplate, roles: users })).toEqual([]);
  });

  test("or with what the user states", () => {
    expect(ofCredential({ usernameTemplate: "app-{{ random 20 }}", userNamePrefix: "app-", roles: users })).toEqual([]);
    // Line breaks are taken out before the template is sent.
    expect(ofCredential({ usernameTemplate: "vault-{{ .DisplayName }}\n", roles: users })).toEqual([]);
  });

  test("warn where they cannot be followed, unless the user states what they begin with", () => {
    const usernameTemplate = '{{ slice "xvault-" 1 }}{{ random 20 }}';
    expect(ofCredential({ usernameTemplate, roles: users })).toEqual([
      {
        severity: "warning",
        path: "usernameTemplate",
        action: "iam:CreateUser",
        problem:
          "may not begin with vault-, as the users do that Vault may make: the analysis does not follow how the template makes its first characters",
        fix: "Make sure that all names begin with vault-, and set userNamePrefix to state it.",
      },
    ]);
    expect(ofCredential({ usernameTemplate, userNamePrefix: "vault-", roles: users })).toEqual([]);
  });
});

test("trust policies by what is known of the caller", () => {
  const R = `${iam}:role/deploy`;
  const trusts = (Condition: PolicyStatement["Condition"], externalId?: string) =>
    ofCredential({
      roles: { r: { credentialType: "assumed_role", roleArns: [R], externalId } },
      trustPolicies: { [R]: documentOf({ Action: "sts:AssumeRole", Principal: { AWS: "*" }, Condition }) },
    });
  expect(trusts({ StringEquals: { "sts:ExternalId": "${aws:username}" } }, "root-x")).toEqual([]);
  expect(trusts({ ArnEquals: { "aws:PrincipalArn": rootArn } })).toEqual([]);
  expect(
    trusts({ StringEquals: { "aws:PrincipalAccount": accountId }, StringLike: { "sts:RoleSessionName": "vault-*" } }),
  ).toEqual([]);
});
