import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { validateInputs } from "../../../../src/internal/validation/validateInputs.js";
import { isFullyKnown, isKnown, unknownValue } from "../../../../src/internal/validation/known.js";
import { maskUnknowns } from "../../../../src/internal/validation/maskUnknowns.js";
import { failureOf, isKnownOutput, valueOf } from "../../../support/outputs.js";

interface Args {
  readonly count: number;
  readonly names?: readonly string[];
}

let resource: pulumi.Resource;
beforeEach(() => {
  resource = {} as pulumi.Resource;
});
const countRule = (args: Args) =>
  isKnown(args.count) && args.count < 1 ? [{ path: "count", rule: "must be at least 1", actual: args.count }] : [];

describe("validateInputs", () => {
  it("refuses a plain bad value at once, without a stack", () => {
    let thrown: unknown;
    try {
      validateInputs<Args>(resource, 'Thing "t"', { count: 0 }, countRule);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(pulumi.ResourceError);
    expect(thrown).toMatchObject({
      message: 'Thing "t": invalid argument: count: must be at least 1, got 0.',
      hideStack: true,
    });
  });

  it("refuses a bad value inside an output, so that nothing built from it sees the value", async () => {
    const args = validateInputs(resource, 'Thing "t"', pulumi.output({ count: 0 }), countRule);
    expect((await failureOf(args)).message).toBe('Thing "t": invalid argument: count: must be at least 1, got 0.');
  });

  it("shows a bad value inside an output at preview, and leaves it unknown", async () => {
    const dryRun = vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    const args = validateInputs(resource, 'Thing "t"', pulumi.output({ count: 0 }), countRule);
    expect(await isKnownOutput(args)).toBe(false);
    expect(error.mock.calls).toEqual([['Thing "t": invalid argument: count: must be at least 1, got 0.', resource]]);
    dryRun.mockRestore();
    error.mockRestore();
  });

  it("checks at preview what is known beside what is not, and shows each issue once", async () => {
    const dryRun = vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(true);
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    const unknown = pulumi.output(pulumi.unknown as unknown as string);
    const input = { count: pulumi.output(Promise.resolve(0)), names: [unknown] };
    const args = validateInputs<Args>(resource, 'Thing "t"', input as never, countRule);
    validateInputs<Args>(resource, 'Thing "t"', { count: input.count } as never, countRule);
    expect(await isKnownOutput(args)).toBe(false);
    await vi.waitFor(() => expect(error).toHaveBeenCalled());
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(error.mock.calls).toEqual([['Thing "t": invalid argument: count: must be at least 1, got 0.', resource]]);
    dryRun.mockRestore();
    error.mockRestore();
  });

  it("fails in an update with one error object for the same issue", async () => {
    const input = { count: pulumi.output(Promise.resolve(0)) };
    const first = await failureOf(validateInputs<Args>(resource, 'Thing "t"', input as never, countRule));
    const second = await failureOf(validateInputs<Args>(resource, 'Thing "t"', input as never, countRule));
    expect(first).toBe(second);
  });

  it("passes good values on", async () => {
    const input = { count: pulumi.output(2), names: ["a"] };
    const args = validateInputs<pulumi.Unwrap<typeof input>>(resource, 'Thing "t"', input as never, countRule);
    expect(await valueOf(args)).toEqual({ count: 2, names: ["a"] });
  });
});

describe("maskUnknowns", () => {
  it("blanks outputs and promises at any depth", () => {
    const value = { a: 1, b: [pulumi.output("x"), "y"], c: { d: Promise.resolve(1) }, e: null, f: undefined };
    expect(maskUnknowns(value)).toEqual({
      a: 1,
      b: [unknownValue, "y"],
      c: { d: unknownValue },
      e: null,
      f: undefined,
    });
  });

  it("tells whether anything is unknown", () => {
    expect(isFullyKnown({ a: [1, { b: "x" }] })).toBe(true);
    expect(isFullyKnown({ a: [1, { b: unknownValue }] })).toBe(false);
  });
});
