import { describe, expect, it } from "vitest";
import { addressInCluster, isKubernetesName } from "../../../../src/vault/portForward/kubernetesConnection.js";
import { resolveSettings } from "../../../../src/vault/settings.js";

const tunnel = { namespace: "demo", service: "vault" };

describe("the address inside the cluster", () => {
  it.each([
    [{}, "http://vault.demo.svc:8200"],
    [{ tls: true }, "https://vault.demo.svc:8200"],
    [{ tls: false, port: 443 }, "http://vault.demo.svc:443"],
  ])("with %j is %s", (more, address) => {
    expect(addressInCluster({ ...tunnel, ...more })).toBe(address);
  });

  it.each([
    [{ service: "" }, 'kubernetes.service: must be the name of a Kubernetes object: ""'],
    [{ namespace: "a/../b" }, 'kubernetes.namespace: must be the name of a Kubernetes object: "a/../b"'],
    [{ service: undefined }, 'kubernetes.service: must be the name of a Kubernetes object: "undefined"'],
  ])("needs names: %j", (more, message) => {
    expect(() => addressInCluster({ ...tunnel, ...more } as never)).toThrow(message);
  });
});

describe("names in Kubernetes", () => {
  it.each([
    ["vault", true],
    ["vault-0", true],
    ["0", true],
    ["", false],
    ["Vault", false],
    ["-vault", false],
    ["vault-", false],
    ["vault.demo", false],
    ["v".repeat(63), true],
    ["v".repeat(64), false],
  ])("%s: %s", (name, holds) => {
    expect(isKubernetesName(name)).toBe(holds);
  });
});

describe("settings with a way through Kubernetes", () => {
  it("have the address inside the cluster, whatever VAULT_ADDR and Vault's proxy say", () => {
    const environment = { VAULT_ADDR: "https://other:8200", VAULT_PROXY_ADDR: "http://proxy:3128" };
    const { address, kubernetes, proxyAddress } = resolveSettings(
      { kubernetes: { ...tunnel, tls: true } },
      environment,
    );
    expect(address).toBe("https://vault.demo.svc:8200");
    expect(kubernetes).toEqual({ ...tunnel, tls: true });
    expect(proxyAddress).toBeUndefined();
  });

  it("give way to KUBEVAULT_AWS_VAULT_ADDR", () => {
    const settings = resolveSettings({ kubernetes: tunnel }, { KUBEVAULT_AWS_VAULT_ADDR: "http://127.0.0.1:8200" });
    expect(settings.address).toBe("http://127.0.0.1:8200");
    expect(settings.kubernetes).toBeUndefined();
  });
});
