import type * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, test } from "vitest";
import { hostedKinds } from "../../../../src/plugin/dynamic/entry.js";
import { kinds } from "../../../../src/plugin/provider/kinds.js";
import * as library from "../../../../src/index.js";
import { inputsOf, record, type Recorded } from "../../../support/recorder.js";

type ResourceClass = new (name: string, args: never) => pulumi.CustomResource;

/** Arguments of each kind as a user writes them: every form that the constructor changes. */
const samples: readonly [kind: string, resource: ResourceClass, args: Record<string, unknown>][] = [
  ["AwsSecretsMount", library.AwsSecretsMount, {}],
  ["AwsSecretsMount", library.AwsSecretsMount, { path: "/teams/aws/", defaultLeaseTtl: "1h", maxLeaseTtl: 7200 }],
  [
    "AwsSecretsRole",
    library.AwsSecretsRole,
    {
      mount: "/aws/",
      name: "deploy",
      credentialType: "iam_user",
      policyDocument:
        '{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*" } }',
      policyArns: ["arn:aws:iam::aws:policy/B", "arn:aws:iam::aws:policy/A"],
      userPath: "/",
    },
  ],
  [
    "AwsSecretsRole",
    library.AwsSecretsRole,
    { mount: "aws", name: "old", arn: "arn:aws:iam::123456789012:role/deploy" },
  ],
  [
    "AwsSecretsRole",
    library.AwsSecretsRole,
    { mount: "aws", name: "s", credentialType: "session_token", defaultStsTtl: "15m", maxStsTtl: "1h" },
  ],
  [
    "AwsSecretsRoles",
    library.AwsSecretsRoles,
    {
      mount: "/aws/",
      roles: {
        deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/B", "arn:aws:iam::aws:policy/A"] },
        old: { arn: "arn:aws:iam::123456789012:role/deploy", adoptExisting: true },
      },
    },
  ],
  ["AwsStaticRole", library.AwsStaticRole, { mount: "aws/", name: "ci", username: "ci", rotationPeriod: "24h" }],
  ["AwsRootConfig", library.AwsRootConfig, { mount: "aws/", region: "eu-west-1", maxRetries: 3 }],
  ["AwsLeaseConfig", library.AwsLeaseConfig, { mount: "/aws", lease: "30m", leaseMax: "12h" }],
  ["AwsCredentials", library.AwsCredentials, { mount: "/aws", role: "deploy", ttl: "1h", reissueBefore: "10m" }],
  ["AppRoleAuthRole", library.AppRoleAuthRole, { name: "ci", tokenTtl: "20m", tokenPolicies: ["b", "a"] }],
  [
    "JwtAuthRole",
    library.JwtAuthRole,
    { mount: "/jwt/", name: "ci", boundAudiences: ["b", "a"], userClaim: "sub", boundClaims: { repository: "shop" } },
  ],
  [
    "KubernetesAuthRole",
    library.KubernetesAuthRole,
    { name: "shop", boundServiceAccountNames: ["shop"], boundServiceAccountNamespaces: ["shop"], tokenTtl: "1h" },
  ],
  ["JwtAuthMethodConfig", library.JwtAuthMethodConfig, { oidcDiscoveryUrl: "https://issuer.example.com" }],
  ["KubernetesAuthMethodConfig", library.KubernetesAuthMethodConfig, { kubernetesHost: "https://10.0.0.1" }],
  ["VaultAuditDevice", library.VaultAuditDevice, {}],
  ["VaultAuthMethod", library.VaultAuthMethod, { type: "kubernetes", description: "of the cluster" }],
  ["VaultPolicy", library.VaultPolicy, { name: "shop", rules: [{ path: "aws/creds/deploy", capabilities: ["read"] }] }],
  [
    "AwsSessionCredentials",
    library.AwsSessionCredentials,
    { roleArn: "arn:aws:iam::123456789012:role/storage", region: "eu-west-1", durationSeconds: 1800 },
  ],
];

describe("a kind of the provider plugin", () => {
  let recorded: Recorded[];
  beforeEach(async () => {
    recorded = await record();
  });

  test.each(samples)(
    "%s turns arguments into the inputs that the class registers (%#)",
    async (kind, resource, args) => {
      const created = new resource("sample", args as never);
      await new Promise((resolve) => created.urn.apply(resolve));
      const { __provider: _, ...registered } = inputsOf(recorded, "sample");
      expect(JSON.parse(JSON.stringify(kinds[kind]?.toInputs(args)))).toEqual(JSON.parse(JSON.stringify(registered)));
    },
  );

  it("exists for every kind that the dynamic provider hosts, and for no other", () => {
    expect(Object.keys(kinds).sort()).toEqual([...hostedKinds].sort());
    // Only components create these, with plain arguments.
    const internal = ["RootTokenRevocation", "ReplacementGuard", "UnsealParameters", "VaultServerRollout"];
    expect(Object.keys(kinds).filter((kind) => kinds[kind]?.isInternal === true)).toEqual(internal);
    expect([...new Set(samples.map(([kind]) => kind)), ...internal].sort()).toEqual([...hostedKinds].sort());
  });

  test.each([
    ["AwsSecretsMount", "a//b", "<path of the mount>, such as aws"],
    ["AwsRootConfig", "aws", "<mount>/config/root, such as aws/config/root"],
    ["AwsLeaseConfig", "aws/config", "<mount>/config/lease, such as aws/config/lease"],
    ["AwsSecretsRole", "deploy", "<mount>/roles/<name>, such as aws/roles/deploy"],
    ["AwsSecretsRoles", "many", "<mount>/roles, such as aws/roles"],
    ["AwsStaticRole", "aws/roles/ci", "<mount>/static-roles/<name>, such as aws/static-roles/deploy"],
    ["VaultPolicy", "shop", "sys/policies/acl/<name>, such as sys/policies/acl/deploy"],
    ["VaultAuditDevice", "log", "sys/audit/<path>, such as sys/audit/file"],
    ["VaultAuthMethod", "approle", "auth/<path>, such as auth/kubernetes"],
    ["AppRoleAuthRole", "auth/approle/ci", "auth/<mount>/role/<name>, such as auth/approle/role/shop"],
    ["JwtAuthMethodConfig", "auth/jwt", "auth/<mount>/config, such as auth/jwt/config"],
    ["JwtAuthRole", "ci", "auth/<mount>/role/<name>, such as auth/jwt/role/shop"],
    ["KubernetesAuthMethodConfig", "kubernetes/config", "auth/<mount>/config, such as auth/kubernetes/config"],
    ["KubernetesAuthRole", "shop", "auth/<mount>/role/<name>, such as auth/kubernetes/role/shop"],
  ])("%s names the right form of the ID %s", (kind, id, form) => {
    expect(() => kinds[kind]?.parseId?.(id)).toThrow(
      new Error(`the ID must have the form ${form}, got ${JSON.stringify(id)}`),
    );
  });

  it("can be imported, unless it is what Vault issues once, or no object in Vault", () => {
    const others = Object.keys(kinds).filter((kind) => kinds[kind]?.parseId === undefined);
    expect(others.sort()).toEqual([
      "AwsCredentials",
      "AwsSessionCredentials",
      "ReplacementGuard",
      "RootTokenRevocation",
      "UnsealParameters",
      "VaultServerRollout",
    ]);
  });
});
