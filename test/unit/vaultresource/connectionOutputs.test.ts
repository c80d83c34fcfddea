import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import {
  VaultConnection,
  VaultPlatform,
  type VaultConnectionArgs,
  type VaultPlatformArgs,
} from "../../../src/index.js";
import { record } from "../../support/recorder.js";
import { cloud, small } from "../platform/support.js";

const late = <T>(value: T) => pulumi.output(new Promise<T>((resolve) => setTimeout(resolve, 5, value)));
const unknown = <T>() => pulumi.output(pulumi.unknown as unknown as T);
const bad = 'must be an http or https URL, got "vault.example.com:8200". Write https://vault.example.com:8200.';

/** The errors that a preview shows. */
async function previewed(make: () => void): Promise<string[]> {
  await record({ ...cloud, preview: true });
  const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
  make();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const lines = error.mock.calls.map(([line]) => line);
  vi.restoreAllMocks();
  return lines;
}

/** The error that a program ends with in an update: Pulumi awaits what a resource is made of on its own. */
async function ending(make: () => void): Promise<string> {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const failed = new Promise<Error>((resolve) => process.on("unhandledRejection", resolve as never));
  make();
  const { message } = await failed;
  await new Promise((resolve) => setTimeout(resolve, 200));
  // What waits for the resource that is not created waits for good.
  await record();
  process.removeAllListeners("unhandledRejection");
  listeners.forEach((listener) => process.on("unhandledRejection", listener));
  return message;
}

describe("the arguments of a connection that are outputs", () => {
  const connect = (args: VaultConnectionArgs) => previewed(() => new VaultConnection("vault", args));

  it("are checked at preview once they are known, beside others that are not", async () => {
    expect(
      await connect({ address: late("vault.example.com:8200"), caCertificate: unknown(), maxRetries: late(-1) }),
    ).toEqual([
      'VaultConnection "vault": 2 invalid arguments:\n' +
        `  - address: ${bad}\n` +
        "  - maxRetries: must be a whole number of at least 0, got -1.",
    ]);
  });

  it("show nothing where they are right, or not known", async () => {
    expect(await connect({ address: late("https://vault.example.com"), requestTimeout: unknown() })).toEqual([]);
    expect(await connect({ address: unknown() })).toEqual([]);
  });

  it("are checked in an update before the connection is registered", async () => {
    const recorded = await record();
    expect(await ending(() => new VaultConnection("vault", { address: late("vault.example.com:8200") }))).toBe(
      `VaultConnection "vault": invalid argument: address: ${bad}`,
    );
    expect(recorded).toEqual([]);
  });
});

describe("a platform's address that is an output", () => {
  const platform = (args: Partial<VaultPlatformArgs>) => previewed(() => new VaultPlatform("p", { ...small, ...args }));

  it("is checked at preview once it is known, under its own name", async () => {
    expect(await platform({ vaultAddress: late("vault.example.com:8200") })).toEqual([
      `VaultPlatform "p": invalid argument: vaultAddress: ${bad}`,
    ]);
    expect(await platform({ vaultAddress: late("https://vault.example.com") })).toEqual([]);
    expect(await platform({ vaultAddress: unknown() })).toEqual([]);
  });

  it("never reaches the connection in an update", async () => {
    const recorded = await record(cloud);
    expect(await ending(() => new VaultPlatform("p", { ...small, vaultAddress: late("vault.example.com:8200") }))).toBe(
      `VaultPlatform "p": invalid argument: vaultAddress: ${bad}`,
    );
    expect(recorded.map(({ name }) => name)).not.toContain("p-connection");
  });
});
