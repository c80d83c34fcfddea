import type { PolicyDocument as AwsPolicyDocument } from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { AssumableRole, type PolicyDocumentInput } from "../../../src/index.js";
import { inputsOf, record, settled } from "../../support/recorder.js";

const statement = { Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" };
const widened = { Version: "2012-10-17", Statement: [statement] };
const awsDocument: AwsPolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: pulumi.output("*") }],
};

// What `aws.iam.getPolicyDocumentOutput(...).json` is.
const json = pulumi.output(JSON.stringify(widened));

describe("a policy as a program holds it", () => {
  // The compiler checks that each of them is a PolicyDocumentInput.
  it.each<[string, PolicyDocumentInput]>([
    ["in a variable without `as const`", widened],
    ["with a single statement", { Version: "2012-10-17", Statement: statement }],
    ["with outputs inside", { Version: "2012-10-17", Statement: [{ ...statement, Resource: pulumi.output("*") }] }],
    ["of @pulumi/aws", awsDocument],
    ["as the output of getPolicyDocument", json],
    ["as an output of a document", pulumi.output(widened)],
    ["as JSON text", JSON.stringify(widened)],
  ])("%s is taken as it is", async (_, policyDocument) => {
    const recorded = await record({ outputs: ({ name }) => ({ arn: `arn:aws:iam::123456789012:role/${name}` }) });
    new AssumableRole("deploy", { trustedPrincipalArn: "arn:aws:iam::123456789012:user/root", policyDocument });
    await settled();
    const { Statement } = JSON.parse(inputsOf(recorded, "deploy-policy").policy as string) as { Statement: unknown };
    expect([Statement].flat()).toEqual([statement]);
  });

  it("is checked by IAM's grammar, whatever the compiler let through", () => {
    const misspelt = { Version: "2012-10-17", Statement: [{ ...statement, Effect: "allow" }] };
    expect(
      () =>
        new AssumableRole("deploy", {
          trustedPrincipalArn: "arn:aws:iam::123456789012:user/root",
          policyDocument: misspelt,
        }),
    ).toThrow(/policyDocument\.Statement\[0\]\.Effect: must be/);
  });
});
