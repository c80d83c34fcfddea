import { describe, expect, test } from "vitest";
import type { VaultServerPlainArgs } from "../../../src/kubernetes/vaultServerRules.js";
import { vaultServerWarnings } from "../../../src/kubernetes/vaultServerWarnings.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { plainArgs, withSpec, withUnsealer } from "./samples.js";

const ignored = "is accepted by KubeVault's schema, but its operator is not known to use it";
const current = "1.10.3, 1.11.5, 1.12.1, 1.13.3, 1.14.10, 1.15.6, 1.16.3, 1.17.6, 1.18.4";

function told(args: VaultServerPlainArgs): string[] {
  return vaultServerWarnings(args).map(formatIssue);
}

describe("vaultServerWarnings", () => {
  test("says nothing of sound arguments", () => {
    expect(told(plainArgs())).toEqual([]);
  });

  test.each([
    [
      plainArgs({ apiVersion: "kubevault.com/v1alpha1" }),
      "apiVersion: kubevault.com/v1alpha1 is converted to v1alpha2 when stored, and the conversion drops sessionTokenSecret. Take kubevault.com/v1alpha2. A session token must be in the Secret of credentialSecretRef too, where CredentialSecret puts it.",
    ],
    [
      withSpec({ version: "1.2.0" }),
      `spec.version: is deprecated by KubeVault, which does not install it by default: the VaultServer is rejected where it is missing, got "1.2.0". Current versions: ${current}.`,
    ],
    [
      withSpec({ version: "1.21.2" }),
      `spec.version: is not in KubeVault's catalog: a VaultServerVersion of this name must exist in the cluster, got "1.21.2". KubeVault's own: ${current}.`,
    ],
    [
      withSpec({ unsealer: undefined }),
      "spec.unsealer: is not given: nobody initialises or unseals Vault, and the VaultServer does not become Ready until someone does by hand. Give unsealer, with secretShares, secretThreshold and mode.",
    ],
    [
      withUnsealer({ mode: { awsKmsSsm: { kmsKeyID: "key", endpoint: "https://kms" } } }),
      "spec.unsealer.mode.awsKmsSsm.endpoint: has no effect: KubeVault's unsealer does not read it. Reach a private KMS endpoint by private DNS.",
    ],
    [
      withUnsealer({ overwriteExisting: true }),
      "spec.unsealer.overwriteExisting: lets a Vault that is initialised on an empty table overwrite the unseal keys that are there: the data they belong to is then lost. Leave it out, and keep the keys of each table apart.",
    ],
    [
      withSpec({ authMethods: [{ type: "kubernetes", path: "kubernetes", kubernetesConfig: {} }] }),
      "spec.authMethods[0].kubernetesConfig: makes KubeVault's conversion to v1alpha1 fail: whatever reads the object as v1alpha1 gets an error. Configure the method in Vault instead.",
    ],
    [
      withSpec({ podTemplate: { spec: { env: [{ name: "AWS_REGION", value: "x" }], resources: {} } } }),
      `spec.podTemplate.spec.env: ${ignored}. Vault's settings go into configSecret, AWS credentials into backend.dynamodb.credentialSecretRef.`,
    ],
    [
      withSpec({ podTemplate: { spec: { serviceAccountName: "own" } } }),
      `spec.podTemplate.spec.serviceAccountName: ${ignored}. Vault's pods run as the ServiceAccount named as the VaultServer; give irsa for its role.`,
    ],
    [
      withSpec({ podTemplate: { spec: { topologySpreadConstraints: [] } } }),
      `spec.podTemplate.spec.topologySpreadConstraints: ${ignored}. Spread the pods by affinity.`,
    ],
    [
      withSpec({ podTemplate: { controller: { labels: { a: "b" } } } }),
      `spec.podTemplate.controller.labels: ${ignored}. Do not rely on it.`,
    ],
    [
      withSpec({ podTemplate: { metadata: { annotations: { "eks.amazonaws.com/role-arn": "arn" } } } }),
      'spec.podTemplate.metadata.annotations["eks.amazonaws.com/role-arn"]: has no effect on a pod: EKS reads it from the ServiceAccount. Give irsa instead.',
    ],
  ])("warns (%#)", (args, message) => {
    expect(told(args)).toEqual([message]);
  });

  test("does not warn of what the operator uses", () => {
    const spec = {
      affinity: {},
      tolerations: [],
      nodeSelector: {},
      resources: {},
      securityContext: {},
      priorityClassName: "x",
    };
    expect(told(withSpec({ podTemplate: { metadata: { annotations: { a: "b" } }, spec } }))).toEqual([]);
  });

  test.each([
    plainArgs({ spec: unknownValue as never }),
    withSpec({ version: unknownValue, unsealer: unknownValue, podTemplate: unknownValue, authMethods: unknownValue }),
    withSpec({
      podTemplate: { metadata: { annotations: unknownValue }, controller: unknownValue, spec: unknownValue },
    }),
    withUnsealer({ mode: unknownValue }),
  ])("passes over what is not known yet (%#)", (args) => {
    expect(told(args)).toEqual([]);
  });
});
