import { describe, expect, test } from "vitest";
import { vaultServerIssues, type VaultServerPlainArgs } from "../../../src/kubernetes/vaultServerRules.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { plainArgs, withDynamoDb, withSpec, withUnsealer } from "./samples.js";

const irsa = { roleArn: "arn:aws:iam::123456789012:role/vault", clusterRegion: "eu-west-1" };
const dropped = "is not a field of VaultServer, and Kubernetes would drop it silently";
const ofV1alpha1 = "is a field of v1alpha1: in v1alpha2 Kubernetes would drop it silently";

function told(args: VaultServerPlainArgs): string[] {
  return vaultServerIssues(args).map(formatIssue);
}

describe("vaultServerIssues", () => {
  test("says nothing of sound arguments", () => {
    expect(told(plainArgs())).toEqual([]);
  });

  test.each([
    [
      "a name that Kubernetes would not take",
      plainArgs({ serverName: "Vault" }),
      'serverName: must be at most 63 lower-case letters, digits and hyphens, start with a letter and end with a letter or digit, got "Vault".',
    ],
    [
      "a name that is too long",
      plainArgs({ serverName: "v".repeat(64) }),
      `serverName: must be at most 63 lower-case letters, digits and hyphens, start with a letter and end with a letter or digit, got "${"v".repeat(64)}".`,
    ],
    [
      "an empty namespace",
      plainArgs({ namespace: "" }),
      'namespace: must be the name of a Kubernetes namespace, got "".',
    ],
    [
      "OpenBao",
      withSpec({ version: "openbao-2.4.3" }),
      'spec.version: must be a version of HashiCorp Vault: OpenBao and Sigilr have no DynamoDB storage and no AWS secrets engine, got "openbao-2.4.3".',
    ],
    [
      "more replicas than one without high availability",
      withSpec({ replicas: 3 }),
      "spec.replicas: must be 1 unless backend.dynamodb.haEnabled is true: without its lock several active nodes would write to one table, got 3. Set backend.dynamodb.haEnabled to true.",
    ],
    ["no replica", withSpec({ replicas: 0 }), "spec.replicas: must be at least 1, got 0. Leave it out for 1."],
    [
      "an exposed primary without high availability",
      withSpec({ exposePrimary: true }),
      "spec.exposePrimary: needs backend.dynamodb.haEnabled: without it there is no active node to lead to. Set backend.dynamodb.haEnabled to true, or leave exposePrimary out.",
    ],
    ["no share", withUnsealer({ secretShares: 0, secretThreshold: 1 }), "two issues"],
    [
      "too many shares",
      withUnsealer({ secretShares: 256 }),
      "spec.unsealer.secretShares: must be from 1 to 255, got 256.",
    ],
    [
      "a threshold above the shares",
      withUnsealer({ secretThreshold: 6 }),
      "spec.unsealer.secretThreshold: must be from 1 to secretShares, got 6.",
    ],
    [
      "a threshold of 1 with more shares",
      withUnsealer({ secretThreshold: 1 }),
      "spec.unsealer.secretThreshold: must be at least 2 where there is more than one share: Vault refuses to initialise otherwise, got 1.",
    ],
    [
      "an unsealer without shares",
      withUnsealer({ secretShares: undefined }),
      "spec.unsealer.secretShares: is required.",
    ],
    [
      "a root token that is not to be stored",
      withUnsealer({ storeRootToken: false }),
      "spec.unsealer.storeRootToken: cannot be false: KubeVault takes that for not given and keeps the root token. Leave it out, and revoke the root token once it is no longer needed.",
    ],
    [
      "two places for the unseal keys",
      withUnsealer({ mode: { kubernetesSecret: { secretName: "keys" }, awsKmsSsm: { kmsKeyID: "key" } } }),
      'spec.unsealer.mode: must have exactly one of kubernetesSecret, awsKmsSsm, googleKmsGcs, azureKeyVault, got ["kubernetesSecret","awsKmsSsm"].',
    ],
    [
      "the unseal keys in the Secret of the storage's key",
      withUnsealer({ mode: { kubernetesSecret: { secretName: "vault-aws" } } }),
      "spec.backend.dynamodb.credentialSecretRef.name: must be another Secret than that of the unseal keys, " +
        'unsealer.mode.kubernetesSecret.secretName, got "vault-aws".',
    ],
    [
      "the unseal keys in the Secret of the configuration",
      withSpec({ configSecret: { name: "vault-keys" } }),
      "spec.configSecret.name: must be another Secret than that of the unseal keys, unsealer.mode.kubernetesSecret.secretName, " +
        'got "vault-keys".',
    ],
    [
      "no place for the unseal keys",
      withUnsealer({ mode: {} }),
      "spec.unsealer.mode: must have exactly one of kubernetesSecret, awsKmsSsm, googleKmsGcs, azureKeyVault, got [].",
    ],
    [
      "a prefix of SSM parameters without its slashes",
      withUnsealer({ mode: { awsKmsSsm: { kmsKeyID: "key", ssmKeyPrefix: "vault/demo" } } }),
      'spec.unsealer.mode.awsKmsSsm.ssmKeyPrefix: must start and end with a slash: the unsealer puts it before the parameters\' names as it is, got "vault/demo". Write "/vault/demo/".',
    ],
    [
      "a reference to nothing",
      withDynamoDb({ credentialSecretRef: { name: "" } }),
      'spec.backend.dynamodb.credentialSecretRef.name: must be a name: an empty one refers to nothing, got "".',
    ],
    [
      "two auth methods at one path",
      withSpec({
        authMethods: [
          { type: "jwt", path: "ci" },
          { type: "oidc", path: "ci" },
        ],
      }),
      'spec.authMethods[1].path: must differ from the paths of the others, got "ci".',
    ],
    [
      "something else than a role",
      withDynamoDb({ credentialSecretRef: undefined }, { irsa: { ...irsa, roleArn: "vault" } }),
      'irsa.roleArn: must be the ARN of an IAM role, got "vault".',
    ],
    [
      "a table in another region than the cluster, under IRSA",
      withDynamoDb({ credentialSecretRef: undefined, region: "us-east-1" }, { irsa }),
      "spec.backend.dynamodb.region: must be the cluster's region eu-west-1 under IRSA: the AWS_REGION that EKS sets in Vault's pod wins over it, and Vault would look for the table there, got \"us-east-1\". Put the table into the cluster's region, or give Vault static keys by credentialSecretRef instead of irsa.",
    ],
    [
      "static keys and a role",
      plainArgs({ irsa }),
      "spec.backend.dynamodb.credentialSecretRef: must be left out under IRSA: with static keys and a role both in the pod, it depends on Vault's version which one wins. Take either irsa or credentialSecretRef.",
    ],
    [
      "a Vault that ignores IRSA",
      withSpec({ version: "1.14.1", backend: { dynamodb: {} } }, { irsa }),
      'spec.version: must not be 1.14.0 or 1.14.1 under IRSA: they ignore the pod\'s role, got "1.14.1".',
    ],
    [
      "a session token apart in v1alpha2",
      plainArgs({ sessionTokenSecretName: "token" }),
      "sessionTokenSecretName: is for kubevault.com/v1alpha1 only. Put session_token into the Secret of spec.backend.dynamodb.credentialSecretRef instead.",
    ],
    [
      "a health checker in v1alpha1",
      withSpec({ healthChecker: {} }, { apiVersion: "kubevault.com/v1alpha1" }),
      "spec.healthChecker: does not exist in kubevault.com/v1alpha1. Leave it out, or take kubevault.com/v1alpha2.",
    ],
    [
      "configuration of an auth method in v1alpha1",
      withSpec({ authMethods: [{ type: "jwt", path: "ci", jwtConfig: {} }] }, { apiVersion: "kubevault.com/v1alpha1" }),
      "spec.authMethods[0].jwtConfig: does not exist in kubevault.com/v1alpha1. Leave it out, or take kubevault.com/v1alpha2.",
    ],
  ])("refuses %s", (_what, args, message) => {
    const expected =
      message === "two issues"
        ? [
            "spec.unsealer.secretShares: must be from 1 to 255, got 0.",
            "spec.unsealer.secretThreshold: must be from 1 to secretShares, got 1.",
          ]
        : [message];
    expect(told(args)).toEqual(expected);
  });

  test.each([
    [
      withDynamoDb({ credentialSecret: "vault-aws" }),
      `spec.backend.dynamodb.credentialSecret: ${ofV1alpha1}, and Vault would start without credentials. Write credentialSecretRef: { name } instead, with the Secret's keys access_key and secret_key.`,
    ],
    [
      withDynamoDb({ sessionTokenSecret: "token" }),
      `spec.backend.dynamodb.sessionTokenSecret: ${ofV1alpha1}, and AWS would refuse the keys. Put session_token into the Secret of credentialSecretRef instead. For v1alpha1 give sessionTokenSecretName next to spec.`,
    ],
    [withDynamoDb({ endPoint: "http://x" }), `spec.backend.dynamodb.endPoint: ${dropped}. Did you mean endpoint?`],
    [
      withDynamoDb({ billingMode: "PAY_PER_REQUEST" }),
      "spec.backend.dynamodb.billingMode: is not something KubeVault can set. Make the table beforehand, with DynamoDbStorage.",
    ],
    [withUnsealer({ secretThresold: 3 }), `spec.unsealer.secretThresold: ${dropped}. Did you mean secretThreshold?`],
    [withSpec({ deletionPolicy: "Halt" }), `spec.deletionPolicy: ${dropped}. Write terminationPolicy instead.`],
    [withSpec({ replica: 3 }), `spec.replica: ${dropped}. Did you mean replicas?`],
    [
      withSpec({ authMethods: [{ type: "jwt", path: "ci", config: {} }] }),
      "spec.authMethods[0].config: is a field of v1alpha1. Write kubernetesConfig, jwtConfig or oidcConfig instead, by the method's type.",
    ],
    [
      withSpec({ isolateTenants: true }),
      "spec.isolateTenants: works with OpenBao only, which has no DynamoDB storage. Leave it out.",
    ],
    [
      withSpec({ backend: { dynamodb: {}, raft: {} } }),
      "spec.backend.raft: is a storage backend that this VaultServer does not manage. It keeps Vault's data in DynamoDB: write backend.dynamodb alone.",
    ],
    [withSpec({ backend: {} }), "spec.backend.dynamodb: is required."],
    [withSpec({ version: undefined }), "spec.version: is required."],
  ])("refuses names that are old, misspelt or not there (%#)", (args, message) => {
    expect(told(args)).toEqual([message]);
  });

  test("tells of all that is wrong at once", () => {
    expect(told(withSpec({ version: "openbao-2.4.3", replicas: 2 }, { namespace: "Demo" }))).toEqual([
      'namespace: must be the name of a Kubernetes namespace, got "Demo".',
      'spec.version: must be a version of HashiCorp Vault: OpenBao and Sigilr have no DynamoDB storage and no AWS secrets engine, got "openbao-2.4.3".',
      "spec.replicas: must be 1 unless backend.dynamodb.haEnabled is true: without its lock several active nodes would write to one table, got 2. Set backend.dynamodb.haEnabled to true.",
    ]);
  });

  test.each([
    ["the spec", plainArgs({ spec: unknownValue as never })],
    ["the backend", withSpec({ replicas: 3, exposePrimary: true, backend: unknownValue }, { irsa })],
    ["the table and haEnabled", withDynamoDb({ table: unknownValue, haEnabled: unknownValue })],
    [
      "the backend's haEnabled with more replicas",
      withSpec({ replicas: 3, backend: { dynamodb: { haEnabled: unknownValue } } }),
    ],
    ["the region under IRSA", withDynamoDb({ region: unknownValue, credentialSecretRef: undefined }, { irsa })],
    [
      "the role and the cluster's region",
      withDynamoDb(
        { credentialSecretRef: undefined },
        { irsa: { roleArn: unknownValue, clusterRegion: unknownValue } },
      ),
    ],
    ["IRSA", plainArgs({ irsa: unknownValue as never })],
    ["the unsealer", withSpec({ unsealer: unknownValue })],
    [
      "the unsealer's numbers and mode",
      withUnsealer({ secretShares: unknownValue, secretThreshold: unknownValue, mode: unknownValue }),
    ],
    ["the key prefix", withUnsealer({ mode: { awsKmsSsm: { kmsKeyID: unknownValue, ssmKeyPrefix: unknownValue } } })],
    ["names", plainArgs({ serverName: unknownValue, namespace: unknownValue })],
    [
      "auth methods",
      withSpec({
        authMethods: [unknownValue, { type: "jwt", path: unknownValue }, { type: "jwt", path: unknownValue }],
      }),
    ],
    ["auth methods in v1alpha1", withSpec({ authMethods: unknownValue }, { apiVersion: "kubevault.com/v1alpha1" })],
  ])("passes over what is not known yet: %s", (_what, args) => {
    expect(told(args)).toEqual([]);
  });

  test("takes more replicas with high availability, and the cluster's own region under IRSA", () => {
    const dynamodb = { credentialSecretRef: undefined, haEnabled: true };
    expect(
      told(
        withSpec(
          { replicas: 3, exposePrimary: true, backend: { dynamodb: { ...dynamodb, region: "eu-west-1" } } },
          { irsa },
        ),
      ),
    ).toEqual([]);
  });

  test.each([
    ["/", "must not be / alone: Vault would get rights on every SSM parameter of the account"],
    ["/aws-vault/", "must not begin with /aws or /ssm, which AWS reserves"],
    ["/SSM/vault/", "must not begin with /aws or /ssm, which AWS reserves"],
    ["/vault/*/", "must consist of letters, digits, underscores, hyphens and dots between slashes"],
    ["//", "must not be / alone: Vault would get rights on every SSM parameter of the account"],
  ])("rejects %s as the prefix of SSM parameters", (ssmKeyPrefix, rule) => {
    const [issue] = told(withUnsealer({ mode: { awsKmsSsm: { kmsKeyID: "key", ssmKeyPrefix } } }));
    expect(issue).toContain(`spec.unsealer.mode.awsKmsSsm.ssmKeyPrefix: ${rule}, got`);
  });

  test.each(["/vault/", "/cluster/demo/"])("takes %s as the prefix of SSM parameters", (ssmKeyPrefix) => {
    expect(told(withUnsealer({ mode: { awsKmsSsm: { kmsKeyID: "key", ssmKeyPrefix } } }))).toEqual([]);
  });
});
