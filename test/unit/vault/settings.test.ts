import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCertificateAuthority } from "../../../sandbox/kubernetes/index.js";
import { resolveSettings } from "../../../src/vault/settings.js";

const folder = mkdtempSync(path.join(tmpdir(), "settings-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const full = path.join(folder, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

/** Certificates and keys: two authorities, and a client of each. */
let pem: Record<"authority" | "otherAuthority" | "certificate" | "key" | "otherKey", string>;
beforeAll(async () => {
  const [authority, other] = [await createCertificateAuthority("one"), await createCertificateAuthority("two")];
  const [client, otherClient] = [await authority.issue("client", []), await other.issue("client", [])];
  pem = {
    authority: authority.certificate,
    otherAuthority: other.certificate,
    certificate: client.certificate,
    key: client.key,
    otherKey: otherClient.key,
  };
});

const address = "https://vault.example.com:8200";

describe("resolveSettings", () => {
  it("takes what is left out from Vault's variables", () => {
    expect(
      resolveSettings(
        {},
        {
          VAULT_ADDR: " https://vault.example.com:8200/ ",
          VAULT_NAMESPACE: "/team/a/",
          VAULT_CACERT: file("ca.pem", pem.authority),
          VAULT_TLS_SERVER_NAME: "vault",
          VAULT_CLIENT_CERT: file("client.pem", pem.certificate),
          VAULT_CLIENT_KEY: file("client.key", pem.key),
          VAULT_CLIENT_TIMEOUT: "2m",
          VAULT_MAX_RETRIES: "7",
          VAULT_PROXY_ADDR: "http://proxy:3128",
          VAULT_SKIP_VERIFY: "true",
          VAULT_HEADERS: '{"x-team":"platform"}',
          VAULT_DISABLE_REDIRECTS: "1",
          VAULT_RATE_LIMIT: "2.5:10",
          HTTPS_PROXY: "http://not-this-one:3128",
        },
      ),
    ).toEqual({
      address,
      namespace: "team/a",
      ca: [pem.authority],
      tlsServerName: "vault",
      clientCertificate: pem.certificate,
      clientKey: pem.key,
      skipTlsVerify: false,
      requestTimeoutMs: 120_000,
      maxRetries: 7,
      proxyAddress: "http://proxy:3128",
      headers: { "x-team": "platform" },
      followRedirects: false,
      rateLimit: { perSecond: 2.5, burst: 10 },
    });
  });

  it("prefers what is given over the variables", () => {
    const settings = resolveSettings(
      {
        address: "https://mine:8200",
        namespace: "mine",
        caCertificate: pem.authority,
        requestTimeout: 5,
        maxRetries: 0,
        skipTlsVerify: true,
        proxyAddress: "http://mine:3128",
      },
      {
        VAULT_ADDR: "https://other:8200",
        VAULT_AGENT_ADDR: "https://agent:8200",
        VAULT_NAMESPACE: "other",
        VAULT_CACERT: "/nowhere",
        VAULT_CLIENT_TIMEOUT: "1h",
        VAULT_MAX_RETRIES: "9",
        VAULT_PROXY_ADDR: "http://other:3128",
      },
    );
    expect(settings).toMatchObject({
      address: "https://mine:8200",
      namespace: "mine",
      ca: [pem.authority],
      requestTimeoutMs: 5000,
      maxRetries: 0,
      skipTlsVerify: true,
      proxyAddress: "http://mine:3128",
    });
  });

  it("has defaults of its own: a minute, seven repetitions, verified certificates, redirects to the active node", () => {
    expect(resolveSettings({ address: "http://localhost:8200" }, {})).toEqual({
      address: "http://localhost:8200",
      skipTlsVerify: false,
      requestTimeoutMs: 60_000,
      maxRetries: 7,
      followRedirects: true,
    });
  });

  it("takes the address of an agent before VAULT_ADDR, as Vault's client does", () => {
    const variables = { VAULT_ADDR: address, VAULT_AGENT_ADDR: "unix:///run/agent.sock" };
    expect(resolveSettings({}, variables).address).toBe("unix:///run/agent.sock");
  });

  it.each([
    ["admin", {}, "admin"],
    ["admin/", {}, "admin"],
    ["/admin/team/", {}, "admin/team"],
    ["", { VAULT_NAMESPACE: "admin" }, undefined],
    [undefined, { VAULT_NAMESPACE: "admin/" }, "admin"],
    [undefined, { VAULT_NAMESPACE: "" }, undefined],
  ])("reads the namespace %j with %j", (namespace, environment, expected) => {
    expect(resolveSettings({ address, namespace }, environment).namespace).toBe(expected);
  });

  it("takes authorities in the order of Vault's client: file, text, folder", () => {
    const all = {
      VAULT_CACERT: file("first.pem", pem.authority),
      VAULT_CACERT_BYTES: pem.otherAuthority,
      VAULT_CAPATH: "/nowhere",
    };
    expect(resolveSettings({ address }, all).ca).toEqual([pem.authority]);
    expect(resolveSettings({ address }, { ...all, VAULT_CACERT: "" }).ca).toEqual([pem.otherAuthority]);
  });

  it("reads a folder of authorities with folders in it, each file once, as Kubernetes mounts volumes", () => {
    const volume = path.join(folder, "volume");
    file("volume/..2026_01_01/ca.crt", pem.authority);
    file("volume/more/other.crt", pem.otherAuthority);
    symlinkSync("..2026_01_01", path.join(volume, "..data"));
    symlinkSync("..data/ca.crt", path.join(volume, "ca.crt"));
    symlinkSync("ca.crt", path.join(volume, "same.crt"));
    symlinkSync("..", path.join(volume, "more", "circle"));
    expect(resolveSettings({ address }, { VAULT_CAPATH: volume }).ca).toEqual([pem.authority, pem.otherAuthority]);
    file("volume/more/README", "no certificate");
    expect(() => resolveSettings({ address }, { VAULT_CAPATH: volume })).toThrow(
      `VAULT_CAPATH: ${path.join(volume, "more", "README")}: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`,
    );
    expect(() => resolveSettings({ address }, { VAULT_CAPATH: "/nowhere" })).toThrow(
      /^VAULT_CAPATH: cannot read \/nowhere: ENOENT/,
    );
  });

  it("leaves the environment's proxies to each address, and none to a port-forward", () => {
    const environment = { https_proxy: "http://proxy:3128", HTTP_PROXY: "", NO_PROXY: ".svc" };
    const proxyVariables = { https: "http://proxy:3128", none: ".svc" };
    expect(resolveSettings({ address }, environment).proxyVariables).toEqual(proxyVariables);
    const kubernetes = { namespace: "vault", service: "vault" };
    expect(resolveSettings({ kubernetes }, environment).proxyVariables).toBeUndefined();
  });

  it("names the setting whose file is no PEM, or belongs to another certificate, without quoting it", () => {
    const message = (settings: object) => {
      try {
        resolveSettings({ address, ...settings }, {});
      } catch (error) {
        return (error as Error).message;
      }
      return undefined;
    };
    const { certificate: clientCertificate, key: clientKey, otherKey } = pem;
    expect(message({ clientCertificate, clientKey })).toBeUndefined();
    expect(message({ clientCertificate, clientKey: otherKey })).toBe(
      "clientKey: is not the key of the certificate in clientCertificate",
    );
    expect(message({ clientCertificate, clientKey: "LEAKME" })).toBe(
      "clientKey: holds no private key in PEM that can be read without a passphrase",
    );
    expect(message({ clientCertificate: "LEAKME", clientKey })).toBe(
      "clientCertificate: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
    );
    expect(message({ caCertificate: "LEAKME" })).toBe(
      "caCertificate: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
    );
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    expect(message({ caCertificate: pem.authority + broken })).toBe("caCertificate: certificate 2 of 2 cannot be read");
    const keyFile = file("other.key", otherKey);
    const certificateFile = file("client.pem", clientCertificate);
    expect(message({ clientCertificateFile: certificateFile, clientKeyFile: keyFile })).toBe(
      "clientKeyFile: is not the key of the certificate in clientCertificateFile",
    );
  });

  it("lets KUBEVAULT_AWS_VAULT_ADDR go before all", () => {
    const environment = { KUBEVAULT_AWS_VAULT_ADDR: "http://127.0.0.1:8200", VAULT_ADDR: "https://other" };
    expect(resolveSettings({ address: "https://mine" }, environment).address).toBe("http://127.0.0.1:8200");
  });

  it.each([
    [{}, {}, /^the address of Vault is not known: .*VaultConnection.*VAULT_ADDR$/],
    [{ address: "vault:8200" }, {}, /^the address of Vault \(address\) must be an http or https URL$/],
    [{ address: "http://v", requestTimeout: "soon" }, {}, /requestTimeout or VAULT_CLIENT_TIMEOUT.*"soon"$/],
    [{ address: "http://v" }, { VAULT_MAX_RETRIES: "many" }, /maxRetries or VAULT_MAX_RETRIES/],
    [{ address: "http://v", clientKey: "KEY" }, {}, /only one of the two is given \(clientCertificate, /],
    [
      { address: "http://v", caCertificateFile: "/nowhere/ca.pem" },
      {},
      /^caCertificateFile: cannot read \/nowhere\/ca\.pem: ENOENT/,
    ],
    [
      { address: "https://bob:LEAKME@vault:8200" },
      {},
      /^the address of Vault \(address\) must not hold a user name or a password: Vault takes none there, and the address is shown in messages$/,
    ],
    [
      {},
      { VAULT_ADDR: "https://vault:8200/?x=1" },
      /^the address of Vault \(VAULT_ADDR\) must not have a query or a fragment$/,
    ],
    [
      {},
      { VAULT_ADDR: "https://vault:8200/#/x" },
      /^the address of Vault \(VAULT_ADDR\) must not have a query or a fragment$/,
    ],
    [
      { address, proxyAddress: "proxy.corp:3128" },
      {},
      /^the proxy's address \(proxyAddress, .*\) must be an http or https URL$/,
    ],
    [
      { address },
      { VAULT_PROXY_ADDR: "bob:LEAKME@proxy:3128" },
      /^the proxy's address \(.*VAULT_PROXY_ADDR.*\) must be an http or https URL/,
    ],
    [
      { address, namespace: "a\nb" },
      {},
      /^the namespace \(namespace or VAULT_NAMESPACE\) must be printable ASCII without spaces/,
    ],
    [{ address, requestTimeout: "25d" }, {}, /above 0 and below 24 days: "25d"$/],
    [
      { address },
      { VAULT_HEADERS: "LEAKME" },
      /^VAULT_HEADERS must be a JSON object of texts, such as \{"x-team":"platform"\}$/,
    ],
    [{ address }, { VAULT_HEADERS: '{"a":1}' }, /^VAULT_HEADERS has a header that cannot be sent: "a"$/],
    [
      { address },
      { VAULT_HEADERS: '{"X-Vault-Token":"LEAKME"}' },
      /^VAULT_HEADERS must not set X-Vault-Token: headers that begin/,
    ],
    [
      { address },
      { VAULT_RATE_LIMIT: "fast" },
      /^VAULT_RATE_LIMIT must be requests per second, or that and a burst.*"fast"$/,
    ],
    ...["0", "-1", "5:", "1e3", "5:x"].map((rate): [object, Record<string, string>, RegExp] => [
      { address },
      { VAULT_RATE_LIMIT: rate },
      new RegExp(`^VAULT_RATE_LIMIT must be requests per second, .*"${rate}"$`),
    ]),
    ...["0x10", "-1", "1.5", "1e1", "+3"].map((retries): [object, Record<string, string>, RegExp] => [
      { address },
      { VAULT_MAX_RETRIES: retries },
      /^the number of repeated calls \(maxRetries or VAULT_MAX_RETRIES\) must be a whole number of at least 0$/,
    ]),
    ...["0", "-1", "soon", "1h 30m"].map((timeout): [object, Record<string, string>, RegExp] => [
      { address },
      { VAULT_CLIENT_TIMEOUT: timeout },
      /^the time limit of a call to Vault \(requestTimeout or VAULT_CLIENT_TIMEOUT\) must be a duration above 0/,
    ]),
    ...["va ult", "https://vault", "vault\0"].map((name): [object, Record<string, string>, RegExp] => [
      { address },
      { VAULT_TLS_SERVER_NAME: name },
      /^the name in Vault's certificate \(tlsServerName or VAULT_TLS_SERVER_NAME\) must be the name of a host$/,
    ]),
    ...["Content-Length", "transfer-encoding", "Connection", "Expect"].map(
      (name): [object, Record<string, string>, RegExp] => [
        { address },
        { VAULT_HEADERS: JSON.stringify({ [name]: "1" }) },
        new RegExp(`^VAULT_HEADERS must not set ${name}: it belongs to the connection$`),
      ],
    ),
    [{ address }, { VAULT_HEADERS: '["a"]' }, /^VAULT_HEADERS must be a JSON object of texts/],
    [{ address }, { VAULT_HEADERS: '{"a b":"1"}' }, /^VAULT_HEADERS has a header that cannot be sent: "a b"$/],
    [{ address }, { VAULT_HEADERS: '{"a":"1\\n2"}' }, /^VAULT_HEADERS has a header that cannot be sent: "a"$/],
    [{ address }, { VAULT_CLIENT_CERT: "/nowhere.pem" }, /^VAULT_CLIENT_CERT: cannot read \/nowhere\.pem: ENOENT/],
    [{ address }, { VAULT_NAMESPACE: "ä" }, /^the namespace \(namespace or VAULT_NAMESPACE\) must be printable ASCII/],
    [{}, { VAULT_AGENT_ADDR: "agent:8100", VAULT_ADDR: address }, /^the address of Vault \(VAULT_AGENT_ADDR\) must be/],
    [{ address }, { VAULT_DISABLE_REDIRECTS: "maybe" }, /^VAULT_DISABLE_REDIRECTS must be true or false$/],
  ])("rejects %j with %j", (settings, environment, message) => {
    expect(() => resolveSettings(settings, environment)).toThrow(message);
  });
});
