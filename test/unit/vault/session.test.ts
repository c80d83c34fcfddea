import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { VaultLogin } from "../../../src/vault/login.js";
import { VaultSession, type OpenVault, type SessionOptions } from "../../../src/vault/session.js";
import { withWorkReporter } from "../../../src/vault/workReporter.js";
import { FakeVault } from "../../support/fakeVault.js";

const appRole: VaultLogin = { kind: "appRole", roleId: "r", secretId: "secret-id-secret-id" };

let vault: FakeVault;
let environment: Record<string, string | undefined>;
const sessions: VaultSession[] = [];

beforeEach(async () => {
  vault = await FakeVault.start();
  environment = {};
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  vault.stop();
});

function session(login: VaultLogin = appRole, options: SessionOptions = {}): VaultSession {
  const made = new VaultSession({ address: vault.address, maxRetries: 0 }, login, environment, options);
  sessions.push(made);
  return made;
}

const tokenOfLogin = {
  token: "hvs.of-login-1",
  own: false,
  fromLogin: true,
  renewable: true,
  accessor: undefined,
};
const reading = async ({ client }: OpenVault) => client.read("aws/roles/r");
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const logins = () => vault.calls.filter((call) => call.endsWith("/login")).length;

/** Lets time pass for this process and for the fake Vault in it, but for no connection. */
function pass(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

describe("the token of a login", () => {
  it("is shared by all work of a connection, one after another and at the same time", async () => {
    vault.loginsLeft = 1;
    const one = session();
    await one.use(reading);
    await wait(50);
    await Promise.all([one.use(reading), one.use(reading), one.use(reading)]);
    await one.use(reading);
    expect(vault.calls.filter((call) => call !== "GET aws/roles/r")).toEqual([
      "GET sys/health",
      "POST auth/approle/login",
      "POST auth/token/renew-self",
    ]);
  });

  it("is revoked when the connection is closed, and none is left", async () => {
    const one = session();
    await one.use(reading);
    expect(vault.living).toHaveLength(1);
    await one.close();
    expect(vault.living).toEqual([]);
    expect(vault.calls.at(-1)).toBe("POST auth/token/revoke-self");
  });

  it("is revoked after the last work where the connection is closed meanwhile", async () => {
    const one = session();
    let seen: string[] = [];
    let closing: Promise<void> | undefined;
    await one.use(async ({ client }) => {
      closing = one.close();
      await client.read("aws/roles/r");
      seen = vault.living;
    });
    expect(seen).toHaveLength(1);
    expect(vault.living).toEqual([]);
    await closing;
    await one.use(reading);
    expect(vault.living).toEqual([]);
  });

  it("is revoked after some time without work, and later work logs in again", async () => {
    const one = session(appRole, { idleMs: 50 });
    await one.use(reading);
    await vi.waitFor(() => expect(vault.living).toEqual([]));
    await one.use(reading);
    expect(logins()).toBe(2);
  });

  it("lives ten minutes at most where nobody revokes it, however long the auth method's tokens live", async () => {
    vault.login.ttlSeconds = 768 * 3600;
    await session().use(reading);
    expect(vault.secondsOf(vault.living[0] ?? "")).toBeGreaterThan(590);
    expect(vault.secondsOf(vault.living[0] ?? "")).toBeLessThanOrEqual(600);
  });

  it("lives as long as the auth method says where it may not renew itself", async () => {
    vault.answers = ({ path: called }, response) => {
      if (called === "auth/token/renew-self") {
        response.writeHead(403, { "content-type": "application/json" });
        response.end('{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}');
        return true;
      }
      return false;
    };
    await session().use(reading);
    expect(vault.secondsOf(vault.living[0] ?? "")).toBeGreaterThan(3590);
  });

  it("is renewed while work waits, by itself, so that one login lasts", async () => {
    vault.loginsLeft = 1;
    vault.login.ttlSeconds = 1;
    await session().use(async ({ client }) => {
      await wait(2_500);
      await client.read("aws/roles/r");
    });
    expect(vault.calls.filter((call) => call === "POST auth/token/renew-self").length).toBeGreaterThanOrEqual(2);
  });

  it("is renewed before a call for which it would be too old", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vault.login.ttlSeconds = 120;
    const one = session();
    await one.use(async ({ client }) => {
      pass(81_000);
      await client.read("aws/roles/r");
    });
    expect(vault.calls.slice(-2)).toEqual(["POST auth/token/renew-self", "GET aws/roles/r"]);
    expect(logins()).toBe(1);
  });

  it("is replaced by another login where it cannot be renewed", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vault.login = { ...vault.login, ttlSeconds: 120, renewable: false };
    await session().use(async ({ client }) => {
      pass(100_000);
      await client.read("aws/roles/r");
      expect(logins()).toBe(1);
      pass(10_000);
      await client.read("aws/roles/r");
    });
    expect(logins()).toBe(2);
    expect(vault.requests.at(-1)?.token).toBe("hvs.of-login-2");
  });

  it("is replaced once it nears its maximum lifetime, instead of being renewed for shorter and shorter", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vault.login = { ...vault.login, ttlSeconds: 120, maxTtlSeconds: 130 };
    await session().use(async ({ client }) => {
      for (let step = 0; step < 12; step += 1) {
        pass(20_000);
        await client.read("aws/roles/r");
      }
    });
    expect(logins()).toBe(2);
    expect(vault.calls.filter((call) => call === "POST auth/token/renew-self").length).toBeLessThanOrEqual(2);
  });

  it("is replaced once when Vault does not know it any more, and the call is repeated", async () => {
    const one = session();
    await one.use(reading);
    vault.expireAll();
    await one.use(reading);
    expect(vault.calls.slice(-5)).toEqual([
      "GET aws/roles/r",
      "GET auth/token/lookup-self",
      "POST auth/approle/login",
      "POST auth/token/renew-self",
      "GET aws/roles/r",
    ]);
  });

  it("is replaced by one login for all calls that are rejected at the same time", async () => {
    const one = session();
    await one.use(reading);
    vault.expireAll();
    await Promise.all(Array.from({ length: 8 }, () => one.use(reading)));
    expect(logins()).toBe(2);
  });

  it("is kept where only a permission is missing", async () => {
    vault.answers = ({ path: called }, response) => {
      if (called === "aws/roles/r") {
        response.writeHead(403, { "content-type": "application/json" });
        response.end('{"errors":["1 error occurred:\\n\\t* permission denied\\n\\n"]}');
        return true;
      }
      return false;
    };
    await expect(session().use(reading)).rejects.toThrow(
      /GET aws\/roles\/r: 403: permission denied\. The token lacks "read"/,
    );
    expect(logins()).toBe(1);
  });

  it("says so where it ended and no other login is accepted", async () => {
    vault.loginsLeft = 1;
    const one = session();
    await one.use(reading);
    vault.expireAll();
    await expect(one.use(reading)).rejects.toThrow(
      `the login's token has ended, and logging in again failed: Vault at ${vault.address}: POST auth/approle/login: 400: invalid role or secret ID`,
    );
  });

  it("is never revoked with the work that leases were made in", async () => {
    const one = session();
    const token = await one.useOwnToken(async (open) => open.token);
    await one.close();
    expect(token).toMatchObject({ own: true, accessor: "accessor-2", ttlSeconds: 3600 });
    expect(vault.living).toEqual([token.token]);
    expect(vault.secondsOf(token.token)).toBeGreaterThan(3590);
    await expect(one.useOwnToken(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
    expect(vault.living).toEqual([token.token]);
  });

  it("is the one that leases are made with where the login's secret is good for one time only, and then lives on whole", async () => {
    vault.loginsLeft = 1;
    vault.login.ttlSeconds = 7200;
    const one = session();
    const work = (open: OpenVault) => Promise.resolve(open.token);
    const tokens = await Promise.all([one.useOwnToken(work), one.useOwnToken(work), one.use(reading)]);
    expect(tokens.slice(0, 2)).toEqual([
      { ...tokenOfLogin, ttlSeconds: expect.closeTo(7200, 0) as number },
      { ...tokenOfLogin, ttlSeconds: expect.closeTo(7200, 0) as number },
    ]);
    // Vault may lock a role whose logins fail: the second is not tried a third time.
    expect(logins()).toBe(2);
    await one.close();
    expect(vault.living).toEqual(["hvs.of-login-1"]);
    expect(vault.secondsOf("hvs.of-login-1")).toBeGreaterThan(7190);
  });

  it("is not kept for leases where another login can be had", async () => {
    const one = session();
    await one.use(reading);
    const { token } = await one.useOwnToken((open) => Promise.resolve(open.token));
    await one.close();
    expect([token, vault.living]).toEqual(["hvs.of-login-2", ["hvs.of-login-2"]]);
  });

  it("is kept for leases as it is where it cannot be renewed, and their end is known", async () => {
    vault.loginsLeft = 1;
    vault.login = { ...vault.login, ttlSeconds: 1200, renewable: false };
    const one = session();
    const { ttlSeconds } = await one.useOwnToken((open) => Promise.resolve(open.token));
    await one.close();
    expect([Math.round(ttlSeconds ?? 0), vault.living]).toEqual([1200, ["hvs.of-login-1"]]);
  });

  it("warns where it cannot be revoked, and fails nothing", async () => {
    const warnings: string[] = [];
    vault.answers = ({ path: called }, response) => {
      if (called === "auth/token/revoke-self") {
        response.writeHead(500, { "content-type": "application/json" });
        response.end('{"errors":["broken"]}');
        return true;
      }
      return false;
    };
    const one = session();
    await withWorkReporter({ progress: () => undefined, warn: (message) => warnings.push(message) }, async () => {
      await one.use(reading);
      await one.close();
    });
    expect(warnings).toEqual([
      `the token of this operation could not be revoked and ends by itself: Vault at ${vault.address}: POST auth/token/revoke-self: 500: broken`,
    ]);
  });
});

describe("a token that is given", () => {
  it("costs no request of its own, and is neither renewed nor revoked", async () => {
    const one = session({ kind: "token", token: "hvs.given-token" });
    await one.use(reading);
    await one.use(reading);
    await one.close();
    expect(vault.calls).toEqual(["GET sys/health", "GET aws/roles/r", "GET aws/roles/r"]);
  });

  it("is read again for later work, and when Vault refuses it", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "session-test-"));
    const file = path.join(folder, "token");
    writeFileSync(file, "hvs.given-token\n");
    const one = session({ kind: "file", path: file });
    await one.use(async ({ client }) => {
      await client.read("aws/roles/r");
      vault.given.delete("hvs.given-token");
      vault.given.add("hvs.rotated");
      writeFileSync(file, "hvs.rotated\n");
      await client.read("aws/roles/r");
    });
    expect(vault.requests.map(({ token }) => token).slice(1)).toEqual([
      "hvs.given-token",
      "hvs.given-token",
      "hvs.rotated",
    ]);
    vault.given.add("hvs.third");
    writeFileSync(file, "hvs.third");
    await one.use(reading);
    expect(vault.requests.at(-1)?.token).toBe("hvs.third");
    rmSync(folder, { recursive: true });
  });

  it.each<[VaultLogin, Record<string, string>]>([
    [{ kind: "environment" }, { VAULT_TOKEN: " hvs.given-token\n" }],
    [{ kind: "token", token: "other" }, { KUBEVAULT_AWS_VAULT_TOKEN: "hvs.given-token\r\n" }],
  ])("may have a line break at its end: %j %j", async (login, variables) => {
    Object.assign(environment, variables);
    await session(login).use(reading);
    expect(vault.requests.at(-1)?.token).toBe("hvs.given-token");
  });

  it("cannot be sent where it stands in quotes, as jq prints it", async () => {
    Object.assign(environment, { VAULT_TOKEN: '"hvs.LEAKME"' });
    await expect(session({ kind: "environment" }).use(reading)).rejects.toThrow(
      "VAULT_TOKEN: the token stands in quotes, which do not belong to it",
    );
  });

  it.each<[VaultLogin, Record<string, string>, string]>([
    [{ kind: "environment" }, { VAULT_TOKEN: "hvs.LEAK ME" }, "VAULT_TOKEN"],
    [{ kind: "token", token: "hvs.LEAKME\n" }, {}, "login.token"],
    [{ kind: "token", token: "hvs.LEAKMÉ" }, {}, "login.token"],
    [{ kind: "environment" }, { KUBEVAULT_AWS_VAULT_TOKEN: "hvs.LEAK\nME" }, "KUBEVAULT_AWS_VAULT_TOKEN"],
  ])("cannot be sent where it has spaces: %j %j", async (login, variables, source) => {
    Object.assign(environment, variables);
    await expect(session(login).use(reading)).rejects.toThrow(
      `${source}: the token has spaces, line breaks or other characters that no token of Vault's has`,
    );
    expect(vault.calls).toEqual(["GET sys/health"]);
  });
});

describe("a connection", () => {
  it("is opened again with other settings once the environment says so", async () => {
    const other = await FakeVault.start();
    environment.VAULT_ADDR = vault.address;
    const one = new VaultSession({ maxRetries: 0 }, appRole, environment);
    sessions.push(one);
    await one.use(reading);
    environment.VAULT_ADDR = other.address;
    await one.use(reading);
    expect(other.calls).toContain("GET aws/roles/r");
    await vi.waitFor(() => expect(vault.living).toEqual([]));
    await one.close();
    other.stop();
  });

  it("that failed to open is opened by the next work", async () => {
    let sealed = true;
    vault.answers = ({ path: called }, response) => {
      if (called === "sys/health" && sealed) {
        response.writeHead(200, { "content-type": "application/json" });
        response.end('{"initialized":true,"sealed":true}');
        return true;
      }
      return false;
    };
    const one = session();
    await expect(one.use(reading)).rejects.toThrow(`Vault at ${vault.address} is sealed: unseal it, then run again`);
    sealed = false;
    await one.use(reading);
    expect(logins()).toBe(1);
  });

  it("asks again which Vault it is after a while without work", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const one = session({ kind: "token", token: "hvs.given-token" }, { idleMs: 600_000 });
    const cluster = async ({ server }: OpenVault) => server.clusterId;
    expect(await one.use(cluster)).toBe("cluster-1");
    vault.clusterId = "cluster-2";
    pass(31_000);
    expect(await one.use(cluster)).toBe("cluster-2");
  });

  it("warns once of variables that ask for what is not supported", async () => {
    Object.assign(environment, { VAULT_MFA: "totp:1234", VAULT_SRV_LOOKUP: "true" });
    const warnings: string[] = [];
    const one = session();
    await withWorkReporter({ progress: () => undefined, warn: (message) => warnings.push(message) }, async () => {
      await one.use(reading);
      await one.use(reading);
    });
    expect(warnings).toEqual([
      "VAULT_MFA is set, and is not supported by this package: it has no effect on this operation",
      "VAULT_SRV_LOOKUP is set, and is not supported by this package: it has no effect on this operation",
    ]);
  });
});
