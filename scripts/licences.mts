import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Writes docs/licences.md: every package that is installed with this one, and its licence. `npm run licences`. */
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package that is installed with this one. */
export interface RuntimePackage {
  readonly name: string;
  /** SPDX expression. */
  readonly licence: string;
  /** Folder in the repository. */
  readonly folder: string;
}

/** The runtime dependencies of the lockfile and theirs, sorted by name; peer dependencies are the program's own. */
export function runtimePackages(): RuntimePackage[] {
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const found = new Map<string, RuntimePackage>();
  const visit = (from: string): void => {
    const { dependencies = {}, optionalDependencies = {} } = packages[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const folder = resolve(from, name, packages);
      if (folder !== undefined && !found.has(folder)) {
        found.set(folder, { name, licence: packages[folder]?.license ?? "none stated", folder });
        visit(folder);
      }
    }
  };
  visit("");
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Where Node.js finds a package, from the folder of another. */
function resolve(from: string, name: string, packages: Readonly<Record<string, unknown>>): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("/node_modules/"), 0))) {
    const candidate = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (candidate in packages) {
      return candidate;
    }
    if (folder === "") {
      return undefined;
    }
  }
}

/** How much the packages take on disk, in megabytes. */
export function installedMegabytes(packages: readonly RuntimePackage[]): number {
  // A package for another platform is in the lockfile, and not on disk.
  const sizes = packages
    .map(({ folder }) => path.join(root, folder))
    .filter(existsSync)
    .map(ownSize);
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1_000_000);
}

/** Bytes of the files in a package, without packages nested in it: these are listed themselves. */
function ownSize(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules")
    .map((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? ownSize(file) : statSync(file).size;
    })
    .reduce((sum, size) => sum + size, 0);
}

/** The page. */
export function licencesPage(packages: readonly RuntimePackage[]): string {
  const lines = new Map(packages.map(({ name, licence }) => [`${name} ${licence}`, `| ${name} | ${licence} |`]));
  return [
    "# Licences of the runtime dependencies",
    "",
    "_For legal and security reviewers. Result: you know what is installed with this package, and under which licences._",
    "",
    "Written by `npm run licences` from the lockfile; a test compares it. The peer dependencies `@pulumi/pulumi`, `@pulumi/aws` and `@pulumi/kubernetes` belong",
    "to the program.",
    "",
    `Installed, these packages take ${installedMegabytes(packages)} MB.`,
    "",
    "| package | licence |",
    "| --- | --- |",
    ...lines.values(),
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path.join(root, "docs", "licences.md"), licencesPage(runtimePackages()));
}
