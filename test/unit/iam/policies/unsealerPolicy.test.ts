import { describe, expect, test } from "vitest";
import { unsealerPolicy } from "../../../../src/iam/policies/unsealerPolicy.js";

const kmsKeyArn = "arn:aws-cn:kms:cn-north-1:123456789012:key/1a2b";
const cipher = [
  {
    Sid: "UnsealKeysCipher",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:Encrypt"],
    Resource: [kmsKeyArn],
    Condition: { StringEquals: { "kms:EncryptionContext:Tool": "vault-unsealer" } },
  },
  { Sid: "UnsealKeysCipherKey", Effect: "Allow", Action: ["kms:DescribeKey"], Resource: [kmsKeyArn] },
];
const storeActions = ["ssm:DeleteParameter", "ssm:GetParameters", "ssm:PutParameter"];

describe("unsealerPolicy", () => {
  test("uses the key for the unsealer's context alone, and the parameters under the prefix", () => {
    expect(unsealerPolicy({ kmsKeyArn, ssmKeyPrefix: "/prod/vault/" })).toEqual({
      Version: "2012-10-17",
      Statement: [
        ...cipher,
        {
          Sid: "UnsealKeysStore",
          Effect: "Allow",
          Action: storeActions,
          Resource: ["arn:aws-cn:ssm:cn-north-1:123456789012:parameter/prod/vault/*"],
        },
      ],
    });
  });

  test("takes another region and account for the parameters, and a prefix without a leading slash", () => {
    const document = unsealerPolicy({
      kmsKeyArn,
      ssmKeyPrefix: "vault-",
      region: "cn-northwest-1",
      accountId: "210987654321",
    });
    expect(document.Statement).toContainEqual({
      Sid: "UnsealKeysStore",
      Effect: "Allow",
      Action: storeActions,
      Resource: ["arn:aws-cn:ssm:cn-northwest-1:210987654321:parameter/vault-*"],
    });
  });

  test("refuses an alias in the place of the key, and an empty prefix", () => {
    const alias = "arn:aws:kms:eu-west-1:123456789012:alias/vault";
    expect(() => unsealerPolicy({ kmsKeyArn: alias, ssmKeyPrefix: "/a/" })).toThrow(
      new RangeError(`kmsKeyArn must be the ARN of a KMS key, got "${alias}"`),
    );
    expect(() => unsealerPolicy({ kmsKeyArn, ssmKeyPrefix: "" })).toThrow(
      new RangeError(
        "ssmKeyPrefix must not be empty or / alone: the policy would cover every SSM parameter of the account",
      ),
    );
  });
});
