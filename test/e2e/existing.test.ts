import { CreateTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  ListAttachedRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import path from "node:path";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as aws from "@pulumi/aws";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { awsClients, readSecret } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";
import { VaultPlatform, type VaultPlatformArgs } from "../../src/index.js";

const repository = path.join(__dirname, "..", "..");
const otherAccount = "210987654321";
const otherRegion = "us-east-1";
const wrongKeys =
  'DynamoDbStorage "vault-storage": invalid argument: existingTableName: table "wrong-keys" cannot hold Vault\'s data: its partition key ' +
  'must be "Path" (S) and its sort key "Key" (S), but they are "path" (S) and none. A primary key cannot be changed: make a new table, or leave ' +
  "existingTableName out.";

/** A platform with what exists already, or belongs to somebody else: each in a namespace of its own. */
describe("a platform with what exists already", () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({
      otherAccountIds: [otherAccount],
      keyDelaySeconds: 1,
      engineEnvironment: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    });
  });

  afterAll(async () => {
    await sandbox.stop();
  });

  /** The clients of an account and region, for as long as a call takes. */
  async function inAws<T>(
    use: (clients: ReturnType<typeof awsClients>) => Promise<T>,
    { account = sandbox.aws.accountId, region = sandbox.aws.region } = {},
  ): Promise<T> {
    const clients = awsClients({ ...sandbox.aws, region }, sandbox.aws.admins[account]!);
    try {
      return await use(clients);
    } finally {
      clients.destroy();
    }
  }

  async function createNamespace(name: string): Promise<void> {
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name } });
    await rest.close();
  }

  /** A stack with a platform in a namespace of its own. */
  async function platformIn(
    namespace: string,
    args: () => Partial<VaultPlatformArgs>,
    beside: (platform: VaultPlatform) => void = () => undefined,
  ): Promise<Stack> {
    await createNamespace(namespace);
    const { endpoint, region } = sandbox.aws;
    return sandbox.engine.createStack({
      projectName: namespace,
      stackName: "dev",
      programDirectory: path.join(repository, "examples", "platform"),
      config: { "aws:region": { value: region } },
      program: () => {
        const platform = new VaultPlatform("vault", {
          namespace,
          vaultServer: { version: "1.18.4" },
          protectData: false,
          // This program runs in the test's own process, which the sandbox's variables do not reach.
          endpoints: { dynamodb: endpoint, iam: endpoint, sts: endpoint },
          kubeconfig: sandbox.kubernetes.kubeconfigPath,
          ...args(),
        });
        beside(platform);
        return Promise.resolve();
      },
    });
  }

  async function readVault<T>(namespace: string, at: string): Promise<T> {
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, namespace, "vault-keys");
    const answer = await vaultRequest<{ data: T }>(sandbox.operator.endpoint(`${namespace}/vault`), {
      path: at,
      token: keys[`k8s.-.${namespace}.vault-root-token`] ?? "",
    });
    return answer.data;
  }

  const unchanged = async (stack: Stack) =>
    expect(Object.keys((await stack.up()).summary.resourceChanges ?? {})).toEqual(["same"]);

  const table = (name: string, place = {}) =>
    inAws(({ dynamodb }) => dynamodb.send(new DescribeTableCommand({ TableName: name })), place).then(
      ({ Table }) => Table,
    );

  it("lets Vault create its table, and leaves it behind", async () => {
    const stack = await platformIn("own-table", () => ({
      storage: { vaultTable: { name: "own-data", readCapacity: 7, writeCapacity: 8 } },
      roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
    }));
    await stack.up();
    expect(await table("own-data")).toMatchObject({
      KeySchema: [
        { AttributeName: "Path", KeyType: "HASH" },
        { AttributeName: "Key", KeyType: "RANGE" },
      ],
      ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 },
    });
    expect(await readVault<object>("own-table", "aws/creds/deploy")).toHaveProperty("access_key");
    await unchanged(stack);
    await stack.destroy();
    expect((await table("own-data"))?.TableStatus).toBe("ACTIVE");
  });

  describe("a role of Vault's pods", () => {
    let oidcProviderArn: string;

    beforeAll(async () => {
      oidcProviderArn = await inAws(async ({ iam }) => {
        const created = await iam.send(
          new CreateOpenIDConnectProviderCommand({
            Url: sandbox.kubernetes.serviceAccountIssuer,
            ClientIDList: ["sts.amazonaws.com"],
            ThumbprintList: ["0".repeat(40)],
          }),
        );
        return created.OpenIDConnectProviderArn ?? "";
      });
    });

    /** The role that a team of its own keeps for the pods of a namespace. */
    async function createRole(namespace: string): Promise<string> {
      const host = oidcProviderArn.replace(/^.*?oidc-provider\//, "");
      const trust = {
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Principal: { Federated: oidcProviderArn },
          Action: "sts:AssumeRoleWithWebIdentity",
          Condition: {
            StringEquals: {
              [`${host}:sub`]: `system:serviceaccount:${namespace}:vault`,
              [`${host}:aud`]: "sts.amazonaws.com",
            },
          },
        },
      };
      return inAws(async ({ iam }) => {
        const { Role } = await iam.send(
          new CreateRoleCommand({ RoleName: namespace, AssumeRolePolicyDocument: JSON.stringify(trust) }),
        );
        return Role?.Arn ?? "";
      });
    }

    const attached = (RoleName: string) =>
      inAws(async ({ iam }) => {
        const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
        return AttachedPolicies.map(({ PolicyName = "" }) => PolicyName.replace(/-[0-9a-f]{7}$/, "")).sort();
      });

    const assuming = {
      assumableRoles: { audit: { policyArns: ["arn:aws:iam::aws:policy/SecurityAudit"] } },
      roles: { audit: { credentialType: "assumed_role", assumableRoles: ["audit"] } },
    } as const;

    it("that exists is given its rights, and keeps nothing of them", async () => {
      const roleArn = await createRole("given-role");
      const irsa = { roleArn, clusterRegion: sandbox.aws.region };
      const stack = await platformIn("given-role", () => ({ ...assuming, irsa }));
      await stack.up();
      expect(await attached("given-role")).toEqual(["vault-root-policy", "vault-storage-policy"]);
      const { arn } = await readVault<{ arn: string }>("given-role", "aws/sts/audit");
      expect(arn).toContain(":assumed-role/vault-audit-role-");
      await unchanged(stack);
      await stack.destroy();
      expect(await attached("given-role")).toEqual([]);
    });

    it("assumes a role that the platform makes in another account", async () => {
      const stack = await platformIn("foreign-role", () => ({
        irsa: { oidcProviderArn, clusterRegion: sandbox.aws.region },
        assumableRoles: { audit: { ...assuming.assumableRoles.audit, provider: otherProvider() } },
        roles: assuming.roles,
      }));
      await stack.up();
      const { arn } = await readVault<{ arn: string }>("foreign-role", "aws/sts/audit");
      expect(arn).toContain(`arn:aws:sts::${otherAccount}:assumed-role/vault-audit-role-`);
      await unchanged(stack);
      await stack.destroy();
    });

    it("assumes a role of another account whose owner was handed the trust policy", async () => {
      const externalId = "handed-over";
      const roleArn = `arn:aws:iam::${otherAccount}:role/${externalId}`;
      const stack = await platformIn(
        externalId,
        () => ({
          irsa: { oidcProviderArn, clusterRegion: sandbox.aws.region },
          roles: { audit: { credentialType: "assumed_role", roleArns: [roleArn], externalId } },
        }),
        ({ rootCredential }) => {
          new aws.iam.Role(
            "owned-elsewhere",
            { name: externalId, assumeRolePolicy: rootCredential.trustPolicy({ externalId }) },
            { provider: otherProvider() },
          );
        },
      );
      await stack.up();
      const { arn } = await readVault<{ arn: string }>(externalId, "aws/sts/audit");
      expect(arn).toContain(`arn:aws:sts::${otherAccount}:assumed-role/${externalId}/`);
      await unchanged(stack);
      await stack.destroy();
    });

    it("that only its owner may change is used as it is", async () => {
      const roleArn = await createRole("owned-role");
      await inAws(({ iam }) =>
        iam.send(
          new AttachRolePolicyCommand({
            RoleName: "owned-role",
            PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
          }),
        ),
      );
      const irsa = { roleArn, clusterRegion: sandbox.aws.region, attachPolicies: false };
      const stack = await platformIn("owned-role", () => ({ ...assuming, irsa }));
      await stack.up();
      expect(await attached("owned-role")).toEqual(["AdministratorAccess"]);
      expect(await readVault<object>("owned-role", "aws/sts/audit")).toHaveProperty("access_key");
      await stack.destroy();
      expect(await attached("owned-role")).toEqual(["AdministratorAccess"]);
    });
  });

  /** The other account's provider, made inside a program. */
  function otherProvider(): aws.Provider {
    const { accessKeyId, secretAccessKey } = sandbox.aws.admins[otherAccount]!;
    return new aws.Provider("other", { region: otherRegion, accessKey: accessKeyId, secretKey: secretAccessKey });
  }

  it("has its table and a role to assume in another account and region", async () => {
    const stack = await platformIn("other-account", () => {
      const provider = otherProvider();
      return {
        storage: { table: { name: "other-data" }, provider },
        assumableRoles: { audit: { policyArns: ["arn:aws:iam::aws:policy/SecurityAudit"], provider } },
        roles: { audit: { credentialType: "assumed_role", assumableRoles: ["audit"] } },
      };
    });
    await stack.up();
    const { TableArn } = (await table("other-data", { account: otherAccount, region: otherRegion })) ?? {};
    expect(TableArn).toBe(`arn:aws:dynamodb:${otherRegion}:${otherAccount}:table/other-data`);
    await expect(table("other-data")).rejects.toThrow("not found");
    const { arn } = await readVault<{ arn: string }>("other-account", "aws/sts/audit");
    expect(arn).toContain(`arn:aws:sts::${otherAccount}:assumed-role/vault-audit-role-`);
    await unchanged(stack);
    await stack.destroy();
  });

  it("gives an operator that knows only v1alpha1 the session token in a Secret of its own", async () => {
    const stack = await platformIn("old-operator", () => ({
      storage: { credential: { kind: "session" } },
      vaultServerOptions: { apiVersion: "kubevault.com/v1alpha1" },
      roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
    }));
    await stack.up();
    const ofSecret = async (name: string) =>
      Object.keys(await readSecret(sandbox.kubernetes.kubeconfigPath, "old-operator", name)).sort();
    expect(await ofSecret("vault-storage-credential")).toEqual(["access_key", "secret_key", "session_token"]);
    expect(await ofSecret("vault-storage-credential-session-token")).toEqual(["session_token"]);
    expect(await readVault<object>("old-operator", "aws/creds/deploy")).toHaveProperty("access_key");
    await unchanged(stack);
    await stack.destroy();
  });

  describe("a table with another primary key", () => {
    beforeAll(() =>
      inAws(({ dynamodb }) =>
        dynamodb.send(
          new CreateTableCommand({
            TableName: "wrong-keys",
            KeySchema: [{ AttributeName: "path", KeyType: "HASH" }],
            AttributeDefinitions: [{ AttributeName: "path", AttributeType: "S" }],
            BillingMode: "PAY_PER_REQUEST",
          }),
        ),
      ),
    );

    it("is one error of a program in this process, at preview and at up", async () => {
      const stack = await platformIn("wrong-keys", () => ({ storage: { existingTableName: "wrong-keys" } }));
      for (const run of [() => stack.preview(), () => stack.up()]) {
        const printed = await run().then(
          () => "it did not fail",
          (error: unknown) => String(error),
        );
        expect(printed).toContain(wrongKeys);
        expect(printed).not.toContain("error serializing property");
      }
    }, 60_000);

    it("is one error of the pulumi command: nothing is created where it previews", async () => {
      const { pulumi, remove } = await project("wrong-keys-command", { existingTableName: "wrong-keys" });
      try {
        for (const command of [
          ["up", "--yes"],
          ["up", "--yes", "--skip-preview"],
        ]) {
          const printed = await pulumi(...command).then(
            () => "it did not fail",
            (error: Error) => error.message,
          );
          const diagnostics = printed.slice(printed.indexOf("Diagnostics:"));
          expect(diagnostics.split(wrongKeys)).toHaveLength(2);
          expect(printed).not.toContain("error serializing property");
          expect(printed).not.toMatch(/^\s+at .+:\d+:\d+/m);
          if (!command.includes("--skip-preview")) {
            expect(await pulumi("stack", "export")).not.toContain("aws:iam/");
          }
        }
      } finally {
        await remove();
      }
    }, 120_000);
  });

  /** A project of the pulumi command whose platform has this storage. */
  async function project(namespace: string, storage: object) {
    // In the repository, so that the program finds its packages.
    await createNamespace(namespace);
    const folder = await mkdtemp(path.join(repository, "examples", `.${namespace}-`));
    await writeFile(path.join(folder, "Pulumi.yaml"), `name: ${namespace}\nruntime: nodejs\n`);
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: namespace, main: "index.ts" }));
    const args = {
      namespace,
      vaultServer: { version: "1.18.4" },
      protectData: false,
      storage,
      roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
    };
    await writeFile(
      path.join(folder, "index.ts"),
      `import { VaultPlatform } from "pulumi-kubevault-aws";\nnew VaultPlatform("vault", ${JSON.stringify(args)} as any);\n`,
    );
    const pulumi = (...command: string[]) => sandbox.engine.run([...command, "--non-interactive"], folder);
    await pulumi("stack", "init", "dev");
    return { pulumi, remove: () => rm(folder, { recursive: true, force: true }) };
  }
});
