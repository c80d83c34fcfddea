import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A code block of a document or of an `@example`. */
export interface CodeBlock {
  readonly file: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The TypeScript blocks of the Markdown documents and the `@example` tags of the sources that git knows. */
export function codeBlocks(root: string): CodeBlock[] {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md", "src/*.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  return files
    .split("\n")
    .filter(
      (file) => file !== "" && file !== "CHANGELOG.md" && !file.startsWith("docs/api/") && !file.startsWith("sandbox/"),
    )
    .flatMap((file) => {
      const text = readFileSync(`${root}/${file}`, "utf8");
      return file.endsWith(".md") ? markdownBlocks(file, text) : exampleTags(file, text);
    });
}

/** Blocks fenced by ```ts. A block fenced by ```ts no-check shows a mistake on purpose and is left out. */
export function markdownBlocks(file: string, text: string): CodeBlock[] {
  const lines = text.split("\n");
  const blocks: CodeBlock[] = [];
  for (let start = 0; start < lines.length; start += 1) {
    if (/^\s*```(?:ts|typescript)\s*$/.test(lines[start] ?? "")) {
      const end = lines.findIndex((line, index) => index > start && /^\s*```\s*$/.test(line));
      blocks.push({ file, line: start + 2, code: lines.slice(start + 1, end).join("\n") });
      start = end;
    }
  }
  return blocks;
}

/** The code after each `@example` of a doc comment, with or without a fence around it. */
export function exampleTags(file: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const firstLine = text.slice(0, comment.index).split("\n").length;
    const lines = comment[0]
      .split("\n")
      .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*) ?/, "").replace(/\s*\*\/$/, ""));
    for (let start = 0; start < lines.length; start += 1) {
      if (/^@example\b/.test(lines[start] ?? "")) {
        const next = lines.findIndex((line, index) => index > start && line.startsWith("@"));
        const body = lines.slice(start + 1, next === -1 ? undefined : next);
        const code = body.map((line) => (/^```/.test(line) ? "" : line)).join("\n");
        blocks.push({ file, line: firstLine + start + 1, code });
      }
    }
  }
  return blocks;
}
