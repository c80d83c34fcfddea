import { describe, expect, it } from "vitest";
import { tagIssues } from "../../../src/aws/tags.js";

const lines = (tags: unknown) => tagIssues("tags", tags).map(({ path, rule }) => `${path}: ${rule}`);

describe("tags", () => {
  it("pass with AWS's characters", () => {
    expect(lines({ team: "Plattform Büro 7", "a/b:c=d+e-f@g.h_i": "", 名前: "値" })).toEqual([]);
    expect(lines(undefined)).toEqual([]);
  });

  it.each([
    [
      { team: "Payments (Connector Service)" },
      "tags.team: must have a value out of letters, digits, spaces and _.:/=+-@",
    ],
    [{ "a#b": "x" }, 'tags["a#b"]: must have a key out of letters, digits, spaces and _.:/=+-@'],
    [{ Team: "a", team: "b" }, 'tags.team: must differ from "Team" in more than upper and lower case'],
    [{ "AWS:x": "a" }, 'tags["AWS:x"]: must have a key of 1 to 128 characters that does not start with "aws:"'],
    [{ a: "x".repeat(257) }, "tags.a: must be at most 256 characters long"],
    [Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, "v"])), "tags: must be at most 50 tags"],
  ])("%j are rejected", (tags, line) => {
    expect(lines(tags)).toEqual([line]);
  });
});
