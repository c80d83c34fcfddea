import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { replacementProblem, type Place } from "../../../src/replacement/guarded.js";
import { replacementGuardProvider } from "../../../src/replacement/replacementGuardProvider.js";

const place: Place = { namespace: "vault", name: "main" };

describe("a replacement", () => {
  const told = (change: object, olds: Place | undefined = place) =>
    replacementProblem("VaultServer", olds, { ...place, ...change });

  it("of a VaultServer is rejected: the unseal keys would stay behind", () => {
    expect(told({ namespace: "secure" })).toBe(
      "VaultServer vault/main: cannot move to secure/main: Vault's unseal keys and root token are named after its namespace and name, and would stay behind, " +
        'so that Vault could not be unsealed. Copy them first, as docs/day-2.md says under "Move to another namespace", then set onImmutableChange: "replace"',
    );
    expect(told({ name: "other" })).toContain("VaultServer vault/main: cannot move to vault/other: ");
  });

  it("of the Secret with the unseal keys is rejected: they would be deleted", () => {
    expect(replacementProblem("UnsealKeys", place, { ...place, namespace: "secure" })).toBe(
      "Secret vault/main: cannot move to secure/main: it would be created again, empty, and Vault's unseal keys and root token would be deleted. Copy them into a " +
        'Secret of your own first, as docs/day-2.md says under "Move to another namespace", then remove UnsealKeys and name that Secret: existingSecretName of ' +
        "VaultPlatform's unsealer",
    );
    expect(replacementProblem("UnsealKeys", place, { ...place, name: null })).toContain(
      "Secret vault/main: cannot move to vault/a name that Pulumi makes: ",
    );
  });

  it("of the table is rejected: Vault's data would be deleted", () => {
    const table = { name: "data", region: "eu-west-1" };
    expect(replacementProblem("Table", table, { ...table, name: "other" })).toBe(
      "table data in eu-west-1: cannot become other in eu-west-1: a table would be created, empty, and the one with Vault's data be deleted. Take the change " +
        'back, or move the data first, as docs/day-2.md says under "Restore", and name the new table: existingTableName',
    );
    expect(replacementProblem("Table", { name: null, region: null }, { name: "b", region: "eu-west-1" })).toContain(
      "table a name that Pulumi makes in the provider's region: cannot become b in eu-west-1: ",
    );
  });

  it("is none where nothing changes, where it is not known yet, and at first", () => {
    expect(told({})).toBeUndefined();
    expect(told({ namespace: unknownValue })).toBeUndefined();
    expect(replacementProblem("VaultServer", undefined, place)).toBeUndefined();
    expect(replacementProblem("Table", { name: null }, { name: null })).toBeUndefined();
  });
});

describe("replacementGuardProvider", () => {
  const provider = replacementGuardProvider();
  const values = { guarded: "VaultServer", place, __provider: "text" };
  const moved = { ...values, place: { ...place, namespace: "secure" } };

  it("fails the check of a replacement, which the engine makes before it registers what depends on it", async () => {
    const { failures } = await provider.check(values, moved);
    expect(failures).toEqual([{ property: "", reason: replacementProblem("VaultServer", place, moved.place) }]);
    expect(await provider.check(values, values)).toEqual({ inputs: values });
    expect(await provider.check({}, values)).toEqual({ inputs: values });
    expect(await provider.check(values, { ...moved, replaces: true })).toEqual({
      inputs: { ...moved, replaces: true },
    });
  });

  it("keeps in the state what was asked for last", async () => {
    expect(await provider.create(values)).toEqual({ id: "VaultServer", outs: { guarded: "VaultServer", place } });
    const allowed = { ...moved, replaces: true };
    const changes = async (olds: object, news: object) =>
      (await provider.diff("VaultServer", { ...olds }, { ...news })).changes;
    expect(await changes(values, allowed)).toBe(true);
    expect(await provider.update?.("VaultServer", values, allowed)).toEqual({
      outs: { guarded: "VaultServer", place: moved.place, replaces: true },
    });
    expect(await changes(allowed, moved)).toBe(false);
  });
});
