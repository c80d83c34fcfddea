import type { KeyAdvice, KeyMend } from "./closedFields.js";

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

const otherBackend: KeyMend = {
  rule: "is a storage backend that this VaultServer does not manage",
  mend: "It keeps Vault's data in DynamoDB: write backend.dynamodb alone.",
};

const openBaoOnly: KeyMend = {
  rule: "works with OpenBao only, which has no DynamoDB storage",
  mend: "Leave it out.",
};

const oldCredentialSecret: KeyMend = {
  rule: "is a field of v1alpha1: in v1alpha2 Kubernetes would drop it without a word, and Vault would start without credentials",
  mend: "Write credentialSecretRef: { name } instead, with the Secret's keys access_key and secret_key.",
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
    mend: "Write credentialSecretRef: { name } instead.",
  },
  "backend.dynamodb.sessionTokenSecret": {
    rule: "is a field of v1alpha1: in v1alpha2 Kubernetes would drop it without a word, and AWS would refuse the keys",
    mend: "Put session_token into the Secret of credentialSecretRef instead. For v1alpha1 give sessionTokenSecretName beside spec.",
  },
  "backend.dynamodb.billingMode": {
    rule: "is not something KubeVault can set",
    mend: "Make the table beforehand, with DynamoDbStorage.",
  },
  "authMethods.config": {
    rule: "is a field of v1alpha1",
    mend: "Write kubernetesConfig, jwtConfig or oidcConfig instead, by the method's type.",
  },
  deletionPolicy: { mend: "Write terminationPolicy instead." },
  storage: { mend: "Write backend instead." },
};
