import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findLanguages } from "../../../sandbox/engine/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import { installProviderPlugin } from "../../support/providerPlugin.js";
import { VaultStandIn } from "../../support/vaultStandIn.js";
import { startTestEngine, type TestEngine } from "../engine/support.js";
import { failureOf } from "../secretsengine/support.js";

const role = () => ({ credentialType: "assumed_role", roleArns: ["arn:aws:iam::123456789012:role/r"] });
const busy = { status: 503, body: { errors: ["busy"] } };

/** What goes wrong in the middle of an `up`, as the pulumi command shows it and as the state has it afterwards. */
describe("the provider plugin, when an operation does not get to its end", () => {
  let engine: TestEngine;
  let vault: VaultStandIn;

  beforeAll(async () => {
    engine = await startTestEngine(await findLanguages(["yaml"]));
    installProviderPlugin(engine.environment.PULUMI_HOME ?? "");
  });
  afterAll(() => engine.remove());
  beforeEach(async () => {
    vault = await VaultStandIn.start();
    vault.mount("aws");
  });
  afterEach(() => vault.stop());

  async function project(name: string, type: string, properties: object, options: object = {}): Promise<string> {
    const login = { kind: "appRole", roleId: "r", secretId: "s" };
    const program = {
      name,
      runtime: "yaml",
      resources: {
        vault: { type: "pulumi:providers:kubevault-aws", properties: { address: vault.address, login, maxRetries: 9 } },
        sample: { type: `kubevault-aws:${type}`, properties, options: { provider: "${vault}", ...options } },
      },
    };
    const folder = path.join(engine.workDir, name);
    mkdirSync(folder);
    writeFileSync(path.join(folder, "Pulumi.yaml"), stringify(program));
    await engine.run(["stack", "init", "dev", "--non-interactive"], folder);
    return folder;
  }

  const up = ["up", "--yes", "--skip-preview", "--non-interactive"];

  interface State {
    readonly deployment: {
      readonly resources: readonly { readonly id?: string; readonly urn: string; readonly initErrors?: string[] }[];
    };
  }

  async function stateOf(folder: string) {
    const { deployment } = JSON.parse(await engine.run(["stack", "export"], folder)) as State;
    return deployment.resources.find(({ urn }) => urn.endsWith("::sample"));
  }

  it("keeps what was created with its error, and the next up carries on", async () => {
    const folder = await project("partial", "AwsSecretsRoles", { mount: "aws", roles: { good: role(), bad: role() } });
    vault.intercept = ({ method, path: at }) =>
      method === "POST" && at === "aws/roles/bad" ? { status: 400, body: { errors: ["not today"] } } : undefined;
    expect((await failureOf(engine.run(up, folder))).message).toMatch(/1 role of aws failed:\s+- bad: .*not today/);
    expect(await stateOf(folder)).toMatchObject({
      id: "aws/roles",
      initErrors: [expect.stringContaining("not today") as string],
    });
    vault.intercept = () => undefined;
    await engine.run(up, folder);
    expect(Object.keys(vault.objects).sort()).toEqual(["aws/roles/bad", "aws/roles/good"]);
    expect((await stateOf(folder))?.initErrors).toBeUndefined();
    await engine.run(["preview", "--expect-no-changes", "--non-interactive"], folder);
    expect([...vault.tokens]).toEqual(["root"]);
  });

  it("ends soon after an interrupt, and leaves neither a resource nor a token", async () => {
    const folder = await project("interrupted", "AwsSecretsRole", { mount: "aws", name: "sample", ...role() });
    vault.intercept = ({ path: at }) => (at === "aws/roles/sample" ? busy : undefined);
    const command = (await findTool("pulumi")).path;
    const running = execa(command, up, { cwd: folder, env: engine.environment, reject: false, all: true });
    await expect.poll(() => vault.calls(), { timeout: 60_000 }).toContain("GET aws/roles/sample");
    running.kill("SIGINT");
    const { exitCode, all } = await running;
    expect(exitCode).not.toBe(0);
    expect(all).toContain("the operation was cancelled");
    expect(await stateOf(folder)).toBeUndefined();
    expect([...vault.tokens]).toEqual(["root"]);
  });

  it("fails after the time of customTimeouts", async () => {
    const options = { customTimeouts: { create: "1s" } };
    const folder = await project("slow", "AwsSecretsRole", { mount: "aws", name: "sample", ...role() }, options);
    vault.intercept = ({ path: at }) => (at === "aws/roles/sample" ? busy : undefined);
    expect((await failureOf(engine.run(up, folder))).message).toContain(
      "not done within 1 s, the time that customTimeouts gives it",
    );
    expect(await stateOf(folder)).toBeUndefined();
  });
});
