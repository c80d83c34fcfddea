import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  containsUnknown,
  decode,
  encode,
  secretsOfOutputs,
  unknownValue,
  valueAt,
  type PropertyObject,
} from "../../../../src/plugin/server/propertyValues.js";

const signature = "4dabf18193072939515e22adb298388d";

function secret(value: unknown) {
  return { [signature]: "1b47061264138c4ac30d75fd1eb44270", value };
}

describe("decode", () => {
  it("takes secrets out of their wrappings and tells where they were", () => {
    const wire = { name: "vault", data: { key: secret("hidden") }, list: ["open", secret({ deep: secret(1) })] };
    expect(decode(wire)).toEqual({
      values: { name: "vault", data: { key: "hidden" }, list: ["open", { deep: 1 }] },
      secrets: [
        ["data", "key"],
        ["list", 1],
        ["list", 1, "deep"],
      ],
    });
  });

  it("drops nulls, keeps unknowns, and takes a resource for its id", () => {
    const resource = { [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "the-id" };
    expect(decode({ gone: null, later: unknownValue, user: resource }).values).toEqual({
      later: unknownValue,
      user: "the-id",
    });
  });

  it("takes nothing for an empty object", () => {
    expect(decode(undefined)).toEqual({ values: {}, secrets: [] });
  });
});

describe("encode", () => {
  it("wraps what lies at a path, inner ones before outer ones, and skips paths that lead nowhere", () => {
    const values = { a: { b: "one", c: "two" }, d: 3 };
    expect(encode(values, [["a"], ["a", "b"], ["x", "y"], ["d"], ["d"]])).toEqual({
      a: secret({ b: secret("one"), c: "two" }),
      d: secret(3),
    });
    expect(values).toEqual({ a: { b: "one", c: "two" }, d: 3 });
  });

  it("is undone by decode, whatever the values", () => {
    const keys = fc.stringMatching(/^[a-z]{1,4}$/);
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const values = fc.dictionary(keys, fc.oneof(leaf, fc.array(leaf), fc.dictionary(keys, leaf)));
    fc.assert(
      fc.property(values, (generated) => {
        const object = generated as PropertyObject;
        const paths = Object.keys(object).map((key) => [key]);
        expect(decode(encode(object, paths))).toEqual({ values: object, secrets: paths });
      }),
    );
  });
});

describe("secretsOfOutputs", () => {
  it("keeps the path where the value came back as it was given, and hides the whole property where it did not", () => {
    const inputs = { stays: { at: "secret" }, moved: { from: "secret" }, gone: "secret" };
    const outputs = { stays: { at: "secret", more: 1 }, moved: { to: "secret" } };
    const paths = [["stays", "at"], ["moved", "from"], ["gone"]];
    expect(secretsOfOutputs(inputs, paths, outputs)).toEqual([["stays", "at"], ["moved"], ["gone"]]);
  });
});

describe("valueAt and containsUnknown", () => {
  it("look inside lists and objects", () => {
    const values = { list: [{ name: "a" }, { name: unknownValue }] };
    expect(valueAt(values, ["list", 0, "name"])).toBe("a");
    expect(valueAt(values, ["list", 5, "name"])).toBeUndefined();
    expect(containsUnknown(values)).toBe(true);
    expect(containsUnknown({ text: `prefix ${unknownValue}` })).toBe(false);
  });
});
