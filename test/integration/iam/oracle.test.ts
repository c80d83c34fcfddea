import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PolicyDocument, PolicyStatement } from "../../../src/aws/policyDocument.js";
import { checkRootPolicy } from "../../../src/iam/analysis/checkRootPolicy.js";
import { awsManagedPolicy } from "../../../src/iam/analysis/awsManagedPolicies.js";
import { evaluate, type Verdict } from "../../../src/iam/analysis/evaluate.js";
import { evaluateTrust } from "../../../src/iam/analysis/evaluateTrust.js";
import { Oracle } from "./oracle.js";

/**
 * The evaluator beside implementations that others wrote, over generated policies and requests.
 *
 * moto's evaluator covers `Action`, `NotAction` and `Resource` with `*`, over several policies. policyuniverse covers the actions that
 * statements stand for, whatever their letter case, and who a trust policy admits. Neither covers conditions, variables, `NotResource`,
 * `?` or boundaries: those are held against AWS's documented examples (test/unit/iam/analysis/awsExamples.test.ts).
 */
let oracle: Oracle;
let universe: string[];
beforeAll(async () => {
  oracle = await Oracle.start();
  universe = (await oracle.ask<string[]>("universe")).filter((action) => /^[a-z0-9-]+:[a-z0-9]+$/.test(action));
});
afterAll(async () => {
  await oracle.stop();
});

const batches = 120;
const batchSize = 100;

const effect = fc.constantFrom("Allow" as const, "Allow" as const, "Deny" as const);

function documentOf(Statement: readonly PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}

/** Holds a batch of questions against the oracle's answers; fast-check then shrinks the batch to a question that differs. */
async function compare<Q, A>(
  ask: string,
  question: fc.Arbitrary<Q>,
  { sent, own }: { sent: (question: Q) => unknown; own: (question: Q) => A },
): Promise<{ compared: number; seen: Map<string, number> }> {
  let compared = 0;
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(question, { minLength: 1, maxLength: batchSize, size: "max" }), async (batch) => {
      const answers = await oracle.ask<A[]>(ask, batch.map(sent));
      for (const [index, one] of batch.entries()) {
        const answer = own(one);
        expect({ question: one, answer }).toEqual({ question: one, answer: answers[index] });
        compared += 1;
        seen.set(String(answer), (seen.get(String(answer)) ?? 0) + 1);
      }
    }),
    { numRuns: batches },
  );
  return { compared, seen };
}

interface Question {
  readonly policies: PolicyDocument[];
  readonly action: string;
  readonly resource: string;
}

describe("moto's evaluator", () => {
  const text = (parts: readonly string[], max: number) =>
    fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: max }).map((chosen) => chosen.join(""));
  const action = fc
    .tuple(fc.constantFrom("iam", "s3", "i*", "*"), text(["Get", "Put", "User", "Object", "*"], 3))
    .map((parts) => parts.join(":"));
  const actions = fc.oneof(fc.constant("*"), action, fc.uniqueArray(action, { minLength: 1, maxLength: 3 }));
  const resource = fc
    .tuple(fc.constantFrom("user/", "group/", "user/team/", "*"), text(["vault-", "a", "b", "/", "*"], 4))
    .map(([kind, name]) => `arn:aws:iam::123456789012:${kind}${name}`);
  const resources = fc.oneof(fc.constant("*"), resource, fc.uniqueArray(resource, { minLength: 1, maxLength: 3 }));
  const statement: fc.Arbitrary<PolicyStatement> = fc
    .record({ Effect: effect, isNot: fc.constantFrom(false, false, true), actions, Resource: resources })
    .map(({ Effect, isNot, actions: listed, Resource }) => ({
      Effect,
      ...(isNot ? { NotAction: listed } : { Action: listed }),
      Resource,
    }));
  const question: fc.Arbitrary<Question> = fc.record({
    policies: fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }).map(documentOf), {
      minLength: 1,
      maxLength: 3,
    }),
    action: fc
      .tuple(fc.constantFrom("iam", "s3"), text(["Get", "Put", "User", "Object"], 3))
      .map((parts) => parts.join(":")),
    resource: fc
      .tuple(fc.constantFrom("user/", "group/", "user/team/"), text(["vault-", "a", "b", "/"], 4))
      .map(([kind, name]) => `arn:aws:iam::123456789012:${kind}${name}`),
  });

  test("gives the same verdicts", async () => {
    const { compared, seen } = await compare<Question, Verdict>("moto", question, {
      sent: (asked) => asked,
      own: ({ policies, action: asked, resource: on }) =>
        evaluate({ action: asked, resource: on }, { policies }).verdict,
    });
    console.info(
      `moto: ${compared} requests compared: ${[...seen].map(([verdict, count]) => `${count} ${verdict}`).join(", ")}`,
    );
    expect(compared).toBeGreaterThan(2000);
    expect([...seen.keys()].sort()).toEqual(["allowed", "explicitDeny", "implicitDeny"]);
  });
});

describe("policyuniverse", () => {
  const pattern = fc
    .tuple(
      fc.constantFrom("iam", "sts", "S3", "dynamodb", "k*"),
      fc.constantFrom("*", "Get*", "*User*", "LIST*", "Put*", "*Access?ey*", "createuser"),
    )
    .map((parts) => parts.join(":"));
  const listed = fc.oneof(fc.constant("*"), pattern, fc.uniqueArray(pattern, { minLength: 1, maxLength: 3 }));
  const statement: fc.Arbitrary<PolicyStatement> = fc
    .record({ Effect: effect, isNot: fc.constantFrom(false, false, true), listed })
    .map(({ Effect, isNot, listed: actions }) => ({
      Effect,
      ...(isNot ? { NotAction: actions } : { Action: actions }),
      Resource: "*",
    }));

  test("expands statements to the same actions", async () => {
    const asked = universe.filter((action) => /^(iam|sts|s3|dynamodb|kms):/.test(action));
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 3 }).map(documentOf), async (document) => {
        const [answer = []] = await oracle.ask<string[][]>("actions", [document]);
        const allowed = new Set(answer);
        const own = asked.filter(
          (action) => evaluate({ action, resource: "x" }, { policies: [document] }).verdict === "allowed",
        );
        expect(own).toEqual(asked.filter((action) => allowed.has(action)));
        compared += asked.length;
      }),
      { numRuns: 60 },
    );
    console.info(`policyuniverse: ${compared} actions compared`);
    expect(compared).toBeGreaterThan(10_000);
  });

  test("finds the same trust policies open to everybody", async () => {
    const names = fc.uniqueArray(
      fc.constantFrom("*", "123456789012", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:user/a"),
      { minLength: 1, maxLength: 3 },
    );
    const principal = fc.oneof(
      fc.constant("*" as const),
      names.map((AWS) => ({ AWS })),
      fc.constantFrom({ Service: "ec2.amazonaws.com" }, { Federated: "accounts.google.com" }),
    );
    const question = fc
      .array(
        fc.record({
          Effect: fc.constant("Allow" as const),
          Principal: principal,
          Action: fc.constant("sts:AssumeRole"),
        }),
        {
          minLength: 1,
          maxLength: 3,
        },
      )
      .map(documentOf);
    const { compared, seen } = await compare<PolicyDocument, boolean>("public", question, {
      sent: (document) => document,
      own: (document) =>
        evaluateTrust({ action: "sts:AssumeRole", principalArn: "arn:aws:iam::999999999999:user/stranger" }, document)
          .verdict === "allowed",
    });
    console.info(`policyuniverse: ${compared} trust policies compared`);
    expect([...seen.keys()].sort()).toEqual(["false", "true"]);
  });
});

describe("AWS's managed policies, as moto records them", () => {
  const names = [
    "AdministratorAccess",
    "AWSDenyAll",
    "IAMFullAccess",
    "IAMReadOnlyAccess",
    "PowerUserAccess",
    "ReadOnlyAccess",
    "SecurityAudit",
    "ViewOnlyAccess",
  ];

  test.each(names)("%s says of IAM and STS what the analysis knows", async (name) => {
    const known = awsManagedPolicy(`arn:aws:iam::aws:policy/${name}`)?.document;
    const [recorded] = await oracle.ask<PolicyDocument[]>("managed", [name]);
    const [allowed = []] = await oracle.ask<string[][]>("actions", [recorded]);
    const asked = universe.filter((action) => /^(iam|sts):/.test(action));
    const own = asked.filter(
      (action) =>
        evaluate({ action, resource: "x" }, { policies: known === undefined ? [] : [known] }).verdict === "allowed",
    );
    expect(own).toEqual(asked.filter((action) => allowed.includes(action)));
  });

  test("others grant none of the calls that create users", async () => {
    const calls = [
      "iam:CreateUser",
      "iam:AttachUserPolicy",
      "iam:PutUserPolicy",
      "iam:AddUserToGroup",
      "iam:CreateAccessKey",
      "iam:DeleteUser",
    ];
    const granting = await oracle.ask<string[][]>("granting", calls);
    expect(granting).toEqual(calls.map(() => ["AdministratorAccess", "IAMFullAccess"]));
  });

  test("that surely lead to more rights are rejected by name, all others among them are not", async () => {
    const all = await oracle.ask<string[]>("names");
    const documents = await oracle.ask<PolicyDocument[]>("managed", all);
    const principalArn = "arn:aws:iam::123456789012:user/root";
    const isError = ({ severity }: { severity: string }) => severity === "error";
    const byText = all.filter((_, index) =>
      checkRootPolicy({ principalArn, policies: documents.slice(index, index + 1), roles: {} }).some(isError),
    );
    const byName = all.filter((name) =>
      checkRootPolicy({
        principalArn,
        policies: [],
        roles: {},
        unreadPolicyArns: [`arn:aws:iam::aws:policy/${name}`],
      }).some(isError),
    );
    console.log(`${all.length} managed policies of AWS, of which ${byText.length} lead to more rights`);
    expect(byName).toEqual(byText);
    expect(all.length).toBeGreaterThan(1000);
  });
});
