import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { findTools, pulumiPythonEnvironment, type FindOptions } from "../tools/index.js";
import { findCommand } from "../tools/findTool.js";
import { bundlePlugin } from "./bundlePlugin.js";
import { writeNodeLauncher } from "./nodeLauncher.js";

export type Language = "nodejs" | "yaml" | "python" | "go";

/** Full paths of the programs that run Pulumi programs in a language: `pulumi-language-<language>`, or a JavaScript file that does the same. */
export type LanguageHosts = Readonly<Partial<Record<Language, string>>>;

/**
 * Puts language hosts into the plugin cache of the engine's own Pulumi home, where the engine takes any version. A host finds what it needs beside
 * it, such as `pulumi-language-python-exec`, by its real path.
 */
export function installLanguageHosts(pulumiHome: string, hosts: LanguageHosts): void {
  for (const [language, host] of Object.entries(hosts)) {
    const folder = path.join(pulumiHome, "plugins", `language-${language}-v0.0.1`);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const command = path.join(folder, `pulumi-language-${language}`);
    if (host.endsWith(".js")) {
      writeNodeLauncher(command, host, "0.0.1");
    } else {
      symlinkSync(host, command);
    }
  }
}

/** What an engine needs to run programs in some languages: options of `createEngine`. */
export interface LanguageSupport {
  readonly languageHosts: LanguageHosts;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds, fetches or builds the hosts of languages; that of Node.js is the machine's, or a stand-in. For Python, `python3` becomes one that has Pulumi's SDK; what else a program imports can be put
 * onto PYTHONPATH.
 */
export async function findLanguages(
  languages: readonly Language[],
  options: FindOptions = {},
): Promise<LanguageSupport> {
  const built = languages.filter((language) => language !== "nodejs");
  const found = await findTools(
    built.map((language) => `pulumi-language-${language}` as const),
    options,
  );
  const hosts = built.map((language): [Language, string] => [language, found[`pulumi-language-${language}`].path]);
  if (languages.includes("nodejs")) {
    // The host of Node.js stands between the program and the engine, so one that is older than the SDK does not know all that the program asks for.
    hosts.push(["nodejs", findCommand("pulumi-language-nodejs") ?? (await bundlePlugin("nodejs"))]);
  }
  return {
    languageHosts: Object.fromEntries(hosts),
    env: languages.includes("python") ? firstOnPath(path.dirname(await pulumiPythonEnvironment(options.log))) : {},
  };
}

function firstOnPath(folder: string): Record<string, string> {
  return { PATH: [folder, process.env.PATH].join(path.delimiter) };
}
