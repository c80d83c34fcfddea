import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { VaultPlatform, type VaultPlatformArgs } from "../../../src/index.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { platformIssues, platformWarnings } from "../../../src/platform/vaultPlatformRules.js";
import { record } from "../../support/recorder.js";
import { cloud, small } from "./support.js";

const server = (terminationPolicy: string) => ({ vaultServer: { version: "1.18.4", terminationPolicy } });
const rule =
  "vaultServer.terminationPolicy: must be DoNotTerminate while protectData is enabled: with another, whoever deletes the VaultServer deletes Vault";
const fix = "Leave it out, or set protectData: false.";

describe("a termination policy", () => {
  const told = (args: object) => platformIssues("p", { ...small, ...args }).map(formatIssue);

  it.each(["WipeOut", "Delete", "Halt"])("cannot be %s while protectData is enabled", (policy) => {
    expect(told(server(policy))).toEqual([`${rule}, got "${policy}". ${fix}`]);
    expect(told({ ...server(policy), protectData: true })).toEqual([`${rule}, got "${policy}". ${fix}`]);
    expect(told({ ...server(policy), protectData: false })).toEqual([]);
  });

  it("can be DoNotTerminate, or left out", () => {
    expect(told(server("DoNotTerminate"))).toEqual([]);
    expect(told({ vaultServer: { version: "1.18.4" } })).toEqual([]);
  });

  it("is reported once where it is none", () => {
    expect(told(server("Keep"))).toEqual([
      'vaultServer.terminationPolicy: must be one of Halt, Delete, WipeOut, DoNotTerminate, got "Keep".',
    ]);
  });

  it("is held against protectData once it is known", async () => {
    await record({ ...cloud, preview: true });
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    const terminationPolicy = pulumi.output(Promise.resolve("WipeOut" as const));
    new VaultPlatform("p", { ...small, vaultServer: { version: "1.18.4", terminationPolicy } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const lines = error.mock.calls.map(([line]) => line);
    vi.restoreAllMocks();
    expect(lines).toEqual([`VaultPlatform "p": invalid argument: ${rule}, got "WipeOut". ${fix}`]);
  });
});

describe("protection that is half lifted is warned of", () => {
  const told = (args: Partial<VaultPlatformArgs>) => platformWarnings({ ...small, ...args }).map(formatIssue);

  it("a VaultServer that stays, without protectData", () => {
    expect(
      told({ protectData: false, vaultServer: { version: "1.18.4", terminationPolicy: "DoNotTerminate" } }),
    ).toEqual([
      "vaultServer.terminationPolicy: is DoNotTerminate while protectData is false: pulumi destroy would delete what is in Vault, and stop at the VaultServer. " +
        "Leave it out before a destroy.",
    ]);
  });

  it("a table without deletion protection, with protectData", () => {
    const storage = { table: { deletionProtection: false } };
    expect(told({ storage })).toEqual([
      "storage.table.deletionProtection: is false while protectData is enabled: whoever may delete tables can delete Vault's data. Leave it out.",
    ]);
    expect(told({ storage, protectData: false })).toEqual([]);
  });
});
