import { describe, expect, test } from "vitest";
import { storagePolicy } from "../../../../src/iam/policies/storagePolicy.js";

const tableArn = "arn:aws:dynamodb:eu-west-1:123456789012:table/vault-data";
const data = {
  Sid: "VaultData",
  Effect: "Allow",
  Action: ["dynamodb:BatchWriteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query"],
  Resource: [tableArn],
};
const lock = {
  Sid: "VaultHaLock",
  Effect: "Allow",
  Action: ["dynamodb:DeleteItem", "dynamodb:UpdateItem"],
  Resource: [tableArn],
};

describe("storagePolicy", () => {
  test("reads and writes one table", () => {
    expect(storagePolicy({ tableArn })).toEqual({ Version: "2012-10-17", Statement: [data] });
  });

  test("with HA, adds the lock's actions", () => {
    expect(storagePolicy({ tableArn, haEnabled: true })).toEqual({ Version: "2012-10-17", Statement: [data, lock] });
  });

  test("where Vault makes and changes the table, adds these actions", () => {
    expect(storagePolicy({ tableArn, createsTable: true, updatesTable: true })).toEqual({
      Version: "2012-10-17",
      Statement: [
        data,
        { Sid: "VaultCreatesTable", Effect: "Allow", Action: ["dynamodb:CreateTable"], Resource: [tableArn] },
        { Sid: "VaultUpdatesTable", Effect: "Allow", Action: ["dynamodb:UpdateTable"], Resource: [tableArn] },
      ],
    });
  });

  test("with a customer managed key, adds its use through DynamoDB alone", () => {
    const kmsKeyArn = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1";
    const govTable = "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/vault-data";
    expect(storagePolicy({ tableArn: govTable, haEnabled: true, kmsKeyArn })).toEqual({
      Version: "2012-10-17",
      Statement: [
        { ...data, Resource: [govTable] },
        { ...lock, Resource: [govTable] },
        {
          Sid: "TableKey",
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
          Resource: [kmsKeyArn],
          Condition: { StringEquals: { "kms:ViaService": "dynamodb.us-gov-west-1.amazonaws.com" } },
        },
      ],
    });
  });

  test("in China, takes both of AWS's domains; where Vault makes the table, its key needs a grant", () => {
    const kmsKeyArn = "arn:aws-cn:kms:cn-north-1:123456789012:key/1";
    const document = storagePolicy({
      tableArn: "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/vault-data",
      createsTable: true,
      kmsKeyArn,
    });
    expect(document.Statement).toContainEqual({
      Sid: "TableKey",
      Effect: "Allow",
      Action: [
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
      ],
      Resource: [kmsKeyArn],
      Condition: {
        StringEquals: {
          "kms:ViaService": ["dynamodb.cn-north-1.amazonaws.com", "dynamodb.cn-north-1.amazonaws.com.cn"],
        },
      },
    });
  });

  test.each(["vault-data", "arn:aws:s3:::bucket", "arn:aws:dynamodb:eu-west-1:1:global-table/x"])(
    "refuses %s as a table",
    (wrong) => {
      expect(() => storagePolicy({ tableArn: wrong })).toThrow(
        new RangeError(`tableArn must be the ARN of a DynamoDB table, got "${wrong}"`),
      );
    },
  );
});
