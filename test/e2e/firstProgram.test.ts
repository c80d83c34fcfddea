import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { readSecret } from "../../sandbox/proof/index.js";

const repository = path.join(__dirname, "..", "..");

/** README's first program, exactly as it is printed there, from a machine outside of the cluster. */
describe("README's first program", () => {
  let sandbox: Sandbox;
  let folder: string;

  const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], folder);

  beforeAll(async () => {
    sandbox = await startSandbox();
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "vault" } });
    await rest.close();
    const readme = await readFile(path.join(repository, "README.md"), "utf8");
    const program = /```ts\n(import \{ VaultPlatform \}.*?)```/s.exec(readme)?.[1];
    if (program === undefined) {
      throw new Error("README.md shows no program");
    }
    // In the repository, so that the program finds its packages.
    folder = await mkdtemp(path.join(repository, "examples", ".first-program-"));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: first\nruntime: nodejs\n");
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "first", main: "index.ts" }));
    await writeFile(path.join(folder, "index.ts"), program);
    await pulumi("stack", "init", "dev");
  });

  afterAll(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("comes up through the Kubernetes API, without any setting", async () => {
    await pulumi("up", "--yes", "--skip-preview");
    expect(await pulumi("stack", "output", "vaultAddress")).toMatch(/^https?:\/\/vault\.vault\.svc:8200$/);
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, "vault", "vault-keys");
    expect(Object.keys(keys)).toContain("k8s.-.vault.vault-root-token");
  });

  it("shows no drift and no changes afterwards", async () => {
    expect(await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")).toContain("unchanged");
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
  });
});
