import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { whileRunning } from "../../../../src/internal/reporting/whileRunning.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

describe("whileRunning", () => {
  it("tells every five seconds how long the work has been running, and gives its result", async () => {
    const told: string[] = [];
    const work = whileRunning(
      "Vault unmounts aws/",
      (message) => told.push(message),
      async () => {
        await pause(12_000);
        return 42;
      },
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await work).toBe(42);
    expect(told).toEqual(["Vault unmounts aws/, 5 s so far", "Vault unmounts aws/, 10 s so far"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is silent about quick work, and about failed work afterwards", async () => {
    const told: string[] = [];
    const failing = whileRunning(
      "Vault unmounts aws/",
      (message) => told.push(message),
      () => Promise.reject(new Error("no")),
    );
    await expect(failing).rejects.toThrow("no");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual([]);
  });
});
