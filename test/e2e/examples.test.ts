import { AttachRolePolicyCommand, CreatePolicyCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { awsClients, leftovers, readSecret, takeInventory, type Inventory } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";
import type { DocumentShell } from "../support/documentShell.js";
import { shellText, splitAt } from "../support/pages.js";
import { sandboxShell } from "../support/sandboxShell.js";

const repository = path.join(__dirname, "..", "..");
const examples = path.join(repository, "examples");
const workloadAccount = "210987654321";

/** What a test of an example works with. */
interface Run {
  readonly folder: string;
  readonly namespace: string;
  readonly pulumi: (...args: string[]) => Promise<string>;
  /** Runs what is printed on a page, in the example's folder, with the variables of Vault's command line. */
  readonly type: (text: string) => Promise<string>;
}

interface Example {
  /** The guide whose commands are typed once the example is up. */
  readonly guide?: string;
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

/** Every example by the commands of its README and of its guide, from a machine outside of the cluster. All share one sandbox. */
describe("examples", () => {
  let sandbox: Sandbox;
  let shell: DocumentShell;
  let folder: string;
  let untouched: Inventory;

  beforeAll(async () => {
    sandbox = await startSandbox({
      otherAccountIds: [workloadAccount],
      // That of the READMEs.
      region: "eu-west-1",
      keyDelaySeconds: 1,
      // `npm run typecheck` checks the types of all examples at once.
      engineEnvironment: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    });
    shell = await sandboxShell(sandbox);
    // In the repository, so that the programs find their packages.
    folder = mkdtempSync(path.join(examples, ".e2e-"));
    untouched = await inventory("default");
  });

  afterAll(async () => {
    await shell.stop();
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

  /** Copies an example, types its README up to `pulumi up`, and sets what the test has otherwise. */
  async function project(name: string, config: Readonly<Record<string, string>> = {}): Promise<Run> {
    const target = path.join(folder, name);
    cpSync(path.join(examples, name), target, { recursive: true, filter: (file) => !file.includes("node_modules") });
    const namespace = config.namespace ?? "vault";
    const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], target);
    const type = async (text: string) => shell.run(text, target, await vaultVariables(namespace));
    await shell.run(readmeOf(name)[0].replace("create namespace vault", `create namespace ${namespace}`), target);
    for (const [key, value] of Object.entries(config)) {
      await pulumi("config", "set", key, value);
    }
    return { folder: target, namespace, pulumi, type };
  }

  /** The commands of an example's README before it is brought up, and those from then on. */
  function readmeOf(name: string): readonly [string, string] {
    const text = shellText(`examples/${name}/README.md`)
      // A Vault of the reader's own, which the test has in the shell's variables.
      .replace("export VAULT_ADDR=https://vault.example.com:8200 VAULT_TOKEN=...\n", "");
    return splitAt(text, name === "preview-in-ci" ? "./preview.sh" : "pulumi up");
  }

  /** Variables of the vault command for the Vault of a namespace; none as long as there is none. */
  async function vaultVariables(namespace: string): Promise<Record<string, string>> {
    // The root token of kms-unseal is not in the cluster.
    if (sandbox.operator.nodes(`${namespace}/vault`).length === 0 || namespace === "kms-unseal") {
      return {};
    }
    const { address, caCertificate = "" } = sandbox.operator.endpoint(`${namespace}/vault`);
    const certificate = path.join(folder, `${namespace}.pem`);
    writeFileSync(certificate, caCertificate);
    return { VAULT_ADDR: address, VAULT_CACERT: certificate, VAULT_TOKEN: await rootToken(namespace) };
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
      guide: "existing-cluster",
      prepare: async () => {
        await createNamespace("existing-table");
        const [create] = splitAt(shellText("docs/guides/existing-cluster.md"), "pulumi config");
        await shell.run(create, folder);
      },
      use: async ({ namespace, type }) => {
        const { iam, destroy } = awsClients(sandbox.aws, sandbox.aws.admin);
        const principal = await type("pulumi stack output rootArn");
        await iam.send(new CreateRoleCommand({ RoleName: "audit", AssumeRolePolicyDocument: trust(principal.trim()) }));
        destroy();
        expect((await readVault<{ arn: string }>(namespace, "aws/sts/audit")).arn).toContain(":assumed-role/audit/");
      },
    },
    "cross-account": {
      guide: "cross-account",
      prepare: async () => {
        const { iam, destroy } = awsClients(sandbox.aws, sandbox.aws.admins[workloadAccount]!);
        const RoleName = "OrganizationAccountAccessRole";
        const AssumeRolePolicyDocument = trust("arn:aws:iam::123456789012:root");
        await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
        const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
        await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
        destroy();
      },
      use: async ({ type }) => {
        const printed = await type("vault read aws/sts/deploy");
        expect(printed).toContain(`arn:aws:sts::${workloadAccount}:assumed-role/vault-deploy/`);
      },
    },
    "org-module": {
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
      guide: "kms-unseal",
      use: async ({ namespace }) => {
        // No Secret of the cluster holds the keys.
        expect(await readSecret(kubeconfigPath(), namespace, "vault-keys").catch(() => ({}))).toEqual({});
      },
    },
    "session-credentials": {
      guide: "session-credentials",
      use: async (run) => {
        expect(await run.type("pulumi stack output storageAccessKeyId")).toMatch(/^ASIA/);
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
    const minimal = await project("minimal");
    expect(await minimal.pulumi("preview")).toMatch(/Resources:\s+\+ \d+ to create/);
    await minimal.type(readmeOf("minimal")[1]);
    expect(await minimal.pulumi("stack", "output", "vaultAddress")).toMatch(/^https:\/\/vault\.vault\.svc:8200$/m);
    await readsUserKey(minimal);
    expect(await minimal.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")).toContain("unchanged");
    await secondUpChangesNothing(minimal);

    await existingVault(minimal);
    await backup(minimal);
    const [leases, users] = splitAt(shellText("docs/guides/uninstall.md"), "aws iam");
    expect(await minimal.type(leases)).toMatch(/^Keys\n----\n\S+$/);
    expect(await minimal.type(users)).toMatch(/"UserName":"vault-root-deploy-/);

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
    const { folder: target } = await project("existing-vault", { mountPath: "team" });
    const variables = await vaultVariables(minimal.namespace);
    const type = (text: string) => shell.run(text, target, variables);
    expect(await type("pulumi preview")).toMatch(/Resources:\s+\+ \d+ to create/);
    const printed = await type(readmeOf("existing-vault")[1]);
    expect(printed).toMatch(/^access_key\s+AKIA/m);
    // The guide's, on what is up. Its first lines name a Vault of the reader's own, and make the stack.
    const [, again] = splitAt(shellText("docs/guides/existing-vault.md"), "pulumi up");
    expect(await type(again)).toMatch(/\d+ unchanged[\s\S]*^access_key\s+AKIA/m);
    await type("pulumi destroy");
  }

  /** docs/guides/backup-and-restore.md as far as the first restore; docs/day-2.md has the rest, and a test of its own. */
  async function backup(minimal: Run): Promise<void> {
    const [show] = splitAt(shellText("docs/guides/backup-and-restore.md"), "aws dynamodb restore-table");
    const [table] =
      (await minimal.pulumi("stack", "--show-urns", "--show-ids")).match(
        /(?<=aws:dynamodb\/table:Table[^\n]*\n[\s\S]*?ID: )\S+/,
      ) ?? [];
    expect(await minimal.type(`table=${table}\n${show}`)).toContain('"PointInTimeRecoveryStatus":"ENABLED"');
    expect(readFileSync(path.join(minimal.folder, "vault-keys.yaml"), "utf8")).toContain(
      "k8s.-.vault.vault-unseal-key-0",
    );
  }

  it.concurrent.each(Object.keys(platforms))("%s", async (name) => {
    const { guide, prepare, use } = platforms[name]!;
    await prepare?.();
    const run = await project(name, { namespace: name, protectData: "false" });
    expect(await run.pulumi("preview")).toMatch(/Resources:\s+\+ \d+ to create/);
    await run.type(name === "preview-in-ci" ? "pulumi up" : readmeOf(name)[1]);
    await use(run);
    if (guide !== undefined) {
      const text = shellText(`docs/guides/${guide}.md`);
      await run.type(guide === "existing-cluster" ? splitAt(text, "pulumi config")[1] : text);
    }
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
    const preview = async (): Promise<{ failed: boolean; comment: string }> => {
      const failed = await shell
        .run("./preview.sh dev", target, { KUBEVAULT_AWS_VAULT_ADDR: "http://127.0.0.1:9" })
        .then(
          () => false,
          () => true,
        );
      return { failed, comment: readFileSync(path.join(target, "preview.md"), "utf8") };
    };
    const file = path.join(target, "index.ts");
    const program = readFileSync(file, "utf8");
    const change = (text: string) => writeFileSync(file, program.replace("  roles: {", `${text}\n  roles: {`));
    // As its README says.
    expect(await shell.run(readmeOf("preview-in-ci")[1], target)).toContain("unchanged");
    expect(await preview()).toMatchObject({ failed: false, comment: expect.stringContaining("unchanged") as string });

    change('  leaseConfig: { lease: "10m", leaseMax: "1h" },');
    const changed = await preview();
    expect(changed.failed).toBe(false);
    expect(changed.comment).toMatch(/^### Preview of `dev`\n\n```diff\n/);
    expect(changed.comment).toMatch(/^\+ .*AwsLeaseConfig/m);

    change('  rootCredential: { extraStatements: [{ Effect: "Allow", Action: "iam:*", Resource: "*" }] },');
    const rejected = await preview();
    expect(rejected.failed).toBe(true);
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
