import type { VaultServerPlainArgs } from "../../../src/kubernetes/vaultServerRules.js";
import type { VaultServerSpec } from "../../../src/kubernetes/vaultServerSpec.js";

/** A spec that breaks no rule and gives no warning. */
export const soundSpec: VaultServerSpec = {
  version: "1.18.4",
  backend: { dynamodb: { table: "vault-data", region: "eu-west-1", credentialSecretRef: { name: "vault-aws" } } },
  unsealer: { secretShares: 5, secretThreshold: 3, mode: { kubernetesSecret: { secretName: "vault-keys" } } },
};

/** Arguments that break no rule, with some of them changed. */
export function plainArgs(change: Partial<VaultServerPlainArgs> = {}): VaultServerPlainArgs {
  return {
    serverName: "vault",
    namespace: "demo",
    apiVersion: "kubevault.com/v1alpha2",
    spec: soundSpec,
    ...change,
  };
}

/** Arguments with some parts of a sound spec changed. */
export function withSpec(change: object, args: Partial<VaultServerPlainArgs> = {}): VaultServerPlainArgs {
  return plainArgs({ spec: { ...soundSpec, ...change }, ...args });
}

/** Arguments with some parts of a sound DynamoDB backend changed. */
export function withDynamoDb(change: object, args: Partial<VaultServerPlainArgs> = {}): VaultServerPlainArgs {
  return withSpec({ backend: { dynamodb: { ...soundSpec.backend.dynamodb, ...change } } }, args);
}

/** Arguments with some parts of a sound unsealer changed. */
export function withUnsealer(change: object): VaultServerPlainArgs {
  return withSpec({ unsealer: { ...soundSpec.unsealer, ...change } });
}
