import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { VaultClient } from "../../../src/vault/client.js";
import { resolveSettings } from "../../../src/vault/settings.js";
import { secondsLeft } from "../../../src/vault/tokenLife.js";
import { FakeVault } from "../../support/fakeVault.js";

let vault: FakeVault;
beforeEach(async () => {
  vault = await FakeVault.start();
});
afterEach(() => {
  vi.useRealTimers();
  vault.stop();
});

function client(token: string): VaultClient {
  vault.given.add(token);
  return new VaultClient(resolveSettings({ address: vault.address, maxRetries: 0 }, {}), token);
}

function answering(status: number, body: object): void {
  vault.answers = (_request, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
    return true;
  };
}

const given = (token: string) => ({ token, own: false, fromLogin: false });

describe("secondsLeft", () => {
  it("is known of a login's token without a question", async () => {
    const made = { token: "hvs.made", own: true, fromLogin: true };
    expect(await secondsLeft(client("hvs.made"), { ...made, ttlSeconds: 60 })).toBe(60);
    expect(await secondsLeft(client("hvs.made"), { ...made, ttlSeconds: 0 })).toBeUndefined();
    expect(vault.requests).toEqual([]);
  });

  it("is asked of Vault once for a given token, and counts down", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    answering(200, { data: { ttl: 3600 } });
    const calls = [1, 2, 3].map(() => secondsLeft(client("hvs.counted"), given("hvs.counted")));
    expect(await Promise.all(calls)).toEqual([3600, 3600, 3600]);
    vi.setSystemTime(Date.now() + 600_000);
    expect(await secondsLeft(client("hvs.counted"), given("hvs.counted"))).toBe(3000);
    expect(vault.calls).toEqual(["GET auth/token/lookup-self"]);
  });

  it("is not known of a token that never ends, or may not ask", async () => {
    answering(200, { data: { ttl: 0 } });
    expect(await secondsLeft(client("hvs.endless"), given("hvs.endless"))).toBeUndefined();
    answering(403, { errors: ["permission denied"] });
    expect(await secondsLeft(client("hvs.silent"), given("hvs.silent"))).toBeUndefined();
  });

  it("is asked again after a failure", async () => {
    answering(500, { errors: ["broken"] });
    await expect(secondsLeft(client("hvs.again"), given("hvs.again"))).rejects.toThrow("500: broken");
    answering(200, { data: { ttl: 60 } });
    expect(await secondsLeft(client("hvs.again"), given("hvs.again"))).toBeCloseTo(60, 0);
  });
});
