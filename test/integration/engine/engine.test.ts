import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createEngine } from "../../../sandbox/engine/index.js";
import { packageVersion } from "../../../sandbox/engine/bundlePlugin.js";
import { findTool } from "../../../sandbox/tools/index.js";
import { makeStack, startTestEngine, type TestEngine } from "./support.js";

const repository = path.join(__dirname, "..", "..", "..");
const folders: string[] = [];

function scratchFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "sandbox-engine-test-"));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A dynamic resource that tells where its code runs and which variables it has. */
class Witness extends pulumi.CustomResource {
  declare readonly cwd: pulumi.Output<string>;
  declare readonly variables: pulumi.Output<Record<string, string>>;

  constructor(name: string, names: string[]) {
    const text = `exports.handler = () => ({
      check: async (olds, news) => ({ inputs: news, failures: [] }),
      diff: async () => ({ changes: false }),
      create: async (inputs) => {
        const variables = {};
        for (const name of inputs.names) variables[name] = process.env[name] === undefined ? "not set" : process.env[name];
        return { id: "witness", outs: { ...inputs, cwd: process.cwd(), variables } };
      },
    });`;
    const args = { names, cwd: undefined, variables: undefined, __provider: text };
    super("pulumi-nodejs:dynamic/sandbox:Witness", name, args);
  }
}

describe("an engine", () => {
  let engine: TestEngine;

  beforeAll(async () => {
    vi.stubEnv("AWS_PROFILE", "production");
    vi.stubEnv("VAULT_ADDR", "https://vault.production.example.com");
    engine = await startTestEngine({ env: { VAULT_TOKEN: "given to the engine" } });
    vi.unstubAllEnvs();
  });

  afterEach(() => vi.unstubAllEnvs());

  afterAll(() => engine.remove());

  it("runs dynamic resources in the program's folder, without a warning, and without the shell's clouds and Vaults", async () => {
    vi.stubEnv("AWS_PROFILE", "production");
    vi.stubEnv("VAULT_ADDR", "https://vault.production.example.com");
    const before = readdirSync(repository).sort();
    const stack = await makeStack(engine, "witness", async () => {
      const witness = new Witness("witness", ["AWS_PROFILE", "VAULT_ADDR", "VAULT_TOKEN"]);
      return { cwd: witness.cwd, variables: witness.variables };
    });
    const { outputs, printed } = await stack.up();
    expect(outputs.cwd?.value).toBe(repository);
    expect(outputs.variables?.value).toEqual({
      AWS_PROFILE: "not set",
      VAULT_ADDR: "not set",
      VAULT_TOKEN: "given to the engine",
    });
    expect(printed).not.toContain("warning");
    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});
    expect((await stack.destroy()).operations).toEqual({ witness: "delete" });
    expect(readdirSync(repository).sort()).toEqual(before);
  });

  it("lets a second program take over a stack", async () => {
    const first = await makeStack(engine, "taken-over", async () => ({ said: "first" }));
    expect((await first.up()).outputs.said?.value).toBe("first");
    const second = await makeStack(engine, "taken-over", async () => ({ said: "second" }));
    expect((await second.up()).outputs.said?.value).toBe("second");
  });

  it("runs the pulumi command on its own stacks, and says what failed", async () => {
    await makeStack(engine, "command", async () => ({}));
    const folder = engine.projectFolder("command");
    const stacks = JSON.parse(await engine.run(["stack", "ls", "--json"], folder)) as unknown;
    expect(stacks).toMatchObject([{ name: "dev" }]);
    const failing = engine.run(["stack", "select", "nowhere"], folder);
    await expect(failing).rejects.toThrow("no stack named 'nowhere' found");
  });
});

describe("a secret configuration value", () => {
  const hidden = "s3cret value with $pecial 'characters'\nand two lines";

  it("is never on an argument list, nor stored in plain text", async () => {
    const folder = scratchFolder();
    const argumentsFile = path.join(folder, "arguments");
    const wrapper = path.join(folder, "pulumi");
    const { path: pulumiPath } = await findTool("pulumi");
    writeFileSync(wrapper, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${argumentsFile}'\nexec '${pulumiPath}' "$@"\n`, {
      mode: 0o755,
    });
    const engine = await createEngine({ workDir: folder, pulumi: wrapper });
    const config = { "secrets:open": { value: "seen by all" }, "secrets:hidden": { value: hidden, secret: true } };
    const stack = await makeStack(
      engine,
      "secrets",
      async () => {
        const values = new pulumi.Config("secrets");
        return { open: values.get<string>("open"), hidden: values.requireSecret("hidden") };
      },
      config,
    );
    const { outputs } = await stack.up();
    expect(outputs.open).toEqual({ value: "seen by all", secret: false });
    expect(outputs.hidden).toEqual({ value: hidden, secret: true });
    const used = readFileSync(argumentsFile, "utf8");
    expect(used).toContain("config set --secret");
    expect(used).toContain("seen by all");
    expect(used).not.toContain("s3cret");
    expect(engine.storedText()).toContain("seen by all");
    expect(engine.storedText()).not.toContain("s3cret");
  });

  it("that cannot be set is named in the error, without its value", async () => {
    const engine = await startTestEngine({});
    try {
      const failing = makeStack(engine, "bad-key", async () => ({}), { "a:b:c:d": { value: hidden, secret: true } });
      await expect(failing).rejects.toThrow("Cannot set the secret configuration value a:b:c:d");
      await expect(failing).rejects.not.toThrow("s3cret");
    } finally {
      await engine.remove();
    }
  });
});

describe("the plugins in use", () => {
  const awsVersion = packageVersion(require, "@pulumi/aws");
  const kubernetesVersion = packageVersion(require, "@pulumi/kubernetes");

  afterEach(() => vi.unstubAllEnvs());

  /** A plugin that notes its start beside itself, and fails. */
  function putPlugin(folder: string, name: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, name), `#!/bin/sh\n: > '${path.join(folder, "started")}'\nexit 1\n`, {
      mode: 0o755,
    });
  }

  function putBoth(home: string): void {
    putPlugin(path.join(home, "plugins", `resource-aws-v${awsVersion}`), "pulumi-resource-aws");
    putPlugin(path.join(home, "plugins", `resource-kubernetes-v${kubernetesVersion}`), "pulumi-resource-kubernetes");
  }

  it("are the stand-ins, also where the released ones are installed", async () => {
    const home = scratchFolder();
    putBoth(home);
    vi.stubEnv("PULUMI_HOME", home);
    const engine = await startTestEngine({});
    expect(engine.pluginsInUse).toEqual({ aws: "stand-in", kubernetes: "stand-in" });
    await engine.remove();
  });

  it("are the released ones on request: of the SDK's version, or on PATH", async () => {
    const home = scratchFolder();
    putPlugin(path.join(home, "plugins", `resource-aws-v${awsVersion}`), "pulumi-resource-aws");
    putPlugin(path.join(home, "bin"), "pulumi-resource-kubernetes");
    vi.stubEnv("PULUMI_HOME", home);
    vi.stubEnv("PATH", `${path.join(home, "bin")}${path.delimiter}${process.env.PATH ?? ""}`);
    const engine = await startTestEngine({ releasedPlugins: true });
    const own = path.join(home, "bin", "pulumi-resource-kubernetes");
    expect(engine.pluginsInUse).toEqual({
      aws: `released v${awsVersion}`,
      kubernetes: `released, from PATH (${own})`,
    });
    await engine.remove();
    expect(readdirSync(path.join(home, "plugins", `resource-aws-v${awsVersion}`))).toEqual(["pulumi-resource-aws"]);
  });

  it("are what the engine starts", async () => {
    const home = scratchFolder();
    putBoth(home);
    vi.stubEnv("PULUMI_HOME", home);
    const engine = await startTestEngine({ releasedPlugins: true });
    const stack = await makeStack(engine, "released", async () => {
      new aws.sqs.Queue("queue");
    });
    await expect(stack.preview()).rejects.toThrow("pulumi-resource-aws");
    expect(existsSync(path.join(home, "plugins", `resource-aws-v${awsVersion}`, "started"))).toBe(true);
    await engine.remove();
  });

  it("that are asked for and missing are an error that says how to install them", async () => {
    const home = scratchFolder();
    putPlugin(path.join(home, "plugins", "resource-aws-v1.0.0"), "pulumi-resource-aws");
    vi.stubEnv("PULUMI_HOME", home);
    await expect(startTestEngine({ releasedPlugins: true })).rejects.toThrow(
      `Pulumi's released aws plugin v${awsVersion} is neither in ${path.join(home, "plugins")} nor on PATH. ` +
        `Install it with "pulumi plugin install resource aws ${awsVersion}", or leave out --released-plugins.`,
    );
  });

  it("are never another sandbox's stand-ins", async () => {
    const other = await startTestEngine({});
    vi.stubEnv("PULUMI_HOME", other.environment.PULUMI_HOME);
    await expect(startTestEngine({ releasedPlugins: true })).rejects.toThrow("Pulumi's released aws plugin");
    await other.remove();
  });
});
