import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { installedMegabytes, runtimePackages } from "../../../scripts/licences.mjs";

const page = readFileSync(path.join(__dirname, "..", "..", "..", "docs", "licences.md"), "utf8");

/** Licences under which a dependency may be installed with an Apache-2.0 package without further conditions for its users. */
const permissive = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Python-2.0", "Unlicense"];

describe("docs/licences.md", () => {
  const packages = runtimePackages();

  it("lists each runtime dependency with its licence, and nothing else; npm run licences writes it", () => {
    const rows = [...page.matchAll(/^\| (\S+)\s+\| (.+?)\s+\|$/gm)]
      .slice(2)
      .map(([, name, licence]) => `${name} ${licence}`);
    const wanted = new Set(packages.map(({ name, licence }) => `${name} ${licence}`));
    expect(rows).toEqual([...wanted]);
    expect(rows.length).toBeGreaterThan(50);
  });

  it("records the size on disk", () => {
    const recorded = Number(/these packages take (\d+) MB/.exec(page)?.[1]);
    const actual = installedMegabytes(packages);
    expect(Math.abs(actual - recorded)).toBeLessThanOrEqual(actual / 10);
  });

  it("has permissive licences only", () => {
    const allowed = (licence: string) =>
      licence
        .replaceAll(/[()]/g, "")
        .split(" OR ")
        .some((one) => one.split(" AND ").every((part) => permissive.includes(part)));
    expect(packages.filter(({ licence }) => !allowed(licence))).toEqual([]);
  });
});
