import { describe, expect, it } from "vitest";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { existingKeyIssues, existingTableWarnings } from "../../../src/storage/existingTableRules.js";

const key = "arn:aws:kms:eu-west-1:123456789012:key/1-2";
const encrypted = { serverSideEncryption: { enabled: true, kmsKeyArn: key } };

describe("a table that exists", () => {
  it("warns of what endangers Vault's data", () => {
    const table = {
      ...encrypted,
      pointInTimeRecovery: { enabled: false },
      deletionProtectionEnabled: false,
      replicas: [{ regionName: "us-east-1" }],
    };
    expect(existingTableWarnings(table, undefined).map(formatIssue)).toEqual([
      `existingTableName: is encrypted with ${key}: unless AWS manages this key, Vault is denied the table without rights on it. Give existingTableKmsKeyArn.`,
      "existingTableName: has no point-in-time recovery. Enable it: Vault's data cannot be restored otherwise.",
      "existingTableName: has no deletion protection. Enable it: protectData does not cover a table that exists.",
      "existingTableName: has replicas in us-east-1. Run Vault in one region only: two on one global table overwrite each other's data.",
    ]);
  });

  it("warns of nothing where all is given, or AWS says nothing", () => {
    expect(existingTableWarnings({ ...encrypted, pointInTimeRecovery: { enabled: true } }, key)).toEqual([]);
    expect(existingTableWarnings({}, undefined)).toEqual([]);
  });

  it("must have the key that is given", () => {
    expect(existingKeyIssues(encrypted, key)).toEqual([]);
    const other = key.replace("1-2", "3-4");
    expect(existingKeyIssues(encrypted, other).map(formatIssue)).toEqual([
      `existingTableKmsKeyArn: must be the table's key ${key}, got "${other}". Give ${key}.`,
    ]);
  });
});
