import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import { VaultConnection } from "../../../src/secretsengine/index.js";
import { inputsOf, record, secretValue, settled, type Recorded } from "../../support/recorder.js";

let recorded: Recorded[];
beforeEach(async () => {
  recorded = await record();
});

const kubernetes = { namespace: "demo", service: "vault" };

async function sent(): Promise<unknown> {
  await settled();
  return inputsOf(recorded, "v")["kubevault-aws:kubernetes"];
}

describe("a connection through Kubernetes", () => {
  it("is sent as one text", async () => {
    new VaultConnection("v", { kubernetes: { ...kubernetes, port: 443, tls: pulumi.output(true), context: "prod" } });
    expect(await sent()).toBe('{"namespace":"demo","service":"vault","port":443,"tls":true,"context":"prod"}');
  });

  it("keeps a kubeconfig secret", async () => {
    new VaultConnection("v", { kubernetes: { ...kubernetes, kubeconfig: "LEAKME" } });
    expect(await sent()).toEqual(secretValue('{"namespace":"demo","service":"vault","kubeconfig":"LEAKME"}'));
  });

  it("is not there unless asked for", async () => {
    new VaultConnection("v", { address: "https://vault.example.com" });
    expect(await sent()).toBeUndefined();
  });

  it.each<[object, string]>([
    [
      { address: "https://v", kubernetes },
      "kubernetes: cannot be given together with address: Vault is reached at its address or through the Kubernetes API. Leave one of the two out.",
    ],
    [
      { proxyAddress: "http://proxy", kubernetes },
      "proxyAddress: cannot be given together with kubernetes. A proxy before the Kubernetes API is named by the kubeconfig's proxy-url.",
    ],
    [{ kubernetes: true }, "kubernetes: must be an object with namespace and service."],
    [{ kubernetes: { service: "vault" } }, "kubernetes.namespace: is required. Give the namespace of Vault's Service."],
    [
      { kubernetes: { namespace: "demo" } },
      "kubernetes.service: is required. Give the name of Vault's Service, which is the VaultServer's.",
    ],
    [
      { kubernetes: { ...kubernetes, service: "Vault" } },
      'kubernetes.service: must be the name of a Kubernetes object, got "Vault".',
    ],
    [{ kubernetes: { ...kubernetes, port: 0 } }, "kubernetes.port: must be a whole number from 1 to 65535, got 0."],
    [{ kubernetes: { ...kubernetes, tls: "yes" } }, 'kubernetes.tls: must be true or false, got "yes".'],
    [
      { kubernetes: { ...kubernetes, kubeConfig: "LEAKME" } },
      "kubernetes.kubeConfig: is not an argument. Write kubeconfig.",
    ],
  ])("refuses %j", (args, message) => {
    expect(() => new VaultConnection("v", args as never)).toThrow(`VaultConnection "v": invalid argument: ${message}`);
  });

  it("tells all that is wrong at once, and skips what is not known yet", () => {
    const args = { address: "https://v", kubernetes: { namespace: pulumi.output("x"), service: "-", port: 1.5 } };
    expect(() => new VaultConnection("v", args)).toThrow(/^VaultConnection "v": 3 invalid arguments:/);
  });
});
