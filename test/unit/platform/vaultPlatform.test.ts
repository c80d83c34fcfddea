import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { VaultPlatform, type VaultPlatformArgs } from "../../../src/index.js";
import { platformIssues } from "../../../src/platform/vaultPlatformRules.js";
import { valueOf } from "../../support/outputs.js";
import { inputsOf, listed, record, secretValue, settled, type Answers, type Recorded } from "../../support/recorder.js";
import { account, cloud, platform, small } from "./support.js";

describe("VaultPlatform", () => {
  it("creates exactly this", async () => {
    const { recorded } = await platform(small);
    expect(listed(recorded)).toEqual([
      "aws:dynamodb/table:Table p-storage-table",
      "aws:iam/accessKey:AccessKey p-root-key-1",
      "aws:iam/accessKey:AccessKey p-storage-key-1",
      "aws:iam/policy:Policy p-root-policy",
      "aws:iam/policy:Policy p-storage-policy",
      "aws:iam/role:Role p-audit-role",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment p-audit-attachment-1",
      "aws:iam/user:User p-root-user",
      "aws:iam/user:User p-storage-user",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment p-root-attachment",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment p-storage-user-policy",
      "kubernetes:core/v1:Secret p-storage-credential-secret",
      "kubernetes:core/v1:Secret p-unseal-keys-secret",
      "kubernetes:kubevault.com/v1alpha2:VaultServer p-server-vault-server",
      "kubevault-aws:index:AssumableRole p-audit",
      "kubevault-aws:index:AwsSecretsEngine p-engine",
      "kubevault-aws:index:CredentialSecret p-storage-credential",
      "kubevault-aws:index:DestroyGuard p-guard",
      "kubevault-aws:index:DynamoDbStorage p-storage",
      "kubevault-aws:index:RootCredential p-root",
      "kubevault-aws:index:UnsealKeys p-unseal-keys",
      "kubevault-aws:index:VaultPlatform p",
      "kubevault-aws:index:VaultServer p-server",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsRootConfig p-engine-root-config",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsSecretsMount p-engine-mount",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsSecretsRoles p-engine-roles",
      "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard p-server-replacement-guard",
      "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard p-storage-replacement-guard",
      "pulumi-nodejs:dynamic/kubevault-aws:ReplacementGuard p-unseal-keys-replacement-guard",
      "pulumi-nodejs:dynamic/kubevault-aws:VaultServerRollout p-server-rollout",
      "pulumi:providers:pulumi-nodejs p-connection",
    ]);
  });

  it("lets the root credential assume the roles that trust it, and no others", async () => {
    const { recorded } = await platform(small);
    const rootName = inputsOf(recorded, "p-root-user").name as string;
    const trust = JSON.parse(inputsOf(recorded, "p-audit-role").assumeRolePolicy as string) as object;
    expect(trust).toMatchObject({
      Statement: [{ Principal: { AWS: `arn:aws:iam::${account}:user/${rootName}` }, Action: "sts:AssumeRole" }],
    });
    const policy = JSON.parse(inputsOf(recorded, "p-root-policy").policy as string) as { Statement: object[] };
    expect(policy.Statement).toContainEqual(
      expect.objectContaining({
        Action: ["sts:AssumeRole"],
        Resource: [`arn:aws:iam::${account}:role/p-audit-role`],
      }),
    );
    expect(inputsOf(recorded, "p-engine-roles").roles).toMatchObject({
      audit: { roleArns: [`arn:aws:iam::${account}:role/p-audit-role`] },
    });
  });

  it("needs few managed policies for many roles whose ARNs are still unknown", async () => {
    const keys = Array.from({ length: 28 }, (_, index) => `role${index}`);
    const recorded = await record({ ...cloud, preview: true });
    new VaultPlatform("p", {
      ...small,
      assumableRoles: Object.fromEntries(keys.map((key) => [key, {}])),
      roles: { all: { credentialType: "assumed_role", assumableRoles: keys } },
    });
    await settled();
    const policies = listed(recorded).filter((line) => line.startsWith("aws:iam/policy:Policy p-root"));
    expect(policies.length).toBeGreaterThan(0);
    expect(policies.length).toBeLessThan(8);
  });

  it("protects the data unless told otherwise", async () => {
    const { recorded } = await platform(small);
    expect(inputsOf(recorded, "p-storage-table")).toMatchObject({ deletionProtectionEnabled: true });
    expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
      spec: { terminationPolicy: "DoNotTerminate" },
    });
    const unprotected = await platform({ ...small, protectData: false });
    expect(inputsOf(unprotected.recorded, "p-storage-table")).toMatchObject({ deletionProtectionEnabled: false });
    expect(inputsOf(unprotected.recorded, "p-server-vault-server")).toMatchObject({
      spec: { terminationPolicy: "WipeOut" },
    });
  });

  it("takes a lock in the table, so that replicas can be added later", async () => {
    const { recorded } = await platform(small);
    expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
      spec: { backend: { dynamodb: { haEnabled: true } } },
    });
    const without = await platform({ ...small, storage: { haEnabled: false } });
    expect(inputsOf(without.recorded, "p-server-vault-server")).toMatchObject({
      spec: { backend: { dynamodb: { haEnabled: false } } },
    });
    const policy = JSON.parse(inputsOf(recorded, "p-storage-policy").policy as string) as { Statement: object[] };
    expect(JSON.stringify(policy)).toContain("dynamodb:UpdateItem");
  });

  it("restarts Vault when its key changes", async () => {
    const digestOf = ({ recorded }: { recorded: Recorded[] }) => inputsOf(recorded, "p-server-rollout").restartDigest;
    const first = await platform(small);
    const again = await platform({ ...small, storage: { maxParallel: 64 } });
    expect(digestOf(again)).toBe(digestOf(first));
    const second = await platform({ ...small, storage: { credential: { kind: "accessKey", generation: 2 } } });
    expect(digestOf(second)).not.toBe(digestOf(first));
    expect(listed(second.recorded).filter((line) => line.includes("p-storage-key"))).toEqual([
      "aws:iam/accessKey:AccessKey p-storage-key-2",
    ]);
  });

  it("logs in with the root token from its Secret, which it does not know itself", async () => {
    const { recorded } = await platform(small);
    expect(JSON.parse(inputsOf(recorded, "p-connection")["kubevault-aws:login"] as string)).toEqual({
      kind: "kubernetesSecret",
      namespace: "vault",
      name: "p-keys",
      key: "k8s.-.vault.p-root-token",
    });
  });

  it("reaches Vault at the address given, or else at its Service", async () => {
    const inCluster = await platform(small);
    expect(await valueOf(inCluster.platform.vaultAddress)).toBe("https://p.vault.svc:8200");
    expect(JSON.parse(inputsOf(inCluster.recorded, "p-connection")["kubevault-aws:kubernetes"] as string)).toEqual({
      namespace: "vault",
      service: "p",
      tls: true,
      route: "auto",
      caSecret: { name: "p-server-certs", key: "ca.crt" },
    });
    const outside = await platform({ ...small, vaultAddress: "https://vault.example.com" });
    expect(await valueOf(outside.platform.vaultAddress)).toBe("https://vault.example.com");
    expect(inputsOf(outside.recorded, "p-connection")["kubevault-aws:address"]).toBe("https://vault.example.com");
  });

  describe("with rotateRoot", () => {
    const rotated: Answers = {
      ...cloud,
      outputs: (resource) => ({
        ...cloud.outputs?.(resource),
        ...(resource.type.endsWith(":AwsRootConfig") ? { keyRotated: true } : {}),
      }),
    };
    const made = async (args: Partial<VaultPlatformArgs>, answers = rotated) => {
      const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
      const recorded = await record(answers);
      const platform = new VaultPlatform("p", { ...small, ...args });
      await valueOf(platform.engine.accessor);
      await settled();
      const warnings = warn.mock.calls.map(([message]) => message).filter((message) => message.includes("seed"));
      warn.mockRestore();
      return { warnings, root: inputsOf(recorded, "p-engine-root-config"), resources: listed(recorded) };
    };

    it("rotates at once, and asks for the seed to be left out then", async () => {
      const { root, warnings } = await made({ rootCredential: { rotateRoot: true } });
      expect(root).toMatchObject({ accessKey: "p-root-key-1-id", rotateRootTrigger: "initial" });
      expect(warnings).toEqual([
        'VaultPlatform "p": Vault has rotated the root key and deleted the seed key in AWS. Set rootCredential.seedKey: false and run ' +
          '"pulumi up" again: it takes the seed out of the state, changes nothing in AWS or Vault, and keeps refreshes free of drift.',
      ]);
    });

    it("asks for nothing before the rotation", async () => {
      const { warnings } = await made({ rootCredential: { rotateRoot: true } }, cloud);
      expect(warnings).toEqual([]);
    });

    it("rotates without the seed, by a trigger of the user's own", async () => {
      const { root, warnings, resources } = await made({
        rootCredential: { rotateRoot: true, seedKey: false },
        rootConfig: { rotateRootTrigger: "2026-08" },
      });
      expect(root).toMatchObject({ rotateRootTrigger: "2026-08" });
      expect(root).not.toHaveProperty("accessKey");
      expect(root).not.toHaveProperty("secretKey");
      expect(resources).not.toContain("aws:iam/accessKey:AccessKey p-root-key-1");
      expect(warnings).toEqual([]);
    });
  });

  it.each([
    [true, "portForward"],
    [false, "service"],
  ])("takes the same route everywhere with portForward: %s", async (portForward, route) => {
    const { recorded } = await platform({ ...small, portForward });
    const connection = inputsOf(recorded, "p-connection");
    expect(connection["kubevault-aws:address"]).toBeUndefined();
    expect(JSON.parse(connection["kubevault-aws:kubernetes"] as string)).toMatchObject({ service: "p", route });
  });

  it("uses one kubeconfig for Vault and for the root token, also with an address", async () => {
    const cluster = { kubeconfig: pulumi.output("LEAKME"), context: "prod" };
    const { recorded } = await platform({ ...small, serverName: "main", ...cluster });
    const login = secretValue(
      '{"kind":"kubernetesSecret","namespace":"vault","name":"main-keys","key":"k8s.-.vault.main-root-token","kubeconfig":"LEAKME","context":"prod"}',
    );
    const connection = inputsOf(recorded, "p-connection");
    expect(connection["kubevault-aws:kubernetes"]).toEqual(
      secretValue(
        '{"namespace":"vault","service":"main","tls":true,"route":"auto","caSecret":{"name":"main-server-certs","key":"ca.crt"},"kubeconfig":"LEAKME","context":"prod"}',
      ),
    );
    expect(connection["kubevault-aws:login"]).toEqual(login);
    expect(inputsOf(recorded, "p-server-rollout")).toMatchObject({
      kubeconfig: secretValue("LEAKME"),
      context: "prod",
    });
    const others = recorded.filter(({ name }) => !["p-connection", "p-server-rollout"].includes(name));
    expect(JSON.stringify(others)).not.toContain("LEAKME");
    const outside = await platform({
      ...small,
      serverName: "main",
      ...cluster,
      vaultAddress: "https://vault.example.com",
    });
    expect(inputsOf(outside.recorded, "p-connection")["kubevault-aws:login"]).toEqual(login);
  });

  it("creates the unseal keys' Secret before the table, and no Secret for an unsealer of the user's own", async () => {
    const { recorded } = await platform(small);
    expect(inputsOf(recorded, "p-unseal-keys-secret")).toMatchObject({
      metadata: { name: "p-keys", namespace: "vault" },
    });
    expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
      spec: {
        unsealer: {
          secretShares: 5,
          secretThreshold: 3,
          mode: { kubernetesSecret: { secretName: "p-keys" } },
        },
      },
    });
    const own = await platform({
      ...small,
      vaultServer: {
        version: "1.18.4",
        unsealer: { secretShares: 1, secretThreshold: 1, mode: { kubernetesSecret: { secretName: "mine" } } },
      },
    });
    expect(listed(own.recorded).filter((line) => line.includes("unseal-keys"))).toEqual([]);
  });

  describe("with unseal keys in SSM", () => {
    const key = `arn:aws:kms:eu-west-1:${account}:key/1-2`;
    const prefix = "/vault/project/stack/p/";

    it("creates the key, gives Vault's identity the rights and its Secret, and reads the root token from there", async () => {
      const { recorded } = await platform({ ...small, unsealer: "awsKmsSsm" });
      expect(inputsOf(recorded, "p-unseal-key")).toMatchObject({ enableKeyRotation: true });
      expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
        spec: {
          unsealer: {
            secretShares: 5,
            secretThreshold: 3,
            mode: {
              awsKmsSsm: {
                kmsKeyID: key,
                ssmKeyPrefix: prefix,
                region: "eu-west-1",
                credentialSecretRef: { name: "p-storage-credential" },
              },
            },
          },
        },
      });
      const rights = JSON.parse(inputsOf(recorded, "p-storage-unsealer-policy").policy as string) as object;
      expect(JSON.stringify(rights)).toContain(`arn:aws:ssm:eu-west-1:${account}:parameter${prefix}*`);
      expect(JSON.parse(inputsOf(recorded, "p-connection")["kubevault-aws:login"] as string)).toEqual({
        kind: "awsSsm",
        parameter: `${prefix}k8s.-.vault.p-root-token`,
        region: "eu-west-1",
        kmsEncryptionContext: { Tool: "vault-unsealer" },
      });
      expect(inputsOf(recorded, "p-unseal-parameters").names).toEqual([
        `${prefix}k8s.-.vault.p-root-token`,
        ...[0, 1, 2, 3, 4].map((index) => `${prefix}k8s.-.vault.p-unseal-key-${index}`),
      ]);
      expect(listed(recorded)).not.toContain("kubernetes:core/v1:Secret p-unseal-keys-secret");
    });

    it("takes a key, a prefix and shares that are given", async () => {
      const unsealer = { kind: "awsKmsSsm", kmsKeyArn: key, ssmKeyPrefix: "/prod/", secretShares: 1 } as const;
      const { recorded } = await platform({ ...small, unsealer });
      expect(listed(recorded)).not.toContain("aws:kms/key:Key p-unseal-key");
      expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
        spec: { unsealer: { secretShares: 1, secretThreshold: 1, mode: { awsKmsSsm: { ssmKeyPrefix: "/prod/" } } } },
      });
    });

    it("derives rights, Secret and login from an unsealer in KubeVault's own terms", async () => {
      const awsKmsSsm = { kmsKeyID: key, ssmKeyPrefix: "/own/" };
      const unsealer = { secretShares: 3, secretThreshold: 2, mode: { awsKmsSsm } };
      const { recorded } = await platform({ ...small, vaultServer: { version: "1.18.4", unsealer } });
      expect(inputsOf(recorded, "p-storage-unsealer-policy").policy).toContain("parameter/own/*");
      expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({
        spec: {
          unsealer: { mode: { awsKmsSsm: { ...awsKmsSsm, credentialSecretRef: { name: "p-storage-credential" } } } },
        },
      });
      expect(inputsOf(recorded, "p-connection")["kubevault-aws:login"]).toContain("/own/k8s.-.vault.p-root-token");
    });
  });

  it("serves TLS that the operator signs, and plain HTTP only on request", async () => {
    const { recorded } = await platform(small);
    expect(inputsOf(recorded, "p-server-vault-server")).toMatchObject({ spec: { tls: {} } });
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const plain = await platform({ ...small, plainHttp: true });
    const warnings = warn.mock.calls.map(([message]) => message);
    warn.mockRestore();
    expect(inputsOf(plain.recorded, "p-server-vault-server").spec).not.toHaveProperty("tls");
    expect(await valueOf(plain.platform.vaultAddress)).toBe("http://p.vault.svc:8200");
    expect(warnings).toEqual([
      'VaultPlatform "p": plainHttp: is for trials only: tokens and credentials cross the cluster\'s network in plain text. Leave it out: ' +
        "KubeVault's operator signs certificates itself where no issuer is given.",
    ]);
  });

  it("makes no access key at all with irsa", async () => {
    const { recorded } = await platform({
      ...small,
      irsa: {
        oidcProviderArn: `arn:aws:iam::${account}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC`,
        clusterRegion: "eu-west-1",
      },
      roles: { audit: { credentialType: "assumed_role", assumableRoles: ["audit"] } },
    });
    expect(listed(recorded).filter((line) => /accessKey|iam\/user|CredentialSecret/.test(line))).toEqual([]);
    const role = inputsOf(recorded, "p-root-role").name as string;
    expect(inputsOf(recorded, "p-server-service-account")).toMatchObject({
      metadata: {
        name: "p",
        annotations: { "eks.amazonaws.com/role-arn": `arn:aws:iam::${account}:role/${role}` },
      },
    });
    expect(inputsOf(recorded, "p-engine-root-config").accessKey).toBeUndefined();
  });
});

describe("a platform's arguments", () => {
  const lines = (args: object) =>
    platformIssues("p", { ...small, ...args }).map(({ path, rule }) => `${path}: ${rule}`);

  it("are fine as the documents show them", () => {
    expect(lines({})).toEqual([]);
  });

  it("are told wrong all at once, by the names the user gave", () => {
    expect(
      lines({
        vaultServer: { version: "1.18.4", replicas: 0, terminationPolicie: "Delete" },
        storage: { maxParallel: 0 },
        roles: { audit: { credentialType: "assumed_role", assumableRoles: ["audits"] } },
        leaseConfig: { lease: "soon", leaseMax: "1h" },
        mountpath: "aws",
      }),
    ).toEqual([
      "mountpath: is not an argument of VaultPlatform",
      "vaultServer.terminationPolicie: is not a field of VaultServer, and Kubernetes would drop it silently",
      "storage.maxParallel: must be a whole number of at least 1",
      "roles.audit.assumableRoles[0]: must be one of audit",
      "leaseConfig.lease: must be a length of time",
    ]);
  });

  it("say one way to Vault", () => {
    expect(lines({ portForward: true, vaultAddress: "https://vault.example.com" })).toEqual([
      "portForward: cannot be given together with vaultAddress: Vault is reached at its address or through the Kubernetes API",
    ]);
    expect(lines({ portForward: { context: "prod" } })).toEqual(["portForward: must be true or false"]);
    expect(lines({ connection: { address: "https://v", kubernetes: {} } })).toEqual([
      "connection.address: is created by VaultPlatform",
      "connection.kubernetes: is created by VaultPlatform",
    ]);
  });

  it("need high availability for more than one replica", () => {
    expect(lines({ vaultServer: { version: "1.18.4", replicas: 3 } })).toEqual([]);
    expect(lines({ vaultServer: { version: "1.18.4", replicas: 3 }, storage: { haEnabled: false } })).toEqual([
      "vaultServer.replicas: must be 1 unless storage.haEnabled is true: without its lock several active nodes would write to one table",
    ]);
  });

  it.each<[object, string[]]>([
    [{ unsealer: "raft" }, ["unsealer: must be one of kubernetesSecret, awsKmsSsm"]],
    [
      { unsealer: { kind: "awsKmsSsm", keyArn: "x" } },
      ["unsealer.keyArn: is not an argument of an awsKmsSsm unsealer"],
    ],
    [
      { unsealer: { kind: "awsKmsSsm", kmsKeyArn: "alias/vault", ssmKeyPrefix: "/" } },
      [
        "unsealer.kmsKeyArn: must be the ARN of a KMS key, not of an alias",
        "unsealer.ssmKeyPrefix: must not be / alone: Vault would get rights on every SSM parameter of the account",
      ],
    ],
    [
      { unsealer: { kind: "kubernetesSecret", secretShares: 2, secretThreshold: 3 } },
      ["unsealer.secretThreshold: must be from 1 to secretShares"],
    ],
    [
      { unsealer: "awsKmsSsm", storage: { credential: { kind: "session" } } },
      ["unsealer: cannot be awsKmsSsm with session credentials: KubeVault hands the unsealer no session token"],
    ],
    [
      {
        unsealer: "awsKmsSsm",
        vaultServer: {
          version: "1.18.4",
          unsealer: { secretShares: 1, secretThreshold: 1, mode: { awsKmsSsm: { kmsKeyID: "1-2" } } },
        },
      },
      [
        "unsealer: cannot be given together with vaultServer.unsealer",
        "vaultServer.unsealer.mode.awsKmsSsm.kmsKeyID: must be the ARN of a KMS key, not of an alias",
        "vaultServer.unsealer.mode.awsKmsSsm.ssmKeyPrefix: is required, since Vault's rights cover it",
      ],
    ],
    [
      { plainHttp: true, vaultServer: { version: "1.18.4", tls: {} } },
      ["plainHttp: cannot be given together with vaultServer.tls"],
    ],
  ])("of unsealing and TLS fit together: %j", (args, expected) => {
    expect(lines(args)).toEqual(expected);
  });

  it("need a VaultServer", () => {
    expect(lines({ vaultServer: undefined })).toEqual(["vaultServer: is required"]);
  });

  it("make the backend themselves", () => {
    expect(lines({ vaultServer: { version: "1.18.4", backend: { dynamodb: {} } } })).toEqual([
      "vaultServer.backend: is created by VaultPlatform",
    ]);
  });

  it("cannot have both an access key and a ServiceAccount's role", () => {
    const irsa = { oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/x", clusterRegion: "eu-west-1" };
    const roles = { audit: small.roles?.audit };
    expect(lines({ irsa, roles, storage: { credential: "accessKey" } })).toEqual([
      "storage.credential: cannot be given together with irsa: Vault then uses the table by the role of its pods",
    ]);
  });

  it("let Vault rotate its key only where it may", () => {
    const rootConfig = { rotateRootTrigger: "1", rotationPeriod: "24h" };
    const needs = "needs rootCredential.rotateRoot, which lets Vault replace its key";
    expect(lines({ rootConfig })).toEqual([
      `rootConfig.rotateRootTrigger: ${needs}`,
      `rootConfig.rotationPeriod: ${needs}`,
    ]);
    expect(lines({ rootConfig, rootCredential: { rotateRoot: true } })).toEqual([]);
    expect(lines({ rootCredential: { rotateRoot: true, seedKey: false } })).toEqual([]);
    expect(lines({ rootCredential: { seedKey: false } })).toEqual([
      "rootCredential.seedKey: can be false only together with rotateRoot: Vault would have no key",
    ]);
    const irsa = { oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/x", clusterRegion: "eu-west-1" };
    expect(lines({ irsa, roles: {}, rootConfig: { rotateRootTrigger: "1" } })).toEqual([
      "rootConfig.rotateRootTrigger: cannot be given together with irsa: there is no key to rotate",
    ]);
  });

  it("refuse tokens of a user where there is none", () => {
    const irsa = { oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/x", clusterRegion: "eu-west-1" };
    expect(lines({ irsa, roles: { login: { credentialType: "session_token" } } })).toEqual([
      'roles.login.credentialType: needs identity "user": AWS gives these tokens to the keys of an IAM user alone',
    ]);
  });
});
