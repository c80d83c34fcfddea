import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { readSecret } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";

const repository = path.join(__dirname, "..", "..");

/** What a user writes, in a project of its own. */
const program = `
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { VaultPlatform } from "pulumi-kubevault-aws";

const config = new pulumi.Config();
const endpoint = config.require("awsEndpoint");
const namespace = new kubernetes.core.v1.Namespace("vault", { metadata: { name: "consumer" } });
const platform = new VaultPlatform("vault", {
  namespace: namespace.metadata.name,
  vaultServer: { version: "1.18.4" },
  protectData: false,
  endpoints: { dynamodb: endpoint, iam: endpoint, sts: endpoint },
  roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
});
export const mountPath = platform.mountPath;
`;

/** The package as users get it: its tarball in an empty project, run by the pulumi command from that project's folder. */
describe("the packed package in a project of its own", () => {
  let sandbox: Sandbox;
  let folder: string;

  const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], folder);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "consumer-"));
    sandbox = await startSandbox({ vaultServers: ["consumer/vault"] });
    await install(folder);
    await pulumi("stack", "init", "dev");
    await pulumi("config", "set", "awsEndpoint", sandbox.aws.endpoint);
  });

  afterAll(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function vaultRole(): Promise<unknown> {
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, "consumer", "vault-keys");
    const token = keys["k8s.-.consumer.vault-root-token"] ?? "";
    return vaultRequest(sandbox.operator.endpoint("consumer/vault"), { path: "aws/roles/deploy", token });
  }

  it("brings nothing along but its code and its documents", async () => {
    const { stdout } = await execa("npm", ["pack", "--ignore-scripts", "--dry-run", "--json"], { cwd: repository });
    const [packed] = JSON.parse(stdout) as { files: { path: string }[] }[];
    const topLevel = new Set(packed?.files.map((file) => file.path.split("/")[0]));
    expect([...topLevel].sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist", "package.json"]);
  });

  it("previews", async () => {
    expect(await pulumi("preview")).toMatch(/Resources:\s+\+ \d+ to create/);
  });

  it("comes up", async () => {
    await pulumi("up", "--yes", "--skip-preview");
    expect(await pulumi("stack", "output", "mountPath")).toBe("aws");
    expect(await vaultRole()).toMatchObject({
      data: { credential_type: "iam_user", policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    });
  });

  it("shows no drift and no changes afterwards", async () => {
    expect(await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")).toContain("unchanged");
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
  });

  it("is destroyed", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(await pulumi("stack", "--show-ids")).toContain("Current stack resources (0)");
  });
});

async function install(folder: string): Promise<void> {
  const { stdout } = await execa("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], {
    cwd: repository,
  });
  const tarball = stdout.trim().split("\n").at(-1) ?? "";
  const versionOf = async (name: string) => {
    const manifest = path.join(repository, "node_modules", name, "package.json");
    return (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version;
  };
  const dependencies = {
    "pulumi-kubevault-aws": `file:${tarball}`,
    "@pulumi/aws": await versionOf("@pulumi/aws"),
    "@pulumi/kubernetes": await versionOf("@pulumi/kubernetes"),
    "@pulumi/pulumi": await versionOf("@pulumi/pulumi"),
    "@types/node": await versionOf("@types/node"),
    typescript: await versionOf("typescript"),
  };
  const files = {
    "package.json": JSON.stringify({ name: "consumer", private: true, main: "index.ts", dependencies }),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "es2022",
        module: "nodenext",
        moduleResolution: "nodenext",
        skipLibCheck: true,
      },
      files: ["index.ts"],
    }),
    "Pulumi.yaml": "name: consumer\nruntime: nodejs\n",
    "index.ts": program,
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(folder, name), content);
  }
  await execa("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
}
