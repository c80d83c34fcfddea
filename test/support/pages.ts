import { readFileSync } from "node:fs";
import path from "node:path";
import { shellBlocks } from "../documentation/shellBlocks.js";

const repository = path.join(__dirname, "..", "..");

/** A block of code of a page. */
export interface PageBlock {
  readonly language: string;
  readonly text: string;
}

export function readPage(page: string): string {
  return readFileSync(path.join(repository, page), "utf8");
}

/** The code blocks below a heading of a page, up to the next one of the same depth. */
export function sectionBlocks(page: string, title: string): PageBlock[] {
  const [, section = ""] = readPage(page).split(`\n## ${title}\n`);
  const [own = ""] = section.split(/^## /m);
  return [...own.matchAll(/^```(?<language>\w+)\n(?<text>[\s\S]*?)^```$/gm)].map(({ groups = {} }) => ({
    language: groups.language ?? "",
    text: groups.text ?? "",
  }));
}

/** All shell commands of a page, in their order. */
export function shellText(page: string): string {
  return shellBlocks(repository, page)
    .map(({ text }) => text)
    .join("");
}

/** The commands of a text before a command and from it on. */
export function splitAt(text: string, command: string): readonly [string, string] {
  const at = `\n${text}`.indexOf(`\n${command}`);
  if (at === -1) {
    throw new Error(`There is no command ${command} in:\n${text}`);
  }
  return [text.slice(0, at), text.slice(at)];
}
