import { describe, expect, it } from "vitest";
import { proxyFor, proxyVariables, withoutCredentials } from "../../../src/internal/environmentProxy.js";

const proxy = "http://proxy.example.com:3128";
const viaProxy = (address: string, none?: string) => proxyFor(new URL(address), { https: proxy, http: proxy, none });

describe("proxyVariables", () => {
  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: "", NO_PROXY: "a" }, undefined],
    [{ HTTPS_PROXY: proxy }, { https: proxy }],
    [
      { https_proxy: proxy, no_proxy: "a" },
      { https: proxy, none: "a" },
    ],
    [
      { HTTPS_PROXY: proxy, https_proxy: "http://other", HTTP_PROXY: "http://plain" },
      { https: proxy, http: "http://plain" },
    ],
  ])("reads %j", (environment, expected) => {
    expect(proxyVariables(environment)).toEqual(expected);
  });
});

describe("proxyFor", () => {
  it("chooses by the address's scheme", () => {
    const variables = { https: "http://secure:1", http: "plain:2" };
    expect(proxyFor(new URL("https://vault:8200"), variables)).toBe("http://secure:1");
    expect(proxyFor(new URL("http://vault:8200"), variables)).toBe("http://plain:2");
    expect(proxyFor(new URL("http://vault:8200"), { https: proxy })).toBeUndefined();
    expect(proxyFor(new URL("http://vault:8200"), undefined)).toBeUndefined();
  });

  it.each(["http://localhost:8200", "https://127.0.0.1:8200", "https://127.8.0.1", "http://[::1]:8200"])(
    "never leads from this machine to itself: %s",
    (address) => {
      expect(viaProxy(address)).toBeUndefined();
    },
  );

  it.each([
    ["https://vault.example.com:8200", "vault.example.com"],
    ["https://vault.example.com:8200", "example.com"],
    ["https://vault.example.com:8200", ".example.com"],
    ["https://vault.example.com:8200", "*.example.com"],
    ["https://vault.example.com:8200", "other, VAULT.EXAMPLE.COM:8200"],
    ["https://vault.vault.svc:8200", "localhost,10.0.0.0/8,.svc"],
    ["https://10.1.2.3:8200", "10.0.0.0/8"],
    ["https://10.1.2.3:8200", "10.1.2.3"],
    ["https://[fd00::1]:8200", "fd00::/8"],
    ["https://[fd00::1]:8200", "[fd00::1]:8200"],
    ["https://vault.example.com", "vault.example.com:443"],
    ["https://anything", "*"],
  ])("reaches %s without a proxy where NO_PROXY is %s", (address, none) => {
    expect(viaProxy(address, none)).toBeUndefined();
  });

  it.each([
    ["https://vault.example.com:8200", ""],
    ["https://example.com:8200", ".example.com"],
    ["https://notexample.com:8200", "example.com"],
    ["https://vault.example.com:8200", "vault.example.com:443"],
    ["https://11.1.2.3:8200", "10.0.0.0/8"],
    ["https://10.1.2.3:8200", "10.0.0.0/99"],
    ["https://10.1.2.3:8200", "1.2.3"],
  ])("reaches %s by the proxy where NO_PROXY is %s", (address, none) => {
    expect(viaProxy(address, none)).toBe(proxy);
  });
});

it("shows proxies without user name and password", () => {
  expect(withoutCredentials("http://bob:hunter2@proxy:3128/")).toBe("http://proxy:3128");
  expect(withoutCredentials("hunter2")).toBe("(an address that cannot be read)");
});
