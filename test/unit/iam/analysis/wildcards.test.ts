import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  coverage,
  literal,
  patternOf,
  readText,
  unknownVariable,
  type Coverage,
  type Variables,
} from "../../../../src/iam/analysis/wildcards.js";

function covers(pattern: string, subject: string): Coverage {
  return coverage(patternOf(pattern), patternOf(subject));
}

describe("coverage", () => {
  test.each<[string, string, Coverage]>([
    ["*", "", "all"],
    ["*", "anything", "all"],
    ["*", "*", "all"],
    ["a", "a", "all"],
    ["a", "b", "none"],
    ["a", "*", "some"],
    ["a?", "ab", "all"],
    ["a?", "a", "none"],
    ["a?", "a*", "some"],
    ["user/vault-*", "user/vault-*", "all"],
    ["user/vault-*", "user/vault-x/root", "all"],
    ["user/vault-a*", "user/vault-*", "some"],
    ["user/*", "user/vault-*", "all"],
    ["user/team/*", "user/vault-*", "none"],
    ["s3:Get*", "s3:*", "some"],
    ["s3:*", "s3:Get*", "all"],
    ["*x*", "a*x", "all"],
    ["*x", "*y", "none"],
  ])("%s matches of %s: %s", (pattern, subject, expected) => {
    expect(covers(pattern, subject)).toBe(expected);
  });

  test("agrees with trying all texts", () => {
    const text = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 5 }).map((parts) => parts.join(""));
    const expression = (pattern: string) => new RegExp(`^${pattern.replaceAll("*", "[ab]*").replaceAll("?", "[ab]")}$`);
    // Long enough for any two patterns that have a text in common: each has at most four letters beside a star.
    const texts = [""];
    for (let index = 0; (texts[index] ?? "").length < 8; index += 1) {
      texts.push(`${texts[index]}a`, `${texts[index]}b`);
    }
    fc.assert(
      fc.property(text, text, (pattern, subject) => {
        const meant = texts.filter((one) => expression(subject).test(one));
        const matched = meant.filter((one) => expression(pattern).test(one));
        const found = covers(pattern, subject);
        // A text of another letter may still tell patterns apart, so `all` is never claimed where a text is missed.
        expect(found === "none").toBe(matched.length === 0);
        if (found === "all") {
          expect(matched).toEqual(meant);
        }
        if (!subject.includes("*") && !subject.includes("?")) {
          expect(found).toBe(matched.length === 1 ? "all" : "none");
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("readText", () => {
  const variables: Variables = (name) =>
    name === "aws:PrincipalTag/team" ? unknownVariable : { "aws:username": "bob*" }[name];
  const read = (text: string) => readText(text, { variables });

  test("takes values of variables as plain text", () => {
    const pattern = read("user/${aws:username}").pattern ?? [];
    expect(coverage(pattern, literal("user/bob*"))).toBe("all");
    expect(coverage(pattern, literal("user/bobby"))).toBe("none");
  });

  test("knows escaped characters and defaults", () => {
    expect(read("${*}${?}${$}").pattern).toEqual(["*", "?", "$"]);
    expect(read("${aws:userid, 'none'}").pattern).toEqual(["n", "o", "n", "e"]);
    expect(read("${aws:userid,'no'}").pattern).toEqual(["n", "o"]);
  });

  test("matches nothing where a variable has no value", () => {
    expect(read("${aws:userid}")).toEqual({ pattern: undefined, unknownVariables: [] });
    expect(read("${aws:userid}${aws:PrincipalTag/team}")).toEqual({ pattern: undefined, unknownVariables: [] });
  });

  test("names the variables of which nothing is known", () => {
    const { pattern = [], unknownVariables } = read("a${aws:PrincipalTag/team}z");
    expect(unknownVariables).toEqual(["aws:PrincipalTag/team"]);
    expect(coverage(pattern, literal("abcz"))).toBe("all");
    expect(coverage(pattern, literal("xz"))).toBe("none");
  });

  test("has no variables without their values, and no wildcards where there are none", () => {
    expect(readText("${x}").pattern).toEqual(["$", "{", "x", "}"]);
    expect(readText("a*?", { wildcards: false }).pattern).toEqual(["a", "*", "?"]);
    expect(readText("a*${aws:username}", { wildcards: false, variables }).pattern).toEqual([..."a*bob*"]);
  });
});
