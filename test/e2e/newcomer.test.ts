import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa, type ResultPromise } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { waitFor } from "../../sandbox/process/index.js";
import { readSecret } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";
import { documentShell, type DocumentShell } from "../support/documentShell.js";
import { sectionBlocks } from "../support/pages.js";
import { startNpmRegistry, type NpmRegistry } from "../support/npmRegistry.js";
import { sandboxShell } from "../support/sandboxShell.js";

const repository = path.join(__dirname, "..", "..");
/** README.md from an empty folder: commands are typed, and files are written, as they are printed and in their order. */
describe("README.md: start", () => {
  let sandbox: Sandbox;
  let registry: NpmRegistry;
  let shell: DocumentShell;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "newcomer-"));
    // The region that the README sets.
    sandbox = await startSandbox({ region: "eu-west-1" });
    const latest = Object.fromEntries(
      ["@pulumi/aws", "@pulumi/kubernetes", "@pulumi/pulumi", "typescript", "@types/node"].map((name) => {
        const manifest = path.join(repository, "node_modules", name, "package.json");
        return [name, (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version] as const;
      }),
    );
    registry = await startNpmRegistry(repository, folder, latest);
    shell = await sandboxShell(sandbox, { npm });
  });

  afterAll(async () => {
    await shell.stop();
    registry.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The real one, and the registry in which this package is. */
  async function npm(args: readonly string[], cwd: string): Promise<string> {
    const env = {
      npm_config_registry: registry.url,
      npm_config_replace_registry_host: "never",
      npm_config_prefer_offline: "true",
    };
    return (await execa("npm", args, { cwd, env })).stdout;
  }

  it("ends with a Vault that issues credentials", async () => {
    const files: Readonly<Record<string, string>> = { ts: "index.ts", yaml: "Pulumi.yaml" };
    const blocks = sectionBlocks("README.md", "Start");
    expect(blocks.map(({ language }) => language)).toEqual(["bash", "yaml", "ts", "bash"]);
    const typed = blocks.map(({ language, text }) =>
      language === "bash" ? text : `cat >${files[language]} <<'END_OF_FILE'\n${text}END_OF_FILE\n`,
    );
    const printed = await shell.run(typed.join(""), folder);
    expect(printed).toMatch(/vaultAddress: "https:\/\/vault\.vault\.svc:8200"/);
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, "vault", "vault-keys");
    const token = keys["k8s.-.vault.vault-root-token"] ?? "";
    const answer = await vaultRequest<{ data: object }>(sandbox.operator.endpoint("vault/vault"), {
      path: "aws/creds/deploy",
      token,
    });
    expect(answer.data).toMatchObject({ access_key: expect.stringMatching(/^AKIA/) as string });
  });
});

/** README.md in a checkout that has nothing but what git knows. Each test goes on where the one before it ended. */
describe("README.md: try it without an AWS account or a cluster", () => {
  const [tryIt, keep, otherShell] = sectionBlocks("README.md", "Try it without an AWS account or a cluster");
  let checkout: string;
  let shell: DocumentShell;
  let demo: ResultPromise | undefined;
  /** Of the demo itself, below npm. */
  let demoProcess: number | undefined;

  beforeAll(async () => {
    checkout = mkdtempSync(path.join(tmpdir(), "checkout-"));
    const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: repository,
      encoding: "utf8",
    });
    for (const file of files.split("\0").filter((name) => name !== "" && existsSync(path.join(repository, name)))) {
      cpSync(path.join(repository, file), path.join(checkout, file));
    }
    shell = await documentShell({
      environment: { npm_config_prefer_offline: "true" },
      toolFolders: [],
      commands: {},
    });
  });

  afterAll(async () => {
    await interruptDemo();
    await shell.stop();
    rmSync(checkout, { recursive: true, force: true });
  });

  async function interruptDemo(): Promise<void> {
    if (demoProcess !== undefined) {
      process.kill(demoProcess, "SIGINT");
      demoProcess = undefined;
    }
    await demo;
  }

  it("the demo brings up a platform, gives an application's pod credentials of AWS, and leaves nothing behind", async () => {
    const printed = await shell.run(tryIt?.text ?? "", checkout);
    expect(printed).toContain("An application's pod can do in AWS what its role allows, and nothing else");
    expect(printed).toContain("reads /app/greeting, is refused /payroll/salaries, and other roles by Vault");
    expect(printed).toContain("Everything holds.");
  });

  it("left running, it is there for other shells until it is interrupted", async () => {
    demo = execa("bash", ["-euo", "pipefail", "-c", `exec ${keep?.text ?? ""}`], {
      cwd: checkout,
      reject: false,
      stdin: "ignore",
      all: true,
    });
    let printed = "";
    demo.all?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    demoProcess = await waitFor(() => Promise.resolve(Number(/kill -INT (\d+)/.exec(printed)?.[1]) || undefined), {
      what: "the demo to be left running",
      timeoutMs: 500_000,
      abortIf: () => {
        if (demo?.exitCode !== null && demo?.exitCode !== undefined) {
          throw new Error(printed);
        }
      },
    });
    const used = await shell.run(otherShell?.text ?? "", checkout);
    expect(used.match(/^access_key\s+AKIA\w+$/gm)).toHaveLength(1);
    expect(used).toMatch(/^ +vaultAddress +https:\/\/vault\.vault\.svc:8200$/m);
    // The rest of examples/platform, by its README.
    const [applications] = sectionBlocks("examples/platform/README.md", "What applications do then");
    const issued = await shell.run(`. .sandbox/env\n${applications?.text ?? ""}`, checkout);
    expect(issued.match(/^access_key\s+A[KS]IA\w+$/gm)).toHaveLength(4);
    await interruptDemo();
    expect(printed).toContain("Everything holds.");
    expect(existsSync(path.join(checkout, ".sandbox"))).toBe(false);
  });
});
