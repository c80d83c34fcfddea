import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { createCertificateAuthority } from "../../../sandbox/kubernetes/index.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { connectionRules } from "../../../src/vaultresource/connectionRules.js";
import { VaultConnection } from "../../../src/vaultresource/vaultConnection.js";
import { inputsOf, record, secretValue, settled } from "../../support/recorder.js";

const issuesOf = (args: object) => connectionRules(args as never).map(formatIssue);

describe("connectionRules", () => {
  it.each([
    { address: "https://vault.example.com:8200/" },
    { address: "https://example.com/behind/a/gateway" },
    { address: "unix:///run/vault.sock" },
    { proxyAddress: "http://bob:hunter2@proxy.example.com:3128" },
    { namespace: "/admin/team/" },
    { namespace: "" },
    { requestTimeout: "90s", maxRetries: 0, skipTlsVerify: false },
    { login: { kind: "appRole", roleId: "r", secretIdFile: "f", mount: "ci/app-role" } },
    { login: { kind: "jwt", jwtVariable: "CI_JWT", mount: "jwt" } },
  ])("accepts %j", (args) => {
    expect(issuesOf(args)).toEqual([]);
  });

  it.each<[object, string]>([
    [
      { address: "https://bob:LEAKME@vault.example.com:8200" },
      "address: must not hold a user name or a password: Vault takes none there, and the address is shown in messages. Write https://vault.example.com:8200.",
    ],
    [
      { address: "bob:LEAKME@vault:8200" },
      "address: must be an http or https URL. Write https://vault.example.com:8200.",
    ],
    [
      { address: "https://vault:8200/?token=x" },
      'address: must not have a query or a fragment, got "https://vault:8200/?token=x". Write https://vault.example.com:8200.',
    ],
    [
      { address: "ftp://vault" },
      'address: must be an http or https URL, got "ftp://vault". Write https://vault.example.com:8200.',
    ],
    [
      { address: "https://va ult" },
      'address: must be an http or https URL, got "https://va ult". Write https://vault.example.com:8200.',
    ],
    [{ address: 8200 }, "address: must be a text."],
    [
      { proxyAddress: "proxy.corp:3128" },
      'proxyAddress: must be an http or https URL, got "proxy.corp:3128". Write http://proxy.example.com:3128.',
    ],
    [
      { proxyAddress: "bob:LEAKME@proxy:3128" },
      "proxyAddress: must be an http or https URL. Write http://proxy.example.com:3128.",
    ],
    [{ namespace: "a b" }, 'namespace: must be printable ASCII without spaces, got "a b".'],
    [{ requestTimeout: "25d" }, 'requestTimeout: must be a length of time above 0 and below 24 days, got "25d".'],
    [{ tlsServerName: "va ult" }, 'tlsServerName: must be the name of a host, got "va ult".'],
    [{ tlsServerName: " " }, 'tlsServerName: must be the name of a host, got " ".'],
    [{ tlsServerName: "vault\0" }, 'tlsServerName: must be the name of a host, got "vault\\u0000".'],
    [{ tlsServerName: "https://vault" }, 'tlsServerName: must be the name of a host, got "https://vault".'],
    [{ tlsServerName: "" }, 'tlsServerName: must be the name of a host, got "".'],
    [{ caCertificateFile: " " }, 'caCertificateFile: must be the path of a file, got " ".'],
    [
      { clientCertificateFile: "a\0b", clientKeyFile: "k" },
      'clientCertificateFile: must be the path of a file, got "a\\u0000b".',
    ],
    [{ login: { kind: "file", path: "a\0b" } }, 'login.path: must not have a NUL character, got "a\\u0000b".'],
    [
      { login: { kind: "appRole", roleId: "r", secretId: "LEAKME\0" } },
      "login.secretId: must not have a NUL character.",
    ],
    [
      { login: { kind: "awsIam", region: "Frankfurt" } },
      'login.region: must be the name of an AWS region, such as eu-west-1, got "Frankfurt".',
    ],
    [
      { login: { kind: "awsIam", stsEndpoint: "sts.local" } },
      'login.stsEndpoint: must be an http or https URL, got "sts.local".',
    ],
    [
      { login: { kind: "awsSsm", parameter: "p", region: "eu-west-1", kmsEndpoint: "https://bob:LEAKME@kms" } },
      "login.kmsEndpoint: must be a URL without a user name and password.",
    ],
    [{ skipTlsVerify: "yes" }, 'skipTlsVerify: must be true or false, got "yes".'],
    [{ caCertificate: "LEAKME" }, "caCertificate: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)."],
    [{ login: "token" }, 'login: must be an object with kind: { kind: "environment" }.'],
    [
      { login: { kind: "jwt", role: "r", jwtVariable: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJMRUFLTUUifQ.LEAKME" } },
      "login.jwtVariable: must be the name of an environment variable, such as VAULT_JWT.",
    ],
    [
      { login: { kind: "appRole", roleId: "r", secretIdVariable: "6a174c20-LEAKME-fcceff64" } },
      "login.secretIdVariable: must be the name of an environment variable, such as VAULT_JWT.",
    ],
    [
      { login: { kind: "jwt", role: "r", jwtFile: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJMRUFLTUUifQ.LEAKME" } },
      "login.jwtFile: must be the path of a file, and looks like the secret that the file holds.",
    ],
    [
      { login: { kind: "file", path: "hvs.LEAKMELEAKMELEAKMELEAKME" } },
      "login.path: must be the path of a file, and looks like the secret that the file holds.",
    ],
    [
      { address: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJMRUFLTUUifQ.LEAKME", login: undefined },
      "address: must be an http or https URL, got a value that is not shown, since it looks like a secret. Write https://vault.example.com:8200.",
    ],
    [{ login: { kind: "token", token: '"hvs.LEAKME"' } }, "login.token: stands in quotes, which do not belong to it."],
    [
      { login: { kind: "token", token: "hvs.LEAKME\n" } },
      "login.token: has spaces, line breaks or other characters that no token of Vault's has. Cut off the line break that secrets often end with.",
    ],
    [
      { login: { kind: "appRole", roleId: "r", secretId: "LEAKME\n" } },
      "login.secretId: must not begin or end with spaces or line breaks.",
    ],
    [
      { login: { kind: "appRole", roleId: "r\n", secretId: "s" } },
      'login.roleId: must not begin or end with spaces or line breaks, got "r\\n".',
    ],
    [
      { login: { kind: "appRole", roleId: "r", secretId: "s", secretIdFile: "f" } },
      "login.secretId: cannot be given together with secretIdFile.",
    ],
    ...[
      ["approle/", "approle"],
      ["/approle", "approle"],
      ["auth/approle", "approle"],
      ["auth/approle/", "approle"],
    ].map(([mount, better]): [object, string] => [
      { login: { kind: "appRole", roleId: "r", mount } },
      `login.mount: must be the path of an auth method without auth/ in front and slashes around it, got "${mount}". Write ${better}.`,
    ]),
    ...["../sys/auth", "a/../b", "a//b", "a?b", "a#b", "a b", "%2e%2e/sys", "."].map((mount): [object, string] => [
      { login: { kind: "appRole", roleId: "r", mount } },
      `login.mount: must be the path of an auth method without auth/ in front and slashes around it, got "${mount}". Write approle, for example.`,
    ]),
  ])("rejects %j", (args, message) => {
    expect(issuesOf(args)).toEqual([message]);
  });

  describe("of a client certificate", () => {
    let one: { readonly certificate: string; readonly key: string };
    let other: typeof one;
    beforeAll(async () => {
      const authority = await createCertificateAuthority("test");
      one = await authority.issue("one", []);
      other = await authority.issue("other", []);
    });

    it("ask for its own key, in PEM", () => {
      const { certificate: clientCertificate, key: clientKey } = one;
      expect(issuesOf({ clientCertificate, clientKey })).toEqual([]);
      expect(issuesOf({ clientCertificate, clientKey: other.key })).toEqual([
        "clientKey: is not the key of the certificate in clientCertificate.",
      ]);
      expect(issuesOf({ clientCertificate, clientKey: "LEAKME" })).toEqual([
        "clientKey: holds no private key in PEM that can be read without a passphrase.",
      ]);
      expect(issuesOf({ clientCertificate: "LEAKME", clientKey })).toEqual([
        "clientCertificate: holds no certificate in PEM (-----BEGIN CERTIFICATE-----).",
      ]);
      expect(issuesOf({ clientCertificate })).toEqual([
        "clientKey: is missing: a client certificate and its key belong together.",
      ]);
      expect(issuesOf({ clientCertificateFile: "a.pem", clientKey })).toEqual([]);
    });
  });
});

describe("arguments of the wrong type", () => {
  const kubernetes = { namespace: "vault", service: "vault" };

  it.each([
    [
      { kubernetes: { ...kubernetes, kubeconfig: { users: ["secret"] } } },
      "kubernetes.kubeconfig: must be a text that is not empty. Leave it out to take KUBECONFIG and its current context.",
    ],
    [
      { kubernetes: { ...kubernetes, context: 5 } },
      "kubernetes.context: must be a text that is not empty. Leave it out to take KUBECONFIG and its current context.",
    ],
    [{ kubernetes: ["vault"] }, "kubernetes: must be an object with namespace and service."],
    [{ maxRetries: 1e300 }, "maxRetries: must be a whole number of at least 0, got 1e+300."],
    [{ requestTimeout: ["60s"] }, 'requestTimeout: must be a length of time above 0 and below 24 days, got ["60s"].'],
    [
      { login: { kind: "awsSsm", parameter: "p", region: "eu-west-1", kmsEncryptionContext: ["Tool"] } },
      'login.kmsEncryptionContext: must be an object of texts, got ["Tool"].',
    ],
  ])("are rejected: %j", (args, issue) => {
    expect(issuesOf(args)).toEqual([issue]);
  });

  it.each([
    { login: null },
    { kubernetes: null, address: "https://vault:8200" },
    { kubernetes: { ...kubernetes, port: null, kubeconfig: null, caSecret: null }, address: null, proxyAddress: null },
    { clientCertificate: null, clientKey: null },
  ])("do not include null, which stands for one that is left out: %j", (args) => {
    expect(issuesOf(args)).toEqual([]);
  });
});

describe("null", () => {
  it("is no argument of a connection in the state either", async () => {
    const recorded = await record();
    const nulls = { login: null, proxyAddress: null, clientKey: null, namespace: null };
    new VaultConnection("v", { ...nulls, kubernetes: { namespace: "n", service: "s", port: null } } as never);
    await settled();
    const kubernetes = JSON.stringify({ namespace: "n", service: "s" });
    expect(JSON.stringify(inputsOf(recorded, "v"))).toBe(JSON.stringify({ "kubevault-aws:kubernetes": kubernetes }));
  });
});

describe("a proxy's address", () => {
  const name = "kubevault-aws:proxyAddress";

  it.each([
    ["a text", "http://bob:hunter2@proxy:3128"],
    ["an output", pulumi.output("http://bob:hunter2@proxy:3128")],
  ])("is a secret of the state where it holds a password, given as %s", async (_name, proxyAddress) => {
    const recorded = await record();
    new VaultConnection("v", { proxyAddress });
    await settled();
    expect(inputsOf(recorded, "v")[name]).toEqual(secretValue("http://bob:hunter2@proxy:3128"));
  });

  it.each([
    ["a text", "http://proxy:3128"],
    ["an output", pulumi.output("http://proxy:3128")],
  ])("is none where it holds none, given as %s", async (_name, proxyAddress) => {
    const recorded = await record();
    new VaultConnection("v", { proxyAddress });
    await settled();
    expect(inputsOf(recorded, "v")[name]).toBe("http://proxy:3128");
  });
});
