import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  AppRoleAuthRole,
  JwtAuthMethodConfig,
  JwtAuthRole,
  KubernetesAuthMethodConfig,
  KubernetesAuthRole,
  VaultAuditDevice,
  VaultAuthMethod,
  VaultPolicy,
} from "../../../src/access/index.js";
import { listed, ownInputs, record, secretValue, settled, type Recorded } from "../../support/recorder.js";

let recorded: Recorded[];
beforeEach(async () => {
  recorded = await record();
});

const inputs = (name: string) => ownInputs(recorded, name);

describe("the resources", () => {
  it("have tokens that never change", async () => {
    new AppRoleAuthRole("a", { name: "a" });
    new JwtAuthMethodConfig("jc", { jwksUrl: "https://issuer.example.com/keys" });
    new JwtAuthRole("j", { name: "j", userClaim: "sub", boundAudiences: ["vault"] });
    new KubernetesAuthMethodConfig("kc", { kubernetesHost: "https://kubernetes.default.svc" });
    new KubernetesAuthRole("k", { name: "k", boundServiceAccountNames: ["k"], boundServiceAccountNamespaces: ["k"] });
    new VaultAuditDevice("d");
    new VaultAuthMethod("m", { type: "jwt" });
    new VaultPolicy("p", { name: "p", rules: [{ path: "a", capabilities: ["read"] }] });
    await settled();
    expect(listed(recorded)).toEqual([
      "pulumi-nodejs:dynamic/kubevault-aws:AppRoleAuthRole a",
      "pulumi-nodejs:dynamic/kubevault-aws:JwtAuthMethodConfig jc",
      "pulumi-nodejs:dynamic/kubevault-aws:JwtAuthRole j",
      "pulumi-nodejs:dynamic/kubevault-aws:KubernetesAuthMethodConfig kc",
      "pulumi-nodejs:dynamic/kubevault-aws:KubernetesAuthRole k",
      "pulumi-nodejs:dynamic/kubevault-aws:VaultAuditDevice d",
      "pulumi-nodejs:dynamic/kubevault-aws:VaultAuthMethod m",
      "pulumi-nodejs:dynamic/kubevault-aws:VaultPolicy p",
    ]);
    expect(await inputs("a")).toEqual({ mount: "approle", name: "a" });
    expect(await inputs("m")).toEqual({ type: "jwt", path: "jwt" });
    expect(await inputs("d")).toEqual({ path: "file", type: "file", options: { file_path: "stdout" } });
    expect(await inputs("p")).toEqual({ name: "p", policy: 'path "a" {\n  capabilities = ["read"]\n}\n' });
  });

  it("send what is written in many ways in one", async () => {
    new KubernetesAuthRole("k", {
      mount: "/kubernetes/",
      name: "k",
      boundServiceAccountNames: pulumi.output(["b", "a"]),
      boundServiceAccountNamespaceSelector: { matchLabels: { team: pulumi.output("shop") } },
      tokenTtl: "1h30m",
      tokenBoundCidrs: ["192.0.2.7/32"],
    });
    expect(await inputs("k")).toEqual({
      mount: "kubernetes",
      name: "k",
      boundServiceAccountNames: ["a", "b"],
      boundServiceAccountNamespaceSelector: '{"matchLabels":{"team":"shop"}}',
      tokenTtl: 5400,
      tokenBoundCidrs: ["192.0.2.7"],
    });
  });

  it("make a policy of rules with outputs in them", async () => {
    new VaultPolicy("p", {
      name: "p",
      rules: [{ path: pulumi.interpolate`${pulumi.output("aws")}/creds/deploy`, capabilities: ["read"] }],
    });
    expect((await inputs("p")).policy).toBe('path "aws/creds/deploy" {\n  capabilities = ["read"]\n}\n');
  });

  it("keep secrets of configurations secret", async () => {
    new KubernetesAuthMethodConfig("kc", { kubernetesHost: "https://k.example.com", tokenReviewerJwt: "a.b.c" });
    new JwtAuthMethodConfig("jc", {
      oidcDiscoveryUrl: "https://issuer.example.com",
      oidcClientId: "vault",
      oidcClientSecret: "hidden",
    });
    expect((await inputs("kc")).tokenReviewerJwt).toEqual(secretValue("a.b.c"));
    expect((await inputs("jc")).oidcClientSecret).toEqual(secretValue("hidden"));
  });

  it("report all that is wrong at once, before anything is registered", async () => {
    expect(
      () => new KubernetesAuthRole("k", { name: "Root", boundServiceAccountNames: [], tokenPolicies: ["root"] }),
    ).toThrow(
      'KubernetesAuthRole "k": 4 invalid arguments:\n' +
        '  - name: must be in lower case, as Vault stores it, got "Root". Write "root".\n' +
        '  - boundServiceAccountNames: is required. Name the service accounts that may log in; ["*"] is any.\n' +
        '  - boundServiceAccountNamespaces: or boundServiceAccountNamespaceSelector is required. Name the namespaces of the service accounts; ["*"] is any.\n' +
        '  - tokenPolicies[0]: must not be root: Vault gives no root tokens to logins, got "root".',
    );
    expect(() => new VaultPolicy("p", { name: "root", policy: "" })).toThrow(
      'VaultPolicy "p": 2 invalid arguments:\n' +
        '  - name: must not be one of Vault\'s own policies (root, default, response-wrapping, control-group), got "root". Choose another name.\n' +
        "  - policy: grants nothing.",
    );
    await settled();
    expect(recorded).toEqual([]);
  });

  it("warn of a role that admits every service account", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
      new KubernetesAuthRole("k", { name: "k", boundServiceAccountNames: ["*"], boundServiceAccountNamespaces: ["*"] });
      new KubernetesAuthRole("l", { name: "l", boundServiceAccountNames: ["*"], boundServiceAccountNamespaces: ["l"] });
      await settled();
      await new Promise((resolve) => setImmediate(resolve));
      expect(warn.mock.calls.map(([message]) => message)).toEqual([
        'KubernetesAuthRole "k": boundServiceAccountNames: admits every service account of every namespace. Name the service accounts or ' +
          "the namespaces: every pod of the cluster can log in to this role.",
      ]);
    } finally {
      warn.mockRestore();
    }
  });
});
