import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const repository = path.join(__dirname, "..", "..", "..");
const read = (file: string) => readFileSync(path.join(repository, file), "utf8");

/** Each row: what it is about, its limit, and the test that holds it. */
const rows = [
  ...read("docs/limits.md").matchAll(/^\| (?<what>[^|]+?) +\| (?<limit>[^|]+?) +\|[^|]+\| (?<test>[^|]+?) +\|$/gm),
]
  .map(({ groups = {} }) => [groups.what ?? "", groups.limit ?? "", groups.test ?? ""] as const)
  .filter(([what]) => what !== "what" && !what.startsWith("-"));

describe("docs/limits.md", () => {
  it("has limits", () => {
    expect(rows.length).toBeGreaterThan(15);
  });

  it.each(rows)("%s: %s, by %s", (_, limit, test) => {
    if (test.startsWith("none: ")) {
      return;
    }
    const file = test.replaceAll("`", "");
    expect(existsSync(path.join(repository, file))).toBe(true);
    // The test compares with the number, however it is written.
    const numbers = [...limit.matchAll(/\d[\d,]*/g)].map(([number]) => number.replaceAll(",", ""));
    const text = read(file).replaceAll(/(?<=\d)_(?=\d)/g, "");
    expect(numbers.filter((number) => !new RegExp(`(?<!\\d)${number}(?!\\d)`).test(text))).toEqual([]);
  });
});
