import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { VaultPlatform } from "../../../src/index.js";
import { valueOf } from "../../support/outputs.js";
import { inputsOf, listed, record, settled } from "../../support/recorder.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { platformIssues } from "../../../src/platform/vaultPlatformRules.js";
import { account, cloud, platform, small } from "./support.js";

const roleArn = `arn:aws:iam::${account}:role/platform/vault-pods`;
const assumed = { audit: { credentialType: "assumed_role", assumableRoles: ["audit"] } } as const;
const lines = (args: object) => platformIssues("p", { ...small, ...args }).map(({ path, rule }) => `${path}: ${rule}`);

describe("a platform with what exists already", () => {
  it("gives an existing role of Vault's pods its rights, and creates none", async () => {
    const irsa = { roleArn, clusterRegion: "eu-west-1" };
    const { recorded, platform: made } = await platform({ ...small, roles: assumed, irsa });
    expect(listed(recorded).filter((line) => /iam\/|CredentialSecret/.test(line))).toEqual([
      "aws:iam/policy:Policy p-root-policy",
      "aws:iam/policy:Policy p-storage-policy",
      "aws:iam/role:Role p-audit-role",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment p-audit-attachment-1",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment p-root-attachment",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment p-storage-role-policy",
    ]);
    expect(inputsOf(recorded, "p-root-attachment").role).toBe("vault-pods");
    expect(inputsOf(recorded, "p-storage-role-policy").role).toBe("vault-pods");
    expect(inputsOf(recorded, "p-server-service-account")).toMatchObject({
      metadata: { annotations: { "eks.amazonaws.com/role-arn": roleArn } },
    });
    expect(inputsOf(recorded, "p-audit-role").assumeRolePolicy).toContain(JSON.stringify({ AWS: roleArn }));
    expect(await valueOf(made.rootCredential.principalArn)).toBe(roleArn);
  });

  it("hands out the rights of an existing role that only its owner may change", async () => {
    const foreign = "arn:aws:iam::210987654321:role/vault-pods";
    const irsa = { roleArn: foreign, clusterRegion: "eu-west-1", attachPolicies: false };
    const { recorded, platform: made } = await platform({
      ...small,
      irsa,
      roles: assumed,
      unsealer: { kind: "awsKmsSsm", kmsKeyArn: `arn:aws:kms:eu-west-1:${account}:key/1-2`, ssmKeyPrefix: "/vault/" },
    });
    expect(listed(recorded).filter((line) => /Attachment/.test(line))).toEqual([
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment p-audit-attachment-1",
    ]);
    expect(JSON.parse(await valueOf(made.rootCredential.policy))).toMatchObject({
      Statement: [{ Action: ["sts:AssumeRole"], Resource: [`arn:aws:iam::${account}:role/p-audit-role`] }],
    });
    expect(await valueOf(made.storage.policyDocument)).toContain("table/p-storage-table");
    expect(await valueOf(pulumi.output(made.storage.unsealerPolicyDocument))).toContain("parameter/vault/*");
    expect(inputsOf(recorded, "p-server-service-account")).toMatchObject({
      metadata: { annotations: { "eks.amazonaws.com/role-arn": foreign } },
    });
  });

  it("refuses to attach policies to a role of another account", async () => {
    const foreign = "arn:aws:iam::210987654321:role/vault-pods";
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    await record({ ...cloud, preview: true });
    new VaultPlatform("p", { ...small, roles: assumed, irsa: { roleArn: foreign, clusterRegion: "eu-west-1" } });
    await settled();
    const messages = error.mock.calls.map(([message]) => message);
    error.mockRestore();
    expect(messages).toEqual([
      'RootCredential "p-root": invalid argument: existingRoleArn: is a role of account 210987654321, but the AWS provider works in ' +
        `${account}. Give the component a provider of account 210987654321, or set attachPolicies: false and let the role's owner attach the policy.`,
    ]);
  });

  it.each<[object, string[]]>([
    [{ irsa: { clusterRegion: "eu-west-1" } }, ["irsa: needs exactly one of oidcProviderArn and roleArn"]],
    [
      { irsa: { roleArn, oidcProviderArn: `arn:aws:iam::${account}:oidc-provider/x`, clusterRegion: "eu-west-1" } },
      ["irsa: needs exactly one of oidcProviderArn and roleArn"],
    ],
    [
      { irsa: { roleArn: `arn:aws:iam::${account}:user/x`, clusterRegion: "europe" } },
      [
        "irsa.clusterRegion: must be the name of an AWS region, such as eu-west-1",
        "irsa.roleArn: must be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME",
      ],
    ],
    [
      { irsa: { oidcProviderArn: "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC", attachPolicies: false } },
      [
        "irsa.attachPolicies: needs irsa.roleArn",
        "irsa.clusterRegion: is required",
        "irsa.oidcProviderArn: must be the ARN of an IAM OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH",
      ],
    ],
    [
      { irsa: { roleArn, clusterRegion: "eu-west-1" }, rootCredential: { roleName: "x", path: "/y/" } },
      [
        "rootCredential.roleName: cannot be given together with existingRoleArn, whose owner decides it",
        "rootCredential.path: cannot be given together with existingRoleArn, whose owner decides it",
      ],
    ],
    [
      { storage: { credential: { kind: "irsa", existingRoleName: "x" } } },
      ["storage.credential: cannot be irsa in a platform, whose pods have one role for all"],
    ],
    [
      { irsa: { roleArn, clusterRegion: "eu-west-1" }, storage: { provider: "aws" } },
      [
        "storage.provider: cannot be given together with irsa: Vault looks for its table in the account of its role",
        "storage.provider: must be an AWS provider: new aws.Provider(...)",
      ],
    ],
  ])("says what does not fit together: %j", (args, expected) => {
    expect(lines({ roles: {}, ...args })).toEqual(expected);
  });

  it("compares the table's region with the cluster's before anything is created", async () => {
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    await record({ ...cloud, preview: true });
    new VaultPlatform("p", { ...small, roles: assumed, irsa: { roleArn, clusterRegion: "us-east-1" } });
    await settled();
    const messages = error.mock.calls.map(([message]) => message).join("\n");
    error.mockRestore();
    expect(messages).toContain("spec.backend.dynamodb.region: must be the cluster's region us-east-1 under IRSA");
  });

  it("compares the region of the table's key with the table's before anything is created", async () => {
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    await record({ ...cloud, preview: true });
    const kmsKeyArn = pulumi.output(`arn:aws:kms:us-east-1:${account}:key/1-2`);
    new VaultPlatform("p", { ...small, storage: { table: { encryption: { kmsKeyArn } } } });
    await settled();
    const messages = error.mock.calls.map(([message]) => message);
    error.mockRestore();
    expect(messages).toEqual([
      'DynamoDbStorage "p-storage": invalid argument: table.encryption.kmsKeyArn: must be the ARN of a key in the table\'s region eu-west-1, ' +
        `got "arn:aws:kms:us-east-1:${account}:key/1-2".`,
    ]);
  });

  it("lets Vault create its table, with the rights for that", async () => {
    const vaultTable = { name: "vault-data", readCapacity: 10 };
    const { recorded, platform: made } = await platform({ ...small, storage: { vaultTable } });
    expect(listed(recorded).filter((line) => line.includes("dynamodb"))).toEqual([]);
    const { Statement } = JSON.parse(inputsOf(recorded, "p-storage-policy").policy as string) as {
      Statement: object[];
    };
    expect(Statement).toContainEqual({
      Sid: "VaultCreatesTable",
      Effect: "Allow",
      Action: ["dynamodb:CreateTable"],
      Resource: [`arn:aws:dynamodb:eu-west-1:${account}:table/vault-data`],
    });
    expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
      spec: { backend: { dynamodb: { table: "vault-data", region: "eu-west-1", readCapacity: 10, haEnabled: true } } },
    });
    expect(made.storage.table).toBeUndefined();
    expect(lines({ storage: { vaultTable: { name: "a" }, existingTableName: "vault" } })).toEqual([
      "storage.vaultTable: cannot be given together with existingTableName: Vault creates the table itself",
      "storage.vaultTable.name: must be 3 to 255 letters, digits, underscores, hyphens and dots",
    ]);
  });

  it("takes existing unseal keys, and creates the Secret under another name", async () => {
    const existing = await platform({
      ...small,
      unsealer: { kind: "kubernetesSecret", existingSecretName: "old-keys" },
    });
    expect(listed(existing.recorded).join()).not.toContain("UnsealKeys");
    const mode = { kubernetesSecret: { secretName: "old-keys" } };
    expect(inputsOf(existing.recorded, "p-server-vault-server")).toMatchObject({ spec: { unsealer: { mode } } });
    const named = await platform({ ...small, unsealer: { kind: "kubernetesSecret", secretName: "new-keys" } });
    expect(inputsOf(named.recorded, "p-unseal-keys-secret")).toMatchObject({ metadata: { name: "new-keys" } });
    expect(lines({ unsealer: { kind: "kubernetesSecret", secretName: "New", existingSecretName: "old" } })).toEqual([
      "unsealer.secretName: must be at most 253 lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit",
      "unsealer.secretName: cannot be given together with existingSecretName",
    ]);
  });

  it("gives an operator that knows only v1alpha1 the session token in a Secret of its own", async () => {
    const { recorded } = await platform({
      ...small,
      storage: { credential: { kind: "session" } },
      vaultServerOptions: { apiVersion: "kubevault.com/v1alpha1" },
    });
    expect(inputsOf(recorded, "p-storage-credential-session-token")).toMatchObject({
      metadata: { name: "p-storage-credential-session-token", namespace: "vault" },
      stringData: expect.anything() as unknown,
    });
    expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
      apiVersion: "kubevault.com/v1alpha1",
      spec: {
        backend: {
          dynamodb: {
            credentialSecret: "p-storage-credential",
            sessionTokenSecret: "p-storage-credential-session-token",
          },
        },
      },
    });
  });

  it("takes roles in the form before Vault 0.11", async () => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "s3:GetObject", Resource: "*" },
    });
    const { recorded } = await platform({
      ...small,
      assumableRoles: {},
      roles: {
        deploy: { policy },
        readonly: { arn: "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess" },
        audit: { arn: `arn:aws:iam::${account}:role/audit` },
      },
      applications: { shop: { serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy", "audit"] } },
    });
    expect(inputsOf(recorded, "p-engine-roles").roles).toMatchObject({
      deploy: { credentialType: "iam_user" },
      readonly: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"] },
      audit: { credentialType: "assumed_role", roleArns: [`arn:aws:iam::${account}:role/audit`] },
    });
    const root = inputsOf(recorded, "p-root-policy").policy as string;
    expect(root).toContain("iam:PutUserPolicy");
    expect(root).toContain("iam:AttachUserPolicy");
    expect(root).toContain(`"sts:AssumeRole"],"Resource":["arn:aws:iam::${account}:role/audit"]`);
  });

  it.each<[object, string]>([
    [{ arn: "arn:aws:s3:::x" }, "roles.r.arn: must be the ARN of an IAM policy or of an IAM role"],
    [{ arn: unknownValue }, "roles.r.arn: must be a plain value, not an output: it decides which resources there are"],
    [{ policy: "{}", policyDocument: "{}" }, "roles.r.policyDocument: must not be given together with the old policy"],
    [{}, "roles.r.credentialType: must be one of iam_user, assumed_role, federation_token, session_token"],
    [
      { credentialType: "iam_users" },
      "roles.r.credentialType: must be one of iam_user, assumed_role, federation_token, session_token",
    ],
  ])("says what is wrong with the role %j", (role, expected) => {
    expect(lines({ roles: { r: role } })).toContain(expected);
  });
});
