import { describe, expect, it } from "vitest";
import { VaultError } from "../../../src/vault/errors.js";
import { withRetryListener } from "../../../src/vault/retryListener.js";
import { retry } from "../../../src/vault/retry.js";

/** Fails in turn, and then is done. */
function failing(...errors: VaultError[]) {
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

describe("calls that are made again", () => {
  it("are told of, without Vault's own words", async () => {
    const told: string[] = [];
    const work = () => retry(3, failing(refused, busy));
    expect(await withRetryListener((message) => told.push(message), work)).toBe("done");
    expect(told).toEqual([
      "Vault at http://v: GET sys/health: cannot be reached: refused: trying again, 1 of 3",
      "Vault answers with status 429: trying again, 2 of 3",
    ]);
  });

  it("are not told of when they are not made", async () => {
    const told: string[] = [];
    const denied = new VaultError("denied", "permissionDenied", 403, []);
    await expect(
      withRetryListener(
        (message) => told.push(message),
        () => retry(3, failing(denied)),
      ),
    ).rejects.toBe(denied);
    await expect(
      withRetryListener(
        (message) => told.push(message),
        () => retry(0, failing(refused)),
      ),
    ).rejects.toBe(refused);
    expect(told).toEqual([]);
  });

  it("are told to the one they are made for", async () => {
    const told: string[] = [];
    const operation = (name: string) =>
      withRetryListener(
        (message) => told.push(`${name} ${message}`),
        () => retry(1, failing(busy)),
      );
    await Promise.all([operation("a"), operation("b")]);
    expect(told.sort()).toEqual([
      "a Vault answers with status 429: trying again, 1 of 1",
      "b Vault answers with status 429: trying again, 1 of 1",
    ]);
  });

  it("disturb nobody where nobody listens", async () => {
    expect(await retry(1, failing(busy))).toBe("done");
  });
});
