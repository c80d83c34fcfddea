import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PolicyDocument, PolicyStatement } from "../../../../src/aws/policyDocument.js";
import { checkPolicySize, policySize, PolicySizeError, splitPolicy } from "../../../../src/iam/policies/policySize.js";
import { asList, statementsOf } from "../../../../src/iam/policies/statements.js";

const roleArn = (index: number) => `arn:aws:iam::123456789012:role/role-${String(index).padStart(4, "0")}`;
const assume = (count: number): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "AssumeRoles",
      Effect: "Allow",
      Action: ["sts:AssumeRole"],
      Resource: Array.from({ length: count }, (_, index) => roleArn(index)),
    },
  ],
});

/** Every pair of action and resource that the documents allow. */
function pairs(documents: readonly PolicyDocument[]): string[] {
  return documents
    .flatMap(statementsOf)
    .flatMap((one) => asList(one.Action).flatMap((action) => asList(one.Resource).map((arn) => `${action} ${arn}`)))
    .sort();
}

describe("policySize", () => {
  test("counts no white space", () => {
    expect(policySize({ Version: "2012-10-17", Statement: [] })).toBe('{"Version":"2012-10-17","Statement":[]}'.length);
  });
});

describe("checkPolicySize", () => {
  test("says which document is how much too long", () => {
    expect(() => checkPolicySize("inline policy of role deploy", assume(60), "inlineUser")).toThrow(
      new PolicySizeError("inline policy of role deploy: 2698 characters, AWS takes at most 2048"),
    );
    expect(() => checkPolicySize("x", assume(60), "managed")).not.toThrow();
  });
});

describe("splitPolicy", () => {
  test("leaves alone what fits", () => {
    expect(splitPolicy(assume(3))).toEqual([assume(3)]);
  });

  test("makes nothing of nothing", () => {
    expect(splitPolicy({ Version: "2012-10-17", Statement: [] }, 2)).toEqual([]);
  });

  test("parts a list of resources that is too long", () => {
    const documents = splitPolicy(assume(200));
    expect(documents.map(policySize)).toEqual([4419, 4419]);
    expect(documents.flatMap(statementsOf).map((one) => one.Sid)).toEqual(["AssumeRolesA", "AssumeRolesB"]);
    expect(pairs(documents)).toEqual(pairs([assume(200)]));
  });

  test("parts a list of condition values that is too long, where one that matches is enough", () => {
    const arns = Array.from({ length: 300 }, (_, index) => `arn:aws:iam::123456789012:policy/app-${index}`);
    const attach = (Condition: PolicyStatement["Condition"]): PolicyDocument => ({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AttachPolicies",
          Effect: "Allow",
          Action: ["iam:AttachUserPolicy", "iam:DetachUserPolicy"],
          Resource: "*",
          Condition,
        },
      ],
    });
    const statements = splitPolicy(attach({ ArnEquals: { "iam:PolicyARN": arns } })).flatMap(statementsOf);
    expect(statements.map(({ Sid }) => Sid)).toEqual(["AA", "AB", "BA", "BB"].map((part) => `AttachPolicies${part}`));
    expect(statements.flatMap(({ Condition }) => Condition?.ArnEquals?.["iam:PolicyARN"])).toEqual(arns);
    expect(new Set(statements.map(({ Action, Resource }) => JSON.stringify([Action, Resource]))).size).toBe(1);
    // A negated operator holds where no value matches: two statements would allow what one forbids.
    expect(() => splitPolicy(attach({ ArnNotEquals: { "iam:PolicyARN": arns } }))).toThrow(PolicySizeError);
  });

  test("makes as many as planned, repeating where nothing is left to part", () => {
    expect(splitPolicy(assume(2), 3).map((document) => statementsOf(document).map((one) => one.Resource))).toEqual([
      [[roleArn(0)]],
      [[roleArn(0)]],
      [[roleArn(1)]],
    ]);
  });

  test("refuses what cannot be parted", () => {
    const statement: PolicyStatement = { Sid: "Long", Effect: "Allow", Action: "s3:*", Resource: "x".repeat(7000) };
    expect(() => splitPolicy({ Version: "2012-10-17", Statement: statement })).toThrow(
      new PolicySizeError("statement Long is too long for a managed policy of 6144 characters"),
    );
  });

  test("never changes what is allowed, and never exceeds the limit", () => {
    const statements = fc.array(
      fc.record({
        actions: fc.uniqueArray(fc.stringMatching(/^s3:[A-Z][a-z]{1,20}$/), { minLength: 1, maxLength: 40 }),
        resources: fc.uniqueArray(fc.stringMatching(/^arn:aws:s3:::[a-z]{3,60}$/), { minLength: 1, maxLength: 80 }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(statements, fc.integer({ min: 1, max: 5 }), (grants, atLeast) => {
        const document: PolicyDocument = {
          Version: "2012-10-17",
          Statement: grants.map(({ actions, resources }, index) => ({
            Sid: `S${index}`,
            Effect: "Allow",
            Action: actions,
            Resource: resources,
          })),
        };
        const documents = splitPolicy(document, atLeast);
        expect(documents.length).toBeGreaterThanOrEqual(atLeast);
        expect(Math.max(...documents.map(policySize))).toBeLessThanOrEqual(6144);
        expect(new Set(pairs(documents))).toEqual(new Set(pairs([document])));
        for (const one of documents) {
          const sids = statementsOf(one).map((statement) => statement.Sid);
          expect(new Set(sids).size).toBe(sids.length);
        }
      }),
      { numRuns: 50 },
    );
  });
});
