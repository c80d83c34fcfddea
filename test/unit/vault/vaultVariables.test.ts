import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { unsupportedVariables, vaultVariables } from "../../../src/vault/vaultVariables.js";

const root = path.join(__dirname, "..", "..", "..");

/** The rows of the table of variables in the documentation: names, and what becomes of them. */
function documented(): Record<string, string> {
  const text = readFileSync(path.join(root, "docs", "connection.md"), "utf8");
  const section = text.split("## Variables of Vault's command line")[1]?.split("\n## ")[0] ?? "";
  return Object.fromEntries(
    section.split("\n").flatMap((line) => {
      const [, names = "", fate = ""] = line.split("|");
      return [...names.matchAll(/`(VAULT_\w+)`/g)].map(([, name]) => [name, fate.trim()]);
    }),
  ) as Record<string, string>;
}

describe("the variables of Vault's command line", () => {
  it("are all in the documentation, with what becomes of each", () => {
    const rows = documented();
    expect(Object.keys(rows).sort()).toEqual(Object.keys(vaultVariables).sort());
    const beginnings = {
      read: /^read\b/,
      notRead: /^not read\b/,
      unsupported: /^not supported\b/,
      commandLine: /^of no meaning here\b/,
      server: /^of no meaning here: `vault server`/,
    };
    for (const [name, treatment] of Object.entries(vaultVariables)) {
      expect(`${name}: ${rows[name]}`).toMatch(new RegExp(`^${name}: ${beginnings[treatment].source.slice(1)}`));
    }
  });

  it("are read where the list says so, and nowhere else", () => {
    const sources = ["settings.ts", "certificates.ts", "obtainToken.ts"].map((file) =>
      readFileSync(path.join(root, "src", "vault", file), "utf8"),
    );
    const names = sources.flatMap((text) =>
      [...text.matchAll(/(?:variable\(|flag\(variable, |environment\.)"?(VAULT_\w+)/g)].map(([, name]) => name),
    );
    const read = Object.keys(vaultVariables).filter((name) => vaultVariables[name] === "read");
    expect([...new Set(names)].sort()).toEqual(read.sort());
  });

  it("that are not supported are named where they are set", () => {
    expect(unsupportedVariables({ VAULT_MFA: "", VAULT_SRV_LOOKUP: "false", VAULT_ADDR: "x" })).toEqual([]);
    expect(unsupportedVariables({ VAULT_SRV_LOOKUP: "1" })).toEqual([
      "VAULT_SRV_LOOKUP is set, and is not supported by this package: it has no effect on this operation",
    ]);
  });
});
