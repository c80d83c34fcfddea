import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { splitRoles } from "../../../src/secretsengine/splitRoles.js";

const rolesOf = (count: number, size = 100) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`role-${index}`, { policyDocument: "x".repeat(size) }]),
  );

describe("splitRoles", () => {
  it("leaves roles together that are small enough, in their order", () => {
    const roles = rolesOf(50);
    expect(splitRoles(roles, 10_000)).toEqual([roles]);
    expect(Object.keys(splitRoles(roles, 10_000)[0] ?? {})).toEqual(Object.keys(roles));
    expect(splitRoles({}, 10)).toEqual([{}]);
  });

  it("splits others into a power of two of parts, none of which is too large", () => {
    const roles = rolesOf(200);
    const parts = splitRoles(roles, 10_000);
    expect(parts).toHaveLength(4);
    expect(Object.assign({}, ...parts)).toEqual(roles);
    for (const part of parts) {
      expect(JSON.stringify(part).length).toBeLessThan(10_000);
    }
  });

  it("splits above 3 MB where nothing else is said", () => {
    const megabyte = 1024 * 1024;
    expect(splitRoles(rolesOf(2, 1.4 * megabyte))).toHaveLength(1);
    expect(splitRoles(rolesOf(2, 1.6 * megabyte)).length).toBeGreaterThan(1);
  });

  it("keeps each role in its part as others come and go", () => {
    const placeOf = (parts: Record<string, unknown>[], name: string) => parts.findIndex((part) => name in part);
    const before = splitRoles(rolesOf(200), 10_000);
    const after = splitRoles(Object.fromEntries(Object.entries(rolesOf(230)).slice(20)), 10_000);
    expect(after).toHaveLength(before.length);
    for (let index = 20; index < 200; index += 1) {
      expect(placeOf(after, `role-${index}`)).toBe(placeOf(before, `role-${index}`));
    }
  });

  it("moves roles from a part to its new half only where the number of parts doubles", () => {
    const before = splitRoles(rolesOf(200), 10_000);
    const after = splitRoles(rolesOf(400), 10_000);
    expect(after).toHaveLength(8);
    before.forEach((part, index) => {
      const now = new Set(Object.keys({ ...after[index], ...after[index + before.length] }));
      expect(Object.keys(part).filter((name) => !now.has(name))).toEqual([]);
    });
  });

  it("takes what is not known yet for the longest policy document", () => {
    const roles = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`role-${index}`, { policyDocument: pulumi.output("later") }]),
    );
    expect(splitRoles(roles, 25_000)).toHaveLength(1);
    expect(splitRoles(roles, 15_000).length).toBeGreaterThan(1);
  });

  it("does not split a role that is too large by itself", () => {
    expect(splitRoles(rolesOf(1, 1000), 100)).toEqual([rolesOf(1, 1000)]);
  });
});
