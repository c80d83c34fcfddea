import { describe, expect, it } from "vitest";
import { BuildSlots, buildsAtATime } from "../../../sandbox/tools/buildSlots.js";

describe("buildsAtATime", () => {
  it.each([
    [7.9, 1],
    [8, 2],
    [64, 2],
  ])("is, with %d GiB available, %d", (gibibytes, expected) => {
    expect(buildsAtATime(gibibytes * 1024 ** 3)).toBe(expected);
  });
});

describe("BuildSlots", () => {
  it("never runs more than it has slots, keeps the order, and goes on after a failure", async () => {
    const slots = new BuildSlots(2);
    const started: string[] = [];
    let running = 0;
    let most = 0;
    const task = (name: string, fails = false) =>
      slots.run(async () => {
        started.push(name);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (fails) {
          throw new Error(name);
        }
        return name;
      });
    const results = await Promise.allSettled([task("a", true), task("b"), task("c"), task("d"), task("e")]);
    expect(results.map((result) => (result.status === "fulfilled" ? result.value : "failed"))).toEqual([
      "failed",
      "b",
      "c",
      "d",
      "e",
    ]);
    expect(started).toEqual(["a", "b", "c", "d", "e"]);
    expect(most).toBe(2);
  });
});
