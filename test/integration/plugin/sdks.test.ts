import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findTool, pulumiPythonEnvironment } from "../../../sandbox/tools/index.js";

const repository = path.join(__dirname, "..", "..", "..");
const goModule = "example.com/pulumi-kubevault-aws/sdk/go";

/**
 * The SDKs that Pulumi's generators write from the schema, and the examples on them, as each language's own compiler sees them. That of .NET is not
 * among them: its tools are no part of the sandbox.
 */
describe("the SDKs of other languages", () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "sdks-test-"));
    const { path: generate } = await findTool("pulumi-gensdk");
    execFileSync(generate, [path.join(repository, "schema", "schema.json"), folder, "python", "go", "nodejs"]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("Node.js: its types hold", { timeout: 300_000 }, () => {
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    const program = `import * as kubevault from "./index";
const provider = new kubevault.Provider("vault", { login: { kind: "token", token: "x" } });
const role = kubevault.getAwsSecretsRoleOutput({ mount: "aws", name: "deploy" }, { provider });
export const roleArns = role.roleArns;
new kubevault.AwsSecretsRole("r", { mount: "aws", name: "r", credentialType: "assumed_role", roleArns: [] }, { provider });
`;
    const sdk = path.join(folder, "nodejs");
    writeFileSync(path.join(sdk, "program.ts"), program);
    const settings = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: "es2022",
      module: "node16",
      types: ["node"],
    };
    writeFileSync(
      path.join(sdk, "tsconfig.json"),
      JSON.stringify({ compilerOptions: settings, files: ["program.ts"] }),
    );
    const tsc = path.join(repository, "node_modules", "typescript", "bin", "tsc");
    expect(run(process.execPath, [tsc, "-p", sdk], folder)).toBe("");
  });

  it("Python: it is imported, and the example compiles", async () => {
    const python = await pulumiPythonEnvironment();
    const sdk = path.join(folder, "python");
    expect(run(python, ["-m", "compileall", "-q", sdk], folder)).toBe("");
    const metadata = path.join(sdk, "pulumi_kubevault_aws-0.1.0.dist-info");
    mkdirSync(metadata);
    writeFileSync(
      path.join(metadata, "METADATA"),
      "Metadata-Version: 2.1\nName: pulumi_kubevault_aws\nVersion: 0.1.0\n",
    );
    const program = `import pulumi_kubevault_aws as k
print(k.VaultPlatform.__name__, k.AwsSecretsRoles.__name__, k.get_aws_credentials_output.__name__)
print(k.AwsSecretsRoleSettingsArgs(credential_type="iam_user").credential_type)`;
    expect(run(python, ["-c", program], sdk).trim()).toBe(
      "VaultPlatform AwsSecretsRoles get_aws_credentials_output\niam_user",
    );
    run(python, ["-m", "py_compile", path.join(repository, "examples", "python", "__main__.py")], folder);
  });

  it("Go: it compiles, and so does the example on it", { timeout: 590_000 }, () => {
    // The versions of the generator, which uses the same SDK.
    const pinned = path.join(repository, "sandbox", "tools", "pulumi-gensdk");
    const requirements = readFileSync(path.join(pinned, "go.mod"), "utf8").replace(/^module .*$/m, "");
    const sdk = path.join(folder, "go");
    const example = path.join(folder, "example");
    cpSync(path.join(repository, "examples", "go"), example, { recursive: true });
    for (const [module, place] of [
      [goModule, sdk],
      ["kubevault-aws-go", example],
    ] as const) {
      writeFileSync(path.join(place, "go.mod"), `module ${module}\n${requirements}`);
      cpSync(path.join(pinned, "go.sum"), path.join(place, "go.sum"));
    }
    const env = { ...process.env, GOFLAGS: "-mod=mod" };
    execFileSync("go", ["mod", "edit", `-require=${goModule}@v0.0.0`, `-replace=${goModule}=${sdk}`], { cwd: example });
    expect(run("go", ["vet", "./..."], sdk, env)).toBe("");
    expect(run("go", ["vet", "./..."], example, env)).toBe("");
  });
});

function run(command: string, args: readonly string[], cwd: string, env = process.env): string {
  try {
    return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")}:\n${stdout}\n${stderr}`, { cause: error });
  }
}
