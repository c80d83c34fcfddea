import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveSettings } from "../../../src/vault/settings.js";

const folder = mkdtempSync(path.join(tmpdir(), "settings-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const full = path.join(folder, name);
  writeFileSync(full, text);
  return full;
}

describe("resolveSettings", () => {
  it("takes what is left out from Vault's variables", () => {
    expect(
      resolveSettings(
        {},
        {
          VAULT_ADDR: "https://vault.example.com:8200/",
          VAULT_NAMESPACE: "team",
          VAULT_CACERT: file("ca.pem", "CA"),
          VAULT_TLS_SERVER_NAME: "vault",
          VAULT_CLIENT_CERT: file("client.pem", "CERTIFICATE"),
          VAULT_CLIENT_KEY: file("client.key", "KEY"),
          VAULT_CLIENT_TIMEOUT: "2m",
          VAULT_MAX_RETRIES: "7",
          VAULT_PROXY_ADDR: "http://proxy:3128",
          VAULT_SKIP_VERIFY: "true",
        },
      ),
    ).toEqual({
      address: "https://vault.example.com:8200",
      namespace: "team",
      ca: ["CA"],
      tlsServerName: "vault",
      clientCertificate: "CERTIFICATE",
      clientKey: "KEY",
      skipTlsVerify: false,
      requestTimeoutMs: 120_000,
      maxRetries: 7,
      proxyAddress: "http://proxy:3128",
    });
  });

  it("prefers what is given over the variables", () => {
    const settings = resolveSettings(
      {
        address: "https://mine:8200",
        namespace: "mine",
        caCertificate: "MINE",
        requestTimeout: 5,
        maxRetries: 0,
        skipTlsVerify: true,
      },
      {
        VAULT_ADDR: "https://other:8200",
        VAULT_NAMESPACE: "other",
        VAULT_CACERT: "/nowhere",
        VAULT_CLIENT_TIMEOUT: "1h",
        VAULT_MAX_RETRIES: "9",
      },
    );
    expect(settings).toMatchObject({
      address: "https://mine:8200",
      namespace: "mine",
      ca: ["MINE"],
      requestTimeoutMs: 5000,
      maxRetries: 0,
      skipTlsVerify: true,
    });
  });

  it("has defaults of its own: a minute, four repetitions, verified certificates", () => {
    expect(resolveSettings({ address: "http://localhost:8200" }, {})).toEqual({
      address: "http://localhost:8200",
      skipTlsVerify: false,
      requestTimeoutMs: 60_000,
      maxRetries: 4,
    });
  });

  it("lets KUBEVAULT_AWS_VAULT_ADDR go before all", () => {
    const environment = { KUBEVAULT_AWS_VAULT_ADDR: "http://127.0.0.1:8200", VAULT_ADDR: "https://other" };
    expect(resolveSettings({ address: "https://mine" }, environment).address).toBe("http://127.0.0.1:8200");
  });

  it.each([
    [{}, {}, /^the address of Vault is not known: .*VaultConnection.*VAULT_ADDR$/],
    [
      { address: "vault:8200" },
      {},
      /must be an http or https URL, such as https:\/\/vault\.example\.com:8200: "vault:8200"$/,
    ],
    [{ address: "http://v", requestTimeout: "soon" }, {}, /requestTimeout or VAULT_CLIENT_TIMEOUT.*"soon"$/],
    [{ address: "http://v" }, { VAULT_MAX_RETRIES: "many" }, /maxRetries or VAULT_MAX_RETRIES/],
    [{ address: "http://v", clientKey: "KEY" }, {}, /only one of the two is given$/],
    [
      { address: "http://v", caCertificateFile: "/nowhere/ca.pem" },
      {},
      /^caCertificateFile: cannot read \/nowhere\/ca\.pem: ENOENT/,
    ],
  ])("refuses %j with %j", (settings, environment, message) => {
    expect(() => resolveSettings(settings, environment)).toThrow(message);
  });
});
