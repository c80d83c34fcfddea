import { describe, expect, it } from "vitest";
import { formatIssue, formatIssues, pathOf, under } from "../../../../src/internal/validation/issues.js";

describe("formatIssue", () => {
  it("names path, rule, value and fix", () => {
    const issue = { path: "replicas", rule: "must be at least 1", actual: 0, fix: "Leave it out for 1." };
    expect(formatIssue(issue)).toBe("replicas: must be at least 1, got 0. Leave it out for 1.");
  });

  it("leaves out a value and a fix that are not given", () => {
    expect(formatIssue({ path: "login.token", rule: "must not be empty" })).toBe("login.token: must not be empty.");
  });

  it.each([
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "hvs.CAESIJ1sentinelsentinelsentinel",
    "https://bob:hunter2@proxy:3128",
    ["-----BEGIN PRIVATE KEY-----"],
    { key: "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd" },
  ])("shows nothing that looks like a secret, wherever it was given: %j", (actual) => {
    expect(formatIssue({ path: "region", rule: "must be a region", actual })).toBe(
      "region: must be a region, got a value that is not shown, since it looks like a secret.",
    );
  });

  it.each(["arn:aws:iam::123456789012:role/deploy", "https://sts.eu-central-1.amazonaws.com", "0".repeat(40)])(
    "shows what is none: %j",
    (actual) => {
      expect(formatIssue({ path: "a", rule: "is wrong", actual })).toBe(`a: is wrong, got ${JSON.stringify(actual)}.`);
    },
  );

  it("cuts long values", () => {
    const text = formatIssue({ path: "a", rule: "is too long", actual: "x".repeat(500) });
    expect(text).toBe(`a: is too long, got "${"x".repeat(119)}….`);
  });
});

describe("formatIssues", () => {
  const one = { path: "a", rule: "is wrong" };
  const other = { path: "b", rule: "is wrong too" };

  it("puts one issue on one line", () => {
    expect(formatIssues('VaultServer "v"', [one])).toBe('VaultServer "v": invalid argument: a: is wrong.');
  });

  it("lists several", () => {
    expect(formatIssues('VaultServer "v"', [one, other])).toBe(
      'VaultServer "v": 2 invalid arguments:\n  - a: is wrong.\n  - b: is wrong too.',
    );
  });

  it("refuses to report nothing", () => {
    expect(() => formatIssues("x", [])).toThrow("formatIssues needs at least one issue");
  });
});

describe("paths", () => {
  it("are joined as Pulumi prints them", () => {
    expect(pathOf("roles", "deploy")).toBe("roles.deploy");
    expect(pathOf("", "roles")).toBe("roles");
    expect(pathOf("arns", 2)).toBe("arns[2]");
    expect(pathOf("roles", "team@deploy")).toBe('roles["team@deploy"]');
  });

  it("are put under a prefix", () => {
    const issues = [
      { path: "policyArns[2]", rule: "r" },
      { path: "[0]", rule: "r" },
      { path: "", rule: "r" },
    ];
    expect(under("roles.deploy", issues).map((issue) => issue.path)).toEqual([
      "roles.deploy.policyArns[2]",
      "roles.deploy[0]",
      "roles.deploy",
    ]);
  });
});
