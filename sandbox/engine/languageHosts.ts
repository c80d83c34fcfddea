import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { findTools, pulumiPythonEnvironment, type FindOptions } from "../tools/index.js";

export type Language = "nodejs" | "yaml" | "python" | "go";

/** Full paths of the programs that run Pulumi programs in a language: `pulumi-language-<language>`. */
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
    symlinkSync(host, path.join(folder, `pulumi-language-${language}`));
  }
}

/** What an engine needs to run programs in some languages: options of `createEngine`. */
export interface LanguageSupport {
  readonly languageHosts: LanguageHosts;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Finds, fetches or builds the hosts of languages. For Python, `python3` becomes one that has Pulumi's SDK; what else a program imports can be put
 * onto PYTHONPATH.
 */
export async function findLanguages(
  languages: readonly Language[],
  options: FindOptions = {},
): Promise<LanguageSupport> {
  const found = await findTools(
    languages.map((language) => `pulumi-language-${language}` as const),
    options,
  );
  const hosts = languages.map((language) => [language, found[`pulumi-language-${language}`].path] as const);
  return {
    languageHosts: Object.fromEntries(hosts),
    env: languages.includes("python") ? firstOnPath(path.dirname(await pulumiPythonEnvironment(options.log))) : {},
  };
}

function firstOnPath(folder: string): Record<string, string> {
  return { PATH: [folder, process.env.PATH].join(path.delimiter) };
}
