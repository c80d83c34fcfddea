import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../../src/internal/validation/known.js";
import { failureOf } from "../../../support/outputs.js";
import { resolveKnown } from "../../../../src/internal/validation/resolveKnown.js";

const unknown = pulumi.output(pulumi.unknown as unknown as string);

describe("resolveKnown", () => {
  it("resolves each output and promise on its own", async () => {
    const value = {
      a: pulumi.output("x"),
      b: [unknown, Promise.resolve(1), { c: pulumi.secret("s") }],
      d: null,
      e: undefined,
      f: pulumi.output({ known: 1, not: unknown }),
      g: Promise.resolve({ inner: unknown }),
    };
    expect(await resolveKnown(value)).toEqual({
      a: "x",
      b: [unknownValue, 1, { c: "s" }],
      d: null,
      e: undefined,
      f: { known: 1, not: unknownValue },
      g: { inner: unknownValue },
    });
  });

  it("takes what fails for unknown: its user reports the failure", async () => {
    const failing = pulumi.output("x").apply(() => {
      throw new Error("no such stack");
    });
    const failure = failureOf(failing);
    expect(await resolveKnown({ failing, rejected: Promise.reject(new Error("no")), fine: 1 })).toEqual({
      failing: unknownValue,
      rejected: unknownValue,
      fine: 1,
    });
    expect((await failure).message).toBe("no such stack");
  });

  it("takes an object with an unknown part apart", async () => {
    expect(await resolveKnown(pulumi.all({ list: ["a", unknown], text: "b" }))).toEqual({
      list: ["a", unknownValue],
      text: "b",
    });
  });
});
