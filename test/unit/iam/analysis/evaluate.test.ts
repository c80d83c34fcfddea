import { describe, expect, test } from "vitest";
import type { RequestContext } from "../../../../src/iam/analysis/conditions.js";
import { evaluate, type AccessRequest, type Verdict } from "../../../../src/iam/analysis/evaluate.js";
import { evaluateTrust, trustsDirectly } from "../../../../src/iam/analysis/evaluateTrust.js";
import type { PolicyDocument, PolicyStatement } from "../../../../src/aws/policyDocument.js";

function documentOf(...statements: Partial<PolicyStatement>[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements.map((one) => ({ Effect: "Allow", ...one })) };
}

function verdict(request: AccessRequest, ...statements: Partial<PolicyStatement>[]): Verdict {
  return evaluate(request, { policies: [documentOf(...statements)] }).verdict;
}

const users = "arn:aws:iam::123456789012:user/vault-*";
const create: AccessRequest = { action: "iam:CreateUser", resource: "arn:aws:iam::123456789012:user/vault-x" };

describe("evaluate", () => {
  test.each<[string, Verdict, Partial<PolicyStatement>[]]>([
    ["nothing", "implicitDeny", []],
    ["another action", "implicitDeny", [{ Action: "iam:GetUser", Resource: "*" }]],
    ["another resource", "implicitDeny", [{ Action: "*", Resource: "arn:aws:iam::123456789012:user/x" }]],
    ["a statement without a resource", "implicitDeny", [{ Action: "*" }]],
    ["the action in another letter case", "allowed", [{ Action: "IAM:createuser", Resource: "*" }]],
    ["the resource in another letter case", "implicitDeny", [{ Action: "*", Resource: users.toUpperCase() }]],
    ["wildcards", "allowed", [{ Action: ["s3:*", "iam:Create*"], Resource: ["x", users] }]],
    ["NotAction that names others", "allowed", [{ NotAction: "s3:*", Resource: "*" }]],
    ["NotAction that names it", "implicitDeny", [{ NotAction: ["s3:*", "iam:*"], Resource: "*" }]],
    ["NotResource that names others", "allowed", [{ Action: "*", NotResource: "arn:aws:s3:::*" }]],
    ["NotResource that names it", "implicitDeny", [{ Action: "*", NotResource: users }]],
    [
      "a Deny, wherever it stands",
      "explicitDeny",
      [
        { Action: "*", Resource: "*" },
        { Effect: "Deny", Action: "iam:*", Resource: users },
      ],
    ],
    [
      "a Deny of something else",
      "allowed",
      [
        { Effect: "Deny", Action: "iam:DeleteUser", Resource: "*" },
        { Action: "*", Resource: "*" },
      ],
    ],
  ])("%s: %s", (_what, expected, statements) => {
    expect(verdict(create, ...statements)).toBe(expected);
  });

  test("takes a lone statement", () => {
    const lone: PolicyDocument = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } };
    expect(evaluate(create, { policies: [lone] })).toEqual({
      verdict: "allowed",
      statement: lone.Statement,
      unknownKeys: [],
    });
  });

  test("puts policy variables into resources", () => {
    const own = { Action: "*", Resource: "arn:aws:iam::123456789012:user/${aws:username}" };
    const resource = "arn:aws:iam::123456789012:user/bob";
    expect(verdict({ action: "iam:GetUser", resource, context: { "aws:username": "bob" } }, own)).toBe("allowed");
    expect(verdict({ action: "iam:GetUser", resource, context: { "aws:username": "eve" } }, own)).toBe("implicitDeny");
    expect(verdict({ action: "iam:GetUser", resource }, own)).toBe("implicitDeny");
  });

  describe("of many requests at once", () => {
    const many: AccessRequest = { action: "s3:*", resource: "arn:aws:s3:::b/*" };
    test.each<[Verdict, Partial<PolicyStatement>[]]>([
      ["allowed", [{ Action: "s3:*", Resource: "arn:aws:s3:::b/*" }]],
      ["partial", [{ Action: "s3:Get*", Resource: "*" }]],
      ["partial", [{ Action: "s3:*", Resource: "arn:aws:s3:::b/x*" }]],
      ["partial", [{ NotAction: "s3:Get*", Resource: "*" }]],
      ["implicitDeny", [{ NotAction: "s3:*", Resource: "*" }]],
      [
        "partial",
        [
          { Action: "*", Resource: "*" },
          { Effect: "Deny", Action: "s3:DeleteObject", Resource: "*" },
        ],
      ],
      [
        "explicitDeny",
        [
          { Action: "*", Resource: "*" },
          { Effect: "Deny", Action: "s3:*", Resource: "*" },
        ],
      ],
    ])("%s", (expected, statements) => {
      expect(verdict(many, ...statements)).toBe(expected);
    });
  });

  test("asks boundary and session policies too, and the worst answer counts", () => {
    const all = documentOf({ Action: "*", Resource: "*" });
    const none = documentOf({ Action: "s3:*", Resource: "*" });
    const deny = documentOf({ Effect: "Deny", Action: "*", Resource: "*" });
    expect(evaluate(create, { policies: [all], boundary: all, sessionPolicies: [all] }).verdict).toBe("allowed");
    expect(evaluate(create, { policies: [all], boundary: none }).verdict).toBe("implicitDeny");
    expect(evaluate(create, { policies: [all], sessionPolicies: [none, all] }).verdict).toBe("allowed");
    expect(evaluate(create, { policies: [all], sessionPolicies: [none] }).verdict).toBe("implicitDeny");
    expect(evaluate(create, { policies: [none], boundary: deny }).verdict).toBe("explicitDeny");
  });

  describe("conditions", () => {
    const given: RequestContext = {
      "iam:PolicyARN": "arn:aws:iam::123456789012:policy/a",
      "aws:TagKeys": ["team", "stage"],
      "aws:SourceIp": "10.1.2.3",
      "aws:MultiFactorAuthAge": 300,
      "aws:SecureTransport": true,
      "aws:CurrentTime": "2026-01-01T00:00:00Z",
      "aws:username": "bob",
      "sts:ExternalId": null,
    };
    test.each<[string, PolicyStatement["Condition"], boolean]>([
      ["an equal string", { StringEquals: { "aws:username": ["eve", "bob"] } }, true],
      ["the key in another letter case", { StringEquals: { "AWS:UserName": "bob" } }, true],
      ["another string", { StringEquals: { "aws:username": "Bob" } }, false],
      ["a string in another letter case", { StringEqualsIgnoreCase: { "aws:username": "BOB" } }, true],
      ["a variable", { StringEquals: { "aws:username": "${aws:username}" } }, true],
      ["not that string", { StringNotEquals: { "aws:username": ["eve", "ann"] } }, true],
      ["not one of the strings", { StringNotEquals: { "aws:username": ["eve", "bob"] } }, false],
      ["a pattern", { StringLike: { "aws:username": "b?b*" } }, true],
      ["not a pattern", { StringNotLike: { "aws:username": "b*" } }, false],
      ["an ARN", { ArnEquals: { "iam:PolicyARN": "arn:aws:iam::*:policy/*" } }, true],
      ["an ARN whose wildcard would have to span parts", { ArnLike: { "iam:PolicyARN": "arn:aws:*:policy/a" } }, false],
      ["not an ARN", { ArnNotLike: { "iam:PolicyARN": "arn:aws:iam::*:policy/b" } }, true],
      ["a truth", { Bool: { "aws:SecureTransport": "true" } }, true],
      ["a number", { NumericLessThan: { "aws:MultiFactorAuthAge": 301 } }, true],
      ["a number that is too large", { NumericLessThan: { "aws:MultiFactorAuthAge": "300" } }, false],
      ["a later date", { DateGreaterThan: { "aws:CurrentTime": "2025-12-31T00:00:00Z" } }, true],
      ["a date as seconds", { DateLessThan: { "aws:CurrentTime": "1700000000" } }, false],
      ["a network", { IpAddress: { "aws:SourceIp": ["192.168.0.0/16", "10.0.0.0/8"] } }, true],
      ["one address", { IpAddress: { "aws:SourceIp": "10.1.2.4" } }, false],
      ["not a network", { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, false],
      ["an absent key", { StringEquals: { "sts:ExternalId": "x" } }, false],
      ["an absent key that is not to be that", { StringNotEquals: { "sts:ExternalId": "x" } }, true],
      ["an absent key, if it exists", { StringEqualsIfExists: { "sts:ExternalId": "x" } }, true],
      ["a key that has to be absent", { Null: { "sts:ExternalId": "true" } }, true],
      ["a key that has to be there", { Null: { "sts:ExternalId": "false" } }, false],
      ["every value", { "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "stage", "x"] } }, true],
      ["every value, of which one is not", { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } }, false],
      ["any value", { "ForAnyValue:StringEquals": { "aws:TagKeys": ["team", "x"] } }, true],
      ["every value of none", { "ForAllValues:StringEquals": { "sts:ExternalId": "x" } }, true],
      ["any value of none", { "ForAnyValue:StringLike": { "sts:ExternalId": "*" } }, false],
      [
        "two conditions of which one fails",
        { Bool: { "aws:SecureTransport": true }, StringEquals: { "aws:username": "eve" } },
        false,
      ],
    ])("%s", (_what, Condition, holds) => {
      const request = { ...create, context: given };
      expect(verdict(request, { Action: "*", Resource: "*", Condition })).toBe(holds ? "allowed" : "implicitDeny");
    });

    test("leave an answer open where nothing is known of a key", () => {
      const statement = { Action: "*", Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } };
      const open = { ...create, contextIsPartial: true };
      expect(evaluate(open, { policies: [documentOf(statement)] })).toMatchObject({
        verdict: "conditional",
        unknownKeys: ["aws:SourceIp"],
      });
      expect(verdict(open, { Action: "*", Resource: "*" }, { ...statement, Effect: "Deny" })).toBe("conditional");
      expect(verdict({ ...open, context: { "aws:SourceIp": null } }, statement)).toBe("implicitDeny");
    });

    test.each([
      ["who?ann", "allowed"],
      ["who*ann", "implicitDeny"],
      ["whoXann", "implicitDeny"],
    ])("take ? beside a variable as it is in StringEquals: %s", (value, expected) => {
      const Condition = { StringEquals: { "aws:RequestTag/q": "who?${aws:username}" } };
      const request = { ...create, context: { "aws:RequestTag/q": value, "aws:username": "ann" } };
      expect(verdict(request, { Action: "*", Resource: "*", Condition })).toBe(expected);
    });

    test("on a key that is known and a variable that is not leave an answer open, for Allow as for Deny", () => {
      const open = { ...create, context: { "aws:RequestTag/team": "a" }, contextIsPartial: true };
      const Condition = { StringEquals: { "aws:RequestTag/team": "${aws:PrincipalTag/team}" } };
      const conditional = { Action: "*", Resource: "*", Condition };
      expect(verdict(open, conditional)).toBe("conditional");
      expect(verdict(open, { Action: "*", Resource: "*" }, { ...conditional, Effect: "Deny" })).toBe("conditional");
    });

    test("with an operator that IAM does not have allow nothing", () => {
      const statement = { Action: "*", Resource: "*", Condition: { StringSame: { a: "b" } } };
      expect(verdict(create, statement)).toBe("implicitDeny");
    });
  });
});

describe("evaluateTrust", () => {
  const principalArn = "arn:aws:iam::123456789012:user/root-of-vault";
  const assume = { action: "sts:AssumeRole", principalArn };

  test.each<[string, Partial<PolicyStatement>, Verdict]>([
    ["the user", { Principal: { AWS: principalArn }, Action: "sts:AssumeRole" }, "allowed"],
    [
      "one of several",
      { Principal: { AWS: ["x", principalArn] }, Action: ["sts:TagSession", "sts:Assume*"] },
      "allowed",
    ],
    ["the account's root", { Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "sts:*" }, "allowed"],
    ["the account's number", { Principal: { AWS: "123456789012" }, Action: "*" }, "allowed"],
    ["everyone", { Principal: "*", Action: "sts:AssumeRole" }, "allowed"],
    ["another user", { Principal: { AWS: `${principalArn}2` }, Action: "sts:AssumeRole" }, "implicitDeny"],
    ["another account", { Principal: { AWS: "210987654321" }, Action: "sts:AssumeRole" }, "implicitDeny"],
    ["a service", { Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }, "implicitDeny"],
    ["another action", { Principal: { AWS: principalArn }, Action: "sts:TagSession" }, "implicitDeny"],
    ["all actions but another", { Principal: { AWS: principalArn }, NotAction: "sts:TagSession" }, "allowed"],
    [
      "all but another user",
      { NotPrincipal: { AWS: `${principalArn}2` }, NotAction: "sts:TagSession" },
      "implicitDeny",
    ],
    ["all but the user", { NotPrincipal: { AWS: principalArn }, Action: "sts:AssumeRole" }, "implicitDeny"],
    ["nobody", { Action: "sts:AssumeRole" }, "implicitDeny"],
  ])("names %s", (_what, statement, expected) => {
    expect(evaluateTrust(assume, documentOf(statement)).verdict).toBe(expected);
  });

  test("asks for the external ID", () => {
    const trust = documentOf({
      Principal: { AWS: principalArn },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "sts:ExternalId": "platform" } },
    });
    expect(evaluateTrust({ ...assume, context: { "sts:ExternalId": "platform" } }, trust).verdict).toBe("allowed");
    expect(evaluateTrust(assume, trust).verdict).toBe("implicitDeny");
  });

  test("tells the very principal from its account", () => {
    const directly = (...statements: Partial<PolicyStatement>[]) => trustsDirectly(documentOf(...statements), assume);
    const Action = "sts:AssumeRole";
    expect(directly({ Principal: { AWS: principalArn }, Action })).toBe(true);
    expect(directly({ Principal: { AWS: "123456789012" }, Action })).toBe(false);
    expect(directly({ Principal: "*", Action })).toBe(false);
    expect(directly({ Principal: { AWS: principalArn }, Action: "sts:TagSession" })).toBe(false);
    const Condition = { StringEquals: { "aws:username": "somebody-else" } };
    expect(directly({ Principal: { AWS: principalArn }, Action, Condition })).toBe(false);
    const network = { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } };
    const trust = documentOf({ Principal: { AWS: principalArn }, Action, Condition: network });
    expect(trustsDirectly(trust, { ...assume, contextIsPartial: true })).toBe("unknown");
    const deny = { Effect: "Deny" as const, Principal: "*" as const, Action };
    expect(directly({ Principal: { AWS: principalArn }, Action }, deny)).toBe(false);
  });
});
