import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  credentialFields,
  leaseFields,
  mountFields,
  roleFields,
  rootConfigFields,
  staticRoleFields,
} from "../../../src/secretsengine/engineFields.js";

const text = readFileSync(path.join(__dirname, "..", "..", "..", "docs", "vault-fields.md"), "utf8");

/** The cells of the rows of one section. */
function rowsOf(section: string): string[][] {
  const [, body = ""] = text.split(new RegExp(`^## ${section}.*$`, "m"));
  const [own = ""] = body.split(/^## /m);
  const rows = own.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => row.split("|").map((cell) => cell.trim()));
}

describe("docs/vault-fields.md", () => {
  it.each([
    ["Mount", mountFields],
    ["Root credential", rootConfigFields],
    ["Leases of IAM users", leaseFields],
    ["Roles", roleFields],
    ["Static roles", staticRoleFields],
    ["Credentials", credentialFields],
  ] as const)("lists every field of: %s", (section, fields) => {
    const rows = rowsOf(section);
    for (const { name, vaultName, since, enterprise } of fields) {
      const row = rows.find(([, vault]) => vault === `\`${vaultName}\``);
      expect(row?.[2], vaultName).toBe(`\`${name}\``);
      const release = [since, enterprise === true ? "E" : undefined].filter((part) => part !== undefined).join(" ");
      if (release !== "") {
        expect(row?.[3], vaultName).toBe(release);
      }
    }
  });
});
