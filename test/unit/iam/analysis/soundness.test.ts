import { describe, expect, test } from "vitest";
import type { PolicyStatement } from "../../../../src/aws/policyDocument.js";
import { checkRootPolicy } from "../../../../src/iam/analysis/checkRootPolicy.js";
import type { PlainRootCredential } from "../../../../src/iam/rootDocument.js";
import { unknownValue } from "../../../../src/internal/validation/known.js";
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

/** Policies and arguments that would fail in AWS, or give away more than they should: none may pass silently. */

const iam = `arn:aws:iam::${accountId}`;
const groups: PlainRootCredential["roles"] = { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } };
const users: PlainRootCredential["roles"] = { deploy: { credentialType: "iam_user", policyArns: [readOnly] } };

function withExtra(...statements: Partial<PolicyStatement>[]): string[] {
  return ofCredential({ extraStatements: statements.map((one) => ({ Effect: "Allow", ...one })) }).map(brief);
}

describe("an identity that could give itself rights", () => {
  test.each<[string, Partial<PolicyStatement>, string[]]>([
    [
      "by its name as a variable",
      { Action: "iam:*", Resource: `${iam}:user/\${aws:username}` },
      [
        "error extraStatements[0] iam:AttachUserPolicy",
        "error extraStatements[0] iam:PutUserPolicy",
        "warning extraStatements[0] iam:CreateLoginProfile",
        "warning extraStatements[0] iam:UpdateLoginProfile",
      ],
    ],
    [
      "in every account, by its name as a variable",
      { Action: "iam:PutUserPolicy", Resource: "arn:aws:iam::*:user/${aws:username}" },
      ["error extraStatements[0] iam:PutUserPolicy"],
    ],
    [
      "by its account as a variable",
      { Action: "iam:AttachUserPolicy", Resource: "arn:aws:iam::${aws:PrincipalAccount}:user/root-*" },
      ["error extraStatements[0] iam:AttachUserPolicy", "warning extraStatements[0] iam:AttachUserPolicy"],
    ],
    [
      "by its ARN as a variable",
      { Action: "iam:AttachUserPolicy", Resource: "${aws:PrincipalArn}" },
      ["error extraStatements[0] iam:AttachUserPolicy"],
    ],
    [
      "by its ARN as a condition",
      {
        Action: "iam:AttachUserPolicy",
        Resource: `${iam}:user/root-*`,
        Condition: { ArnEquals: { "aws:PrincipalArn": rootArn } },
      },
      ["error extraStatements[0] iam:AttachUserPolicy", "warning extraStatements[0] iam:AttachUserPolicy"],
    ],
    [
      "by its type as a condition",
      {
        Action: "iam:PutUserPolicy",
        Resource: `${iam}:user/root-*`,
        Condition: { StringEquals: { "aws:PrincipalType": "User" } },
      },
      ["error extraStatements[0] iam:PutUserPolicy", "warning extraStatements[0] iam:PutUserPolicy"],
    ],
    [
      "by a tag of its own, which only AWS knows",
      { Action: "iam:PutUserPolicy", Resource: `${iam}:user/\${aws:PrincipalTag/team}` },
      ["warning extraStatements[0] iam:PutUserPolicy", "warning extraStatements[0] iam:PutUserPolicy"],
    ],
    [
      "on a condition that always holds",
      { Action: "iam:*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } },
      ["error extraStatements[0] iam:*"],
    ],
    [
      "on a condition that all values of a key meet, which the request never carries",
      {
        Action: "iam:AttachUserPolicy",
        Resource: "*",
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } },
      },
      ["error extraStatements[0] iam:AttachUserPolicy"],
    ],
    [
      "on a condition that all values of a key meet, which the request may carry",
      {
        Action: ["iam:CreateRole", "iam:PutRolePolicy"],
        Resource: "*",
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } },
      },
      ["warning extraStatements[0] iam:PutRolePolicy", "warning extraStatements[0] iam:CreateRole"],
    ],
    [
      "not on tags that the request never carries",
      {
        Action: "iam:PutUserPolicy",
        Resource: "*",
        Condition: { StringEquals: { "aws:RequestTag/team": "a" } },
      },
      [],
    ],
    ["by NotAction", { NotAction: "s3:*", Resource: "*" }, ["error extraStatements[0] iam:*"]],
    ["by everything", { Action: "*", Resource: "*" }, ["error extraStatements[0] *"]],
    ["by groups", { Action: "iam:AddUserToGroup", Resource: "*" }, ["error extraStatements[0] iam:AddUserToGroup"]],
    [
      "by groups' policies",
      { Action: "iam:PutGroupPolicy", Resource: "*" },
      ["error extraStatements[0] iam:PutGroupPolicy"],
    ],
    [
      "by groups in another spelling",
      { Action: "IAM:ATTACHGROUP*", Resource: "arn:*:iam::*:g*" },
      ["error extraStatements[0] iam:AttachGroupPolicy"],
    ],
    [
      "by some groups, as a warning",
      { Action: "iam:AddUserToGroup", Resource: `${iam}:group/team-*` },
      ["warning extraStatements[0] iam:AddUserToGroup"],
    ],
    [
      "by policy versions",
      { Action: "iam:CreatePolicyVersion", Resource: "*" },
      ["error extraStatements[0] iam:CreatePolicyVersion"],
    ],
    [
      "by earlier policy versions",
      { Action: "iam:SetDefaultPolicyVersion", Resource: `${iam}:policy/*` },
      ["error extraStatements[0] iam:SetDefaultPolicyVersion"],
    ],
    [
      "by passwords of others",
      { Action: "iam:UpdateLoginProfile", Resource: "*" },
      ["error extraStatements[0] iam:UpdateLoginProfile"],
    ],
    [
      "by keys of others",
      { Action: "iam:CreateAccessKey", Resource: `${iam}:user/*` },
      ["error extraStatements[0] iam:CreateAccessKey"],
    ],
    [
      "by keys of others, but for one",
      { Action: "iam:CreateAccessKey", NotResource: `${iam}:user/ceo` },
      ["error extraStatements[0] iam:CreateAccessKey"],
    ],
    [
      "by service-specific credentials of others",
      { Action: "iam:CreateServiceSpecificCredential", Resource: "*" },
      ["error extraStatements[0] iam:CreateServiceSpecificCredential"],
    ],
    [
      "by trust policies",
      { Action: "iam:UpdateAssumeRolePolicy", Resource: `${iam}:role/*` },
      ["error extraStatements[0] iam:UpdateAssumeRolePolicy"],
    ],
    [
      "by policies of roles, which may trust it",
      { Action: "iam:AttachRolePolicy", Resource: "*" },
      ["warning extraStatements[0] iam:AttachRolePolicy"],
    ],
    [
      "by policies of one role, which may trust it",
      { Action: "iam:PutRolePolicy", Resource: `${iam}:role/app` },
      ["warning extraStatements[0] iam:PutRolePolicy"],
    ],
    ["not by one role that it passes", { Action: "iam:PassRole", Resource: `${iam}:role/app` }, []],
    [
      "by policies of roles that it assumes",
      { Action: ["iam:AttachRolePolicy", "sts:AssumeRole"], Resource: "*" },
      ["error extraStatements[0] iam:AttachRolePolicy", "warning extraStatements[0] sts:AssumeRole"],
    ],
    [
      "by a role of its own making",
      { Action: ["iam:CreateRole", "iam:PutRolePolicy"], Resource: "*" },
      ["warning extraStatements[0] iam:PutRolePolicy", "error extraStatements[0] iam:CreateRole"],
    ],
    [
      "by a role that it passes",
      { Action: ["iam:PassRole", "lambda:CreateFunction"], Resource: "*" },
      ["error extraStatements[0] iam:PassRole"],
    ],
    [
      "by a role that it may pass, to what is not known",
      { Action: "iam:PassRole", Resource: "*" },
      ["warning extraStatements[0] iam:PassRole"],
    ],
    [
      "by an instance profile",
      { Action: ["iam:PassRole", "iam:AddRoleToInstanceProfile"], Resource: "*" },
      ["error extraStatements[0] iam:PassRole"],
    ],
    [
      "by a role that it passes to a service in one region",
      { Action: ["iam:PassRole", "glue:CreateJob"], Resource: [`${iam}:role/*`, "arn:aws:glue:eu-west-1:*:*"] },
      ["warning extraStatements[0] iam:PassRole", "warning extraStatements[0] glue:CreateJob"],
    ],
    [
      "by the code of functions",
      { Action: "lambda:UpdateFunctionCode", Resource: "*" },
      ["warning extraStatements[0] lambda:UpdateFunctionCode"],
    ],
    [
      "by the code of all functions of a region",
      { Action: "lambda:Update*", Resource: `arn:aws:lambda:eu-west-1:${accountId}:function:*` },
      ["warning extraStatements[0] lambda:UpdateFunctionCode"],
    ],
    ["by commands on instances", { Action: "ssm:*", Resource: "*" }, ["warning extraStatements[0] ssm:SendCommand"]],
    [
      "by accounts of the organization",
      { Action: "sts:AssumeRoot", Resource: "*" },
      ["warning extraStatements[0] sts:AssumeRoot"],
    ],
    ["not by one function", { Action: "lambda:*", Resource: `arn:aws:lambda:*:${accountId}:function:mine-*` }, []],
    ["not by what has nothing to do with roles", { Action: ["s3:*", "dynamodb:*", "logs:*"], Resource: "*" }, []],
  ])("%s", (_what, statement, expected) => {
    expect(withExtra(statement)).toEqual(expected);
  });

  test("by services, all in one warning, and not where a federation token is to have it", () => {
    const extraStatements: PolicyStatement[] = [
      {
        Effect: "Allow",
        Action: ["lambda:UpdateFunctionCode", "ssm:StartSession", "codebuild:StartBuild"],
        Resource: "*",
      },
    ];
    const [finding, ...others] = ofCredential({ extraStatements });
    expect(others).toEqual([]);
    expect(finding?.problem).toBe(
      "lambda:UpdateFunctionCode on * is granted to the root credential by a statement: it could run code with the roles of Lambda functions; " +
        "by ssm:StartSession run commands with the roles of instances; by codebuild:StartBuild run builds and jobs with the roles of CodeBuild, " +
        "CodeDeploy, Glue, Data Pipeline, EMR and Step Functions",
    );
    const roles: PlainRootCredential["roles"] = {
      f: { credentialType: "federation_token", policyDocument: documentOf({ Action: "lambda:*", Resource: "*" }) },
    };
    expect(ofCredential({ roles })).toEqual([]);
  });

  test("names what it could do, and by what", () => {
    const [finding] = ofCredential({
      extraStatements: [{ Sid: "Mine", Effect: "Allow", Action: "iam:AddUserToGroup", Resource: "*" }],
    });
    expect(finding).toEqual({
      severity: "error",
      path: "extraStatements[0]",
      action: "iam:AddUserToGroup",
      resource: `${iam}:group/*`,
      problem: `iam:AddUserToGroup on ${iam}:group/* is granted to the root credential by statement Mine: it could put itself into any group`,
      fix: "Grant it on the entities that Vault is to change, and on no others.",
    });
  });

  test("also where a Deny spares a few", () => {
    expect(
      withExtra(
        { Action: "iam:PutUserPolicy", Resource: "*" },
        { Effect: "Deny", Action: "iam:PutUserPolicy", Resource: `${iam}:user/ceo` },
      ),
    ).toContain("error extraStatements[0] iam:PutUserPolicy");
  });

  test("by additional policies and those of federation tokens", () => {
    const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    expect(ofCredential({ additionalPolicyArns: [admin] }).map(brief)).toEqual(["error additionalPolicyArns[0] *"]);
    expect(ofCredential({ additionalPolicyArns: ["arn:aws:iam::aws:policy/IAMFullAccess"] }).map(brief)).toEqual([
      "error additionalPolicyArns[0] iam:*",
    ]);
    for (const [name, action] of [
      ["AdministratorAccess", "*"],
      ["IAMFullAccess", "iam:*"],
    ]) {
      const policyArns = [readOnly, `arn:aws:iam::aws:policy/${name}`];
      const [finding] = ofCredential({ roles: { f: { credentialType: "federation_token", policyArns } } });
      expect(finding && brief(finding)).toBe(`error roles.f.policyArns[1] ${action}`);
      expect(finding?.problem).toContain(
        " is granted to the root credential by a statement: it could do everything in ",
      );
    }
    const own = `${iam}:policy/own`;
    const policyDocuments = { [own]: documentOf({ Action: "iam:PutUserPolicy", Resource: "*" }) };
    expect(ofCredential({ additionalPolicyArns: [own], policyDocuments }).map(brief)).toContain(
      `error policyDocuments["${own}"] iam:PutUserPolicy`,
    );
  });

  test.each([
    ["job-function/SystemAdministrator", "make SSH keys of any user"],
    [
      "service-role/AmazonElasticMapReduceRole",
      "hand any role to a service that it starts, and so use the role's rights",
    ],
    ["AdministratorAccess-Amplify", "create a role with any right, and name itself in its trust policy"],
  ])("by AWS's %s, of which only that is known", (name, could) => {
    const arn = `arn:aws:iam::aws:policy/${name}`;
    const finding = {
      severity: "error",
      resource: arn,
      problem: `${arn} is attached to the root credential: it could ${could}`,
      fix: "Name the actions and resources that are needed in a policy of your own.",
    };
    expect(ofCredential({ additionalPolicyArns: [readOnly, arn] })).toEqual([
      { ...finding, path: "additionalPolicyArns[1]" },
    ]);
    const roles: PlainRootCredential["roles"] = { f: { credentialType: "federation_token", policyArns: [arn] } };
    expect(ofCredential({ roles })).toEqual([{ ...finding, path: "roles.f.policyArns[0]" }]);
    const boundary = `${iam}:policy/boundary`;
    const policyDocuments = { [boundary]: documentOf({ NotAction: "iam:*", Resource: "*" }) };
    expect(
      ofCredential({ additionalPolicyArns: [arn], permissionsBoundaryArn: boundary, policyDocuments }).map(brief),
    ).toEqual(["warning additionalPolicyArns[0]"]);
    expect(ofCredential({ additionalPolicyArns: [arn], policyDocuments: { [arn]: documentOf() } })).toEqual([]);
  });

  test.each([
    "airflow:CreateEnvironment",
    "airflow:UpdateEnvironment",
    "apprunner:UpdateService",
    "appstream:CreateFleet",
    "bedrock-agentcore:CreateAgentRuntime",
    "bedrock-agentcore:UpdateAgentRuntime",
    "braket:CreateJob",
    "codebuild:StartBuild",
    "codebuild:StartBuildBatch",
    "gamelift:CreateFleet",
    "sagemaker:CreateCluster",
    "sagemaker:CreatePipeline",
    "sagemaker:UpdateDomain",
    "sagemaker:UpdateNotebookInstance",
    "sagemaker:UpdatePipeline",
    "sagemaker:UpdateUserProfile",
    "ssm:CreateActivation",
    "ssm:UpdateManagedInstanceRole",
  ])("by passing any role to %s", (start) => {
    expect(withExtra({ Action: ["iam:PassRole", start], Resource: "*" })).toContain(
      "error extraStatements[0] iam:PassRole",
    );
    expect(withExtra({ Action: start, Resource: "*" }).filter((found) => found.startsWith("error"))).toEqual([]);
  });

  test("AWS's policies are known by their ARNs with a path", () => {
    const permissionsBoundaryArn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
    expect(new Set(ofCredential({ roles: users, permissionsBoundaryArn }).map(({ severity }) => severity))).toEqual(
      new Set(["error"]),
    );
  });

  test("by the policies attached to it and the roles that it assumes", () => {
    const own = `${iam}:policy/own`;
    const role = `${iam}:role/deploy`;
    const extraStatements: PolicyStatement[] = [
      { Effect: "Allow", Action: ["iam:CreatePolicyVersion", "iam:AttachRolePolicy"], Resource: [own, role] },
    ];
    const roles: PlainRootCredential["roles"] = { d: { credentialType: "assumed_role", roleArns: [role] } };
    const policyDocuments = { [own]: documentOf() };
    expect(ofCredential({ extraStatements, roles, additionalPolicyArns: [own], policyDocuments }).map(brief)).toEqual([
      "error extraStatements[0] iam:CreatePolicyVersion",
      "error extraStatements[0] iam:AttachRolePolicy",
      "warning extraStatements[0] iam:CreatePolicyVersion",
    ]);
  });

  test("by letting others into the roles that it assumes", () => {
    const role = `${iam}:role/deploy`;
    const roles: PlainRootCredential["roles"] = { d: { credentialType: "assumed_role", roleArns: [role] } };
    const extraStatements: PolicyStatement[] = [
      { Effect: "Allow", Action: "iam:UpdateAssumeRolePolicy", Resource: role },
    ];
    expect(ofCredential({ roles, extraStatements }).map(({ severity, problem }) => `${severity}: ${problem}`)).toEqual([
      `warning: iam:UpdateAssumeRolePolicy on ${role} is granted to the root credential by a statement: it could let anyone into ${role}, which it may assume`,
    ]);
  });

  test("by lifting its boundary or what is denied to it", () => {
    const own = documentOf({
      Action: ["iam:DeleteUserPermissionsBoundary", "iam:DetachUserPolicy"],
      Resource: rootArn,
    });
    expect(ofPolicy(own).map(brief)).toEqual([]);
    const boundary = documentOf({ Action: "*", Resource: "*" });
    expect(ofPolicy(own, { permissionsBoundary: boundary }).map(brief)).toEqual([
      "error policies[0].Statement[0] iam:DeleteUserPermissionsBoundary",
    ]);
    const deny = documentOf({ Effect: "Deny", Action: "s3:*", Resource: "*" });
    expect(ofPolicy([own, deny]).map(brief)).toEqual(["error policies[0].Statement[0] iam:DetachUserPolicy"]);
  });

  test("is tamed by a boundary whose text is known", () => {
    const extraStatements: PolicyStatement[] = [{ Effect: "Allow", Action: "iam:*", Resource: "*" }];
    const boundary = `${iam}:policy/boundary`;
    const policyDocuments = { [boundary]: documentOf({ Action: "iam:*", Resource: `${iam}:user/vault-*` }) };
    expect(ofCredential({ extraStatements, permissionsBoundaryArn: boundary, policyDocuments }).map(brief)).toEqual([]);
    const open = { [boundary]: documentOf({ Action: "*", Resource: "*" }) };
    expect(
      ofCredential({ extraStatements, permissionsBoundaryArn: boundary, policyDocuments: open }).map(brief),
    ).toEqual(["error extraStatements[0] iam:*"]);
  });

  test("a session's trust policy that lets everybody in", () => {
    const trust = (statement: Partial<PolicyStatement>) =>
      ofCredential({ identity: "role", trustPolicy: documentOf({ Action: "sts:AssumeRole", ...statement }) }).map(
        brief,
      );
    expect(trust({ Principal: "*" })).toEqual(["error trustPolicy.Statement[0].Principal"]);
    expect(trust({ Principal: { AWS: ["1", "*"] } })).toEqual(["error trustPolicy.Statement[0].Principal"]);
    const Condition = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };
    expect(trust({ Principal: "*", Condition })).toEqual(["warning trustPolicy.Statement[0].Principal"]);
    expect(trust({ Principal: { AWS: accountId } })).toEqual([]);
    expect(trust({ NotPrincipal: { AWS: accountId } })).toEqual(["error trustPolicy.Statement[0].NotPrincipal"]);
  });
});

test("a trust policy that admits all whom a provider of web identities knows", () => {
  const provider = "oidc.eks.eu-west-1.amazonaws.com/id/ABC";
  const trust = (Condition?: PolicyStatement["Condition"]) =>
    ofCredential({
      identity: "role",
      trustPolicy: documentOf({
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: `${iam}:oidc-provider/${provider}` },
        Condition,
      }),
    });
  const sub = `${provider}:sub`;
  const aud = { StringEquals: { [`${provider}:aud`]: "sts.amazonaws.com" } };
  for (const open of [undefined, aud, { ...aud, StringLike: { [sub]: "*" } }]) {
    expect(trust(open)).toEqual([
      {
        severity: "warning",
        path: "trustPolicy.Statement[0].Principal.Federated",
        problem: `lets everybody in to whom ${provider} issues tokens, who with it have all the rights of Vault`,
        fix: `Add a condition on who it is, such as ${sub}.`,
      },
    ]);
  }
  expect(trust({ StringEquals: { [sub]: "system:serviceaccount:vault:vault" } })).toEqual([]);
  expect(trust({ StringLike: { [sub.toUpperCase()]: ["system:serviceaccount:vault:*"] } })).toEqual([]);
});

test("a federation token that asks for everything but a little", () => {
  const federated = (...statements: Partial<PolicyStatement>[]) =>
    ofCredential({
      roles: { f: { credentialType: "federation_token", policyDocument: documentOf(...statements) } },
    }).map(({ severity, problem }) => `${severity}: ${problem}`);
  const but = (what: string) =>
    `warning: whoever reads these credentials, and the root credential itself, can do everything in the account but ${what}`;
  expect(federated({ Action: "*", Resource: "*" })).toEqual([but("IAM and STS")]);
  expect(federated({ NotAction: ["s3:DeleteBucket"], Resource: "*" })).toEqual([
    but("IAM, STS and what NotAction names"),
  ]);
  expect(federated({ NotAction: "s3:*", Resource: "arn:aws:s3:::b" })).toEqual([]);
});

describe("session tokens, which have all rights of the root credential", () => {
  const session: PlainRootCredential["roles"] = { s: { credentialType: "session_token" } };
  const role = `${iam}:role/deploy`;
  const problemsOf = (args: Partial<PlainRootCredential>) =>
    ofCredential(args)
      .filter(({ path }) => path === "roles.s")
      .map(
        ({ severity, problem }) =>
          `${severity}: ${problem.replace("whoever reads these credentials has the rights of the root credential itself: ", "")}`,
      );

  test.each<[string, Partial<PlainRootCredential>, string[]]>([
    ["nothing but users", { roles: { ...users, ...session } }, []],
    [
      "roles to assume",
      { roles: { ...session, d: { credentialType: "assumed_role", roleArns: [role] } } },
      [`warning: they can assume ${role}`],
    ],
    [
      "rights in other services",
      { roles: session, extraStatements: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] },
      ["warning: they can do what its policies allow in other services"],
    ],
    [
      "everything in other services",
      { roles: session, extraStatements: [{ Effect: "Allow", NotAction: ["iam:*", "sts:*"], Resource: "*" }] },
      ["warning: they can do everything in all services but IAM and STS"],
    ],
    [
      "a policy that is not at hand",
      { roles: session, additionalPolicyArns: ["arn:aws:iam::aws:policy/AmazonS3FullAccess"] },
      ["warning: they can do what arn:aws:iam::aws:policy/AmazonS3FullAccess allows"],
    ],
    [
      "rights that its key lacks, and that need MFA",
      {
        roles: { s: { credentialType: "session_token", mfaSerialNumber: `${iam}:mfa/root` } },
        extraStatements: [
          {
            Effect: "Allow",
            Action: "iam:*",
            Resource: "*",
            Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
          },
        ],
      },
      ["warning: they can call IAM, since the token is asked for with MFA"],
    ],
    [
      "nothing, where the rights need MFA and the token has none",
      {
        roles: session,
        extraStatements: [
          {
            Effect: "Allow",
            Action: "s3:*",
            Resource: "*",
            Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
          },
        ],
      },
      [],
    ],
    [
      "nothing, where tokens without MFA are denied everything",
      {
        roles: session,
        extraStatements: [
          { Effect: "Allow", Action: "s3:*", Resource: "*" },
          {
            Effect: "Deny",
            Action: "*",
            Resource: "*",
            Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } },
          },
        ],
      },
      [],
    ],
    [
      "IAM with MFA",
      { roles: { ...users, s: { credentialType: "session_token", mfaSerialNumber: `${iam}:mfa/root` } } },
      ["warning: they can call IAM, since the token is asked for with MFA"],
    ],
  ])("%s", (_what, args, expected) => {
    expect(problemsOf(args)).toEqual(expected);
  });
});

describe("a Deny statement", () => {
  test.each<[string, Partial<PlainRootCredential>, Partial<PolicyStatement>, string[]]>([
    [
      "on a group",
      { roles: groups },
      { Action: "iam:AddUserToGroup", Resource: `${iam}:group/devs` },
      ["error roles.deploy.iamGroups[0] iam:AddUserToGroup"],
    ],
    [
      "on a group on another path, as a warning",
      { roles: groups },
      { Action: "iam:AddUserToGroup", Resource: `${iam}:group/*/devs` },
      ["warning roles.deploy.iamGroups[0] iam:AddUserToGroup"],
    ],
    [
      "on a static user",
      { staticRoles: { s: { username: "svc" } } },
      { Action: "iam:*Key", Resource: `${iam}:user/svc` },
      ["error staticRoles.s.username iam:CreateAccessKey", "error staticRoles.s.username iam:DeleteAccessKey"],
    ],
    [
      "on federated users",
      { roles: { f: { credentialType: "federation_token", policyDocument: documentOf() } } },
      { Action: "sts:GetFederationToken", Resource: `arn:aws:sts::${accountId}:federated-user/*` },
      ["error roles.f sts:GetFederationToken"],
    ],
    [
      "on the calling user",
      { roles: { f: { credentialType: "federation_token", policyDocument: documentOf() } } },
      { Action: "sts:*", Resource: `${iam}:user/\${aws:username}` },
      ["error roles.f sts:GetFederationToken"],
    ],
    [
      "on some of Vault's users",
      { roles: users },
      { Action: "iam:CreateUser", Resource: `${iam}:user/vault-prod-*` },
      ["error roles.deploy iam:CreateUser"],
    ],
    [
      "on some of Vault's users, on a condition",
      { roles: users },
      {
        Action: "iam:CreateUser",
        Resource: `${iam}:user/vault-prod-*`,
        Condition: { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
      },
      ["warning roles.deploy iam:CreateUser"],
    ],
    [
      "by a variable of which nothing is known",
      { roles: users },
      { Action: "iam:CreateUser", Resource: `${iam}:user/\${aws:PrincipalTag/team}` },
      ["warning roles.deploy iam:CreateUser"],
    ],
    [
      "of everything without MFA, which a key never has",
      { assumeRoleArns: [`${iam}:role/x`] },
      { Action: "*", Resource: "*", Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } } },
      ["error assumeRoleArns[0] sts:AssumeRole"],
    ],
    [
      "of users created without tags, which Vault always does",
      { roles: users },
      { Action: "iam:CreateUser", Resource: "*", Condition: { Null: { "aws:RequestTag/team": "true" } } },
      ["error roles.deploy iam:CreateUser"],
    ],
  ])("%s", (_what, args, statement, expected) => {
    const extraStatements: PolicyStatement[] = [{ ...statement, Effect: "Deny" }];
    expect(ofCredential({ ...args, extraStatements }).map(brief)).toEqual(expected);
  });

  test("is not outvoted by a policy that is not at hand", () => {
    const extraStatements: PolicyStatement[] = [
      { Effect: "Deny", Action: "iam:CreateUser", Resource: `${iam}:user/vault-prod-*` },
    ];
    expect(
      ofCredential({ roles: users, extraStatements, additionalPolicyArns: [`${iam}:policy/more`] }).map(brief),
    ).toEqual(["error roles.deploy iam:CreateUser", "warning additionalPolicyArns[0]"]);
  });
});

describe("policies that are attached besides", () => {
  test("a boundary that does not allow what Vault needs", () => {
    expect(
      new Set(ofCredential({ roles: groups, permissionsBoundaryArn: readOnly }).map(({ severity }) => severity)),
    ).toEqual(new Set(["error"]));
    expect(ofCredential({ roles: groups, permissionsBoundaryArn: readOnly })[0]?.problem).toBe(
      `iam:CreateUser on ${iam}:user/vault-* (Vault creates a user for each lease) is not allowed by the root credential's permissions boundary`,
    );
  });

  test("a boundary whose text is not at hand", () => {
    const permissionsBoundaryArn = `${iam}:policy/boundary`;
    expect(ofCredential({ roles: users, permissionsBoundaryArn })).toEqual([
      {
        severity: "warning",
        path: "permissionsBoundaryArn",
        resource: permissionsBoundaryArn,
        problem: `the text of the boundary ${permissionsBoundaryArn} is not at hand: it may not allow what Vault needs`,
        fix: "Give its text in policyDocuments.",
      },
    ]);
    expect(ofCredential({ roles: users, permissionsBoundaryArn: unknownValue })).toEqual([]);
  });

  test("one that denies everything", () => {
    const denied = ofCredential({ roles: users, additionalPolicyArns: ["arn:aws:iam::aws:policy/AWSDenyAll"] });
    expect(denied.length).toBeGreaterThan(10);
    expect(new Set(denied.map(({ severity }) => severity))).toEqual(new Set(["error"]));
  });

  test("those of federation tokens do not excuse what is missing", () => {
    const roles: PlainRootCredential["roles"] = {
      ...groups,
      f: { credentialType: "federation_token", policyArns: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"] },
    };
    expect(ofCredential({ permissions: "documented", roles }).map(brief)).toEqual([
      "error roles.deploy.iamGroups[0] iam:AddUserToGroup",
      "error roles.deploy.iamGroups[0] iam:RemoveUserFromGroup",
      "error roles.f sts:GetFederationToken",
    ]);
  });

  test("one of AWS does not excuse what it does not grant", () => {
    expect(
      ofCredential({ permissions: "documented", roles: groups, additionalPolicyArns: [readOnly] }).map(
        ({ severity }) => severity,
      ),
    ).toEqual(["error", "error"]);
  });
});

describe("names", () => {
  test.each<[Partial<PlainRootCredential>, string[]]>([
    [{ userNamePrefix: "app-", roles: users }, ["error userNamePrefix iam:CreateUser"]],
    [{ userNamePrefix: "vault-app-", roles: users }, ["warning userNamePrefix iam:CreateUser"]],
    [{ usernameTemplate: "app-{{ random 20 }}", roles: users }, ["error usernameTemplate iam:CreateUser"]],
    [
      { usernameTemplate: "{{ random 20 }}", userNamePrefix: "vault-", roles: users },
      ["error usernameTemplate iam:CreateUser"],
    ],
    [{ usernameTemplate: "vault-{{ randomise 20 }}", roles: users }, ["error usernameTemplate iam:CreateUser"]],
    [{ usernameTemplate: "vault-{{ random 60 }}", roles: users }, ["error usernameTemplate iam:CreateUser"]],
    [
      {
        usernameTemplate: '{{ printf "vault-%s" (random 40) }}',
        roles: { f: { credentialType: "federation_token", policyDocument: documentOf() } },
      },
      ["error usernameTemplate iam:CreateUser"],
    ],
    [{ usernameTemplate: "vault-{{ .DisplayName }}/x", roles: users }, ["error usernameTemplate iam:CreateUser"]],
    [
      { usernameTemplate: 'vault-{{ timestamp "2006-01-02T15:04:05Z" }}', roles: users },
      ["error usernameTemplate iam:CreateUser"],
    ],
    [{ usernameTemplate: 'vault-{{ timestamp "20060102T150405Z07:00" }}', roles: users }, []],
    [{ usernameTemplate: 'vault-{{ timestamp "2006-01-02T15:04:05Z" | replace ":" "-" }}', roles: users }, []],
    [
      { usernameTemplate: '{{ if (eq .Type "STS") }}vault-x{{ else }}app-x{{ end }}', roles: users },
      ["error usernameTemplate iam:CreateUser"],
    ],
  ])("%j: %j", (args, expected) => {
    expect(ofCredential(args).map(brief)).toEqual(expected);
  });

  test.each<[Partial<PlainRootCredential>, string]>([
    [{ assumeRoleArns: ["*"] }, "error assumeRoleArns[0]"],
    [{ roles: { r: { credentialType: "iam_user", iamGroups: ["*"] } } }, "error roles.r.iamGroups[0]"],
    [{ formerGroups: ["dev?"] }, "error formerGroups[0]"],
    [{ staticRoles: { s: { username: "svc*" } } }, "error staticRoles.s.username"],
    [{ roles: { r: { credentialType: "iam_user", userPath: "/*/" } } }, "error roles.r.userPath"],
    [{ roles: { r: { credentialType: "assumed_role", roleArns: [`${iam}:role/*`] } } }, "error roles.r.roleArns[0]"],
  ])("with wildcards: %j", (args, expected) => {
    expect(ofCredential(args).map(brief)).toContain(expected);
  });
});

test("a static role of the root user itself, whose key Vault would delete", () => {
  expect(ofCredential({ staticRoles: { s: { username: "root-x" } } }).map(brief)).toEqual([
    "error staticRoles.s.username",
  ]);
  expect(ofCredential({ path: "/p/", staticRoles: { s: { username: "root-x" } } }).map(brief)).toEqual([
    "error staticRoles.s.username",
  ]);
  expect(ofCredential({ staticRoles: { s: { username: "root-y" } } })).toEqual([]);
});

test("an extra statement named as a derived one", () => {
  const roles: PlainRootCredential["roles"] = {
    ...users,
    f: {
      credentialType: "federation_token",
      policyDocument: documentOf({ Sid: "CreateUsers", Action: "s3:GetObject", Resource: "*" }),
    },
  };
  const sids = ["CreateUsers", "Mine", "Delegated1", "createUsers"];
  const extraStatements = sids.map((Sid): PolicyStatement => ({
    Sid,
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: "*",
  }));
  expect(ofCredential({ roles, extraStatements })).toEqual(
    [0, 2].map((index) => ({
      severity: "error",
      path: `extraStatements[${index}].Sid`,
      problem:
        "must differ from the statements of the derived policy (CreateUsers, AttachPolicies, CreateKeys, RevokeUsers, FederationTokens, " +
        `Delegated1), got "${sids[index]}"`,
      fix: "Choose another Sid, or leave it out.",
    })),
  );
  expect(
    ofCredential({
      permissions: "documented",
      extraStatements: [{ Sid: "VaultUsers", Effect: "Allow", Action: "s3:*", Resource: "*" }],
    }).map(brief),
  ).toEqual(["error extraStatements[0].Sid"]);
});

describe("trust policies", () => {
  const R = `${iam}:role/deploy`;
  const allowing = (statement: Partial<PolicyStatement>) => documentOf({ Action: "sts:AssumeRole", ...statement });
  const trusts = (statement: Partial<PolicyStatement>, role: object = {}) =>
    ofCredential({
      roles: { r: { credentialType: "assumed_role", roleArns: [R], ...role } },
      trustPolicies: { [R]: allowing(statement) },
    }).map(brief);
  const refused = ["error roles.r.roleArns[0] sts:AssumeRole"];
  const Principal = { AWS: rootArn };

  test.each<[string, Partial<PolicyStatement>, string[]]>([
    ["of another user", { Principal: { AWS: `${iam}:user/other` } }, refused],
    ["by another kind of principal", { Principal: { Federated: "*" } }, refused],
    ["by its ARN as another kind", { Principal: { Federated: rootArn } }, refused],
    ["of services", { Principal: { Service: "*" } }, refused],
    ["of canonical users", { Principal: { CanonicalUser: accountId } }, refused],
    ["with a wildcard in an ARN", { Principal: { AWS: `${iam}:user/*` } }, refused],
    [
      "by NotPrincipal",
      { NotPrincipal: { AWS: `${iam}:user/other` } },
      [`error trustPolicies["${R}"].Statement[0].NotPrincipal`],
    ],
    ["with a source identity", { Principal, Condition: { StringLike: { "sts:SourceIdentity": "*" } } }, refused],
    ["with MFA", { Principal, Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }, refused],
    ["with another session name", { Principal, Condition: { StringLike: { "sts:RoleSessionName": "x*" } } }, refused],
    [
      "with a session name that it may have",
      { Principal, Condition: { StringLike: { "sts:RoleSessionName": "vault-approle-*" } } },
      ["warning roles.r.roleArns[0] sts:AssumeRole"],
    ],
    [
      "from an organization",
      { Principal, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } },
      ["warning roles.r.roleArns[0] sts:AssumeRole"],
    ],
  ])("%s", (_what, statement, expected) => {
    expect(trusts(statement)).toEqual(expected);
  });

  test("of roles that no role of Vault names", () => {
    const trustPolicies = { [R]: allowing({ Principal: { AWS: `${iam}:user/other` } }) };
    expect(ofCredential({ assumeRoleArns: [R], trustPolicies }).map(brief)).toEqual([
      "error assumeRoleArns[0] sts:AssumeRole",
    ]);
    expect(ofCredential({ staticRoles: { s: { username: "u", assumeRoleArn: R } }, trustPolicies }).map(brief)).toEqual(
      ["error staticRoles.s.assumeRoleArn sts:AssumeRole"],
    );
    expect(ofCredential({ trustPolicies }).map(brief)).toEqual([`warning trustPolicies["${R}"]`]);
  });

  test("that a role's boundary does not allow", () => {
    const principalArn = `${iam}:role/vault`;
    const roles: PlainRootCredential["roles"] = { r: { credentialType: "assumed_role", roleArns: [R] } };
    const trustPolicies = { [R]: allowing({ Principal: { AWS: principalArn } }) };
    const permissionsBoundary = documentOf({ Action: "s3:*", Resource: "*" });
    expect(ofPolicy([], { principalArn, roles, trustPolicies, permissionsBoundary }).map(brief)).toEqual(refused);
    expect(ofPolicy([], { principalArn, roles, trustPolicies }).map(brief)).toEqual([
      "warning roles.r.roleArns[0] sts:AssumeRole",
    ]);
  });
});

describe("documents that AWS rejects", () => {
  test.each<[string, object, string, string]>([
    [
      "Effect",
      { Effect: "deny", Action: "*", Resource: "*" },
      "extraStatements[0].Effect",
      'must be "Allow" or "Deny", got "deny"',
    ],
    [
      "operator",
      { Effect: "Deny", Action: "*", Resource: "*", Condition: { StringEqual: { "aws:username": "x" } } },
      "extraStatements[0].Condition.StringEqual",
      'must be a condition operator of IAM, such as StringEquals, got "StringEqual"',
    ],
    [
      "CIDR block",
      {
        Effect: "Allow",
        Action: "s3:*",
        Resource: "*",
        Condition: { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "10.0.0.0/33"] } },
      },
      'extraStatements[0].Condition.IpAddress["aws:SourceIp"]',
      'must be an IP address or a CIDR block, got "10.0.0.0/33"',
    ],
    [
      "number",
      { Effect: "Allow", Action: "s3:*", Resource: "*", Condition: { NumericLessThan: { "s3:max-keys": "ten" } } },
      'extraStatements[0].Condition.NumericLessThan["s3:max-keys"]',
      'must be a number, got "ten"',
    ],
    [
      "date",
      { Effect: "Allow", Action: "s3:*", Resource: "*", Condition: { DateLessThan: { "aws:CurrentTime": "soon" } } },
      'extraStatements[0].Condition.DateLessThan["aws:CurrentTime"]',
      'must be a date of ISO 8601 or seconds since 1970, got "soon"',
    ],
    [
      "principal",
      { Effect: "Allow", Action: "s3:*", Resource: "*", Principal: "*" },
      "extraStatements[0].Principal",
      'has no place in the policy of an identity: the principal is the identity, got "*"',
    ],
    ["missing action", { Effect: "Allow", Resource: "*" }, "extraStatements[0].Action", "is required, or NotAction"],
    [
      "action that is no text",
      { Effect: "Allow", Action: [1], Resource: "*" },
      "extraStatements[0].Action",
      "must be text or a list of texts, got [1]",
    ],
  ])("%s", (_what, statement, path, problem) => {
    const findings = ofCredential({ extraStatements: [statement as PolicyStatement], roles: users });
    expect(findings).toEqual([{ severity: "error", path, problem, fix: "AWS rejects such a policy. Correct it." }]);
  });

  test("text that is no JSON, or no document", () => {
    const R = `${iam}:role/x`;
    expect(ofCredential({ assumeRoleArns: [R], trustPolicies: { [R]: "{" } }).map(brief)).toEqual([
      `error trustPolicies["${R}"]`,
    ]);
    expect(ofCredential({ assumeRoleArns: [R], trustPolicies: { [R]: "null" } }).map(brief)).toEqual([
      `error trustPolicies["${R}"]`,
    ]);
    expect(ofCredential({ policyDocuments: { [R]: "[]" } }).map(brief)).toEqual([`error policyDocuments["${R}"]`]);
    for (const policyDocument of ["null", "{", "1", "{}"]) {
      const findings = ofCredential({ roles: { f: { credentialType: "federation_token", policyDocument } } });
      expect(findings.map(({ severity, path }) => `${severity} ${path}`)).toContain(
        policyDocument === "{}" ? "error roles.f.policyDocument.Statement" : "error roles.f.policyDocument",
      );
    }
    expect(ofCredential({ identity: "role", trustPolicy: "{" }).map(brief)).toEqual(["error trustPolicy"]);
  });
});

test("nothing is found of an identity whose name is not known yet", () => {
  const R = `${iam}:role/deploy`;
  const roles: PlainRootCredential["roles"] = { ...users, r: { credentialType: "assumed_role", roleArns: [R] } };
  const trustPolicies = { [R]: documentOf({ Action: "sts:AssumeRole", Principal: { AWS: rootArn } }) };
  for (const unknown of [{ entityName: unknownValue }, { path: unknownValue }]) {
    expect(ofCredential({ ...unknown, roles, trustPolicies, rotateRoot: true })).toEqual([]);
  }
  expect(ofCredential({ path: unknownValue, roles: groups, permissions: "documented" }, account).map(brief)).toEqual([
    "error roles.deploy.iamGroups[0] iam:AddUserToGroup",
    "error roles.deploy.iamGroups[0] iam:RemoveUserFromGroup",
  ]);
});

test("sessions of more than an hour of an identity that is itself a role", () => {
  const roles: PlainRootCredential["roles"] = {
    d: { credentialType: "assumed_role", roleArns: [`${iam}:role/d`], defaultStsTtl: "8h", maxStsTtl: "9h" },
    e: { credentialType: "assumed_role", roleArns: [`${iam}:role/d`], defaultStsTtl: "1h", maxStsTtl: "1h" },
  };
  const policies = [documentOf({ Action: "sts:AssumeRole", Resource: `${iam}:role/d` })];
  expect(checkRootPolicy({ principalArn: `${iam}:role/vault`, policies, roles })).toEqual([
    {
      severity: "error",
      path: "roles.d.defaultStsTtl",
      problem:
        'must be at most 3600 seconds: the root credential is a role, and AWS limits a session that assumes another role to one hour, got "8h"',
      fix: "Lower it: no credentials can be read.",
    },
    {
      severity: "warning",
      path: "roles.d.maxStsTtl",
      role: "d",
      problem:
        'is "9h", but AWS limits a session that assumes another role to one hour, and the root credential is a role',
      fix: "Sessions of more than 3600 seconds cannot be read. Lower it.",
    },
  ]);
  expect(checkRootPolicy({ principalArn: `${iam}:user/vault`, policies, roles })).toEqual([]);
});

describe("conditions on the time of a request", () => {
  const role = `${iam}:role/far`;
  const roles: PlainRootCredential["roles"] = { r: { credentialType: "assumed_role", roleArns: [role] } };
  const granted = { Action: "sts:AssumeRole", Resource: role };
  const on = (operator: string, moment: string | readonly string[], key = "aws:CurrentTime") => ({
    Condition: { [operator]: { [key]: moment } },
  });
  const past = "2020-01-01T00:00:00Z";
  const future = "2999-01-01T00:00:00Z";
  const notGranted = ["error roles.r.roleArns[0] sts:AssumeRole"];
  const open = ["warning roles.r.roleArns[0] sts:AssumeRole"];

  test.each<[string, object, string[]]>([
    ["an Allow that has ended", on("DateLessThan", past), notGranted],
    ["an Allow that has ended, in seconds", on("DateLessThanEquals", "1577836800", "aws:EpochTime"), notGranted],
    ["an Allow that begins and ends later", on("DateGreaterThan", future), open],
    ["an Allow that will end", on("DateLessThan", future), open],
    ["an Allow that has begun", on("DateGreaterThan", past), []],
    ["an Allow that has begun, IfExists", on("DateGreaterThanEqualsIfExists", past), []],
    ["an Allow at moments that are over", on("DateEquals", [past, "2021-01-01"]), notGranted],
    ["an Allow at moments of which one is to come", on("DateEquals", [past, future]), open],
    ["an Allow at other moments than one that is over", on("DateNotEquals", past), []],
    ["an Allow by a time of the service's own", on("DateLessThan", past, "s3:time"), open],
  ])("%s", (_what, condition, expected) => {
    expect(ofPolicy(documentOf({ ...granted, ...condition }), { roles }).map(brief)).toEqual(expected);
  });

  test.each<[string, object, string[]]>([
    ["a Deny that has ended", on("DateLessThan", past), []],
    ["a Deny that has begun", on("DateGreaterThan", past), notGranted],
    ["a Deny that will begin", on("DateGreaterThan", future), open],
  ])("%s", (_what, condition, expected) => {
    const deny = { Effect: "Deny" as const, Action: "*", Resource: "*", ...condition };
    expect(ofPolicy(documentOf(granted, deny), { roles }).map(brief)).toEqual(expected);
  });
});
