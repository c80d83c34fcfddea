import type { KeyAdvice, KeyFix } from "./closedFields.js";

const otherBackends = [
  "azure",
  "consul",
  "etcd",
  "file",
  "gcs",
  "inmem",
  "mysql",
  "postgresql",
  "raft",
  "s3",
  "swift",
] as const;

const otherBackend: KeyFix = {
  rule: "is a storage backend that this VaultServer does not manage",
  fix: "It keeps Vault's data in DynamoDB: write backend.dynamodb alone.",
};

const openBaoOnly: KeyFix = {
  rule: "works with OpenBao only, which has no DynamoDB storage",
  fix: "Leave it out.",
};

const oldCredentialSecret: KeyFix = {
  rule: "is a field of v1alpha1: in v1alpha2 Kubernetes would drop it silently, and Vault would start without credentials",
  fix: "Write credentialSecretRef: { name } instead, with the Secret's keys access_key and secret_key.",
};

/** Names that KubeVault's older versions, its documentation or other tools use, and what to write here. */
export const vaultServerAdvice: KeyAdvice = {
  ...Object.fromEntries(otherBackends.map((backend) => [`backend.${backend}`, otherBackend])),
  isolateTenants: openBaoOnly,
  relayPlacementRef: openBaoOnly,
  relayTemplate: openBaoOnly,
  "backend.dynamodb.credentialSecret": oldCredentialSecret,
  "unsealer.mode.awsKmsSsm.credentialSecret": oldCredentialSecret,
  "unsealer.mode.googleKmsGcs.credentialSecret": {
    rule: oldCredentialSecret.rule,
    fix: "Write credentialSecretRef: { name } instead.",
  },
  "backend.dynamodb.sessionTokenSecret": {
    rule: "is a field of v1alpha1: in v1alpha2 Kubernetes would drop it silently, and AWS would refuse the keys",
    fix: "Put session_token into the Secret of credentialSecretRef instead. For v1alpha1 give sessionTokenSecretName next to spec.",
  },
  "backend.dynamodb.billingMode": {
    rule: "is not something KubeVault can set",
    fix: "Make the table beforehand, with DynamoDbStorage.",
  },
  "authMethods.config": {
    rule: "is a field of v1alpha1",
    fix: "Write kubernetesConfig, jwtConfig or oidcConfig instead, by the method's type.",
  },
  deletionPolicy: { fix: "Write terminationPolicy instead." },
  storage: { fix: "Write backend instead." },
};
