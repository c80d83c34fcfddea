import { describe, expect, test } from "vitest";
import type { PolicyDocument, PolicyStatement } from "../../../../src/aws/policyDocument.js";
import { evaluate, type AccessRequest, type Verdict } from "../../../../src/iam/analysis/evaluate.js";
import { evaluateTrust } from "../../../../src/iam/analysis/evaluateTrust.js";
import type { RequestContext } from "../../../../src/iam/analysis/conditions.js";
import { documentOf } from "../support/analysisInputs.js";

/** What AWS's IAM User Guide says of its own examples, each with the page that says it. */

const guide = "https://docs.aws.amazon.com/IAM/latest/UserGuide";
const accountId = "123456789012";
const object = "arn:aws:s3:::bucket/key";

interface Example {
  readonly page: string;
  readonly says: string;
  readonly statements: Partial<PolicyStatement>[];
  readonly version?: PolicyDocument["Version"];
  readonly request: AccessRequest;
  readonly verdict: Verdict;
}

const read = (context: RequestContext = {}, resource = object): AccessRequest => ({
  action: "s3:GetObject",
  resource,
  context,
});
const onCondition = (Condition: PolicyStatement["Condition"], more: Partial<PolicyStatement> = {}) => [
  { Action: "s3:GetObject", Resource: "*", Condition, ...more },
];

const logic = "reference_policies_evaluation-logic.html";
const variables = "reference_policies_variables.html";
const operators = "reference_policies_elements_condition_operators.html";
const multivalued = "reference_policies_condition-single-vs-multi-valued-context-keys.html";
const elements = "reference_policies_elements_notaction.html";
const notResource = "reference_policies_elements_notresource.html";
const ownFolder = { Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/${aws:username}/*" };

const examples: Example[] = [
  {
    page: logic,
    says: "all requests are denied by default",
    statements: [],
    request: read(),
    verdict: "implicitDeny",
  },
  {
    page: logic,
    says: "an explicit Allow overrides the default",
    statements: [{ Action: "s3:*", Resource: "*" }],
    request: read(),
    verdict: "allowed",
  },
  {
    page: logic,
    says: "an explicit Deny overrides any Allow",
    statements: [
      { Action: "*", Resource: "*" },
      { Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::bucket/*" },
    ],
    request: read(),
    verdict: "explicitDeny",
  },
  {
    page: variables,
    says: "a variable is replaced by the request's value",
    statements: [ownFolder],
    request: read({ "aws:username": "ann" }, "arn:aws:s3:::bucket/ann/report"),
    verdict: "allowed",
  },
  {
    page: variables,
    says: "another user's folder does not match",
    statements: [ownFolder],
    request: read({ "aws:username": "bob" }, "arn:aws:s3:::bucket/ann/report"),
    verdict: "implicitDeny",
  },
  {
    page: variables,
    says: "a variable that is not in the request matches nothing",
    statements: [ownFolder],
    request: read({}, "arn:aws:s3:::bucket/ann/report"),
    verdict: "implicitDeny",
  },
  {
    page: variables,
    says: "before Version 2012-10-17 ${aws:username} is plain text",
    version: "2008-10-17",
    statements: [ownFolder],
    request: read({ "aws:username": "ann" }, "arn:aws:s3:::bucket/ann/report"),
    verdict: "implicitDeny",
  },
  {
    page: variables,
    says: "before Version 2012-10-17 the plain text matches itself",
    version: "2008-10-17",
    statements: [ownFolder],
    request: read({ "aws:username": "ann" }, "arn:aws:s3:::bucket/${aws:username}/report"),
    verdict: "allowed",
  },
  {
    page: variables,
    says: "a variable may have a default",
    statements: [
      { Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'company-wide'}/*" },
    ],
    request: read({}, "arn:aws:s3:::bucket/company-wide/report"),
    verdict: "allowed",
  },
  {
    page: variables,
    says: "${*} is an asterisk",
    statements: onCondition({ StringLike: { "aws:RequestTag/q": "a${*}b" } }),
    request: read({ "aws:RequestTag/q": "aXb" }),
    verdict: "implicitDeny",
  },
  {
    page: variables,
    says: "${?} is a question mark",
    statements: onCondition({ StringLike: { "aws:RequestTag/q": "a${?}" } }),
    request: read({ "aws:RequestTag/q": "a?" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "StringEquals matches exactly, case included",
    statements: onCondition({ StringEquals: { "aws:PrincipalTag/job-category": "iamuser-admin" } }),
    request: read({ "aws:PrincipalTag/job-category": "IAMUser-Admin" }),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "StringEquals has no wildcards",
    statements: onCondition({ StringEquals: { "aws:username": "a*" } }),
    request: read({ "aws:username": "ann" }),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "StringEqualsIgnoreCase ignores case",
    statements: onCondition({ StringEqualsIgnoreCase: { "aws:username": "JohnDoe" } }),
    request: read({ "aws:username": "johndoe" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "StringLike knows * and ?",
    statements: onCondition({ StringLike: { "s3:prefix": ["home/?/*", ""] } }),
    request: read({ "s3:prefix": "home/a/x" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "keys are not case-sensitive",
    statements: onCondition({ StringEquals: { "AWS:SourceIP": "x" } }),
    request: read({ "aws:sourceip": "x" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "several values of a key: any of them",
    statements: onCondition({ StringEquals: { "aws:username": ["ann", "bob"] } }),
    request: read({ "aws:username": "bob" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "several keys: all of them",
    statements: onCondition({ StringEquals: { "aws:username": "bob", "aws:PrincipalTag/team": "a" } }),
    request: read({ "aws:username": "bob", "aws:PrincipalTag/team": "b" }),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "several values of a negated operator: none of them",
    statements: onCondition({ StringNotEquals: { "aws:username": ["ann", "bob"] } }),
    request: read({ "aws:username": "bob" }),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "a key that is absent does not match",
    statements: onCondition({ StringEquals: { "aws:PrincipalTag/team": "a" } }),
    request: read(),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "a negated operator is true where the key is absent",
    statements: onCondition({ StringNotLike: { "aws:PrincipalTag/team": "a*" } }, { Effect: "Deny" }),
    request: read(),
    verdict: "explicitDeny",
  },
  {
    page: operators,
    says: "...IfExists is true where the key is absent",
    statements: onCondition({ StringLikeIfExists: { "ec2:InstanceType": ["t1.*", "t2.*"] } }),
    request: read(),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "...IfExists is evaluated where the key is there",
    statements: onCondition({ StringLikeIfExists: { "ec2:InstanceType": ["t1.*", "t2.*"] } }),
    request: read({ "ec2:InstanceType": "m5.large" }),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "BoolIfExists with false denies a long-term key",
    statements: [
      { Action: "*", Resource: "*" },
      ...onCondition({ BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } }, { Effect: "Deny" }),
    ],
    request: read(),
    verdict: "explicitDeny",
  },
  {
    page: operators,
    says: "Bool with false does not apply to a long-term key",
    statements: [
      { Action: "*", Resource: "*" },
      ...onCondition({ Bool: { "aws:MultiFactorAuthPresent": "false" } }, { Effect: "Deny" }),
    ],
    request: read(),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "Null with true: the key must be absent",
    statements: onCondition({ Null: { "aws:TokenIssueTime": "true" } }),
    request: read({ "aws:TokenIssueTime": "2026-01-01T00:00:00Z" }),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "Null with false: the key must be there",
    statements: onCondition({ Null: { "aws:TokenIssueTime": "false" } }),
    request: read({ "aws:TokenIssueTime": "2026-01-01T00:00:00Z" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "dates compare as times",
    statements: onCondition({ DateGreaterThan: { "aws:TokenIssueTime": "2020-01-01T00:00:01Z" } }),
    request: read({ "aws:TokenIssueTime": "2026-01-01T00:00:00Z" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "numbers compare as numbers",
    statements: onCondition({ NumericLessThanEquals: { "s3:max-keys": "10" } }),
    request: read({ "s3:max-keys": "9" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "addresses are matched by CIDR blocks",
    statements: onCondition({ IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"] } }),
    request: read({ "aws:SourceIp": "203.0.113.7" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "IPv6 addresses too",
    statements: onCondition({ NotIpAddress: { "aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"] } }),
    request: read({ "aws:SourceIp": "2001:db8:1234:5678::1" }),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "ArnEquals and ArnLike are the same, each part with its own wildcards",
    statements: onCondition({ ArnEquals: { "aws:SourceArn": "arn:aws:sns:*:123456789012:T*" } }),
    request: read({ "aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:TOPIC" }),
    verdict: "allowed",
  },
  {
    page: operators,
    says: "a wildcard of an ARN stays within its part",
    statements: onCondition({ ArnLike: { "aws:SourceArn": "arn:aws:sns:*:TOPIC" } }),
    request: read({ "aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:TOPIC" }),
    verdict: "implicitDeny",
  },
  {
    page: operators,
    says: "a variable may be a whole ARN",
    statements: onCondition({ ArnEquals: { "aws:SourceArn": "${aws:PrincipalArn}" } }),
    request: read({ "aws:SourceArn": "arn:aws:iam::1:user/a", "aws:PrincipalArn": "arn:aws:iam::1:user/a" }),
    verdict: "allowed",
  },
  {
    page: multivalued,
    says: "ForAllValues: every value of the request is in the policy",
    statements: onCondition({ "ForAllValues:StringEquals": { "aws:TagKeys": ["environment", "cost-center"] } }),
    request: read({ "aws:TagKeys": ["environment", "webserver"] }),
    verdict: "implicitDeny",
  },
  {
    page: multivalued,
    says: "ForAllValues is true where there is no value",
    statements: onCondition({ "ForAllValues:StringEquals": { "aws:TagKeys": ["environment"] } }),
    request: read(),
    verdict: "allowed",
  },
  {
    page: multivalued,
    says: "ForAnyValue: one value of the request is in the policy",
    statements: onCondition({ "ForAnyValue:StringEquals": { "aws:TagKeys": ["webserver"] } }, { Effect: "Deny" }),
    request: read({ "aws:TagKeys": ["environment", "webserver"] }),
    verdict: "explicitDeny",
  },
  {
    page: multivalued,
    says: "ForAnyValue is false where there is no value",
    statements: onCondition({ "ForAnyValue:StringEquals": { "aws:TagKeys": ["webserver"] } }),
    request: read(),
    verdict: "implicitDeny",
  },
  {
    page: elements,
    says: "NotAction with Allow allows all other actions",
    statements: [{ NotAction: "s3:DeleteBucket", Resource: "arn:aws:s3:::*" }],
    request: read(),
    verdict: "allowed",
  },
  {
    page: elements,
    says: "NotAction with Deny leaves the listed ones to other statements",
    statements: [{ Effect: "Deny", NotAction: ["iam:*"], Resource: "*" }],
    request: { action: "iam:GetUser", resource: "*" },
    verdict: "implicitDeny",
  },
  {
    page: notResource,
    says: "NotResource with Deny denies all other resources",
    statements: [
      { Action: "s3:*", Resource: "*" },
      {
        Effect: "Deny",
        Action: "s3:*",
        NotResource: ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"],
      },
    ],
    request: read({}, "arn:aws:s3:::HRBucket/Other"),
    verdict: "explicitDeny",
  },
  {
    page: "reference_policies_elements_action.html",
    says: "actions are not case-sensitive",
    statements: [{ Action: "IAM:listaccesskeys", Resource: "*" }],
    request: { action: "iam:ListAccessKeys", resource: `arn:aws:iam::${accountId}:user/a` },
    verdict: "allowed",
  },
  {
    page: "reference_policies_elements_resource.html",
    says: "resources are case-sensitive",
    statements: [{ Action: "s3:*", Resource: "arn:aws:s3:::Bucket/*" }],
    request: read(),
    verdict: "implicitDeny",
  },
];

describe("evaluate answers as AWS documents", () => {
  test.each(examples.map((example) => [example.says, `${guide}/${example.page}`, example] as const))(
    "%s (%s)",
    (_says, _page, { statements, version = "2012-10-17", request, verdict }) => {
      const document: PolicyDocument = { ...documentOf(...statements), Version: version };
      expect(evaluate(request, { policies: [document] }).verdict).toBe(verdict);
    },
  );

  test(`a boundary and session policies limit what is allowed (${guide}/access_policies_boundaries.html)`, () => {
    const shirley = documentOf({ Action: "iam:CreateUser", Resource: "*" });
    const boundary = documentOf({ Action: ["s3:*", "cloudwatch:*", "ec2:*"], Resource: "*" });
    const create = { action: "iam:CreateUser", resource: `arn:aws:iam::${accountId}:user/x` };
    expect(evaluate(create, { policies: [shirley], boundary })).toMatchObject({
      verdict: "implicitDeny",
      layer: "boundary",
    });
    const all = documentOf({ Action: "*", Resource: "*" });
    expect(evaluate(read(), { policies: [all], boundary, sessionPolicies: [boundary] }).verdict).toBe("allowed");
    const denying = documentOf({ Effect: "Deny", Action: "s3:*", Resource: "*" });
    expect(evaluate(read(), { policies: [all], boundary, sessionPolicies: [denying] })).toMatchObject({
      verdict: "explicitDeny",
      layer: "session",
    });
  });
});

describe("evaluateTrust answers as AWS documents", () => {
  const user = `arn:aws:iam::${accountId}:user/root`;
  const session = `arn:aws:sts::${accountId}:assumed-role/vault/session`;
  const page = `${guide}/reference_policies_elements_principal.html`;
  test.each<[string, PolicyStatement["Principal"], string, Verdict]>([
    ["everybody", "*", user, "allowed"],
    ["everybody of AWS", { AWS: "*" }, user, "allowed"],
    ["the account by its number", { AWS: accountId }, user, "allowed"],
    ["the account by its ARN", { AWS: `arn:aws:iam::${accountId}:root` }, user, "allowed"],
    ["a user", { AWS: user }, user, "allowed"],
    ["no user by a wildcard", { AWS: `arn:aws:iam::${accountId}:user/*` }, user, "implicitDeny"],
    ["no user by a service", { Service: "ec2.amazonaws.com" }, user, "implicitDeny"],
    ["no user by a provider", { Federated: "*" }, user, "implicitDeny"],
    ["no user by a canonical ID", { CanonicalUser: accountId }, user, "implicitDeny"],
    ["a role's session by its role", { AWS: `arn:aws:iam::${accountId}:role/path/vault` }, session, "allowed"],
    ["a role's session by itself", { AWS: session }, session, "allowed"],
    ["no session of another role", { AWS: `arn:aws:iam::${accountId}:role/other` }, session, "implicitDeny"],
    [
      "tokens by their provider",
      { Federated: `arn:aws:iam::${accountId}:oidc-provider/example.com` },
      `arn:aws:iam::${accountId}:oidc-provider/example.com`,
      "allowed",
    ],
    [
      "no tokens by the account",
      { AWS: accountId },
      `arn:aws:iam::${accountId}:oidc-provider/example.com`,
      "implicitDeny",
    ],
  ])(`a trust policy admits %s (${page})`, (_what, Principal, principalArn, verdict) => {
    const trust = documentOf({ Action: "sts:AssumeRole", Principal });
    expect(evaluateTrust({ action: "sts:AssumeRole", principalArn }, trust).verdict).toBe(verdict);
  });

  test("knows the principal's own keys", () => {
    const Condition = { ArnEquals: { "aws:PrincipalArn": user }, StringEquals: { "aws:username": "root" } };
    const trust = documentOf({ Action: "sts:AssumeRole", Principal: "*", Condition });
    expect(evaluateTrust({ action: "sts:AssumeRole", principalArn: user }, trust).verdict).toBe("allowed");
  });
});

describe("what is not known stays open", () => {
  const open = (context: RequestContext = {}): AccessRequest => ({ ...read(context), contextIsPartial: true });
  const all = { Action: "*", Resource: "*" };
  test.each<[string, Partial<PolicyStatement>[], AccessRequest, Verdict, string[]]>([
    [
      "a variable of a resource",
      [{ Action: "*", Resource: "arn:aws:s3:::bucket/${aws:PrincipalTag/team}" }],
      open(),
      "conditional",
      ["aws:PrincipalTag/team"],
    ],
    [
      "a variable of a Deny",
      [all, { Effect: "Deny", Action: "*", Resource: "arn:aws:s3:::bucket/${aws:PrincipalTag/team}" }],
      open(),
      "conditional",
      ["aws:PrincipalTag/team"],
    ],
    [
      "a variable that cannot match",
      [all, { Effect: "Deny", Action: "*", Resource: "arn:aws:s3:::other/${aws:PrincipalTag/team}" }],
      open(),
      "allowed",
      [],
    ],
    [
      "a variable of NotResource",
      [{ Action: "*", NotResource: "arn:aws:s3:::bucket/${aws:PrincipalTag/team}" }],
      open(),
      "conditional",
      ["aws:PrincipalTag/team"],
    ],
    [
      "a variable of a condition",
      onCondition({ StringEquals: { "aws:RequestTag/team": "${aws:PrincipalTag/team}" } }),
      open({ "aws:RequestTag/team": "a" }),
      "conditional",
      ["aws:PrincipalTag/team"],
    ],
    [
      "a variable of a negated condition",
      [
        all,
        ...onCondition({ StringNotEquals: { "aws:RequestTag/team": "${aws:PrincipalTag/team}" } }, { Effect: "Deny" }),
      ],
      open({ "aws:RequestTag/team": "a" }),
      "conditional",
      ["aws:PrincipalTag/team"],
    ],
    [
      "a value of which only the form is known",
      onCondition({ StringLike: { "sts:RoleSessionName": "vault-approle-*" } }),
      open({ "sts:RoleSessionName": { like: "vault-*" } }),
      "conditional",
      ["sts:RoleSessionName"],
    ],
    [
      "a value whose form decides",
      onCondition({ StringLike: { "sts:RoleSessionName": "v*" } }),
      open({ "sts:RoleSessionName": { like: "vault-*" } }),
      "allowed",
      [],
    ],
    [
      "a value whose form cannot match",
      onCondition({ StringEquals: { "sts:RoleSessionName": "app" } }),
      open({ "sts:RoleSessionName": { like: "vault-*" } }),
      "implicitDeny",
      [],
    ],
    [
      "keys that are absent by their family",
      onCondition({ StringEquals: { "aws:RequestTag/team": "a" } }),
      open({ "aws:RequestTag/*": null }),
      "implicitDeny",
      [],
    ],
  ])("%s", (_what, statements, request, verdict, unknownKeys) => {
    expect(evaluate(request, { policies: [documentOf(...statements)] })).toMatchObject({ verdict, unknownKeys });
  });

  test("values of a wrong type match nothing, negated or not", () => {
    for (const [operator, key, wanted, actual] of [
      ["NumericEquals", "s3:max-keys", "10", "many"],
      ["NumericNotEquals", "s3:max-keys", "10", "many"],
      ["NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "nowhere"],
      ["DateNotEquals", "aws:CurrentTime", "2026-01-01", "soon"],
    ] as const) {
      const statements = onCondition({ [operator]: { [key]: wanted } });
      expect(evaluate(read({ [key]: actual }), { policies: [documentOf(...statements)] }).verdict).toBe("implicitDeny");
    }
  });

  test("a document that AWS rejects allows nothing", () => {
    const documents: Partial<PolicyStatement>[] = [
      { Effect: "allow" as "Allow", Action: "*", Resource: "*" },
      { Action: "*", Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/33" } } },
      { Action: "*", Resource: "*", Condition: { StringEqual: { "aws:username": "x" } } },
    ];
    for (const broken of documents) {
      expect(evaluate(read({ "aws:SourceIp": "10.0.0.1" }), { policies: [documentOf(broken)] }).verdict).toBe(
        "implicitDeny",
      );
    }
    expect(evaluate(read(), { policies: [JSON.parse("null") as PolicyDocument] }).verdict).toBe("implicitDeny");
  });
});
