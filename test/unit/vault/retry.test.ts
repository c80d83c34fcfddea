import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { VaultError } from "../../../src/vault/errors.js";
import { retry } from "../../../src/vault/retry.js";
import { withWorkReporter } from "../../../src/vault/workReporter.js";

const pauses: number[] = [];
vi.mock("../../../src/internal/pause.js", () => ({
  pause: async (milliseconds: number) => void pauses.push(Math.round(milliseconds)),
}));
beforeEach(() => void (pauses.length = 0));
afterEach(() => vi.restoreAllMocks());

/** Fails in turn, and then is done. */
function failing(...errors: Error[]) {
  const left = [...errors];
  return async () => {
    const error = left.shift();
    if (error !== undefined) {
      throw error;
    }
    return "done";
  };
}

const refused = new VaultError(
  "Vault at http://v: GET sys/health: cannot be reached: refused",
  "unreachable",
  undefined,
  [],
);
const busy = new VaultError("Vault at http://v: POST x: 429: LEAKME", "rateLimited", 429, ["LEAKME"]);
const late = new VaultError("Vault at http://v: GET x: no answer within 60 s", "timeout", undefined, []);

const asking = (retryAfterMs: number) => new VaultError("429", "rateLimited", 429, [], { retryAfterMs });

describe("pauses between repeated calls", () => {
  it("double from half a second to 8 s, and outlast a takeover of DynamoDB's lock by default", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(await retry({ repetitions: 7 }, failing(...Array<Error>(7).fill(refused)))).toBe("done");
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it("differ by a quarter at most: none is near zero, and the shortest seven take 23 s", async () => {
    for (const [random, sum] of [
      [0, 23_625],
      [1, 39_375],
    ] as const) {
      pauses.length = 0;
      vi.spyOn(Math, "random").mockReturnValue(random);
      await retry({ repetitions: 7 }, failing(...Array<Error>(7).fill(refused)));
      expect(pauses.reduce((one, other) => one + other)).toBe(sum);
    }
  });

  it("are as long as the server asks, where that is longer", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    await retry({ repetitions: 3 }, failing(asking(3_000), asking(100), asking(60_000)));
    expect(pauses).toEqual([3_000, 1_000, 60_000]);
  });

  it("are not longer than a minute: who is asked to wait for longer gets the error", async () => {
    const error = asking(61_000);
    await expect(retry({ repetitions: 3 }, failing(error))).rejects.toBe(error);
    expect(pauses).toEqual([]);
  });
});

describe("calls that are repeated", () => {
  it("are those that may pass, as often as is set", async () => {
    await expect(retry({ repetitions: 2 }, failing(refused, refused, refused, refused))).rejects.toBe(refused);
    expect(pauses).toHaveLength(2);
    const denied = new VaultError("denied", "permissionDenied", 403, []);
    await expect(retry({ repetitions: 7 }, failing(denied))).rejects.toBe(denied);
    const permanent = new VaultError("no such host", "unreachable", undefined, [], { permanent: true });
    await expect(retry({ repetitions: 7 }, failing(permanent))).rejects.toBe(permanent);
    const other = new Error("a defect");
    await expect(retry({ repetitions: 7 }, failing(other))).rejects.toBe(other);
    expect(pauses).toHaveLength(2);
  });

  it("are repeated once after a timeout: each takes long", async () => {
    await expect(retry({ repetitions: 7 }, failing(late, refused, late, late))).rejects.toBe(late);
    expect(pauses).toHaveLength(2);
  });

  it("are reported, without Vault's own words, to whom they are made for", async () => {
    const lines: string[] = [];
    const operation = (name: string, ...errors: VaultError[]) =>
      withWorkReporter(
        { progress: (message) => lines.push(`${name} ${message}`), warn: () => expect.unreachable() },
        () => retry({ repetitions: 3 }, failing(...errors)),
      );
    expect(await Promise.all([operation("a", refused, busy), operation("b", busy)])).toEqual(["done", "done"]);
    expect(lines.sort()).toEqual([
      "a Vault answers with status 429: trying again, 2 of 3",
      "a Vault at http://v: GET sys/health: cannot be reached: refused: trying again, 1 of 3",
      "b Vault answers with status 429: trying again, 1 of 3",
    ]);
  });

  it("are not reported where they are not repeated, and need nobody to report to", async () => {
    const reporter = { progress: () => expect.unreachable(), warn: () => expect.unreachable() };
    await expect(withWorkReporter(reporter, () => retry({ repetitions: 0 }, failing(refused)))).rejects.toBe(refused);
    expect(await retry({ repetitions: 1 }, failing(busy))).toBe("done");
  });
});
