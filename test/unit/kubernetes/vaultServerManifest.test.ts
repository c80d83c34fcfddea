import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { vaultServerManifestSpec } from "../../../src/kubernetes/vaultServerManifest.js";
import { valueOf } from "../../support/outputs.js";
import { soundSpec } from "./samples.js";

const v1alpha2 = { apiVersion: "kubevault.com/v1alpha2" } as const;

describe("vaultServerManifestSpec", () => {
  test("writes a v1alpha2 spec in the order of the field table, with the auth method that the operator adds", () => {
    const { version, backend, unsealer } = soundSpec;
    const written = vaultServerManifestSpec(
      { unsealer, terminationPolicy: "Delete", backend, replicas: 1, version },
      v1alpha2,
    );
    expect(JSON.stringify(written, undefined, 1)).toBe(
      JSON.stringify(
        {
          version: "1.18.4",
          replicas: 1,
          backend: {
            dynamodb: { table: "vault-data", region: "eu-west-1", credentialSecretRef: { name: "vault-aws" } },
          },
          unsealer: { secretShares: 5, secretThreshold: 3, mode: { kubernetesSecret: { secretName: "vault-keys" } } },
          authMethods: [{ type: "kubernetes", path: "kubernetes" }],
          terminationPolicy: "Delete",
        },
        undefined,
        1,
      ),
    );
  });

  test("leaves out what is undefined", () => {
    const written = vaultServerManifestSpec({ ...soundSpec, tls: undefined, unsealer: undefined }, v1alpha2);
    expect(Object.keys(written)).toEqual(["version", "backend", "authMethods"]);
  });

  test("adds the kubernetes auth method after those given, and not twice", () => {
    const jwt = { path: "ci", type: "jwt" } as const;
    const own = { path: "kubernetes", type: "kubernetes", description: "own" } as const;
    const added = vaultServerManifestSpec({ ...soundSpec, authMethods: [jwt] }, v1alpha2);
    const kept = vaultServerManifestSpec({ ...soundSpec, authMethods: [own] }, v1alpha2);
    expect(added).toMatchObject({
      authMethods: [
        { type: "jwt", path: "ci" },
        { type: "kubernetes", path: "kubernetes" },
      ],
    });
    expect(kept).toMatchObject({ authMethods: [own] });
  });

  test("keeps outputs where they are, so that a preview shows the rest", async () => {
    const table = pulumi.output("vault-data");
    const written = vaultServerManifestSpec(
      { version: "1.18.4", backend: { dynamodb: { table, region: "eu-west-1" } } },
      v1alpha2,
    );
    expect(written).toEqual({
      version: "1.18.4",
      backend: { dynamodb: { table, region: "eu-west-1" } },
      authMethods: [{ type: "kubernetes", path: "kubernetes" }],
    });
    expect(await valueOf(pulumi.output(written))).toMatchObject({ backend: { dynamodb: { table: "vault-data" } } });
  });

  test("orders what is inside outputs too", async () => {
    const spec = pulumi.output({
      version: "1.18.4",
      backend: pulumi.output({ dynamodb: { region: "eu-west-1", table: "t" } }),
    });
    const written = await valueOf(pulumi.output(vaultServerManifestSpec(spec, v1alpha2)));
    expect(JSON.stringify(written)).toBe(
      '{"version":"1.18.4","backend":{"dynamodb":{"table":"t","region":"eu-west-1"}},"authMethods":[{"type":"kubernetes","path":"kubernetes"}]}',
    );
  });

  test("writes v1alpha1 in its own form", () => {
    expect(
      vaultServerManifestSpec(
        {
          ...soundSpec,
          unsealer: {
            secretShares: 1,
            secretThreshold: 1,
            mode: { awsKmsSsm: { kmsKeyID: "key", ssmKeyPrefix: "/vault/", credentialSecretRef: { name: "kms" } } },
          },
        },
        { apiVersion: "kubevault.com/v1alpha1", sessionTokenSecretName: "vault-token" },
      ),
    ).toEqual({
      version: "1.18.4",
      backend: {
        dynamodb: {
          table: "vault-data",
          region: "eu-west-1",
          credentialSecret: "vault-aws",
          sessionTokenSecret: "vault-token",
        },
      },
      unsealer: {
        secretShares: 1,
        secretThreshold: 1,
        mode: { awsKmsSsm: { kmsKeyID: "key", ssmKeyPrefix: "/vault/", credentialSecret: "kms" } },
      },
      authMethods: [{ type: "kubernetes", path: "kubernetes" }],
    });
  });

  test("names the Secrets of Azure's unsealer as v1alpha1 does", () => {
    const azureKeyVault = {
      vaultBaseURL: "https://x",
      tenantID: "t",
      credentialSecretRef: { name: "client" },
      tlsSecretRef: { name: "certificate" },
    };
    expect(
      vaultServerManifestSpec(
        { ...soundSpec, unsealer: { secretShares: 1, secretThreshold: 1, mode: { azureKeyVault } } },
        { apiVersion: "kubevault.com/v1alpha1" },
      ),
    ).toMatchObject({
      unsealer: {
        mode: {
          azureKeyVault: {
            vaultBaseURL: "https://x",
            tenantID: "t",
            aadClientSecret: "client",
            clientCertSecret: "certificate",
          },
        },
      },
    });
  });

  test("writes v1alpha1 without Secrets where none are given", () => {
    const written = vaultServerManifestSpec(
      { version: "1.18.4", backend: { dynamodb: { table: "t" } } },
      { apiVersion: "kubevault.com/v1alpha1" },
    );
    expect(written).toEqual({
      version: "1.18.4",
      backend: { dynamodb: { table: "t" } },
      authMethods: [{ type: "kubernetes", path: "kubernetes" }],
    });
  });
});
