import { describe, expect, test } from "vitest";
import type { DynamoDbStorageArgs } from "../../../src/storage/index.js";
import { storageIssues } from "../../../src/storage/storageRules.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";

const oidcProviderArn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC";
const irsa = { kind: "irsa", oidcProviderArn, namespace: "vault", serviceAccountName: "vault" } as const;
const provisioned = { billingMode: "PROVISIONED" } as const;
const notProvisioned = 'needs billingMode "PROVISIONED": a table paid per request has no capacity to set';

/** Takes what TypeScript would not let pass, as a program in JavaScript may give it. */
function told(args: object): string[] {
  return storageIssues(args as DynamoDbStorageArgs).map(formatIssue);
}

describe("storageIssues", () => {
  test.each([
    {},
    { credential: "accessKey" },
    { credential: "none", haEnabled: true, maxParallel: 64 },
    { credential: { kind: "accessKey", userName: "dynamo", userPath: "/", generation: 3 } },
    { credential: irsa },
    { credential: { kind: "session" } },
    { credential: { kind: "session", durationSeconds: 129_600, user: { userName: "dynamo" } } },
    {
      credential: {
        kind: "session",
        assumeRole: { trustedPrincipalArn: "arn:aws:iam::123456789012:user/ci" },
        durationSeconds: 900,
        renewBeforeSeconds: 899,
      },
    },
    { unsealer: { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1-2", ssmKeyPrefix: "/vault/" } },
    { credential: { kind: "irsa", existingRoleName: "vault" } },
    { table: { name: "vault.data_1-x", ...provisioned, readCapacityUnits: 1, writeCapacityUnits: 10 } },
    {
      table: {
        ...provisioned,
        autoscaling: { maxReadCapacityUnits: 5, maxWriteCapacityUnits: 50, targetUtilizationPercent: 20 },
      },
    },
    { table: { encryption: { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1-2" } } },
    { existingTableName: "vault", existingTableKmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1-2" },
  ])("says nothing of sound arguments (%#)", (args) => {
    expect(told(args)).toEqual([]);
  });

  test.each([
    [
      { existingTableName: "vault", table: {} },
      "existingTableName: cannot be given together with table: the one takes a table that exists, the other makes one. Leave one of them out.",
    ],
    [
      { existingTableName: "v" },
      'existingTableName: must be 3 to 255 letters, digits, underscores, hyphens and dots, got "v".',
    ],
    [
      { existingTableKmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1-2" },
      "existingTableKmsKeyArn: needs existingTableName. For a table made here give table.encryption.",
    ],
    [
      { table: { name: "my table" } },
      'table.name: must be 3 to 255 letters, digits, underscores, hyphens and dots, got "my table".',
    ],
    [
      { table: { billingMode: "ON_DEMAND" } },
      'table.billingMode: must be PAY_PER_REQUEST or PROVISIONED, got "ON_DEMAND".',
    ],
    [
      { table: { readCapacityUnits: 5 } },
      `table.readCapacityUnits: ${notProvisioned}, got 5. Leave it out, or set billingMode.`,
    ],
    [
      { table: { autoscaling: { maxReadCapacityUnits: 9, maxWriteCapacityUnits: 9 } } },
      `table.autoscaling: ${notProvisioned}. Leave it out, or set billingMode.`,
    ],
    [
      { table: { ...provisioned, writeCapacityUnits: 0 } },
      "table.writeCapacityUnits: must be a whole number of at least 1, got 0.",
    ],
    [
      {
        table: {
          ...provisioned,
          readCapacityUnits: 10,
          autoscaling: { maxReadCapacityUnits: 9, maxWriteCapacityUnits: 9 },
        },
      },
      "table.autoscaling.maxReadCapacityUnits: must be a whole number of at least the table's own capacity, 10, got 9.",
    ],
    [
      { table: { ...provisioned, autoscaling: { maxReadCapacityUnits: 9, maxWriteCapacityUnits: 4 } } },
      "table.autoscaling.maxWriteCapacityUnits: must be a whole number of at least the table's own capacity, 5, got 4.",
    ],
    [
      {
        table: {
          ...provisioned,
          autoscaling: { maxReadCapacityUnits: 9, maxWriteCapacityUnits: 9, targetUtilizationPercent: 95 },
        },
      },
      "table.autoscaling.targetUtilizationPercent: must be from 20 to 90, got 95.",
    ],
    [{ table: { encryption: "kms" } }, 'table.encryption: must be awsOwned, awsManaged or { kmsKeyArn }, got "kms".'],
    [
      { table: { encryption: { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:alias/vault" } } },
      'table.encryption.kmsKeyArn: must be the ARN of a KMS key, not of an alias, got "arn:aws:kms:eu-west-1:123456789012:alias/vault".',
    ],
    [{ maxParallel: 0 }, "maxParallel: must be a whole number of at least 1, got 0."],
    [
      { credential: "podIdentity" },
      'credential: cannot be EKS Pod Identity: Vault\'s DynamoDB storage does not find its credentials (hashicorp/vault#31860), got "podIdentity". Use IAM roles for service accounts instead: { kind: "irsa", ... }.',
    ],
    [
      { credential: { kind: "eks-pod-identity" } },
      'credential: cannot be EKS Pod Identity: Vault\'s DynamoDB storage does not find its credentials (hashicorp/vault#31860), got "eks-pod-identity". Use IAM roles for service accounts instead: { kind: "irsa", ... }.',
    ],
    [
      { credential: { kind: "accessKey", generation: 0 } },
      "credential.generation: must be a whole number of at least 1, got 0.",
    ],
    [
      { credential: { kind: "accessKey", userPath: "storage" } },
      'credential.userPath: must start and end with a slash, got "storage".',
    ],
    [
      { credential: { kind: "accessKey", userPath: "/", userName: "vault-storage" } },
      'credential.userName: must not put the user into user/vault-*, which Vault\'s root credential may delete and make keys for, got "user/vault-storage". Choose another name, or leave userPath out.',
    ],
    [
      { credential: { kind: "accessKey", userPath: "/vault-users/" } },
      'credential.userPath: must not put the user into user/vault-*, which Vault\'s root credential may delete and make keys for, got "user/vault-users/". Choose another name, or leave userPath out.',
    ],
    [
      { credential: { kind: "session", durationSeconds: 600 } },
      "credential.durationSeconds: must be from 900 to 129600, got 600.",
    ],
    [
      {
        credential: {
          kind: "session",
          assumeRole: { trustedPrincipalArn: "arn:aws:iam::123456789012:user/ci" },
          durationSeconds: 43_201,
        },
      },
      "credential.durationSeconds: must be from 900 to 43200, got 43201.",
    ],
    [
      { credential: { kind: "session", durationSeconds: 900, renewBeforeSeconds: 900 } },
      "credential.renewBeforeSeconds: must be at least 1 and less than durationSeconds, 900, got 900.",
    ],
    [
      {
        credential: {
          kind: "session",
          assumeRole: { trustedPrincipalArn: "arn:aws:iam::123456789012:user/ci" },
          user: {},
        },
      },
      "credential.user: cannot be given together with assumeRole. Leave one of them out.",
    ],
    [
      { credential: { kind: "session", user: { generation: 0 } } },
      "credential.user.generation: must be a whole number of at least 1, got 0.",
    ],
    [
      { unsealer: { kmsKeyArn: "alias/vault", ssmKeyPrefix: "/vault/" } },
      'unsealer.kmsKeyArn: must be the ARN of a KMS key, not of an alias, got "alias/vault".',
    ],
    [
      { unsealer: { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1-2", ssmKeyPrefix: "/vault" } },
      'unsealer.ssmKeyPrefix: must start and end with a slash: the unsealer puts it before the parameters\' names as it is, got "/vault". Write "/vault/".',
    ],
    [
      {
        unsealer: { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/1-2", ssmKeyPrefix: "/vault/" },
        credential: { kind: "session" },
      },
      "unsealer: cannot be given with session credentials: KubeVault hands the unsealer no session token. " +
        "Take the credential irsa or accessKey, or keep the unseal keys in a Kubernetes Secret.",
    ],
    [
      { credential: { kind: "irsa", existingRoleName: "vault", namespace: "vault" } },
      "credential.namespace: cannot be given together with existingRoleName. Leave one of them out.",
    ],
    [
      { credential: { ...irsa, serviceAccountName: undefined } },
      "credential.serviceAccountName: is required unless existingRoleName is given.",
    ],
    [
      { credential: { ...irsa, oidcProviderArn: "arn:aws:iam::123456789012:role/x" } },
      'credential.oidcProviderArn: must be the ARN of an IAM OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH, got "arn:aws:iam::123456789012:role/x".',
    ],
  ])("refuses %j", (args, message) => {
    expect(told(args)).toEqual([message]);
  });

  test("lets a name start with vault- where the path keeps it apart", () => {
    expect(told({ credential: { kind: "accessKey", userName: "vault-storage" } })).toEqual([]);
  });

  test("tells of all that is wrong at once", () => {
    expect(told({ table: { name: "x", billingMode: "x" }, credential: "x" })).toEqual([
      'table.name: must be 3 to 255 letters, digits, underscores, hyphens and dots, got "x".',
      'table.billingMode: must be PAY_PER_REQUEST or PROVISIONED, got "x".',
      'credential: must be accessKey, irsa, session or none, got "x".',
    ]);
  });

  test.each([
    { existingTableName: unknownValue, existingTableKmsKeyArn: unknownValue, maxParallel: unknownValue },
    { table: { name: unknownValue, encryption: { kmsKeyArn: unknownValue } } },
    { credential: { kind: "accessKey", userName: unknownValue, userPath: unknownValue } },
    { credential: { kind: "accessKey", userName: unknownValue, userPath: "/" } },
    {
      credential: {
        kind: "irsa",
        oidcProviderArn: unknownValue,
        namespace: unknownValue,
        serviceAccountName: unknownValue,
      },
    },
  ])("passes over what is not known yet (%#)", (args) => {
    expect(told(args)).toEqual([]);
  });
});
