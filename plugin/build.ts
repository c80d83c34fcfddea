import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

/**
 * Builds the provider plugin into plugin/dist: `npm run build:plugin`.
 *
 * The folder is what `pulumi package add <folder>` and `pulumi plugin install resource kubevault-aws <version> --file <tarball>` take.
 */

const root = path.join(__dirname, "..");
const target = path.join(__dirname, "dist");

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

async function main(): Promise<void> {
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Manifest;
  const dependencies = { ...manifest.dependencies, ...manifest.peerDependencies };
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  // One file starts several times as fast as many. The dependencies stay outside: npm installs them, with their own licences and updates.
  await build({
    entryPoints: [path.join(root, "src", "plugin", "provider", "main.ts")],
    outfile: path.join(target, "main.js"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]),
    logLevel: "warning",
  });
  copyFileSync(path.join(root, "schema", "schema.json"), path.join(target, "schema.json"));
  copyFileSync(path.join(root, "LICENSE"), path.join(target, "LICENSE"));
  writeJson("package.json", {
    name: "pulumi-resource-kubevault-aws",
    version: manifest.version,
    license: manifest.license,
    private: true,
    main: "main.js",
    engines: manifest.engines,
    dependencies,
  });
  writeFileSync(path.join(target, "PulumiPlugin.yaml"), "runtime: nodejs\n");
  // The engine looks for this name first. It starts in a third of the time that PulumiPlugin.yaml takes, which systems without sh use.
  const executable = path.join(target, "pulumi-resource-kubevault-aws");
  writeFileSync(executable, '#!/bin/sh\nexec node "$(dirname "$(readlink -f "$0")")/main.js" "$@"\n');
  chmodSync(executable, 0o755);
  console.log(`plugin/dist: pulumi-resource-kubevault-aws ${manifest.version}`);
}

function writeJson(name: string, value: unknown): void {
  writeFileSync(path.join(target, name), `${JSON.stringify(value, undefined, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
