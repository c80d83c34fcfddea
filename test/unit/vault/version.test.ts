import { describe, expect, it } from "vitest";
import { isAtLeast, parseVaultVersion } from "../../../src/vault/version.js";

describe("parseVaultVersion", () => {
  it.each([
    ["1.18.4", { major: 1, minor: 18, patch: 4, enterprise: false }],
    ["v1.21.0-rc1", { major: 1, minor: 21, patch: 0, enterprise: false }],
    ["1.19.2+ent", { major: 1, minor: 19, patch: 2, enterprise: true }],
    ["1.16.1+ent.hsm.fips1402", { major: 1, minor: 16, patch: 1, enterprise: true }],
  ])("reads %s", (text, version) => {
    expect(parseVaultVersion(text)).toEqual(version);
  });

  it.each(["", "1.18", "latest"])("does not read %j", (text) => {
    expect(parseVaultVersion(text)).toBeUndefined();
  });
});

describe("isAtLeast", () => {
  it.each([
    ["1.17.2", "1.17.2", true],
    ["1.17.1", "1.17.2", false],
    ["1.18.0", "1.17.2", true],
    ["1.19.0", "1.19", true],
    ["1.9.9", "1.10", false],
    ["2.0.0", "1.19", true],
    ["0.11.6", "1.0", false],
  ])("%s is at least %s: %s", (version, wanted, holds) => {
    expect(isAtLeast(parseVaultVersion(version)!, wanted)).toBe(holds);
  });
});
