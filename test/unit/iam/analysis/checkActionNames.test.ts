import { describe, expect, test } from "vitest";
import type { PolicyStatement } from "../../../../src/aws/policyDocument.js";
import { documentOf, ofCredential, ofPolicy } from "../support/analysisInputs.js";

describe("names of actions", () => {
  const warningsOf = (extra: Partial<PolicyStatement>) =>
    ofCredential({ extraStatements: [{ Effect: "Deny", Resource: "*", ...extra }] })
      .filter(({ problem }) => problem.includes("is no action of"))
      .map(({ severity, path, problem, fix }) => `${severity} ${path}: ${problem}. ${fix}`);

  test.each<[string, string]>([
    [
      "iam:AddUserToGroups",
      "iam:AddUserToGroups is no action of IAM as AWS's reference lists them, and has no effect. Did you mean iam:AddUserToGroup?",
    ],
    [
      "IAM:PutUserPolicys",
      "IAM:PutUserPolicys is no action of IAM as AWS's reference lists them, and has no effect. Did you mean iam:PutUserPolicy?",
    ],
    [
      "sts:AssumeRoles",
      "sts:AssumeRoles is no action of STS as AWS's reference lists them, and has no effect. Did you mean sts:AssumeRole?",
    ],
    ["iam:Zap*", "iam:Zap* is no action of IAM as AWS's reference lists them, and has no effect. Correct it."],
  ])("%s is warned of", (action, text) => {
    expect(warningsOf({ Action: ["iam:GetUser", action] })).toEqual([`warning extraStatements[0].Action: ${text}`]);
    expect(warningsOf({ NotAction: action })).toEqual([`warning extraStatements[0].NotAction: ${text}`]);
  });

  test.each(["*", "iam:*", "iam:PASSROLE", "Iam:*Access?ey", "sts:TagSession", "s3:NoSuchThing", "iam:?reateUser"])(
    "%s is known, or not looked at",
    (action) => {
      expect(warningsOf({ Action: action })).toEqual([]);
    },
  );

  test("are checked in the policies of roles too, and once each", () => {
    const policyDocument = documentOf({ Action: "iam:GetUsers", Resource: "*" });
    const expected = [
      { severity: "warning", path: "roles.d.policyDocument.Statement[0].Action", role: "d", action: "iam:GetUsers" },
    ];
    const roles = { d: { credentialType: "iam_user" as const, policyDocument } };
    const named = (problem: string) => problem.includes("is no action of");
    expect(ofCredential({ roles }).filter(({ problem }) => named(problem))).toMatchObject(expected);
    expect(ofPolicy(documentOf(), { roles }).filter(({ problem }) => named(problem))).toMatchObject(expected);
  });
});
