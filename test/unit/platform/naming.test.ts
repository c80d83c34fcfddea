import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { VaultPlatform } from "../../../src/index.js";
import { platformIssues } from "../../../src/platform/vaultPlatformRules.js";
import { inputsOf, listed, record, settled, type Recorded } from "../../support/recorder.js";
import { account, cloud, platform, small } from "./support.js";

const boundary = `arn:aws:iam::${account}:policy/boundary`;
const iamEntities = (recorded: readonly Recorded[]) =>
  recorded.filter(({ type }) => ["aws:iam/user:User", "aws:iam/role:Role"].includes(type));
const issues = (name: string, args: object = {}) =>
  platformIssues(name, { ...small, ...args }).map(({ path, rule, fix }) => `${path}: ${rule}. ${fix ?? ""}`.trim());

describe("what holds for all parts of a platform", () => {
  it("is the permissions boundary of every user and role", async () => {
    const { recorded } = await platform({ ...small, permissionsBoundaryArn: boundary });
    expect(
      iamEntities(recorded)
        .map(({ name, inputs }) => `${name} ${String(inputs.permissionsBoundary)}`)
        .sort(),
    ).toEqual([`p-audit-role ${boundary}`, `p-root-user ${boundary}`, `p-storage-user ${boundary}`]);
    expect(inputsOf(recorded, "p-engine-roles").roles).toMatchObject({ deploy: { permissionsBoundaryArn: boundary } });
    // Without the condition the root user could create users that no boundary holds.
    expect(inputsOf(recorded, "p-root-policy").policy).toContain(`"iam:PermissionsBoundary":["${boundary}"]`);
  });

  it("is the boundary of the role behind session credentials, and gives way to a part's own", async () => {
    const own = `arn:aws:iam::${account}:policy/own`;
    const { recorded } = await platform({
      ...small,
      permissionsBoundaryArn: boundary,
      rootCredential: { permissionsBoundaryArn: own },
      storage: {
        credential: { kind: "session", assumeRole: { trustedPrincipalArn: `arn:aws:iam::${account}:role/ci` } },
      },
    });
    expect(inputsOf(recorded, "p-storage-role").permissionsBoundary).toBe(boundary);
    expect(inputsOf(recorded, "p-root-user").permissionsBoundary).toBe(own);
  });

  it("are tags and labels, to which those of a part are added", async () => {
    const { recorded } = await platform({
      ...small,
      tags: pulumi.output({ team: "platform", stage: "prod" }),
      labels: { team: "platform" },
      annotations: { "example.com/owner": "platform" },
      assumableRoles: { audit: { policyArns: ["arn:aws:iam::aws:policy/SecurityAudit"], tags: { stage: "audit" } } },
      storage: { tags: { data: "vault" } },
      rootCredential: { tags: { root: "yes" } },
      vaultServerOptions: { labels: { app: "vault" } },
      unsealer: "awsKmsSsm",
    });
    const common = { team: "platform", stage: "prod" };
    expect(inputsOf(recorded, "p-storage-table").tags).toEqual({ ...common, data: "vault" });
    expect(inputsOf(recorded, "p-root-user").tags).toEqual({ ...common, root: "yes" });
    expect(inputsOf(recorded, "p-audit-role").tags).toEqual({ team: "platform", stage: "audit" });
    expect(inputsOf(recorded, "p-unseal-key").tags).toEqual(common);
    const metadata = { labels: { team: "platform" }, annotations: { "example.com/owner": "platform" } };
    expect(inputsOf(recorded, "p-storage-credential-secret")).toMatchObject({ metadata });
    expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
      metadata: { ...metadata, labels: { team: "platform", app: "vault" } },
    });
  });

  it("gives the ServiceAccount its role beside the annotations", async () => {
    const { recorded } = await platform({
      ...small,
      annotations: { owner: "platform" },
      roles: {},
      irsa: { oidcProviderArn: `arn:aws:iam::${account}:oidc-provider/x`, clusterRegion: "eu-west-1" },
    });
    const { metadata } = inputsOf(recorded, "p-server-service-account") as { metadata: { annotations: object } };
    expect(Object.keys(metadata.annotations).sort()).toEqual(["eks.amazonaws.com/role-arn", "owner"]);
  });

  it("is the prefix of all names, so that a renamed component keeps what it has", async () => {
    const old = (await platform(small, "old")).recorded;
    const renamed = (await platform({ ...small, namePrefix: "old" }, "new")).recorded;
    const childrenOf = (recorded: readonly Recorded[]) =>
      recorded.filter(({ type }) => type !== "kubevault-aws:index:VaultPlatform");
    expect(childrenOf(renamed)).toEqual(childrenOf(old));
    expect(listed(renamed)).toContain("kubevault-aws:index:VaultPlatform new");
  });

  it("names whatever is named", async () => {
    const { recorded } = await platform({
      ...small,
      storageSecretName: "table-key",
      storage: {
        policyName: "table",
        table: { name: "vault-data" },
        credential: { kind: "accessKey", userName: "table-user" },
      },
      rootCredential: { policyName: "engine", userName: "engine-user" },
      assumableRoles: { audit: { roleName: "auditor" } },
    });
    const nameOf = (name: string) => inputsOf(recorded, name).name;
    expect(
      ["p-storage-policy", "p-storage-table", "p-storage-user", "p-root-policy", "p-root-user", "p-audit-role"].map(
        nameOf,
      ),
    ).toEqual(["table", "vault-data", "table-user", "engine", "engine-user", "auditor"]);
    expect(inputsOf(recorded, "p-storage-credential-secret")).toMatchObject({ metadata: { name: "table-key" } });
  });

  it("puts a role into another account by its provider", async () => {
    const recorded = await record(cloud);
    const other = new aws.Provider("other", { region: "us-east-1" });
    new VaultPlatform("p", {
      ...small,
      permissionsBoundaryArn: boundary,
      assumableRoles: { audit: { policyArns: ["arn:aws:iam::aws:policy/SecurityAudit"], provider: other } },
    });
    await settled();
    // A boundary is a policy of the role's own account.
    expect(inputsOf(recorded, "p-audit-role").permissionsBoundary).toBeUndefined();
    expect(inputsOf(recorded, "p-audit-role").assumeRolePolicy).toContain(`arn:aws:iam::${account}:user/root-p-root`);
    expect(platformIssues("p", { ...small, assumableRoles: { audit: { provider: "other" } } })).toEqual([
      { path: "assumableRoles.audit.provider", rule: "must be an AWS provider: new aws.Provider(...)" },
    ]);
  });
});

describe("names of a platform", () => {
  const long = "payments-platform-production-eu-west-1-vault-cluster-primary";

  it("are checked against IAM's limits before anything is created", () => {
    expect(issues(long, { assumableRoles: { audit: {} } })).toEqual([
      `name: makes the name "${long}-storage-user-0123456" of the user, which must have at most 64 characters out of letters, digits and _+=,.@-. ` +
        "Give storage.credential.userName, or a shorter namePrefix.",
    ]);
    expect(issues(long, { namePrefix: "vault", serverName: "vault" })).toEqual([]);
    expect(issues("vault", { assumableRoles: { audit: {}, ["team a"]: {} } })).toEqual([
      'name: makes the name "vault-team a-role-0123456" of the role, which must have at most 64 characters out of letters, digits and _+=,.@-. ' +
        'Give assumableRoles["team a"].roleName, or a shorter namePrefix.',
    ]);
  });

  it("are checked against Kubernetes' limits", async () => {
    expect(issues("Vault.Prod")).toEqual([
      "serverName: must be at most 63 lower-case letters, digits and hyphens, start with a letter and end with a letter or digit. " +
        "Give serverName: without it the component's name is taken.",
    ]);
    expect(issues("vault_prod", { serverName: "vault" })).toEqual([]);
    const { recorded } = await platform({ ...small, serverName: "vault" }, "vault_prod");
    expect(inputsOf(recorded, "vault_prod-storage-credential-secret")).toMatchObject({
      metadata: { name: "vault-storage-credential" },
    });
    expect(issues("p", { storageSecretName: "Keys", labels: { "a b": "x" }, annotations: { x: 1 } })).toEqual([
      "storageSecretName: must be at most 253 lower-case letters, digits, hyphens and dots, and begin and end with a letter or digit.",
      'labels["a b"]: must have a key of at most 63 letters, digits, hyphens, underscores and dots, with or without a DNS name and a slash ' +
        "before it. Write team, or example.com/team.",
      "annotations.x: must be a text.",
    ]);
  });

  it("and tags of a part differ in more than case from the platform's", () => {
    expect(issues("p", { tags: { Team: "a" }, assumableRoles: { audit: { tags: { team: "b" } } } })).toEqual([
      "assumableRoles.audit.tags.team: differs from tags.Team in upper and lower case only, which is one key to IAM. Write Team to replace its value.",
    ]);
  });
});

describe("values of a platform that are no values", () => {
  it.each<[object, string[]]>([
    [{ protectData: "yes" }, ["protectData: must be true or false."]],
    [{ namePrefix: " " }, ["namePrefix: must be a text that is not empty."]],
    [
      { permissionsBoundaryArn: `arn:aws:iam::${account}:role/x` },
      ["permissionsBoundaryArn: must be the ARN of a managed IAM policy."],
    ],
    [
      { endpoints: { dynamodb: "", sts: "sts example" } },
      ["endpoints.sts: must be an http or https URL", "endpoints.dynamodb: must be a URL"],
    ],
    [
      { vaultServerOptions: { readyTimeoutSeconds: Number.NaN } },
      ["vaultServerOptions.readyTimeoutSeconds: must be a whole number of seconds of at least 1."],
    ],
    [
      { vaultServerOptions: { apiVersion: "v1" } },
      ["vaultServerOptions.apiVersion: must be one of kubevault.com/v1alpha2, kubevault.com/v1alpha1."],
    ],
    [
      { vaultServerOptions: { onImmutableChange: "recreate" } },
      ["vaultServerOptions.onImmutableChange: must be one of refuse, replace."],
    ],
    [{ storage: { maxParallel: 1.5 } }, ["storage.maxParallel: must be a whole number of at least 1."]],
    [{ storage: { haEnabled: "true" } }, ["storage.haEnabled: must be true or false."]],
    [
      { storage: { table: { pointInTimeRecovery: "yes" } } },
      ["storage.table.pointInTimeRecovery: must be true or false."],
    ],
    [
      { storage: { table: { billingMode: "PROVISIONED", readCapacityUnits: -1, writeCapacityUnits: Number.NaN } } },
      [
        "storage.table.readCapacityUnits: must be a whole number",
        "storage.table.writeCapacityUnits: must be a whole number",
      ],
    ],
    [
      { storage: { table: { encryption: { kmsKeyArn: `arn:aws:s3:eu-west-1:${account}:key/1-2` } } } },
      ["storage.table.encryption.kmsKeyArn: must be the ARN of a KMS key, not of an alias."],
    ],
    [
      { storage: { credential: { kind: "accessKey", userName: "a b" } } },
      ["storage.credential.userName: must have 1 to 64 characters"],
    ],
  ])("are rejected: %j", (args, expected) => {
    const found = issues("p", args);
    expect(found.map((line, index) => line.slice(0, expected[index]?.length))).toEqual(expected);
  });
});
