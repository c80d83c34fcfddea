import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, nameAdvice, nearest } from "../../../../src/internal/validation/nearest.js";

describe("nearest", () => {
  test("finds a name with one letter wrong", () => {
    expect(nearest("secretThresold", ["secretShares", "secretThreshold"])).toBe("secretThreshold");
  });

  test.each([
    ["permissionBoundaryArn", "permissionsBoundaryArn"],
    ["policy_arn", "policyArns"],
    ["policyARNs", "policyArns"],
    ["policydocument", "policyDocument"],
  ])("finds what %s means", (name, meant) => {
    expect(nearest(name, ["path", "permissionsBoundaryArn", "policyArns", "policyDocument", "roleArns"])).toBe(meant);
  });

  test("finds nothing where all names are far", () => {
    expect(nearest("zone", ["region", "table"])).toBeUndefined();
  });
});

describe("editDistance", () => {
  test("is 0 for equal texts only, is symmetric, and never more than the longer text", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
        const distance = editDistance(left, right);
        expect(distance === 0).toBe(left === right);
        expect(editDistance(right, left)).toBe(distance);
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(left.length - right.length));
      }),
    );
  });
});

describe("nameAdvice", () => {
  test("suggests the nearest name, or lists all", () => {
    expect(nameAdvice("acces", ["access", "read"])).toBe("Did you mean access?");
    expect(nameAdvice("zone", ["table", "region"])).toBe("Known names: region, table.");
  });
});
