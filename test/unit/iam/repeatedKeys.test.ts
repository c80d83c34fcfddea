import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  AssumableRole,
  AwsSecretsEngine,
  AwsSecretsRole,
  AwsSecretsRoles,
  checkRootPolicy,
  RootCredential,
  VaultPlatform,
  type PolicyDocument,
} from "../../../src/index.js";
import { accountId, laterFailures, mockAws, registrationsDone } from "./support/awsMocks.js";

/** Keys that a policy has twice, as JSON text or in other letters: readers of JSON and of IAM disagree on which of them counts. */

const here = `arn:aws:iam::${accountId}`;
const roleArn = `${here}:role/deploy`;
const policyArn = `${here}:policy/p`;
const late = <T>(value: T) => pulumi.output(Promise.resolve(value));
const platform = { namespace: "vault", vaultServer: { version: "1.18.4" } };
const identityText =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b"}]}';
const trustText = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"${here}:user/root","AWS":"${accountId}"},"Action":"sts:AssumeRole"}]}`;
const Condition = { StringEquals: { "aws:RequestedRegion": "eu-west-1", "aws:requestedregion": "us-east-1" } };
const statement = { Effect: "Allow" as const, Action: "s3:*", Resource: "arn:aws:s3:::b", Condition };
const trustStatement = {
  Effect: "Allow" as const,
  Principal: { AWS: accountId },
  Action: "sts:AssumeRole",
  Condition: { StringEquals: { "sts:ExternalId": "platform", "sts:externalid": "other" } },
};
const documentOf = (...Statement: object[]) => ({ Version: "2012-10-17", Statement }) as PolicyDocument;

/** Each place of a policy in a component, with a program that puts one there. */
const places: [string, "identity" | "trust", (policy: never) => unknown][] = [
  [
    "roles.d.policyDocument",
    "identity",
    (policyDocument) => new RootCredential("x", { roles: { d: { credentialType: "iam_user", policyDocument } } }),
  ],
  [
    "policyDocuments.p",
    "identity",
    (policy) =>
      new RootCredential("x", { additionalPolicyArns: [policyArn], policyDocuments: { [policyArn]: policy } }),
  ],
  [
    "trustPolicies.r",
    "trust",
    (policy) => new RootCredential("x", { assumeRoleArns: [roleArn], trustPolicies: { [roleArn]: policy } }),
  ],
  ["trustPolicy", "trust", (trustPolicy) => new RootCredential("x", { identity: "role", trustPolicy })],
  [
    "transform.policy",
    "identity",
    (policy) => new RootCredential("x", { rotateRoot: true, transform: { policy: (args) => ({ ...args, policy }) } }),
  ],
  [
    "policyDocument",
    "identity",
    (policyDocument) => new AssumableRole("x", { trustedPrincipalArn: `${here}:user/root`, policyDocument }),
  ],
  [
    "roles.d.policyDocument",
    "identity",
    (policyDocument) =>
      new VaultPlatform("x", { ...platform, roles: { d: { credentialType: "iam_user", policyDocument } } }),
  ],
  [
    "rootCredential.policyDocuments.p",
    "identity",
    (policy) =>
      new VaultPlatform("x", {
        ...platform,
        roles: { d: { credentialType: "iam_user", iamGroups: ["g"] } },
        rootCredential: { additionalPolicyArns: [policyArn], policyDocuments: { [policyArn]: policy } },
      }),
  ],
  [
    "assumableRoles.deploy.policyDocument",
    "identity",
    (policyDocument) => new VaultPlatform("x", { ...platform, assumableRoles: { deploy: { policyDocument } } }),
  ],
];

/** The same of resources in Vault: what is an output there is checked by their provider. */
const resources: typeof places = [
  [
    "policyDocument",
    "identity",
    (policyDocument) =>
      new AwsSecretsRole("x", { mount: "aws", name: "d", credentialType: "iam_user", policyDocument }),
  ],
  [
    "roles.d.policyDocument",
    "identity",
    (policyDocument) =>
      new AwsSecretsRoles("x", { mount: "aws", roles: { d: { credentialType: "federation_token", policyDocument } } }),
  ],
  [
    "roles.d.policyDocument",
    "identity",
    (policyDocument) =>
      new AwsSecretsEngine("x", {
        roles: { d: { credentialType: "assumed_role", roleArns: [roleArn], policyDocument } },
      }),
  ],
];

/** What the program fails with, at once or later. */
async function failureOf(program: () => unknown): Promise<string> {
  const failures = await laterFailures(() => {
    try {
      program();
    } catch (error) {
      if (!(error instanceof Error)) {
        throw error;
      }
      void Promise.reject(error);
    }
  });
  return failures.join("\n").replaceAll(`["${policyArn}"]`, ".p").replaceAll(`["${roleArn}"]`, ".r");
}

describe("a key that a policy has twice is an error", () => {
  beforeEach(() => {
    mockAws();
  });
  afterEach(registrationsDone);

  test.each([...places, ...resources])("in the text of %s", async (path, kind, program) => {
    const [text, key] =
      kind === "trust" ? [trustText, "Statement[0].Principal.AWS"] : [identityText, "Statement[0].Effect"];
    const message = `${path}.${key}: is given twice: JSON keeps only the last of them`;
    expect(await failureOf(() => program(text as never))).toContain(message);
  });

  test.each([...places, ...resources])("in other letters, in %s", async (path, kind, program) => {
    const [document, key, first] =
      kind === "trust"
        ? [documentOf(trustStatement), "sts:externalid", "sts:ExternalId"]
        : [documentOf(statement), "aws:requestedregion", "aws:RequestedRegion"];
    const message =
      `${path}.Statement[0].Condition.StringEquals["${key}"]: is the same condition key as ${first}: ` +
      "upper and lower case make no difference";
    expect(await failureOf(() => program(document as never))).toContain(message);
    if (resources.some(([, , one]) => one === program)) {
      return;
    }
    expect(await failureOf(() => program(late(JSON.stringify(document)) as never))).toContain(
      // The children of a platform check what is an output, under their own names.
      message.replace(/^(?:assumableRoles\.deploy|rootCredential)\./, ""),
    );
  });

  test("in extra statements", async () => {
    expect(await failureOf(() => new RootCredential("x", { extraStatements: [statement] }))).toBe(
      'RootCredential "x": invalid argument: extraStatements[0].Condition.StringEquals["aws:requestedregion"]: is the same condition key as ' +
        "aws:RequestedRegion: upper and lower case make no difference. Merge the two.",
    );
  });

  test("and the evaluator lets such a document allow nothing", () => {
    const principalArn = `${here}:user/root`;
    expect(checkRootPolicy({ principalArn, policies: [documentOf(statement)], roles: {} })).toEqual([
      {
        severity: "error",
        path: 'policies[0].Statement[0].Condition.StringEquals["aws:requestedregion"]',
        problem: "is the same condition key as aws:RequestedRegion: upper and lower case make no difference",
        fix: "AWS rejects such a policy. Correct it.",
      },
    ]);
  });
});
