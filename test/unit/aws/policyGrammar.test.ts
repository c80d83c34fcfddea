import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyIssues, statementIssues, type PolicyKind } from "../../../src/aws/policyGrammar.js";
import { repeatedKeys } from "../../../src/aws/policyText.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { canonicalJson } from "../../../src/vaultresource/canonicalJson.js";

const version = "2012-10-17";
const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/*" };
const withStatement = (change: object) => ({ Version: version, Statement: [{ ...statement, ...change }] });
const lines = (policy: unknown, kind?: PolicyKind) =>
  policyIssues("p", policy, kind).map(({ path, rule }) => `${path}: ${rule}`);

describe("a policy's text", () => {
  it("must not have a key twice: the last would win", () => {
    const text =
      '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*",' +
      '"Condition":{"StringEquals":{"aws:PrincipalTag/team":"a"},"String\\u0045quals":{"aws:RequestedRegion":"b"}}}]}';
    expect(lines(text)).toEqual([
      "p.Statement[0].Effect: is given twice: JSON keeps only the last of them",
      "p.Statement[0].Condition.StringEquals: is given twice: JSON keeps only the last of them",
    ]);
  });

  it.each([
    ["\uFEFF{}", "It begins with a byte order mark (BOM). Save the file as UTF-8 without BOM."],
    ["policies/deploy.json", 'It is the name of a file. Give the file\'s content: fs.readFileSync(path, "utf8").'],
    [
      '{"Version": "2012-\r\n10-17"}',
      "A line break within a text must be written as \\n. Look for a text that is not closed.",
    ],
    ["{", undefined],
  ])("that is no JSON gets a hint: %j", (text, fix) => {
    expect(policyIssues("p", text)).toEqual([
      { path: "p", rule: "must be JSON", actual: text, ...(fix === undefined ? {} : { fix }) },
    ]);
  });

  it.each(["null", "[]", '"x"', "1"])("that is no object is rejected: %s", (text) => {
    expect(lines(text)).toEqual(["p: must be a policy document: a JSON object"]);
  });

  it("may have line breaks of any system", () => {
    expect(lines(JSON.stringify(withStatement({}), undefined, 2).replaceAll("\n", "\r\n"))).toEqual([]);
  });

  it("never throws, whatever it is", () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom<PolicyKind>("identity", "trust", "resource"), (policy, kind) => {
        expect(Array.isArray(policyIssues("p", policy, kind))).toBe(true);
        expect(Array.isArray(policyIssues("p", { Version: version, Statement: [policy] }, kind))).toBe(true);
        expect(Array.isArray(policyIssues("p", withStatement({ Condition: policy, Resource: policy }), kind))).toBe(
          true,
        );
      }),
    );
    fc.assert(fc.property(fc.json(), (text) => Array.isArray(policyIssues("p", text))));
  });

  it("has a key twice only where it is written twice", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => repeatedKeys(JSON.stringify(value)).length === 0));
    expect(canonicalJson('{"a": 1, "a": 2}')).toBe('{"a":1,"a":2}');
    expect(canonicalJson('{"b": [1, "x y"], "a": 2}')).toBe('{"a":2,"b":[1,"x y"]}');
  });
});

const conditions = fc.constantFrom(
  {},
  { StringEquals: { "aws:RequestedRegion": ["eu-west-1"] } },
  { "ForAllValues:StringLikeIfExists": { "aws:TagKeys": ["a*"] } },
  { NumericLessThan: { "s3:max-keys": "10" }, Bool: { "aws:SecureTransport": "true" } },
  { DateGreaterThan: { "aws:CurrentTime": "2026-01-31T00:00:00Z" }, Null: { "aws:TokenIssueTime": false } },
  {
    IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"] },
    ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/x" },
  },
  { StringNotEquals: { "s3:prefix": "${aws:username}/" } },
);
const validStatement = fc
  .tuple(
    fc.constantFrom({ Effect: "Allow" }, { Effect: "Deny" }),
    fc.constantFrom({ Action: "*" }, { Action: ["s3:Get*", "dynamodb:PutItem"] }, { NotAction: "iam:*" }),
    fc.constantFrom(
      { Resource: "*" },
      { Resource: ["arn:aws:s3:::b/${aws:username}/*"] },
      { NotResource: "arn:aws-cn:s3:::b" },
    ),
    fc.oneof(
      fc.constant({}),
      conditions.map((Condition) => ({ Condition })),
    ),
  )
  .map((parts) => Object.assign({}, ...(parts as object[])) as Record<string, unknown>);
const validPolicy = fc.array(validStatement, { minLength: 1, maxLength: 4 }).map((statements) => ({
  Version: version,
  Statement: statements.map((one, index) => ({ Sid: `S${index}`, ...one })),
}));

/** One change each that breaks a rule, and where below the statement it is reported. */
const mutations: Readonly<Record<string, { readonly change: Record<string, unknown>; readonly at: string }>> = {
  effect: { change: { Effect: "allow" }, at: ".Effect" },
  sid: { change: { Sid: "not allowed" }, at: ".Sid" },
  element: { change: { Conditions: {} }, at: ".Conditions" },
  "both actions": { change: { Action: "s3:*", NotAction: "s3:*" }, at: "" },
  "no action": { change: { Action: undefined, NotAction: undefined }, at: "" },
  "an action without a service": { change: { Action: "ListBucket", NotAction: undefined }, at: ".Action" },
  "one of the actions": { change: { Action: ["s3:*", "s3 Get"], NotAction: undefined }, at: ".Action[1]" },
  "empty actions": { change: { Action: [], NotAction: undefined }, at: ".Action" },
  "both resources": { change: { Resource: "*", NotResource: "*" }, at: "" },
  "a resource that is no ARN": { change: { Resource: "my-bucket/*", NotResource: undefined }, at: ".Resource" },
  "empty resources": { change: { Resource: [], NotResource: undefined }, at: ".Resource" },
  principal: { change: { Principal: "*" }, at: "" },
  "a key for an operator": {
    change: { Condition: { "aws:RequestedRegion": "x" } },
    at: '.Condition["aws:RequestedRegion"]',
  },
  "an operator's case": { change: { Condition: { stringEquals: { "aws:x": "y" } } }, at: ".Condition.stringEquals" },
  "an operator without keys": { change: { Condition: { StringEquals: "x" } }, at: ".Condition.StringEquals" },
  NullIfExists: { change: { Condition: { NullIfExists: { "aws:x": "true" } } }, at: ".Condition.NullIfExists" },
  "a key without a service": {
    change: { Condition: { StringEquals: { team: "x" } } },
    at: ".Condition.StringEquals.team",
  },
  "a key in other letters": {
    change: { Condition: { StringEquals: { "aws:RequestedRegion": "a", "AWS:requestedregion": "b" } } },
    at: '.Condition.StringEquals["AWS:requestedregion"]',
  },
  "a range": {
    change: { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/33" } } },
    at: '.Condition.IpAddress["aws:SourceIp"]',
  },
  "a number": {
    change: { Condition: { NumericEquals: { "aws:x": ["1", "one"] } } },
    at: '.Condition.NumericEquals["aws:x"][1]',
  },
  "a date": {
    change: { Condition: { DateLessThan: { "aws:CurrentTime": "tomorrow" } } },
    at: '.Condition.DateLessThan["aws:CurrentTime"]',
  },
  "a boolean": {
    change: { Condition: { Bool: { "aws:SecureTransport": "yes" } } },
    at: '.Condition.Bool["aws:SecureTransport"]',
  },
};

describe("a policy document", () => {
  it("passes where it follows the grammar, as an object and as text", () => {
    fc.assert(
      fc.property(validPolicy, (policy) => {
        expect(lines(policy)).toEqual([]);
        expect(lines(JSON.stringify(policy))).toEqual([]);
      }),
    );
  });

  it("is reported by the exact path of any one mutation", () => {
    fc.assert(
      fc.property(
        validPolicy,
        fc.nat(),
        fc.constantFrom(...Object.values(mutations)),
        (policy, pick, { change, at }) => {
          const index = pick % policy.Statement.length;
          const Statement = policy.Statement.map((one, position) => (position === index ? { ...one, ...change } : one));
          expect(policyIssues("p", { ...policy, Statement }).map(({ path }) => path)).toEqual([
            `p.Statement[${index}]${at}`,
          ]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("has each Sid once", () => {
    expect(
      lines({
        Version: version,
        Statement: [
          { ...statement, Sid: "A" },
          { ...statement, Sid: "A" },
        ],
      }),
    ).toEqual(["p.Statement[1].Sid: must be unique within the policy"]);
  });

  it.each([
    [{ Version: "2012-10-18", Statement: statement }, ['p.Version: must be "2012-10-17"']],
    [{ Version: version, Statement: [] }, ["p.Statement: must hold at least one statement"]],
    [
      { Version: version, Statements: [statement] },
      ["p.Statements: is not an element of a policy document", "p.Statement: is missing"],
    ],
    [{ Version: version, Statement: [null] }, ["p.Statement[0]: must be an object"]],
  ])("%j is rejected", (policy, expected) => {
    expect(lines(policy)).toEqual(expected);
  });

  it("is not judged by what is not known yet", () => {
    expect(lines(unknownValue)).toEqual([]);
    expect(
      lines(withStatement({ Resource: [unknownValue], Condition: { StringEquals: { "aws:x": unknownValue } } })),
    ).toEqual([]);
    expect(lines({ Version: version, Statement: [unknownValue] })).toEqual([]);
  });

  it.each([
    "*",
    "arn:aws:s3:::bucket/*",
    "arn:*:s3:::bucket",
    "arn:aws*:s3:::bucket",
    "arn:aws-eusc:dynamodb:eusc-de-east-1:123456789012:table/t",
    "arn:aws-iso-b:s3:::bucket",
    "arn:aws:s3:*",
    "arn:aws:s3:::${aws:username}/${s3:prefix}",
    "arn:aws:iam::*:*",
    "arn:aws:iam::${aws:PrincipalAccount}:role/x",
    "arn:aws:iam::123456789012:role/*",
    "arn:aws:iam::aws:policy/*",
    "arn:aws:iam:*:*:user/${aws:username}",
    "arn:aws:s3:eu-west-1:123456789012:accesspoint/a",
    "arn:aws:s3:eu-west-1:123456789012:job/1",
    "arn:aws:ssm:eu-west-1::parameter/aws/service/x",
    "arn:aws:logs:eu-west-1:123456789012:log-group:a:log-stream:b",
  ])("may be about %s", (Resource) => {
    expect(lines(withStatement({ Resource }))).toEqual([]);
  });

  it.each([
    ["arn:amazon:s3:::bucket", "must be an ARN of a partition of AWS, such as aws or aws-cn"],
    ["arn:AWS:s3:::bucket", "must be an ARN of a partition of AWS, such as aws or aws-cn"],
    ["arn::s3:::bucket", "must be an ARN of a partition of AWS, such as aws or aws-cn"],
    ["arn:aws:*:*:123456789012:*", "must name one service of AWS: AWS takes no wildcard or variable in its place"],
    ["arn:aws:*", "must name one service of AWS: AWS takes no wildcard or variable in its place"],
    [
      "arn:aws::eu-west-1:123456789012:x",
      "must name one service of AWS: AWS takes no wildcard or variable in its place",
    ],
    ["arn:aws:s3::bucket*", 'must be an ARN or "*"'],
    ["arn:aws:s3:::", 'must be an ARN or "*"'],
    ["arn:${aws:Partition}:s3:::bucket", "must be an ARN of a partition of AWS, such as aws or aws-cn"],
    ["arn:aws:${aws:x}:::bucket", "must name one service of AWS: AWS takes no wildcard or variable in its place"],
    ["arn:aws:dynamodb:eu-west-1:1234567890123:table/t", "must name an account by its 12 digits"],
    ["arn:aws:iam:eu-west-1:123456789012:role/x", "must have no region: IAM has none"],
    ["arn:aws:s3:eu-west-1::bucket", "must have no region: the ARNs of buckets and objects have none"],
    ...["users/x", "*/*", "x"].map((last) => [
      `arn:aws:iam::123456789012:${last}`,
      'must be "*" after the fifth colon, or begin there with one of access-report/, federated-user/, group/, instance-profile/, mfa/, ' +
        "oidc-provider/, policy/, report/, role/, saml-provider/, server-certificate/, sms-mfa/, user/",
    ]),
  ])("cannot be about %s", (Resource, rule) => {
    const document = withStatement({ Resource: [Resource] });
    expect(policyIssues("p", document)).toEqual([{ path: "p.Statement[0].Resource[0]", rule, actual: Resource }]);
    expect(lines(withStatement({ Resource: undefined, NotResource: Resource }))).toEqual([
      `p.Statement[0].NotResource: ${rule}`,
    ]);
  });

  it("suggests the operator that was meant", () => {
    const fix = (operator: string) => statementIssues("s", [{ ...statement, Condition: { [operator]: {} } }])[0]?.fix;
    expect(fix("StringEqual")).toBe("Did you mean StringEquals?");
    expect(fix("ForAnyValue:stringlike")).toBe("Did you mean ForAnyValue:StringLike?");
    expect(fix("foranyvalue:StringLike")).toBe("Did you mean ForAnyValue:StringLike?");
    expect(fix("ForAllValue:StringEqualsifexists")).toBe("Did you mean ForAllValues:StringEqualsIfExists?");
    expect(fix("ForEachValue:StringLike")).toBe("Did you mean ForAnyValue:StringLike?");
    expect(fix("aws:RequestedRegion")).toContain("It looks like a condition key.");
  });
});

describe("a trust policy", () => {
  const trust = (change: object) => ({
    Version: version,
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:user/root" },
        Action: "sts:AssumeRole",
        ...change,
      },
    ],
  });

  it.each([
    {},
    { Principal: "*" },
    { Principal: { AWS: ["123456789012", "*"], Service: "ec2.amazonaws.com" } },
    { Principal: { AWS: "arn:aws-cn:iam::123456789012:root", Service: ["ec2.amazonaws.com.cn", "ec2.amazonaws.eu"] } },
    { Principal: { AWS: "arn:aws-eusc:sts::123456789012:assumed-role/vault/pod" } },
    {
      Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X" },
      Action: "sts:AssumeRoleWithWebIdentity",
    },
    { Action: ["sts:AssumeRole", "sts:TagSession"], Condition: { StringEquals: { "sts:ExternalId": "x" } } },
  ])("passes with %j", (change) => {
    expect(lines(trust(change), "trust")).toEqual([]);
  });

  it.each([
    [{ Principal: undefined }, "p.Statement[0]: needs a Principal"],
    [{ NotPrincipal: { AWS: "*" } }, "p.Statement[0].NotPrincipal: must not be used in the trust policy of a role"],
    [
      { Principal: { AWS: "arn:aws:iam::123456789012:user/*" } },
      "p.Statement[0].Principal.AWS: must not hold a wildcard: IAM matches principals literally",
    ],
    ...["arn:aws:iam::123456789012:group/g", "arn:amazon:iam::123456789012:user/u", "1234567890123", "vault"].map(
      (AWS): [object, string] => [
        { Principal: { AWS } },
        "p.Statement[0].Principal.AWS: must be an account's 12 digits, or the ARN of an account, user, role or session",
      ],
    ),
    [{ Principal: { Aws: "123456789012" } }, "p.Statement[0].Principal.Aws: is not an element of a principal"],
    [{ Principal: {} }, "p.Statement[0].Principal: must name at least one principal"],
    [{ Resource: "*" }, "p.Statement[0].Resource: must not be given: a trust policy is about its role"],
    [{ Action: "s3:GetObject" }, "p.Statement[0].Action: must be an action of STS: a trust policy allows nothing else"],
  ])("is rejected with %j", (change, expected) => {
    expect(lines(trust(change), "trust")).toEqual([expected]);
  });
});
