import { CreateUserCommand, GetUserCommand, ListUserTagsCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { evaluate } from "../../../src/iam/analysis/evaluate.js";
import type { PolicyDocument, PolicyStatement } from "../../../src/aws/policyDocument.js";
import { clients, makeUser, outcome, startTestAws, type Clients, type TestUser } from "../aws/support.js";

const base = "arn:aws:iam::123456789012:user";
let aws: Aws;
let admin: Clients;
let caller: TestUser;
beforeAll(async () => {
  aws = await startTestAws();
  admin = clients(aws, aws.admin);
  await admin.iam.send(new CreateUserCommand({ UserName: "ann" }));
  await admin.iam.send(new CreateUserCommand({ UserName: "bob", Path: "/team/" }));
  caller = await makeUser(aws, "caller", []);
});
afterAll(async () => {
  await aws.stop();
});

const actions = fc.uniqueArray(
  fc.constantFrom(
    "iam:GetUser",
    "iam:ListUserTags",
    "IAM:getuser",
    "iam:Get*",
    "iam:*User*",
    "iam:?etUser",
    "*",
    "s3:*",
  ),
  { minLength: 1, maxLength: 2 },
);
const resources = fc.uniqueArray(
  fc.constantFrom(
    "*",
    `${base}/ann`,
    `${base}/*`,
    `${base}/team/*`,
    `${base}/*/bob`,
    `${base}/a??`,
    `${base}/\${aws:username}`,
    "arn:aws:s3:::*",
  ),
  { minLength: 1, maxLength: 2 },
);
const condition = fc.constantFrom<NonNullable<PolicyStatement["Condition"]>[]>(
  { StringEquals: { "aws:username": "caller" } },
  { StringEquals: { "aws:username": ["x", "Caller"] } },
  { StringEqualsIgnoreCase: { "aws:username": "CALLER" } },
  { StringNotLike: { "aws:username": "c*" } },
  { StringLike: { "aws:username": ["d*", "?aller"] } },
  { ArnLike: { "aws:PrincipalArn": `${base}/c*` } },
  { ArnNotEquals: { "aws:PrincipalArn": `${base}/caller` } },
  { Null: { "aws:username": "true" } },
  { Null: { "aws:TokenIssueTime": "true" } },
  { StringEqualsIfExists: { "sts:ExternalId": "x" } },
  { StringNotEquals: { "sts:ExternalId": "x" } },
  { "ForAllValues:StringEquals": { "aws:TagKeys": "x" } },
  { "ForAnyValue:StringEquals": { "aws:TagKeys": "x" } },
  { StringEquals: { "aws:username": "caller" }, Null: { "sts:ExternalId": "false" } },
);
const statement: fc.Arbitrary<PolicyStatement> = fc
  .record({
    Effect: fc.constantFrom("Allow" as const, "Allow" as const, "Deny" as const),
    not: fc.constantFrom("nothing", "nothing", "nothing", "action", "resource"),
    actions,
    resources,
    Condition: fc.option(condition, { nil: undefined }),
  })
  .map(({ Effect, not, actions: Action, resources: Resource, Condition }) => ({
    Effect,
    ...(not === "action" ? { NotAction: Action } : { Action }),
    ...(not === "resource" ? { NotResource: Resource } : { Resource }),
    ...(Condition === undefined ? {} : { Condition }),
  }));

const context = { "aws:username": "caller", "aws:PrincipalArn": `${base}/caller` };

describe("the evaluator", () => {
  test("answers as the sandbox's IAM does", async () => {
    const requests = [
      {
        action: "iam:GetUser",
        resource: `${base}/ann`,
        send: () => caller.iam.send(new GetUserCommand({ UserName: "ann" })),
      },
      {
        action: "iam:GetUser",
        resource: `${base}/team/bob`,
        send: () => caller.iam.send(new GetUserCommand({ UserName: "bob" })),
      },
      {
        action: "iam:ListUserTags",
        resource: `${base}/caller`,
        send: () => caller.iam.send(new ListUserTagsCommand({ UserName: "caller" })),
      },
    ];
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 3 }), async (statements) => {
        const policy: PolicyDocument = { Version: "2012-10-17", Statement: statements };
        const PolicyDocument = JSON.stringify(policy);
        await admin.iam.send(new PutUserPolicyCommand({ UserName: "caller", PolicyName: "p", PolicyDocument }));
        for (const { action, resource, send } of requests) {
          const { verdict } = evaluate({ action, resource, context }, { policies: [policy] });
          seen.add(verdict);
          expect(verdict === "allowed" ? "allowed" : "AccessDenied", `${action} on ${resource}`).toBe(
            await outcome(send()),
          );
        }
      }),
      { numRuns: 150 },
    );
    expect([...seen].sort()).toEqual(["allowed", "explicitDeny", "implicitDeny"]);
  });
});
