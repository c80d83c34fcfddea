import { describe, expect, test } from "vitest";
import type { PolicyDocument } from "../../../../src/aws/policyDocument.js";
import { checkRootPolicy } from "../../../../src/iam/analysis/checkRootPolicy.js";
import { derivedRootPolicy, type RootPolicyOptions } from "../../../../src/iam/policies/rootPolicy.js";
import { mutantsOf } from "../support/mutants.js";

const accountId = "123456789012";
const principalArn = `arn:aws:iam::${accountId}:user/root-of-vault`;
const policyArn = `arn:aws:iam::${accountId}:policy/app`;
const boundary = `arn:aws:iam::${accountId}:policy/boundary`;

/** One of each kind of role, each with every option that IAM hears of. */
const declared: Pick<
  RootPolicyOptions,
  "roles" | "staticRoles" | "assumeRoleArns" | "rotateRoot" | "formerUserPaths" | "formerGroups"
> = {
  roles: {
    user: {
      credentialType: "iam_user",
      policyArns: [policyArn],
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
      },
      iamGroups: ["devs"],
      iamTags: { team: "devs" },
      userPath: "/team/",
      permissionsBoundaryArn: boundary,
    },
    assumed: {
      credentialType: "assumed_role",
      roleArns: ["arn:aws:iam::210987654321:role/deploy"],
      iamGroups: ["auditors"],
      sessionTags: { team: "devs" },
      externalId: "platform",
    },
    federated: {
      credentialType: "federation_token",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:PutObject"],
            Resource: ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
          },
          {
            Effect: "Allow",
            Action: "ssm:GetParameter",
            Resource: "*",
            Condition: { StringEquals: { "aws:RequestedRegion": "eu-west-1" } },
          },
          { Effect: "Allow", NotAction: "ec2:*", Resource: "arn:aws:s3:::c" },
        ],
      },
    },
    session: { credentialType: "session_token" },
  },
  staticRoles: {
    ci: { username: "ci-bot" },
    far: { username: "far-bot", assumeRoleArn: "arn:aws:iam::210987654321:role/rotator" },
  },
  assumeRoleArns: [`arn:aws:iam::${accountId}:role/more`],
  rotateRoot: true,
  formerUserPaths: ["/old/"],
  formerGroups: ["old"],
};

const derived = derivedRootPolicy({ partition: "aws", accountId, principalArn, ...declared });

function errorsWith(policy: PolicyDocument) {
  return checkRootPolicy({ principalArn, policies: [policy], ...declared }).filter(
    ({ severity }) => severity === "error",
  );
}

describe("the derived policy", () => {
  test("proves to suffice", () => {
    expect(errorsWith(derived)).toEqual([]);
  });

  test("has something to prove", () => {
    expect(mutantsOf(derived)).toHaveLength(33);
  });

  test.each(mutantsOf(derived))("without $without proves not to suffice", ({ policy, action }) => {
    const errors = errorsWith(policy);
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors.map((error) => error.action))).toEqual(new Set([action ?? "*"]));
  });
});
