import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { extract } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = path.join(__dirname, "..", "..");
const versions = { "4.9": "4.9.5", "5.9": "5.9.3", "6.0": "6.0.3" };

const program = `
import * as pulumi from "@pulumi/pulumi";
import { VaultPlatform, type VaultPlatformArgs } from "pulumi-kubevault-aws";
import { escalations, KubeVaultMocks } from "pulumi-kubevault-aws/testing";

const args: VaultPlatformArgs = {
  namespace: pulumi.output("vault"),
  vaultServer: { version: "1.18.4", replicas: 3 },
  roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
};
export const address: pulumi.Output<string> = new VaultPlatform("vault", args).vaultAddress;
export const found: string[] = escalations(new KubeVaultMocks().resources);
`;

/** How projects of Pulumi are set up: the template of \`pulumi new\`, and Node.js' own resolution. */
const settings = {
  node: { module: "commonjs", moduleResolution: "node" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
};

/** The packed package's types, also with \`skipLibCheck: false\`: what is wrong in other packages' own types is not counted. */
describe("types of the packed package", () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "types-"));
    const modules = path.join(folder, "node_modules");
    mkdirSync(path.join(modules, "pulumi-kubevault-aws"), { recursive: true });
    const { stdout } = await execa("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], {
      cwd: repository,
    });
    const file = path.join(folder, stdout.trim().split("\n").at(-1) ?? "");
    await extract({ file, cwd: path.join(modules, "pulumi-kubevault-aws"), strip: 1 });
    // Beside it, what a package manager would install: its dependencies, and those of the program.
    const { dependencies: own } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    for (const scope of new Set(["@pulumi", "@types", ...Object.keys(own).map((name) => name.split("/")[0]!)])) {
      symlinkSync(path.join(repository, "node_modules", scope), path.join(modules, scope));
    }
    const compilers = path.join(folder, "compilers");
    mkdirSync(compilers);
    const dependencies = Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [`typescript-${name}`, `npm:typescript@${version}`]),
    );
    writeFileSync(path.join(compilers, "package.json"), JSON.stringify({ private: true, dependencies }));
    await execa("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: compilers });
    writeFileSync(path.join(folder, "index.ts"), program);
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "types", private: true }));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Errors in the program and in the package's own types. */
  async function errors(version: string, options: object): Promise<string[]> {
    const ignoreDeprecations = version === "6.0" ? { ignoreDeprecations: "6.0" } : {};
    const compilerOptions = { target: "es2022", strict: true, noEmit: true, types: ["node"], ...ignoreDeprecations };
    writeFileSync(
      path.join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...compilerOptions, ...options }, files: ["index.ts"] }),
    );
    const compiler = path.join(folder, "compilers", "node_modules", `typescript-${version}`, "bin", "tsc");
    const { stdout, stderr } = await execa(process.execPath, [compiler, "--pretty", "false"], {
      cwd: folder,
      reject: false,
    });
    expect(stderr).toBe("");
    return stdout
      .split("\n")
      .filter((line) => /^(?:index\.ts|tsconfig|error|node_modules\/pulumi-kubevault-aws)/.test(line));
  }

  it.each(
    Object.keys(versions).flatMap((version) =>
      (["node", "nodenext"] as const).map((resolution) => [version, resolution] as const),
    ),
  )("TypeScript %s, moduleResolution %s", async (version, resolution) => {
    expect(await errors(version, { ...settings[resolution], skipLibCheck: version !== "6.0" })).toEqual([]);
  });

  it("are what is compiled: an argument that does not exist is an error", async () => {
    writeFileSync(path.join(folder, "index.ts"), program.replace("namespace:", "nameSpace:"));
    expect(await errors("5.9", { ...settings.node, skipLibCheck: true })).toEqual([
      expect.stringContaining("'nameSpace' does not exist in type 'VaultPlatformArgs'") as string,
    ]);
  });
});
