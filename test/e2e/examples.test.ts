import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { AttachRolePolicyCommand, CreatePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { awsClients, leftovers, readSecret, takeInventory, type Inventory } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";

const repository = path.join(__dirname, "..", "..");
const examples = path.join(repository, "examples");
const workloadAccount = "210987654321";

/** What a test of an example works with. */
interface Run {
  readonly folder: string;
  readonly namespace: string;
  readonly pulumi: (...args: string[]) => Promise<string>;
}

interface Example {
  /** Stack configuration besides `namespace` and `protectData`. */
  readonly config?: Readonly<Record<string, string>>;
  /** What must exist before the program runs. */
  readonly prepare?: () => Promise<unknown>;
  /** What a user does after `pulumi up`. */
  readonly use: (run: Run) => Promise<void>;
}

/** Examples that another test brings up. */
const broughtUpElsewhere: Readonly<Record<string, string>> = {
  platform: "platform.test.ts",
  "eks-irsa": "eksIrsa.test.ts",
  application: "application.test.ts",
  yaml: "languages.test.ts",
  python: "languages.test.ts",
  go: "../integration/plugin/providerPlugin.test.ts",
};

/** Every example as its README says: by the pulumi command, from a machine outside of the cluster. All share one sandbox. */
describe("examples", () => {
  let sandbox: Sandbox;
  let folder: string;
  let untouched: Inventory;

  beforeAll(async () => {
    sandbox = await startSandbox({
      otherAccountIds: [workloadAccount],
      keyDelaySeconds: 1,
      // `npm run typecheck` checks the types of all examples at once.
      engineEnvironment: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    });
    // In the repository, so that the programs find their packages.
    folder = mkdtempSync(path.join(examples, ".e2e-"));
    untouched = await inventory("default");
  });

  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const kubeconfigPath = () => sandbox.kubernetes.kubeconfigPath;

  async function createNamespace(name: string): Promise<void> {
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(kubeconfigPath());
    await kubeconfig.makeApiClient(CoreV1Api).createNamespace({ body: { metadata: { name } } });
  }

  const inventory = (namespace: string) =>
    takeInventory({ aws: sandbox.aws, kubeconfigPath: kubeconfigPath() }, namespace);

  /** Copies an example and gives it a stack and a namespace of its own. */
  async function project(name: string, config: Readonly<Record<string, string>> = {}): Promise<Run> {
    const target = path.join(folder, name);
    cpSync(path.join(examples, name), target, { recursive: true, filter: (file) => !file.includes("node_modules") });
    const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], target);
    await pulumi("stack", "init", "dev");
    for (const [key, value] of Object.entries(config)) {
      await pulumi("config", "set", key, value);
    }
    return { folder: target, namespace: config.namespace ?? "vault", pulumi };
  }

  async function rootToken(namespace: string): Promise<string> {
    const keys = await readSecret(kubeconfigPath(), namespace, "vault-keys");
    return keys[`k8s.-.${namespace}.vault-root-token`] ?? "";
  }

  async function readVault<T>(namespace: string, vaultPath: string): Promise<T> {
    const endpoint = sandbox.operator.endpoint(`${namespace}/vault`);
    const answer = await vaultRequest<{ data: T }>(endpoint, { path: vaultPath, token: await rootToken(namespace) });
    return answer.data;
  }

  const readsUserKey = async ({ namespace }: Run): Promise<void> => {
    expect(await readVault<object>(namespace, "aws/creds/deploy")).toMatchObject({
      access_key: expect.stringMatching(/^AKIA/) as string,
    });
  };

  const platforms: Readonly<Record<string, Example>> = {
    "existing-table": {
      config: { tableName: "vault-data", auditRoleArn: "arn:aws:iam::123456789012:role/audit" },
      prepare: async () => {
        const { dynamodb, destroy } = awsClients(sandbox.aws, sandbox.aws.admin);
        await dynamodb.send(
          new CreateTableCommand({
            TableName: "vault-data",
            KeySchema: [
              { AttributeName: "Path", KeyType: "HASH" },
              { AttributeName: "Key", KeyType: "RANGE" },
            ],
            AttributeDefinitions: ["Path", "Key"].map((name) => ({ AttributeName: name, AttributeType: "S" })),
            BillingMode: "PAY_PER_REQUEST",
          }),
        );
        destroy();
      },
      use: async ({ namespace, pulumi }) => {
        const { iam, destroy } = awsClients(sandbox.aws, sandbox.aws.admin);
        const principal = await pulumi("stack", "output", "rootArn");
        await iam.send(new CreateRoleCommand({ RoleName: "audit", AssumeRolePolicyDocument: trust(principal.trim()) }));
        destroy();
        expect((await readVault<{ arn: string }>(namespace, "aws/sts/audit")).arn).toContain(":assumed-role/audit/");
      },
    },
    "cross-account": {
      config: { workloadAccountId: workloadAccount },
      prepare: async () => {
        const { iam, destroy } = awsClients(sandbox.aws, sandbox.aws.admins[workloadAccount]!);
        const RoleName = "OrganizationAccountAccessRole";
        const AssumeRolePolicyDocument = trust("arn:aws:iam::123456789012:root");
        await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
        const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
        await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
        destroy();
      },
      use: async ({ namespace }) => {
        const { arn } = await readVault<{ arn: string }>(namespace, "aws/sts/deploy");
        expect(arn).toContain(`arn:aws:sts::${workloadAccount}:assumed-role/vault-deploy/`);
      },
    },
    "org-module": {
      config: { boundaryArn: "arn:aws:iam::123456789012:policy/acme-boundary" },
      prepare: async () => {
        const { iam, destroy } = awsClients(sandbox.aws, sandbox.aws.admin);
        const PolicyDocument = JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
        });
        await iam.send(new CreatePolicyCommand({ PolicyName: "acme-boundary", PolicyDocument }));
        destroy();
      },
      use: readsUserKey,
    },
    "preview-in-ci": { use: previewInCi },
    "kms-unseal": {
      use: async ({ namespace }) => {
        // No Secret of the cluster holds the keys.
        expect(await readSecret(kubeconfigPath(), namespace, "vault-keys").catch(() => ({}))).toEqual({});
      },
    },
    "session-credentials": {
      use: async (run) => {
        expect(await run.pulumi("stack", "output", "storageAccessKeyId")).toMatch(/^ASIA/);
        await readsUserKey(run);
      },
    },
  };

  it("are all brought up by a test", () => {
    const folders = readdirSync(examples, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
      .map(({ name }) => name);
    const here = [...Object.keys(platforms), "minimal", "existing-vault"];
    expect(folders.sort()).toEqual([...here, ...Object.keys(broughtUpElsewhere)].sort());
    for (const file of Object.values(broughtUpElsewhere)) {
      expect(existsSync(path.join(__dirname, file))).toBe(true);
    }
  });

  it("minimal is README's program; existing-vault works on the Vault that it brings up", async () => {
    const program = readFileSync(path.join(examples, "minimal", "index.ts"), "utf8");
    expect(readFileSync(path.join(repository, "README.md"), "utf8")).toContain(`\`\`\`ts\n${program}\`\`\``);
    await createNamespace("vault");
    const minimal = await project("minimal");
    expect(await minimal.pulumi("preview")).toMatch(/Resources:\s+\+ \d+ to create/);
    await minimal.pulumi("up", "--yes", "--skip-preview");
    expect(await minimal.pulumi("stack", "output", "vaultAddress")).toMatch(/^https:\/\/vault\.vault\.svc:8200$/m);
    await readsUserKey(minimal);
    expect(await minimal.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")).toContain("unchanged");
    await secondUpChangesNothing(minimal);

    await existingVault(minimal);

    // As its README says.
    writeFileSync(
      path.join(minimal.folder, "index.ts"),
      program.replace('namespace: "vault",', 'namespace: "vault",\n  protectData: false,'),
    );
    await minimal.pulumi("up", "--yes", "--skip-preview");
    await minimal.pulumi("destroy", "--yes", "--skip-preview");
    expect(leftovers(untouched, await inventory("vault"))).toEqual([]);
  });

  async function existingVault(minimal: Run): Promise<void> {
    const { address, caCertificate = "" } = sandbox.operator.endpoint("vault/vault");
    const certificate = path.join(folder, "ca.pem");
    writeFileSync(certificate, caCertificate);
    const run = await project("existing-vault", { mountPath: "team" });
    const environment = {
      VAULT_ADDR: address,
      VAULT_CACERT: certificate,
      VAULT_TOKEN: await rootToken(minimal.namespace),
    };
    const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], run.folder, environment);
    expect(await pulumi("preview")).toMatch(/Resources:\s+\+ \d+ to create/);
    await pulumi("up", "--yes", "--skip-preview");
    const credentials = (await pulumi("stack", "output", "credentials")).trim();
    expect(credentials).toBe("team/creds/deploy");
    expect(await readVault<object>(minimal.namespace, credentials)).toHaveProperty("access_key");
    await secondUpChangesNothing({ ...run, pulumi });
    await pulumi("destroy", "--yes", "--skip-preview");
  }

  it.concurrent.each(Object.keys(platforms))("%s", async (name) => {
    const { config, prepare, use } = platforms[name]!;
    await createNamespace(name);
    await prepare?.();
    const run = await project(name, { namespace: name, protectData: "false", ...config });
    expect(await run.pulumi("preview")).toMatch(/Resources:\s+\+ \d+ to create/);
    await run.pulumi("up", "--yes", "--skip-preview");
    await use(run);
    await secondUpChangesNothing(run);
    await run.pulumi("destroy", "--yes", "--skip-preview");
  });

  it("leave nothing behind but what was there before them", async () => {
    for (const name of Object.keys(platforms)) {
      const there = ["policy acme-boundary", "role audit", "table vault-data"];
      expect(leftovers(untouched, await inventory(name)).filter((left) => !there.includes(left))).toEqual([]);
    }
  });

  /** The script of the workflow: on what is up, with Vault out of reach, and on a change that the analysis rejects. */
  async function previewInCi({ folder: target }: Run): Promise<void> {
    const { environment } = sandbox.engine;
    const preview = async (): Promise<{ exitCode: number | undefined; comment: string }> => {
      const { exitCode } = await execa(path.join(target, "preview.sh"), ["dev"], {
        cwd: target,
        reject: false,
        env: {
          ...environment,
          PATH: `${path.join(environment.PULUMI_HOME!, "..", "bin")}:${process.env.PATH}`,
          KUBEVAULT_AWS_VAULT_ADDR: "http://127.0.0.1:9",
        },
      });
      return { exitCode, comment: readFileSync(path.join(target, "preview.md"), "utf8") };
    };
    const file = path.join(target, "index.ts");
    const program = readFileSync(file, "utf8");
    const change = (text: string) => writeFileSync(file, program.replace("  roles: {", `${text}\n  roles: {`));
    expect(await preview()).toMatchObject({ exitCode: 0, comment: expect.stringContaining("unchanged") as string });

    change('  leaseConfig: { lease: "10m", leaseMax: "1h" },');
    const changed = await preview();
    expect(changed.exitCode).toBe(0);
    expect(changed.comment).toMatch(/^### Preview of `dev`\n\n```diff\n/);
    expect(changed.comment).toMatch(/^\+ .*AwsLeaseConfig/m);

    change('  rootCredential: { extraStatements: [{ Effect: "Allow", Action: "iam:*", Resource: "*" }] },');
    const rejected = await preview();
    expect(rejected.exitCode).not.toBe(0);
    expect(rejected.comment).toMatch(/^### Preview of `dev` failed\n/);
    expect(rejected.comment).toContain(
      "extraStatements[0]: iam:* on * is granted to the root credential by a statement: it could do everything in IAM",
    );
    writeFileSync(file, program);
  }

  async function secondUpChangesNothing({ pulumi }: Run): Promise<void> {
    expect(await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")).toMatch(/\d+ unchanged/);
  }
});

const trust = (principal: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: principal }, Action: "sts:AssumeRole" }],
  });
