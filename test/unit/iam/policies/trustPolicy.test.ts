import { describe, expect, test } from "vitest";
import { assumableRoleTrustPolicy } from "../../../../src/iam/policies/trustPolicy.js";

const trustedPrincipalArn = "arn:aws:iam::123456789012:user/root-of-vault";
const principal = { AWS: trustedPrincipalArn };

describe("assumableRoleTrustPolicy", () => {
  test("names the one principal", () => {
    expect(assumableRoleTrustPolicy({ trustedPrincipalArn })).toEqual({
      Version: "2012-10-17",
      Statement: [{ Sid: "VaultAssumesRole", Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
    });
  });

  test("asks for an external ID, and takes session tags without one", () => {
    expect(assumableRoleTrustPolicy({ trustedPrincipalArn, externalId: "platform", sessionTags: true })).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "VaultAssumesRole",
          Effect: "Allow",
          Principal: principal,
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": "platform" } },
        },
        { Sid: "VaultTagsSession", Effect: "Allow", Principal: principal, Action: "sts:TagSession" },
      ],
    });
  });
});
