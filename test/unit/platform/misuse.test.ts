import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { VaultPlatform } from "../../../src/index.js";
import { record, settled } from "../../support/recorder.js";
import { cloud, small } from "./support.js";

const isNull = "must not be null. Give a value, or leave it out.";
const mustBePlain = "must be a plain value, not an output: it decides which resources there are.";

describe("a misused argument of a platform is one error, before anything is registered", () => {
  it.each<[string, object, string]>([
    ["null for the VaultServer", { vaultServer: null }, `vaultServer: ${isNull}`],
    ["null for its TLS", { vaultServer: { version: "1.18.4", tls: null } }, `vaultServer.tls: ${isNull}`],
    ["null for a role", { roles: { a: null } }, `roles.a: ${isNull}`],
    ["null for an assumable role", { assumableRoles: { a: null } }, `assumableRoles.a: ${isNull}`],
    ["null for an application", { applications: { shop: null } }, `applications.shop: ${isNull}`],
    ["null for irsa", { irsa: null }, `irsa: ${isNull}`],
    ["null for the storage", { storage: null }, `storage: ${isNull}`],
    ["null for its credential", { storage: { credential: null } }, `storage.credential: ${isNull}`],
    ["null for the unsealer", { unsealer: null }, `unsealer: ${isNull}`],
    ["null for a kubeconfig", { kubeconfig: null }, `kubeconfig: ${isNull}`],
    ["no namespace", { namespace: undefined }, "namespace: is required. Give the name of a Kubernetes namespace."],
    [
      "an output for the unsealer",
      { unsealer: pulumi.output({ kind: "awsKmsSsm" }) },
      "unsealer: must be a plain object; its fields may be outputs.",
    ],
    ["an output for its kind", { unsealer: { kind: pulumi.output("awsKmsSsm") } }, `unsealer.kind: ${mustBePlain}`],
    [
      "an output for its shares",
      { unsealer: { kind: "awsKmsSsm", secretShares: pulumi.output(5) } },
      `unsealer.secretShares: ${mustBePlain}`,
    ],
    ["an output for plainHttp", { plainHttp: pulumi.output(true) }, `plainHttp: ${mustBePlain}`],
    ["an output for portForward", { portForward: pulumi.output(true) }, `portForward: ${mustBePlain}`],
    [
      "an empty prefix of parameters",
      { unsealer: { kind: "awsKmsSsm", ssmKeyPrefix: "" } },
      "unsealer.ssmKeyPrefix: must start and end with a slash: the unsealer puts it before the parameters' names as it is, " +
        'got "". Write "/vault/".',
    ],
    [
      "an address without a scheme",
      { vaultAddress: "vault.example.com:8200" },
      'vaultAddress: must be an http or https URL, got "vault.example.com:8200". Write https://vault.example.com:8200.',
    ],
    [
      "an empty address",
      { vaultAddress: "" },
      'vaultAddress: must be an http or https URL, got "". Write https://vault.example.com:8200.',
    ],
    [
      "a proxy before a port-forward",
      { connection: { proxyAddress: "http://proxy.example.com:3128" } },
      "connection.proxyAddress: cannot be given together with kubernetes. " +
        "A proxy before the Kubernetes API is named by the kubeconfig's proxy-url.",
    ],
    [
      "an empty kubeconfig",
      { kubeconfig: "" },
      "kubeconfig: must be a text that is not empty. Leave it out to take KUBECONFIG and its current context.",
    ],
    [
      "an empty context",
      { context: " ", vaultAddress: "https://vault.example.com" },
      "context: must be a text that is not empty. Leave it out to take KUBECONFIG and its current context.",
    ],
    [
      "an endpoint of STS without a scheme",
      { endpoints: { sts: "sts.eu-west-1.amazonaws.com" } },
      'endpoints.sts: must be an http or https URL, got "sts.eu-west-1.amazonaws.com".',
    ],
  ])("%s", async (_, args, message) => {
    const recorded = await record({ ...cloud, preview: true });
    expect(() => new VaultPlatform("p", { ...small, ...args } as never)).toThrow(
      expect.objectContaining({ message: `VaultPlatform "p": invalid argument: ${message}` }),
    );
    await settled();
    expect(recorded.map(({ type }) => type)).toEqual(["kubevault-aws:index:VaultPlatform"]);
  });
});
