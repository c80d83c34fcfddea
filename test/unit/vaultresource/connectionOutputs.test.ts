import { describe, expect, it } from "vitest";
import { VaultConnection, type VaultConnectionArgs } from "../../../src/index.js";
import { ending, late, previewed, unknown } from "../../support/programs.js";
import { record } from "../../support/recorder.js";

const bad = 'must be an http or https URL, got "vault.example.com:8200". Write https://vault.example.com:8200.';

describe("the arguments of a connection that are outputs", () => {
  const connect = (args: VaultConnectionArgs) => previewed({}, () => new VaultConnection("vault", args));

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
