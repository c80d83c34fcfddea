import { describe, expect, test } from "vitest";
import { sessionProvider } from "../../../src/storage/sessionProvider.js";
import { needsNewSession } from "../../../src/storage/sessionRequest.js";
import { unknownValue } from "../../../src/internal/validation/known.js";

const inputs = {
  roleArn: "arn:aws:iam::123456789012:role/vault",
  sessionName: "vault-storage",
  durationSeconds: 3600,
  renewBeforeSeconds: 1800,
  region: "eu-west-1",
};
const issued = {
  sessionAccessKeyId: "ASIA",
  sessionSecretAccessKey: "secret",
  sessionToken: "token",
  expiration: "2030-01-01T01:00:00.000Z",
};
const before = { ...inputs, ...issued };
const halfway = Date.parse("2030-01-01T00:30:00.000Z");

describe("needsNewSession", () => {
  test("keeps credentials until their end is near", () => {
    expect(needsNewSession(before, inputs, halfway - 1)).toBe(false);
    expect(needsNewSession(before, inputs, halfway)).toBe(true);
    expect(needsNewSession(before, inputs, halfway + 7_200_000)).toBe(true);
  });

  test("goes by the wish of today, not by that of when they were issued", () => {
    expect(needsNewSession(before, { ...inputs, renewBeforeSeconds: 60 }, halfway)).toBe(false);
  });

  test.each([
    { roleArn: "arn:aws:iam::123456789012:role/other" },
    { externalId: "platform" },
    { sessionName: "other" },
    { durationSeconds: 900 },
    { accessKeyId: "AKIA2" },
    { accessKeyId: unknownValue },
  ])("asks anew for %j", (change) => {
    expect(needsNewSession(before, { ...inputs, ...change }, halfway - 1)).toBe(true);
  });

  test("does not ask anew for another endpoint or region", () => {
    expect(needsNewSession(before, { ...inputs, region: "us-east-1", stsEndpoint: "https://x" }, halfway - 1)).toBe(
      false,
    );
  });
});

describe("sessionProvider", () => {
  test("reads without asking AWS, and deletes nothing", async () => {
    const provider = sessionProvider();
    expect(await provider.read("vault-storage", before)).toEqual({ id: "vault-storage", props: before });
    await expect(provider.delete("vault-storage", before)).resolves.toBeUndefined();
  });

  test("compares inputs without the provider's own text", async () => {
    const provider = sessionProvider();
    const ahead = { ...before, expiration: "2999-01-01T00:00:00.000Z" };
    expect(await provider.diff("vault-storage", ahead, { ...inputs, __provider: "text" })).toEqual({ changes: false });
    expect(await provider.diff("vault-storage", ahead, { ...inputs, durationSeconds: 900 })).toEqual({ changes: true });
  });

  test("says whose session was refused and why, without a stack", async () => {
    const stsEndpoint = "http://127.0.0.1:9";
    const failure = await sessionProvider()
      .create({ ...inputs, stsEndpoint })
      .then(
        () => undefined,
        (error: unknown) => error as Error,
      );
    expect(failure?.message).toMatch(
      /^AWS issues no session credentials for role arn:aws:iam::123456789012:role\/vault: /,
    );
    expect(failure?.stack).toBe("");
  });
});
