import { describe, expect, test } from "vitest";
import { documentOf, ofCredential, ofPolicy } from "../support/analysisInputs.js";

const unknown = "is no condition key of AWS's, and no request has it";
const warned = ({ problem }: { readonly problem: string }) => problem.includes(unknown);

describe("global condition keys", () => {
  const warningsOf = (key: string) =>
    ofCredential({
      extraStatements: [{ Effect: "Deny", Action: "s3:*", Resource: "*", Condition: { StringEquals: { [key]: "x" } } }],
    })
      .filter(warned)
      .map(({ severity, path, problem, fix }) => `${severity} ${path}: ${problem}. ${fix}`);

  test.each<[string, string]>([
    ["aws:RequestRegion", "aws:RequestedRegion"],
    ["aws:PrincipleArn", "aws:PrincipalArn"],
    ["aws:PrincipalOrgIDs", "aws:PrincipalOrgID"],
    ["aws:MultifactorAuthPresents", "aws:MultiFactorAuthPresent"],
    ["aws:SourceVPCEndpoint/x", ""],
    ["aws:PrincipalTag", "aws:PrincipalTag/team"],
    ["aws:PrincipalTags/team", "aws:PrincipalTag/team"],
    ["aws:ResourcesTag/team", "aws:ResourceTag/team"],
  ])("%s is taken for %s", (key, meant) => {
    const path = `extraStatements[0].Condition.StringEquals[${JSON.stringify(key)}]`;
    expect(warningsOf(key)).toEqual(meant === "" ? [] : [`warning ${path}: ${key} ${unknown}. Did you mean ${meant}?`]);
  });

  test.each([
    "aws:requestedregion",
    "AWS:SourceIp",
    "aws:PrincipalTag/aws:RequestRegion",
    "aws:username",
    "s3:RequestRegion",
    "aws:SomethingThatIsNewer",
  ])("%s is known, or not judged", (key) => {
    expect(warningsOf(key)).toEqual([]);
  });

  test("are checked in the policies of roles too, and once each", () => {
    const policyDocument = documentOf({
      Action: "s3:*",
      Resource: "*",
      Condition: { StringEquals: { "aws:RequestRegion": "eu-west-1" } },
    });
    const roles = { d: { credentialType: "iam_user" as const, policyDocument } };
    const path = 'roles.d.policyDocument.Statement[0].Condition.StringEquals["aws:RequestRegion"]';
    const expected = [{ severity: "warning", path, role: "d" }];
    expect(ofCredential({ roles }).filter(warned)).toMatchObject(expected);
    expect(ofPolicy(documentOf(), { roles }).filter(warned)).toMatchObject(expected);
  });
});
