import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { findTool } from "../../../sandbox/tools/index.js";
import { commandsOf, documents, inlineCommands, optionsOf, shellBlocks } from "../../documentation/shellBlocks.js";

const repository = path.join(__dirname, "..", "..", "..");
const programs = ["pulumi", "vault"];

/** Every command of the two tools that a document shows, once. */
const commands = [
  ...new Map(
    documents(repository)
      .flatMap((page) => [
        ...shellBlocks(repository, page).flatMap(({ text }) => commandsOf(page, text)),
        ...inlineCommands(repository, page, programs),
      ])
      .filter(({ words: [program = ""] }) => programs.includes(program))
      .map(({ words }) => [words.join(" "), words] as const),
  ),
];

/** The words before the first that is no name of a command; how many of them are the command, only its help can say. */
function namesOf(words: readonly string[]): string[] {
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/.test(word));
  return end === -1 ? [...words] : words.slice(0, end);
}

describe("commands in the documents", () => {
  it.concurrent.each(commands.filter(([, [program]]) => program === "pulumi"))("%s", async (_, words) => {
    const { path: pulumi } = await findTool("pulumi");
    const names = namesOf(words.slice(1));
    const { stdout } = await execa(pulumi, [...names, "--help"], { env: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
    const [, usage = ""] = /^Usage:\n {2}pulumi (.+)$/m.exec(stdout) ?? [];
    // pulumi config set tableName: `tableName` is an argument, for which the usage has a place.
    const found = namesOf(usage.split(" "));
    const [, others = ""] = /^Aliases:\n {2}(.+)$/m.exec(stdout) ?? [];
    const called = names[found.length - 1] ?? "";
    expect([found.at(-1), ...others.split(", ")]).toContain(called);
    expect([...found.slice(0, -1), called]).toEqual(names.slice(0, found.length));
    expect(names.length - found.length).toBeLessThanOrEqual(usage.split(/ [[<]/).length - 1);
    const missing = optionsOf(words).filter((option) => !new RegExp(`(?:^|\\s)${option}(?:\\s|,|$)`, "m").test(stdout));
    expect(missing).toEqual([]);
  });

  it.concurrent.each(commands.filter(([, [program]]) => program === "vault"))("%s", async (_, words) => {
    const { path: vault } = await findTool("vault");
    const names = namesOf(words.slice(1));
    const { stdout, stderr } = await execa(vault, [...names, "-help"]);
    const help = `${stdout}\n${stderr}`;
    expect(help).toContain(`Usage: vault ${names.join(" ")}`);
    const missing = optionsOf(words).filter((option) => !new RegExp(`^\\s+${option}(?:=|,|\\s|$)`, "m").test(help));
    expect(missing).toEqual([]);
  });
});
