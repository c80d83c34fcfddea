import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { cacheFolder } from "../tools/index.js";
import { contentKey } from "../tools/cacheFolder.js";

export type PluginName = "aws" | "kubernetes";

const pluginsFolder = path.join(__dirname, "..", "plugins");
/** The gRPC server of resource providers, which the package's own plugin uses as well. */
const serverFolder = path.join(__dirname, "..", "..", "src", "plugin", "server");

/**
 * One JavaScript file that is a stand-in plugin, made on first use and kept in the cache.
 *
 * The engine starts each plugin several times per operation, so it must start fast: a bundle starts in about a third of the time that
 * loading the sources through tsx takes.
 */
export async function bundlePlugin(name: PluginName | "nodejs"): Promise<string> {
  const sources = [...sourcesIn(serverFolder), ...sourcesIn(path.join(pluginsFolder, name))];
  const file = path.join(cacheFolder(), `plugin-${name}-${contentKey(sources, ...bundledVersions())}.js`);
  if (existsSync(file)) {
    return file;
  }
  const { build } = await import("esbuild");
  const scratch = `${file}.building-${process.pid}`;
  try {
    await build({
      entryPoints: [path.join(pluginsFolder, name, "main.ts")],
      outfile: scratch,
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      minifySyntax: true,
      minifyWhitespace: true,
      logLevel: "silent",
    });
    renameSync(scratch, file);
  } finally {
    rmSync(scratch, { force: true });
  }
  return file;
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .sort()
    .map((file) => path.join(folder, file));
}

/** The bundle holds these libraries, so another version of one makes another bundle. */
function bundledVersions(): string[] {
  const resolver = createRequire(__filename);
  const libraries = [
    "@aws-sdk/client-application-auto-scaling",
    "@aws-sdk/client-dynamodb",
    "@aws-sdk/client-iam",
    "@aws-sdk/client-kms",
    "@aws-sdk/client-ssm",
    "@aws-sdk/client-sts",
    "@grpc/grpc-js",
    "@kubernetes/client-node",
    "@pulumi/pulumi",
  ];
  return libraries.map((library) => `${library}@${packageVersion(resolver, library)}`);
}

/** The version of an installed package, whether or not it exports its package.json. */
export function packageVersion(resolver: NodeJS.Require, library: string): string {
  for (let folder = path.dirname(resolver.resolve(library)); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (existsSync(manifest)) {
      const { name, version } = JSON.parse(readFileSync(manifest, "utf8")) as { name?: string; version?: string };
      if (name === library && version !== undefined) {
        return version;
      }
    }
    if (folder === path.dirname(folder)) {
      throw new Error(`Cannot tell the version of ${library}. Is it installed?`);
    }
  }
}
