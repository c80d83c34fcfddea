import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

/** A block of shell commands in a document. */
export interface ShellBlock {
  readonly file: string;
  /** Line of its first command, from 1. */
  readonly line: number;
  readonly text: string;
}

/** One command of a block: `words[0]` is the program. Variables that are set for it are left out. */
export interface ShellCommand {
  readonly file: string;
  readonly words: readonly string[];
}

/** The documents that git knows, without what is generated and what has no reader but a program. */
export function documents(root: string): string[] {
  return execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: root,
    encoding: "utf8",
  })
    .split("\n")
    .filter((file) => file !== "" && file !== "CHANGELOG.md" && !/^(?:docs\/api|docs\/decisions|sandbox)\//.test(file));
}

/** The blocks fenced by ```bash, without the indentation of a list that they stand in. */
export function shellBlocks(root: string, file: string): ShellBlock[] {
  const page = readFileSync(path.join(root, file), "utf8");
  return [...page.matchAll(/^(?<indent> *)```bash\n(?<text>[\s\S]*?)^ *```$/gm)].map((match) => {
    const { indent = "", text = "" } = match.groups ?? {};
    return {
      file,
      line: page.slice(0, match.index).split("\n").length + 1,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    };
  });
}

/** The commands in the running text: `pulumi …` between single backticks, which may be broken over two lines. */
export function inlineCommands(root: string, file: string, programs: readonly string[]): ShellCommand[] {
  const prose = readFileSync(path.join(root, file), "utf8").replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
  return [...prose.matchAll(/`([^`]+)`/g)]
    .map(([, text = ""]) => text.replaceAll(/\s*\n\s*/g, " "))
    .filter((text) => programs.some((program) => text.startsWith(`${program} `)))
    .flatMap((text) => commandsOf(file, text));
}

/** The commands of a shell text, those within `$(…)` included. Knows what the documents use of the shell, and no more. */
export function commandsOf(file: string, text: string): ShellCommand[] {
  const nested: string[] = [];
  const quoted: string[] = [];
  const keep = (list: string[], mark: string) => (_: string, inner: string) => `${mark}${list.push(inner) - 1}${mark}`;
  const flat = text
    .replaceAll(/\\\n\s*/g, " ")
    .replaceAll(/(?<=^|\s)#.*$/gm, "")
    .replaceAll(/\$\(([^()]*)\)/g, keep(nested, "\u0001"))
    .replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
      keep(quoted, "\u0002")("", double ?? single ?? ""),
    );
  const mark = (character: string, list: readonly string[], around: (text: string) => string) => (word: string) =>
    word.replaceAll(new RegExp(`${character}(\\d+)${character}`, "g"), (_, index: string) =>
      around(list[Number(index)] ?? ""),
    );
  const unquoted = mark("\u0002", quoted, (text) => text);
  const substituted = mark("\u0001", nested, (text) => `$(${text})`);
  const commands = flat
    .split(/\n|&&|\|\||[|;()]|&$/m)
    .map((command) =>
      command
        .replaceAll(/>\s*\S+/g, " ")
        .split(/\s+/)
        .filter(Boolean)
        .map((word) => substituted(unquoted(word))),
    )
    .map((words) => words.slice(words.findIndex((word) => word !== "export" && !/^\w+=/.test(word))))
    .filter(([program]) => program !== undefined && program !== "export" && !/^\w+=/.test(program))
    .map((words) => ({ file, words }));
  return [...commands, ...nested.flatMap((inner) => commandsOf(file, inner))];
}

/** The names of a command's options: `--flag=value` is `--flag`. */
export function optionsOf(words: readonly string[]): string[] {
  return words.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.split("=")[0] ?? "");
}
