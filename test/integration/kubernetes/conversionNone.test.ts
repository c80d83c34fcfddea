import { afterAll, beforeAll, expect, it } from "vitest";
import { createVaultServer, readVaultServer, startTestKubernetes, type TestKubernetes } from "./support.js";

let kubernetes: TestKubernetes;

beforeAll(async () => {
  kubernetes = await startTestKubernetes("None");
});
afterAll(async () => {
  await kubernetes.stop();
});

// What is left of an installation of KubeVault whose chart hooks did not run.
it("a v1alpha1 VaultServer loses its credentials where no webhook converts", async () => {
  await createVaultServer(kubernetes.rest, "v1alpha1", "old", {
    version: "1.18.4",
    backend: { dynamodb: { table: "vault", credentialSecret: "aws" } },
  });
  const { backend } = (await readVaultServer(kubernetes.rest, "v1alpha2", "old")).spec;
  expect(backend).toEqual({ dynamodb: { table: "vault" } });
});
