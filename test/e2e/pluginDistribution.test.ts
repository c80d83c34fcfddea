import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, findLanguages, type Engine } from "../../sandbox/engine/index.js";
import { findTool } from "../../sandbox/tools/index.js";
import { buildProviderPlugin } from "../support/providerPlugin.js";
import { startGitServer, type GitServer } from "../support/gitServer.js";
import { VaultStandIn } from "../support/vaultStandIn.js";

const repository = path.join(__dirname, "..", "..");

/** The provider plugin as users get it: from a folder, a tarball and a Git repository. npm installs what it depends on each time. */
describe("the provider plugin is had", () => {
  let folder: string;
  let engine: Engine;
  let git: GitServer;
  let vault: VaultStandIn;
  let built: string;
  let version: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "plugin-distribution-"));
    ({ folder: built, version } = buildProviderPlugin());
    const repositories = path.join(folder, "git");
    mkdirSync(repositories);
    git = await startGitServer(repositories);
    writeFileSync(path.join(folder, "authority.pem"), git.authority);
    engine = await createEngine({
      workDir: folder,
      pulumi: (await findTool("pulumi")).path,
      ...(await findLanguages(["nodejs", "yaml"])),
      env: { SSL_CERT_FILE: path.join(folder, "authority.pem") },
    });
    vault = await VaultStandIn.start();
    vault.mount("aws");
    vault.objects["aws/roles/user"] = { credential_type: "iam_user", policy_arns: ["arn:aws:iam::aws:policy/P"] };
  });
  afterAll(async () => {
    git.stop();
    await vault.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A program that calls functions of the package, with the plugin of its project file or the installed one. */
  function project(name: string, more: object = {}): string {
    const invoke = (function_: string, args: object) => ({
      "fn::invoke": { function: `kubevault-aws:${function_}`, arguments: args, options: { provider: "${vault}" } },
    });
    const program = {
      name,
      runtime: "yaml",
      resources: {
        vault: {
          type: "pulumi:providers:kubevault-aws",
          properties: { address: vault.address, login: { kind: "token", token: "root" } },
        },
      },
      variables: {
        roles: invoke("listAwsSecretsRoles", { mount: "aws" }),
        credentials: invoke("getAwsCredentials", { mount: "aws", role: "user", keyReadiness: { skip: true } }),
      },
      outputs: { roles: "${roles.names}", credentials: "${credentials}" },
      ...more,
    };
    const place = path.join(folder, name);
    mkdirSync(place);
    writeFileSync(path.join(place, "Pulumi.yaml"), stringify(program));
    return place;
  }

  const tokensOf = (file: string) =>
    Object.keys((JSON.parse(readFileSync(file, "utf8")) as { functions: object }).functions);

  async function schemaOf(source: string): Promise<string[]> {
    const printed = await engine.run(["package", "get-schema", source], folder);
    return Object.keys((JSON.parse(printed.slice(printed.indexOf("{"))) as { functions: object }).functions);
  }

  it("from a tarball; a YAML program's functions return secrets, and their leases end with the operation", async () => {
    const tarball = path.join(folder, "plugin.tgz");
    execFileSync("tar", ["-czf", tarball, "-C", built, "."]);
    await engine.run(["plugin", "install", "resource", "kubevault-aws", `v${version}`, "--file", tarball], folder);
    const place = project("tarball");
    const run = (...args: string[]) => engine.run([...args, "--non-interactive"], place);
    await run("stack", "init", "dev");
    await run("up", "--yes", "--skip-preview");
    const outputs = JSON.parse(await run("stack", "output", "--json")) as Record<string, unknown>;
    expect(outputs).toEqual({ roles: ["user"], credentials: "[secret]" });
    const shown = JSON.parse(await run("stack", "output", "--json", "--show-secrets")) as Record<string, unknown>;
    expect(shown.credentials).toMatchObject({ accessKeyId: expect.stringMatching(/^AKIA/) as string });
    expect(vault.calls()).toContain("GET aws/creds/user");
    expect([...vault.leases.keys()]).toEqual([]);
  });

  it("from a folder, where its dependencies are installed; then by its executable and by the project file", async () => {
    const place = path.join(folder, "plugin");
    cpSync(built, place, { recursive: true });
    const schema = path.join(repository, "schema", "schema.json");
    expect(await schemaOf(place)).toEqual(tokensOf(schema));
    expect(await schemaOf(path.join(place, "pulumi-resource-kubevault-aws"))).toEqual(tokensOf(schema));
    const plugins = { providers: [{ name: "kubevault-aws", path: place }] };
    const used = project("folder", { plugins });
    await engine.run(["stack", "init", "dev", "--non-interactive"], used);
    expect(await engine.run(["preview", "--non-interactive"], used)).toContain("to create");
  });

  it.each([
    ["its root", "plugin.git", ""],
    ["a folder of it", "infrastructure.git", "/tools/vault"],
  ])("from a Git repository: %s", async (_, name, below) => {
    const work = path.join(folder, `work-of-${name}`);
    cpSync(built, path.join(work, below), { recursive: true });
    const run = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        cwd: work,
        stdio: "pipe",
      });
    run("init", "--quiet", "--initial-branch=main");
    run("add", "--all");
    run("commit", "--quiet", "--message=plugin");
    run("tag", "v1.2.3");
    run("clone", "--quiet", "--bare", work, path.join(folder, "git", "acme", name));
    const functions = await schemaOf(`https://${git.host}/acme/${name}${below}@v1.2.3`);
    expect(functions).toEqual(tokensOf(path.join(repository, "schema", "schema.json")));
  });
});
