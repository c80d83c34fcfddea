import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../../src/internal/validation/known.js";
import {
  locationProvider,
  moveProblem,
  type LocationInputs,
} from "../../../../src/kubernetes/providers/locationProvider.js";

const inputs: LocationInputs = { namespace: "vault", serverName: "main" };

describe("a move to another namespace or name", () => {
  const told = (change: Partial<LocationInputs>, olds: Partial<LocationInputs> = inputs) =>
    moveProblem(olds, { ...inputs, ...change });

  it("is rejected: the unseal keys would stay behind", () => {
    expect(told({ namespace: "secure" })).toBe(
      "VaultServer vault/main: cannot move to secure/main: Vault's unseal keys and root token are named after its namespace and name, and would stay behind, " +
        'so that Vault could not be unsealed. Copy them first, as docs/day-2.md says under "Move to another namespace", then set onImmutableChange: "replace"',
    );
    expect(told({ serverName: "other" })).toContain("VaultServer vault/main: cannot move to vault/other: ");
  });

  it("is none where nothing of it changes, it is allowed, not known yet, or the first", () => {
    expect(told({})).toBeUndefined();
    expect(told({ namespace: "secure", replaces: true })).toBeUndefined();
    expect(told({ namespace: unknownValue })).toBeUndefined();
    expect(told({ namespace: "secure" }, {})).toBeUndefined();
  });
});

describe("locationProvider", () => {
  const provider = locationProvider();
  const values = { ...inputs, __provider: "text" };

  it("fails the check of a move, which the engine makes before it registers what depends on it", async () => {
    const { failures } = await provider.check({ ...values }, { ...values, namespace: "secure" });
    expect(failures).toEqual([{ property: "", reason: moveProblem(inputs, { ...inputs, namespace: "secure" }) }]);
    expect(await provider.check({ ...values }, { ...values })).toEqual({ inputs: values });
  });

  it("keeps in the state what was asked for last", async () => {
    expect(await provider.create({ ...values })).toEqual({ id: "vault/main", outs: inputs });
    const moved = { ...values, namespace: "secure", replaces: true };
    expect((await provider.diff("vault/main", { ...values }, moved)).changes).toBe(true);
    expect(await provider.update("vault/main", { ...values }, moved)).toEqual({
      outs: { namespace: "secure", serverName: "main", replaces: true },
    });
    expect((await provider.diff("vault/main", moved, { ...values, namespace: "secure" })).changes).toBe(true);
    expect((await provider.diff("vault/main", moved, moved)).changes).toBe(false);
  });
});
