import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { demoOptions } from "../../../sandbox/demo/options.js";
import {
  commandsOf,
  documents,
  inlineCommands,
  optionsOf,
  shellBlocks,
  type ShellCommand,
} from "../../documentation/shellBlocks.js";
import { runOtherwise, outsidePrograms, pagesThatAreRun, shellPrograms } from "../../documentation/shellCommands.js";

const repository = path.join(__dirname, "..", "..", "..");
const read = (...parts: string[]) => readFileSync(path.join(repository, ...parts), "utf8");
const manifestOf = (folder: string) =>
  JSON.parse(read(folder, "package.json")) as {
    scripts?: Record<string, string>;
    peerDependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };

const pages = documents(repository).filter((page) => shellBlocks(repository, page).length > 0);
const programs = ["pulumi", "vault", "npm", ...Object.keys(outsidePrograms)];
const commands = documents(repository).flatMap((page) => [
  ...shellBlocks(repository, page).flatMap(({ text }) => commandsOf(page, text)),
  ...inlineCommands(repository, page, programs),
]);
const of = (program: string) =>
  commands
    .filter(({ words: [first] }) => first === program)
    .map((command) => [`${command.file}: ${command.words.join(" ")}`, command] as const);

/** The folder in which the reader of a page is: an example's for its README and for a guide that shows it. */
function folderOf(page: string): string {
  const [, shown] = /^```ts (examples\/[\w-]+)\//m.exec(read(page)) ?? [];
  return page.startsWith("examples/") ? path.dirname(page) : (shown ?? ".");
}

describe("shell blocks", () => {
  it("are on many pages", () => {
    expect(pages.length).toBeGreaterThan(20);
    expect(commands.length).toBeGreaterThan(150);
  });

  it.each(pages)("%s: the shell can parse them", (page) => {
    for (const { text, line } of shellBlocks(repository, page)) {
      const parsed = () => execFileSync("bash", ["-n"], { input: text, stdio: ["pipe", "pipe", "pipe"] });
      expect(parsed, `line ${line}`).not.toThrow();
    }
  });

  it("use programs that are known here", () => {
    const known = [...programs, ...shellPrograms];
    const unknown = commands.filter(({ words: [program = ""] }) => !known.includes(program) && !program.includes("/"));
    expect(unknown).toEqual([]);
  });

  it("are each run by a test, or say why not", () => {
    for (const [page, test] of Object.entries(pagesThatAreRun)) {
      expect(shellBlocks(repository, page), page).not.toEqual([]);
      expect(existsSync(path.join(repository, test)), test).toBe(true);
    }
    for (const reason of Object.values(runOtherwise)) {
      expect(!reason.startsWith("test/") || existsSync(path.join(repository, reason)), reason).toBe(true);
    }
    const blocks = pages.flatMap((page) => shellBlocks(repository, page));
    // examples/platform/Pulumi.README.md has the outputs of its stack in it.
    const outputs: Readonly<Record<string, string>> = {
      mountPath: "aws",
      namespace: "vault",
      vaultServerName: "vault",
    };
    const text = ({ words }: ShellCommand) =>
      words.join(" ").replaceAll(/\$\{outputs\.(\w+)\}/g, (_, name: string) => outputs[name] ?? name);
    const commandsIn = (isRun: boolean) =>
      blocks
        .filter(({ file }) => file in pagesThatAreRun === isRun)
        .flatMap((block) => commandsOf(block.file, block.text))
        .filter(({ words: [program = ""] }) => !shellPrograms.includes(program));
    const run = commandsIn(true).map(text);
    const left = commandsIn(false).filter((command) => !run.includes(text(command)));
    const beginnings = Object.keys(runOtherwise);
    const unexplained = left.filter((command) => !beginnings.some((beginning) => text(command).startsWith(beginning)));
    expect(unexplained.map((command) => `${command.file}: ${text(command)}`)).toEqual([]);
    const needless = beginnings.filter((beginning) => !left.some((command) => text(command).startsWith(beginning)));
    expect(needless).toEqual([]);
  });
});

describe("programs that tests do not have", () => {
  it.each(Object.keys(outsidePrograms).flatMap((program) => of(program)))("%s", (_, { words }) => {
    const [program = "", ...args] = words;
    // What follows -- is another program's.
    const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
    // Options before the sub-command, as in kubectl -n vault get secret.
    const first = own[0]?.startsWith("-") === true ? own.slice(2) : own;
    const known = outsidePrograms[program] ?? {};
    const [subcommand] = Object.keys(known).filter((name) => `${first.join(" ")} `.startsWith(`${name} `));
    expect(subcommand, `a sub-command of ${program}`).toBeDefined();
    expect(optionsOf(own).filter((option) => !known[subcommand!]?.includes(option))).toEqual([]);
  });
});

describe("npm", () => {
  it.each(of("npm"))("%s", (_, { file, words }) => {
    const [, command = "", ...args] = words;
    const {
      scripts = {},
      peerDependencies = {},
      devDependencies = {},
    } = manifestOf(
      existsSync(path.join(repository, folderOf(file), "package.json")) && file !== "examples/platform/README.md"
        ? folderOf(file)
        : ".",
    );
    if (command === "install") {
      const packages = ["pulumi-kubevault-aws", ...Object.keys({ ...peerDependencies, ...devDependencies })];
      expect(args.filter((name) => !packages.includes(name))).toEqual([]);
    } else if (command === "ci" || command === "init") {
      expect(args.filter((arg) => arg !== "-y")).toEqual([]);
    } else {
      const script = command === "run" ? (args[0] ?? "") : command;
      expect(Object.keys(scripts)).toContain(script);
      if (script === "demo") {
        demoOptions(args.slice(2));
      }
    }
  });
});

describe("files", () => {
  const named = commands.filter(({ words: [program = ""] }) => program === "cd" || program.startsWith("./"));
  // Made by the commands before them.
  const made = ["sdk/go", "vault-platform"];

  it.each(named)("$file: $words", ({ file, words: [program = "", argument = ""] }) => {
    const target = program === "cd" ? argument : program;
    const start = program === "cd" ? "." : file.includes("preview-in-ci") ? "examples/preview-in-ci" : folderOf(file);
    expect(made.includes(target) || existsSync(path.join(repository, start, target))).toBe(true);
  });
});

describe("pulumi config and pulumi stack output", () => {
  const settings = of("pulumi").filter(([, { words }]) => words[1] === "config" && words[2] === "set");

  it.each(settings)("%s: the project declares the setting", (_, { file, words }) => {
    const key = words.slice(3).find((word) => !word.startsWith("-")) ?? "";
    if (key.includes(":")) {
      expect(["aws:region", "kubevault-aws:login"]).toContain(key);
      return;
    }
    const project = folderOf(file) === "examples/platform" ? "." : folderOf(file);
    const { config = {} } = parse(read(project, "Pulumi.yaml")) as { config?: Record<string, unknown> };
    expect(Object.keys(config)).toContain(key);
  });

  const outputs = of("pulumi").filter(([, { words }]) => words[2] === "output" && /^\w+$/.test(words[3] ?? ""));

  it.each(outputs)("%s: the program has the output", (_, { file, words }) => {
    const program = read(folderOf(file), "index.ts");
    expect(program).toMatch(new RegExp(`^export const ${words[3] ?? ""} = |^\\s+${words[3] ?? ""}[:,]`, "m"));
  });
});
