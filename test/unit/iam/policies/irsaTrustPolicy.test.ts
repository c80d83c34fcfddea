import { describe, expect, test } from "vitest";
import { irsaTrustPolicy } from "../../../../src/iam/policies/irsaTrustPolicy.js";

const oidcProviderArn = "arn:aws-cn:iam::123456789012:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC";

describe("irsaTrustPolicy", () => {
  test("names issuer, subject and audience", () => {
    expect(irsaTrustPolicy({ oidcProviderArn, namespace: "security", serviceAccountName: "vault" })).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "ServiceAccount",
          Effect: "Allow",
          Principal: { Federated: oidcProviderArn },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              "oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC:aud": "sts.amazonaws.com",
              "oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC:sub": "system:serviceaccount:security:vault",
            },
          },
        },
      ],
    });
  });

  test("refuses what is no OIDC provider", () => {
    const wrong = "arn:aws:iam::123456789012:role/vault";
    expect(() => irsaTrustPolicy({ oidcProviderArn: wrong, namespace: "a", serviceAccountName: "b" })).toThrow(
      new RangeError(`oidcProviderArn must be the ARN of an IAM OIDC provider, got "${wrong}"`),
    );
  });

  test.each(["", "*", "Vault", "-a"])("refuses %j as a name", (wrong) => {
    expect(() => irsaTrustPolicy({ oidcProviderArn, namespace: wrong, serviceAccountName: "b" })).toThrow(
      new RangeError(`namespace must be the name of one Kubernetes object, got ${JSON.stringify(wrong)}`),
    );
    expect(() => irsaTrustPolicy({ oidcProviderArn, namespace: "a", serviceAccountName: wrong })).toThrow(
      new RangeError(`serviceAccountName must be the name of one Kubernetes object, got ${JSON.stringify(wrong)}`),
    );
  });
});
