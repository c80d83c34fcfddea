import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { errorFamilies, kindFamilies, notForUsers } from "../../documentation/errorFamilies.js";

const repository = path.join(__dirname, "..", "..", "..");
const guides = path.join(repository, "docs", "guides");
const read = (...parts: string[]) => readFileSync(path.join(repository, ...parts), "utf8");
const pages = readdirSync(guides);

describe("guides", () => {
  const withReaders = ["docs", "docs/guides"].flatMap((folder) =>
    readdirSync(path.join(repository, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  );

  it.each(withReaders)("%s says whom it is for and what its result is", (page) => {
    expect(read(page)).toMatch(/^# .+\n\n_For [^_]+\. Result: [^_]+\._\n/);
  });

  it.each(pages)("%s shows examples as they are", (page) => {
    const blocks = read("docs", "guides", page).matchAll(/^```ts (examples\/\S+)\n([\s\S]*?)^```$/gm);
    for (const [, file, code] of blocks) {
      expect(code).toBe(read(file ?? ""));
    }
  });

  it("show each example of its own", () => {
    const shown = pages.flatMap((page) => [...read("docs", "guides", page).matchAll(/^```ts examples\/([\w-]+)\//gm)]);
    const names = new Set(shown.map(([, name]) => name));
    for (const name of ["eks-irsa", "existing-vault", "existing-table", "cross-account", "kms-unseal", "org-module"]) {
      expect(names).toContain(name);
    }
  });

  it("are all linked from the README, or from a page that is", () => {
    const readme = read("README.md");
    const linked = withReaders.filter((page) => readme.includes(`(${page})`));
    const text = linked.map((page) => read(page)).join("\n");
    const missing = withReaders.filter((page) => !linked.includes(page) && !text.includes(path.basename(page)));
    expect(missing).toEqual([]);
    expect(pages.filter((page) => !linked.includes(`docs/guides/${page}`))).toEqual([]);
  });
});

describe("troubleshooting quotes messages that exist", () => {
  const text = read("docs", "guides", "troubleshooting.md");
  const [own = ""] = text.split("## Words of Vault and AWS");
  const headings = [...own.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading ?? "");
  const messages = headings.flatMap((heading) =>
    [...heading.matchAll(/`([^`]+)`/g)].map(([, message]) => message ?? ""),
  );
  // As one text, with the parts of a message that are joined by + put together.
  const sources = readdirSync(path.join(repository, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) =>
      read("src", file)
        .replaceAll(/["'`] \+\s+["'`]/g, "")
        .replaceAll('\\"', '"'),
    )
    .join("\n");

  it("has messages", () => {
    expect(messages.length).toBeGreaterThan(20);
    expect(headings.filter((heading) => !heading.startsWith("`"))).toEqual([]);
  });

  it.each(messages)("%s", (message) => {
    // What stands between names and values. Two letters and a blank are in every text.
    const parts = message.split("…").map((part) => part.trim().replace(/^[.:,]+|[.:,]+$/g, ""));
    const missing = parts.filter((part) => part.length > 2 && !sources.includes(part));
    expect(missing).toEqual([]);
  });

  it.each([...Object.keys(errorFamilies), ...Object.values(kindFamilies)])("has an entry: %s", (part) => {
    expect(headings.filter((heading) => heading.includes(part))).not.toEqual([]);
  });

  it("explains the errors of each file that makes some", () => {
    const files = readdirSync(path.join(repository, "src"), { recursive: true, encoding: "utf8" })
      .filter(
        (file) => file.endsWith(".ts") && /\bnew (?:pulumi\.)?(?:\w*Error|PartialFailure)\(/.test(read("src", file)),
      )
      .map((file) => file.split(path.sep).join("/"));
    expect([...Object.values(errorFamilies).flat(), ...notForUsers].sort()).toEqual(files.sort());
  });
});
