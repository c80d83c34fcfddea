import { stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../../sandbox/process/index.js";
import {
  createVaultServer,
  readVaultServer,
  startTestKubernetes,
  vaultServerPath,
  type TestKubernetes,
} from "./support.js";

let kubernetes: TestKubernetes;

beforeAll(async () => {
  kubernetes = await startTestKubernetes();
});
afterAll(async () => {
  await kubernetes.stop();
});

const spec = { version: "1.18.4", backend: { dynamodb: { table: "vault" } } };

describe("a VaultServer in v1alpha2", () => {
  it("loses v1alpha1's credentialSecret without an error", async () => {
    await createVaultServer(kubernetes.rest, "v1alpha2", "pruned", {
      ...spec,
      backend: { dynamodb: { table: "vault", credentialSecret: "aws", sessionTokenSecret: "aws" } },
    });
    const { backend } = (await readVaultServer(kubernetes.rest, "v1alpha2", "pruned")).spec;
    expect(backend).toEqual({ dynamodb: { table: "vault" } });
  });

  it("loses misspelt fields at every depth", async () => {
    const { spec: stored } = await createVaultServer(kubernetes.rest, "v1alpha2", "misspelt", {
      ...spec,
      deletionPolicy: "WipeOut",
      unsealer: { secretShares: 3, secretThresold: 2, mode: { kubernetesSecret: { secretName: "keys", extra: 1 } } },
      podTemplate: { spec: { resources: { limits: { cpu: 1 }, limit: {} }, volumes: [{ name: "a", emptyDire: {} }] } },
    });
    expect(stored).toMatchObject({
      unsealer: { secretShares: 3, mode: { kubernetesSecret: { secretName: "keys" } } },
      podTemplate: { spec: { resources: { limits: { cpu: 1 } }, volumes: [{ name: "a" }] } },
    });
    expect(stored).not.toHaveProperty("deletionPolicy");
    expect(stored).not.toHaveProperty("unsealer.secretThresold");
    expect(stored).not.toHaveProperty("unsealer.mode.kubernetesSecret.extra");
    expect(stored).not.toHaveProperty("podTemplate.spec.resources.limit");
  });

  it("is rejected by a strict write that has an undeclared field", async () => {
    const strict = `${vaultServerPath("v1alpha2")}?fieldValidation=Strict`;
    const object = {
      apiVersion: "kubevault.com/v1alpha2",
      kind: "VaultServer",
      metadata: { name: "strict" },
      spec: { ...spec, backend: { dynamodb: { credentialSecret: "aws" } } },
    };
    await expect(kubernetes.rest.call("POST", strict, object)).rejects.toThrow(
      'unknown field "spec.backend.dynamodb.credentialSecret"',
    );
  });

  it("is rejected by server-side apply of an undeclared field", async () => {
    const object = {
      apiVersion: "kubevault.com/v1alpha2",
      kind: "VaultServer",
      metadata: { name: "applied" },
      spec: { ...spec, backend: { dynamodb: { credentialSecret: "aws" } } },
    };
    await expect(kubernetes.rest.apply(vaultServerPath("v1alpha2", "applied"), object)).rejects.toThrow(
      ".spec.backend.dynamodb.credentialSecret: field not declared in schema",
    );
  });

  it("gets KubeVault's defaults", async () => {
    const { spec: stored } = await createVaultServer(kubernetes.rest, "v1alpha2", "defaults", {
      ...spec,
      backend: { dynamodb: { credentialSecretRef: {} } },
      healthChecker: { disableWriteCheck: true },
    });
    expect(stored).toEqual({
      version: "1.18.4",
      backend: { dynamodb: { credentialSecretRef: { name: "" } } },
      allowedSecretEngines: { namespaces: { from: "Same" } },
      healthChecker: { disableWriteCheck: true, failureThreshold: 1, periodSeconds: 10, timeoutSeconds: 10 },
    });
  });

  it.each([
    ["version is required", { backend: {} }, "spec.version: Required value"],
    ["backend is required", { version: "1.18.4" }, "spec.backend: Required value"],
    [
      "terminationPolicy is one of four",
      { ...spec, terminationPolicy: "Keep" },
      "spec.terminationPolicy: Unsupported value",
    ],
    [
      "an auth method has a path",
      { ...spec, authMethods: [{ type: "aws" }] },
      "spec.authMethods[0].path: Required value",
    ],
    [
      "awsKmsSsm has a key",
      { ...spec, unsealer: { mode: { awsKmsSsm: {} } } },
      "spec.unsealer.mode.awsKmsSsm.kmsKeyID: Required value",
    ],
    ["replicas is a number", { ...spec, replicas: "3" }, "spec.replicas: Invalid value"],
  ])("%s", async (_rule, wrong, message) => {
    await expect(createVaultServer(kubernetes.rest, "v1alpha2", "wrong", wrong)).rejects.toThrow(message);
  });
});

describe("a VaultServer in v1alpha1", () => {
  it("is converted, and its sessionTokenSecret is lost on the way", async () => {
    await createVaultServer(
      kubernetes.rest,
      "v1alpha1",
      "old",
      {
        ...spec,
        backend: { dynamodb: { table: "vault", credentialSecret: "aws", sessionTokenSecret: "token" } },
        unsealer: { mode: { awsKmsSsm: { kmsKeyID: "key", credentialSecret: "aws" } } },
      },
      { "kubectl.kubernetes.io/last-applied-configuration": "{}", kept: "yes" },
    );
    const stored = await readVaultServer(kubernetes.rest, "v1alpha2", "old");
    expect(stored.spec).toMatchObject({
      backend: { dynamodb: { table: "vault", credentialSecretRef: { name: "aws" } } },
      unsealer: { mode: { awsKmsSsm: { kmsKeyID: "key", credentialSecretRef: { name: "aws" } } } },
    });
    expect(stored.metadata.annotations).toEqual({ kept: "yes" });
    expect((await readVaultServer(kubernetes.rest, "v1alpha1", "old")).spec.backend).toEqual({
      dynamodb: { table: "vault", credentialSecret: "aws" },
    });
  });

  it("lacks what only v1alpha2 has", async () => {
    await createVaultServer(kubernetes.rest, "v1alpha2", "new", { ...spec, isolateTenants: true });
    const { spec: older } = await readVaultServer(kubernetes.rest, "v1alpha1", "new");
    expect(Object.keys(older).sort()).toEqual(["allowedSecretEngines", "backend", "version"]);
  });

  it("must have a name that begins with a letter", async () => {
    await expect(createVaultServer(kubernetes.rest, "v1alpha1", "1st", spec)).rejects.toThrow("metadata.name");
  });

  it("cannot show a kubernetes auth method that carries configuration", async () => {
    await createVaultServer(kubernetes.rest, "v1alpha2", "tuned", {
      ...spec,
      authMethods: [{ type: "kubernetes", path: "kubernetes", kubernetesConfig: { defaultLeaseTTL: "1h" } }],
    });
    await expect(readVaultServer(kubernetes.rest, "v1alpha1", "tuned")).rejects.toThrow("nil pointer dereference");
  });
});

describe("the cluster", () => {
  it("keeps its administrator's token in a file for its owner only", async () => {
    expect((await stat(kubernetes.kubeconfigPath)).mode & 0o777).toBe(0o600);
    expect((await stat(kubernetes.workDir)).mode & 0o777).toBe(0o700);
  });

  it("answers nobody without a token", async () => {
    const { Agent, request } = await import("undici");
    const dispatcher = new Agent({ connect: { ca: kubernetes.caCertificate } });
    const { statusCode, body } = await request(`${kubernetes.server}/api/v1/secrets`, { dispatcher });
    await body.dump();
    await dispatcher.close();
    expect(statusCode).toBe(401);
  });

  it("offers the live versions of Vault", async () => {
    const { items } = await kubernetes.rest.call<{
      items: { metadata: { name: string }; spec: { distribution: string } }[];
    }>("GET", "/apis/catalog.kubevault.com/v1alpha1/vaultserverversions");
    const names = (distribution: string) =>
      items.filter(({ spec }) => spec.distribution === distribution).map(({ metadata }) => metadata.name);
    expect(names("Vault")).toContain("1.18.4");
    expect(names("Vault")).not.toContain("1.2.0");
    expect(names("OpenBao")).toEqual(["openbao-2.4.3", "openbao-2.6.1"]);
  });

  it("signs ServiceAccount tokens with a key that it publishes", async () => {
    expect(kubernetes.serviceAccountJwks.keys).toHaveLength(1);
    expect(kubernetes.serviceAccountJwks.keys[0]).toMatchObject({ kty: "RSA", use: "sig" });
  });

  it("lets a deleted namespace go, with what is in it", async () => {
    await kubernetes.rest.call("POST", "/api/v1/namespaces", { metadata: { name: "short-lived" } });
    await kubernetes.rest.call("POST", "/api/v1/namespaces/short-lived/secrets", { metadata: { name: "one" } });
    await kubernetes.rest.remove("/api/v1/namespaces/short-lived");
    await waitFor(
      async () => ((await kubernetes.rest.find("/api/v1/namespaces/short-lived")) === undefined ? true : undefined),
      { what: "the namespace to be gone", timeoutMs: 20_000 },
    );
    expect(await kubernetes.rest.find("/api/v1/namespaces/short-lived/secrets/one")).toBeUndefined();
  });
});
