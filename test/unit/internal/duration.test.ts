import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationSeconds } from "../../../src/internal/duration.js";

describe("durationSeconds", () => {
  it.each([
    [90, 90],
    [0, 0],
    ["3600", 3600],
    ["0s", 0],
    ["15m", 900],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["2d", 172_800],
    ["500ms", 0.5],
    [" 10s ", 10],
  ])("reads %j as Vault does: %d seconds", (text, seconds) => {
    expect(durationSeconds(text)).toBeCloseTo(seconds, 9);
  });

  it.each(["", "1x", "h", "-1h", "1d12h", "1h 30m", "forever", -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses %j",
    (text) => {
      expect(durationSeconds(text)).toBeUndefined();
    },
  );

  it("reads what Vault writes", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1000 }), fc.nat({ max: 59 }), fc.nat({ max: 59 }), (hours, minutes, seconds) => {
        expect(durationSeconds(`${hours}h${minutes}m${seconds}s`)).toBe(hours * 3600 + minutes * 60 + seconds);
      }),
    );
  });
});
