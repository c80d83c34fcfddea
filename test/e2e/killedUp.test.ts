import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { waitFor } from "../../sandbox/process/index.js";
import { readSecret } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";

const repository = path.join(__dirname, "..", "..");

interface Deployment {
  readonly resources: Record<string, unknown>[];
  readonly pending_operations?: { readonly resource: Record<string, unknown>; readonly type: string }[];
}

/** An `up` that ends without a word while Vault is waited for, as when a runner is taken away. */
describe("an up that is killed", () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox({
      keyDelaySeconds: 1,
      engineEnvironment: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    });
  });

  afterAll(async () => {
    await sandbox.stop();
  });

  /** A project with a platform in a namespace of its own, whose `up` was killed while it waited for Vault. */
  async function killed(namespace: string) {
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    await rest.close();
    // In the repository, so that the program finds its packages.
    const folder = await mkdtemp(path.join(repository, "examples", `.${namespace}-`));
    const args = {
      namespace,
      vaultServer: { version: "1.18.4" },
      roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
    };
    await writeFile(path.join(folder, "Pulumi.yaml"), `name: ${namespace}\nruntime: nodejs\n`);
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: namespace, main: "index.ts" }));
    await writeFile(
      path.join(folder, "index.ts"),
      `import { VaultPlatform } from "pulumi-kubevault-aws";\nnew VaultPlatform("vault", ${JSON.stringify(args)} as any);\n`,
    );
    const pulumi = (...command: string[]) => sandbox.engine.run([...command, "--non-interactive"], folder);
    await pulumi("stack", "init", "dev");
    const { environment } = sandbox.engine;
    const run = execa(
      path.join(environment.PULUMI_HOME!, "..", "bin", "pulumi"),
      ["up", "--yes", "--skip-preview", "--non-interactive"],
      { cwd: folder, env: environment, detached: true, reject: false },
    );
    const stateFile = path.join(
      environment.PULUMI_BACKEND_URL!.replace("file://", ""),
      `.pulumi/stacks/${namespace}/dev.json`,
    );
    await waitFor(async () => (await isWaiting(stateFile)) || undefined, {
      what: "the up that waits for Vault",
      timeoutMs: 120_000,
      intervalMs: 20,
    });
    // The whole group: neither the engine nor a plugin of it can say a word.
    process.kill(-run.pid!, "SIGKILL");
    await run;
    return { folder, pulumi };
  }

  async function isWaiting(stateFile: string): Promise<boolean> {
    const text = await readFile(stateFile, "utf8").catch(() => "{}");
    const { checkpoint } = JSON.parse(text === "" ? "{}" : text) as { checkpoint?: { latest?: Deployment } };
    return (checkpoint?.latest?.pending_operations ?? []).some(({ resource }) =>
      String(resource["type"]).endsWith(":VaultServerRollout"),
    );
  }

  async function givesCredentials(namespace: string): Promise<void> {
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, namespace, "vault-keys");
    const answer = await vaultRequest<{ data: object }>(sandbox.operator.endpoint(`${namespace}/vault`), {
      path: "aws/creds/deploy",
      token: keys[`k8s.-.${namespace}.vault-root-token`] ?? "",
    });
    expect(answer.data).toHaveProperty("access_key");
  }

  it("is carried on by the next one", async () => {
    const { folder, pulumi } = await killed("killed");
    try {
      // The lock of a state in a folder or bucket stays behind; Pulumi's own error names this command.
      await pulumi("cancel", "--yes");
      await pulumi("up", "--yes", "--skip-preview");
      await givesCredentials("killed");
      expect(await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")).toMatch(/\d+ unchanged/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("before the VaultServer was in the state, is carried on after the command that the next one names", async () => {
    const { folder, pulumi } = await killed("unknown");
    try {
      await pulumi("cancel", "--yes");
      await forgetVaultServer(folder, pulumi);
      const printed = await pulumi("up", "--yes", "--skip-preview").then(
        () => "it did not fail",
        (error: Error) => error.message,
      );
      expect(printed).toContain(
        'VaultServer "vault-server": VaultServer unknown/vault exists in the cluster at https://127.0.0.1',
      );
      const [, command = ""] = / pulumi (import .+)$/m.exec(printed) ?? [];
      await pulumi(...command.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1")));
      await pulumi("up", "--yes", "--skip-preview");
      await givesCredentials("unknown");
      expect(await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")).toMatch(/\d+ unchanged/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  /** The state as it was when the VaultServer was sent, and its answer not written yet. */
  async function forgetVaultServer(folder: string, pulumi: (...args: string[]) => Promise<string>): Promise<void> {
    const state = JSON.parse(await pulumi("stack", "export")) as { readonly deployment: Deployment };
    const isServer = ({ type }: Record<string, unknown>) =>
      String(type).endsWith(":VaultServer") && !String(type).startsWith("kubevault-aws");
    const server = state.deployment.resources.find(isServer);
    expect(server).toBeDefined();
    const { id: _id, outputs: _outputs, ...sent } = server!;
    const deployment = {
      ...state.deployment,
      resources: state.deployment.resources.filter((resource) => !isServer(resource)),
      pending_operations: [{ resource: sent, type: "creating" }],
    };
    const file = path.join(folder, "state.json");
    await writeFile(file, JSON.stringify({ ...state, deployment }));
    await pulumi("stack", "import", "--file", file);
  }
});
