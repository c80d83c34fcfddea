import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import program from "../../examples/platform/index.js";
import {
  createPlatformStack,
  platformNamespace,
  subjectOf,
  type PlatformStack,
} from "../../sandbox/demo/platformStack.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { leftovers, platformChecks, takeInventory, type Inventory, type Subject } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";

const repository = path.join(__dirname, "..", "..");

/** The whole of examples/platform, from nothing to credentials and back. Each test goes on where the one before it ended. */
describe("examples/platform", () => {
  let sandbox: Sandbox;
  let stack: PlatformStack;
  let before: Inventory;
  let subject: Subject;

  const visible = () => ({ aws: sandbox.aws, kubeconfigPath: sandbox.kubernetes.kubeconfigPath });

  beforeAll(async () => {
    sandbox = await startSandbox();
    stack = await createPlatformStack(sandbox, program);
    before = await takeInventory(visible(), platformNamespace);
  });

  afterAll(async () => {
    await sandbox.stop();
  });

  it("refuses a bad argument at preview, before anything is created", async () => {
    await stack.setConfig("kubevault-aws-platform:replicas", { value: "0" });
    const refused = await stack.preview().then(
      () => "no error",
      (error: unknown) => String(error),
    );
    await stack.removeConfig("kubevault-aws-platform:replicas");
    expect(refused).toContain(
      'VaultPlatform "vault": invalid argument: vaultServer.replicas: must be at least 1, got 0.',
    );
    expect(refused).not.toContain("    at ");
    expect(leftovers(before, await takeInventory(visible(), platformNamespace))).toEqual([]);
  });

  it("previews everything without creating anything", async () => {
    const { changeSummary } = await stack.preview();
    expect(Object.keys(changeSummary)).toEqual(["create"]);
    expect(leftovers(before, await takeInventory(visible(), platformNamespace))).toEqual([]);
  });

  it("is what the repository's own Pulumi.yaml runs", async () => {
    const project = await readFile(path.join(repository, "Pulumi.yaml"), "utf8");
    const folder = await mkdtemp(path.join(tmpdir(), "root-project-"));
    try {
      // A copy, so that the stack's settings are not written into the repository.
      const main = path.join(repository, /^main: (.+)$/m.exec(project)?.[1] ?? "");
      await writeFile(path.join(folder, "Pulumi.yaml"), project.replace(/^main: .+$/m, `main: ${main}`));
      const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], folder);
      await pulumi("stack", "init", "root");
      await pulumi("config", "set", "protectData", "false");
      expect(await pulumi("preview")).toMatch(/Resources:\s+\+ 37 to create/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("comes up", async () => {
    const { outputs, summary } = await stack.up();
    expect(summary.result).toBe("succeeded");
    subject = await subjectOf(sandbox, stack, outputs);
    expect(subject.outputs.mountPath).toBe("aws");
  });

  it.each(platformChecks.map((check) => [check.title, check] as const))("%s", async (_, check) => {
    expect(await check.run(subject)).not.toBe("");
  });

  it("is left alone by a second up", async () => {
    const { summary } = await stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  it("shows no drift right after up", async () => {
    const { summary } = await stack.refresh();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  it("puts back a role that was changed by hand", async () => {
    const path = "aws/roles/audit";
    const role = () =>
      vaultRequest<{ data: { max_sts_ttl: number; role_arns: string[] } }>(subject.vault, {
        path,
        token: subject.vault.token,
      });
    const original = await role();
    await vaultRequest(subject.vault, {
      method: "POST",
      path,
      token: subject.vault.token,
      body: { max_sts_ttl: 7200 },
    });
    const { summary: refreshed } = await stack.refresh();
    expect(refreshed.resourceChanges?.update).toBe(1);
    const { summary: repaired } = await stack.up();
    expect(repaired.resourceChanges?.update).toBe(1);
    expect((await role()).data).toEqual(original.data);
  });

  it("refuses to be destroyed while its data is protected, before anything is deleted", async () => {
    await stack.setConfig("kubevault-aws-platform:protectData", { value: "true" });
    await stack.up();
    const inventory = await takeInventory(visible(), platformNamespace);
    const refused = await stack.destroy().then(
      () => "no error",
      (error: unknown) => String(error),
    );
    expect(refused).toContain("DestroyGuard::vault-guard");
    expect(leftovers(await takeInventory(visible(), platformNamespace), inventory)).toEqual([]);
    expect(Object.keys((await stack.preview()).changeSummary)).toEqual(["same"]);
    await stack.setConfig("kubevault-aws-platform:protectData", { value: "false" });
    await stack.up();
  });

  it("leaves nothing behind when destroyed", async () => {
    await stack.destroy();
    expect(leftovers(before, await takeInventory(visible(), platformNamespace))).toEqual([]);
  });
});
