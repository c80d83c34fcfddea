import { setTimeout as sleep } from "node:timers/promises";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/index.js";
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from "@pulumi/kubernetes/core/v1/index.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestKubernetes, type TestKubernetes } from "../kubernetes/support.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "./support.js";

let kubernetes: TestKubernetes;
let engine: TestEngine;

beforeAll(async () => {
  kubernetes = await startTestKubernetes();
  engine = await startTestEngine({ kubeconfigPath: kubernetes.kubeconfigPath });
});

afterAll(async () => {
  await engine.remove();
  await kubernetes.stop();
});

interface Metadata {
  readonly name: string;
  readonly resourceVersion: string;
}

interface StoredSecret {
  readonly metadata: Metadata;
  readonly data: Record<string, string>;
}

const vaultServerPath = "/apis/kubevault.com/v1alpha2/namespaces/vault/vaultservers/vault";

async function setPhase(phase: string): Promise<void> {
  await kubernetes.rest.merge(`${vaultServerPath}/status`, { status: { phase } });
}

/** Does what the operator does to a new VaultServer, step by step, and says when it was made Ready. */
async function bringUp(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await kubernetes.rest.find(vaultServerPath)) !== undefined) {
      await setPhase("Initializing");
      await sleep(1000);
      await setPhase("Ready");
      return Date.now();
    }
    await sleep(50);
  }
  throw new Error("no VaultServer appeared");
}

const spec = {
  version: "1.18.0",
  replicas: 1,
  backend: { dynamodb: { table: "vault", region: "us-east-1", credentialSecretRef: { name: "aws" } } },
  unsealer: { secretShares: 5, secretThreshold: 3, mode: { kubernetesSecret: { secretName: "unseal" } } },
};

describe("objects of a cluster", () => {
  let stack: TestStack;
  const hidden = "hunter2hunter2hunter2";
  const wanted = {
    secretKey: hidden,
    fixedKey: "fixed",
    replicas: 1,
    force: {} as Record<string, string>,
    configMap: { a: "1", b: "2" } as Record<string, string>,
    labels: { app: "vault" } as Record<string, string>,
    annotations: { role: "one" } as Record<string, string>,
  };

  beforeAll(async () => {
    stack = await makeStack(engine, "objects", async () => {
      const provider = new Provider("cluster", { namespace: "vault", enableConfigMapMutable: true });
      const namespace = new Namespace("vault", { metadata: { name: "vault", labels: wanted.labels } });
      const inNamespace = { provider, dependsOn: [namespace] };
      const secret = new Secret(
        "aws",
        { stringData: { access_key: "AKIAEXAMPLE", secret_key: pulumi.secret(wanted.secretKey) } },
        inNamespace,
      );
      new Secret("fixed", { metadata: { name: "fixed" }, stringData: { key: wanted.fixedKey } }, inNamespace);
      new ConfigMap(
        "config",
        { metadata: { name: "config", annotations: wanted.force }, data: wanted.configMap },
        inNamespace,
      );
      new ServiceAccount("account", { metadata: { name: "vault", annotations: wanted.annotations } }, inNamespace);
      new Service("service", { metadata: { name: "vault" }, spec: { ports: [{ port: 8200 }] } }, inNamespace);
      const server = new CustomResource(
        "server",
        {
          apiVersion: "kubevault.com/v1alpha2",
          kind: "VaultServer",
          metadata: {
            name: "vault",
            annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready", ...wanted.force },
          },
          spec: {
            ...spec,
            replicas: wanted.replicas,
            backend: { dynamodb: { ...spec.backend.dynamodb, credentialSecretRef: { name: secret.metadata.name } } },
          },
        },
        inNamespace,
      );
      return { secretName: secret.metadata.name, data: secret.data, server: server.id };
    });
  });

  it("are previewed without being made", async () => {
    const { operations } = await stack.preview();
    expect(new Set(Object.values(operations))).toEqual(new Set(["create"]));
    expect(await kubernetes.rest.find("/api/v1/namespaces/vault")).toBeUndefined();
  });

  it("are made, and hold the operation up until the condition they wait for is met", async () => {
    const madeReady = bringUp();
    const { outputs, printed } = await stack.up();
    expect(Date.now()).toBeGreaterThan(await madeReady);
    expect(printed).toContain("waiting for jsonpath={.status.phase}=Ready: .status.phase is Initializing");
    expect(outputs.secretName?.value).toMatch(/^aws-[0-9a-f]{8}$/);
    expect(outputs.server?.value).toBe("vault/vault");
    expect(outputs.data?.secret).toBe(true);
    const stored = await kubernetes.rest.call<StoredSecret>(
      "GET",
      `/api/v1/namespaces/vault/secrets/${outputs.secretName?.value as string}`,
    );
    expect(Buffer.from(stored.data.secret_key ?? "", "base64").toString()).toBe(hidden);
  });

  it("keep what a Secret holds out of everything that is stored, encoded or not", () => {
    const stored = engine.storedText();
    expect(stored).toContain("kubernetes:core/v1:Secret");
    for (const text of [hidden, "AKIAEXAMPLE"]) {
      expect(stored).not.toContain(text);
      expect(stored).not.toContain(Buffer.from(text).toString("base64"));
    }
  });

  it("change nothing the second time, and have not drifted, whatever others write into them", async () => {
    expect((await stack.up()).operations).toEqual({});
    await kubernetes.rest.merge("/api/v1/namespaces/vault/configmaps/config", { data: { theirs: "3" } });
    expect((await stack.refresh()).operations).toEqual({});
    expect((await stack.up()).operations).toEqual({});
  });

  it("are mended where what the program says was changed by hand", async () => {
    await kubernetes.rest.merge("/api/v1/namespaces/vault/configmaps/config", { data: { a: "by hand" } });
    await kubernetes.rest.merge(vaultServerPath, { spec: { replicas: 3 } });
    await kubernetes.rest.remove("/api/v1/namespaces/vault/serviceaccounts/vault");
    expect((await stack.refresh()).operations).toEqual({ config: "update", server: "update", account: "delete" });
    await expect(stack.up()).rejects.toThrow("Server-Side Apply field conflict");
  });

  it("are forced back on request", async () => {
    wanted.force = { "pulumi.com/patchForce": "true" };
    expect((await stack.up()).operations).toEqual({ config: "update", server: "update" });
    expect((await stack.refresh()).operations).toEqual({});
    const { spec: now } = await kubernetes.rest.call<{ spec: typeof spec }>("GET", vaultServerPath);
    expect(now.replicas).toBe(1);
  });

  it("are updated in place, and a field that the program drops goes", async () => {
    wanted.configMap = { a: "one" };
    wanted.annotations = { role: "two" };
    wanted.labels = { app: "vault", stage: "test" };
    wanted.replicas = 2;
    expect((await stack.up()).operations).toEqual({
      vault: "update",
      config: "update",
      account: "update",
      server: "update",
    });
    const config = await kubernetes.rest.call<StoredSecret>("GET", "/api/v1/namespaces/vault/configmaps/config");
    expect(config.data).toEqual({ a: "one", theirs: "3" });
    expect((await stack.up()).operations).toEqual({});
  });

  it("are replaced when they are Secrets: a new one before the old goes, or after it when the name is fixed", async () => {
    wanted.secretKey = "another-secret-value";
    wanted.fixedKey = "another";
    const { operations, outputs } = await stack.up();
    expect(operations).toEqual({ aws: "replace", fixed: "replace", server: "update" });
    const { spec: now } = await kubernetes.rest.call<{ spec: typeof spec }>("GET", vaultServerPath);
    expect(now.backend.dynamodb.credentialSecretRef.name).toBe(outputs.secretName?.value);
    const fixed = await kubernetes.rest.call<StoredSecret>("GET", "/api/v1/namespaces/vault/secrets/fixed");
    expect(Buffer.from(fixed.data.key ?? "", "base64").toString()).toBe("another");
  });

  it("are deleted, and waited for while a finalizer holds them", async () => {
    await kubernetes.rest.merge(vaultServerPath, { metadata: { finalizers: ["kubevault.com/held"] } });
    const held = "waiting until it is gone, held by the finalizers kubevault.com/held";
    let release: Promise<unknown> | undefined;
    const { printed } = await stack.destroy((shown) => {
      if (shown.includes(held)) {
        release ??= kubernetes.rest.merge(vaultServerPath, { metadata: { finalizers: null } });
      }
    });
    await release;
    expect(printed).toContain("waiting until it is gone, held by the finalizers kubevault.com/held");
    expect(await kubernetes.rest.find("/api/v1/namespaces/vault")).toBeUndefined();
  });
});

describe("a deletion", () => {
  const inDefault = "/api/v1/namespaces/default/configmaps";

  /** A stack with one ConfigMap, on which another depends that Pulumi does not know, held by a finalizer. */
  async function ownerWithDependent(name: string, annotations: Record<string, string>): Promise<TestStack> {
    const stack = await makeStack(engine, name, async () => {
      new ConfigMap("owner", { metadata: { name, annotations } });
    });
    await stack.up();
    const { metadata } = await kubernetes.rest.call<{ metadata: { uid: string } }>("GET", `${inDefault}/${name}`);
    const owner = { apiVersion: "v1", kind: "ConfigMap", name, uid: metadata.uid, blockOwnerDeletion: true };
    await kubernetes.rest.call("POST", inDefault, {
      metadata: { name: `${name}-dependent`, ownerReferences: [owner], finalizers: ["example.com/hold"] },
    });
    return stack;
  }

  const release = (name: string) =>
    kubernetes.rest.merge(`${inDefault}/${name}-dependent`, { metadata: { finalizers: null } });

  it("waits until what depends on the object is gone", async () => {
    const stack = await ownerWithDependent("foreground", {});
    const held = "waiting until it is gone, held by the finalizers foregroundDeletion";
    let released: Promise<unknown> | undefined;
    const { printed } = await stack.destroy((shown) => {
      if (shown.includes(held)) {
        released ??= release("foreground");
      }
    });
    expect(await kubernetes.rest.find(`${inDefault}/foreground-dependent`)).toBeUndefined();
    await released;
    expect(printed).toContain(held);
  });

  it("does not wait where the object's annotation says so", async () => {
    const stack = await ownerWithDependent("background", { "pulumi.com/deletionPropagationPolicy": "background" });
    await stack.destroy();
    expect(await kubernetes.rest.find(`${inDefault}/background`)).toBeUndefined();
    expect(await kubernetes.rest.find(`${inDefault}/background-dependent`)).toBeDefined();
    await release("background");
  });
});

describe("what the stand-in does besides", () => {
  it("keeps an object that did not become ready in time in the state, with how it stood", async () => {
    const annotations = { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "1" };
    const stack = await makeStack(engine, "never-ready", async () => {
      new CustomResource("server", {
        apiVersion: "kubevault.com/v1alpha2",
        kind: "VaultServer",
        metadata: { name: "never", annotations },
        spec,
      });
    });
    await expect(stack.up()).rejects.toThrow(
      "VaultServer default/never did not become ready in 1 s: waited for condition=Ready, but condition Ready is not set",
    );
    const { operations } = await stack.destroy();
    expect(operations).toEqual({ server: "delete" });
    expect(await kubernetes.rest.find("/apis/kubevault.com/v1alpha2/namespaces/default/vaultservers/never")).toBe(
      undefined,
    );
  });

  it("lets the API server refuse a bad object at preview", async () => {
    const name = await makeStack(engine, "invalid-name", async () => {
      new Secret("bad", { metadata: { name: "Not A Name" } });
    });
    await expect(name.preview()).rejects.toThrow('Secret "Not A Name" is invalid: metadata.name');
    const field = await makeStack(engine, "invalid-field", async () => {
      new CustomResource("worse", {
        apiVersion: "kubevault.com/v1alpha2",
        kind: "VaultServer",
        metadata: { name: "bad" },
        spec: { ...spec, replicas: "many" },
      });
    });
    await expect(field.preview()).rejects.toThrow("replicas");
  });

  it("names a kind that the cluster does not serve, and a type that it does not know", async () => {
    const kind = await makeStack(engine, "no-kind", async () => {
      new CustomResource("none", { apiVersion: "example.com/v1", kind: "Nothing", metadata: { name: "none" } });
    });
    await expect(kind.up()).rejects.toThrow('no matches for kind "Nothing" in version "example.com/v1"');
    const type = await makeStack(engine, "no-type", async () => {
      class Release extends pulumi.CustomResource {}
      new Release("kubernetes:helm.sh/v3:Release", "chart", {});
    });
    await expect(type.preview()).rejects.toThrow(
      "the sandbox's stand-in for the Kubernetes provider does not know the resource type kubernetes:helm.sh/v3:Release",
    );
    const condition = await makeStack(engine, "no-condition", async () => {
      new ConfigMap("map", { metadata: { annotations: { "pulumi.com/waitFor": "the end" } } });
    });
    await expect(condition.preview()).rejects.toThrow('pulumi.com/waitFor: "the end" is neither jsonpath=');
  });

  it("takes its kubeconfig from the provider's argument, as text", async () => {
    const { readFileSync } = await import("node:fs");
    const elsewhere = await startTestEngine({});
    try {
      const kubeconfig = readFileSync(kubernetes.kubeconfigPath, "utf8");
      const token = /"token": "([^"]+)"/.exec(kubeconfig)?.[1] ?? "no token";
      const stack = await makeStack(elsewhere, "explicit", async () => {
        const provider = new Provider("cluster", { kubeconfig: pulumi.secret(kubeconfig) });
        return { id: new ConfigMap("map", { metadata: { name: "elsewhere" }, data: {} }, { provider }).id };
      });
      expect((await stack.up()).outputs.id?.value).toBe("default/elsewhere");
      expect(elsewhere.storedText()).not.toContain(token);
      await stack.destroy();
    } finally {
      await elsewhere.remove();
    }
  });
});
