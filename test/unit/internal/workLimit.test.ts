import { describe, expect, it } from "vitest";
import { pause } from "../../../src/internal/pause.js";
import { withinLimit, withLimit } from "../../../src/internal/workLimit.js";

const never = new AbortController().signal;

describe("a limit of work", () => {
  it("lets work be done that needs less", async () => {
    expect(await withLimit(never, 60_000, async () => (await pause(1), withinLimit(5)))).toBe(5);
    expect(withinLimit(5)).toBe(5);
  });

  it("ends a pause when the time is over, and leaves the rest its usual time", async () => {
    let left: number | undefined;
    const work = withLimit(never, 20, async () => {
      expect(withinLimit(60_000)).toBeLessThanOrEqual(20);
      await pause(60_000).finally(() => (left = withinLimit(60_000)));
    });
    await expect(work).rejects.toThrow("not done within 0.02 s, the time that customTimeouts gives it");
    expect(left).toBe(60_000);
  });

  it("ends pauses when all is cancelled, and lets nothing else begin", async () => {
    const controller = new AbortController();
    const works = [1, 2].map(() => withLimit(controller.signal, undefined, () => pause(60_000)));
    controller.abort(new Error("the operation was cancelled"));
    for (const work of [...works, withLimit(controller.signal, undefined, () => Promise.resolve())]) {
      await expect(work).rejects.toThrow("the operation was cancelled");
    }
  });

  it("is that of its own work", async () => {
    const other = expect(withLimit(never, 10, () => pause(60_000))).rejects.toThrow("not done within");
    await withLimit(never, undefined, () => pause(30));
    await other;
  });
});
