import type { CoreTypes } from "./coreTypes.js";
import {
  boolean,
  choice,
  int64,
  list,
  localReference,
  object,
  raw,
  required,
  string,
  withDefault,
  type Field,
} from "./schema.js";

type Fields = Readonly<Record<string, Field>>;

const databaseRef = object({
  name: required(string),
  namespace: required(string),
  parameters: raw({
    type: "object",
    "x-kubernetes-embedded-resource": true,
    "x-kubernetes-preserve-unknown-fields": true,
  }),
});

// Fields that both versions have, by backend.
const azure: Fields = { accountName: required(string), container: required(string), maxParallel: int64 };
const consul: Fields = {
  address: string,
  checkTimeout: string,
  consistencyMode: string,
  disableRegistration: string,
  lockWaitTime: string,
  maxParallel: string,
  path: string,
  scheme: string,
  service: string,
  serviceAddress: string,
  serviceTags: string,
  sessionTTL: string,
  tlsMinVersion: string,
  tlsSkipVerify: boolean,
};
const dynamodb: Fields = {
  endpoint: string,
  haEnabled: boolean,
  maxParallel: int64,
  readCapacity: int64,
  region: string,
  table: string,
  writeCapacity: int64,
};
const etcd: Fields = {
  address: required(string),
  discoverySrv: string,
  etcdApi: string,
  haEnable: boolean,
  path: string,
  sync: boolean,
};
const gcs: Fields = { bucket: required(string), chunkSize: string, haEnabled: boolean, maxParallel: int64 };
const s3: Fields = {
  bucket: required(string),
  disableSSL: boolean,
  endpoint: string,
  forcePathStyle: boolean,
  maxParallel: int64,
  region: string,
};
const swift: Fields = {
  authURL: required(string),
  container: required(string),
  domain: string,
  maxParallel: int64,
  projectDomain: string,
  region: string,
  storageURL: string,
  tenant: string,
  tenantID: string,
  trustID: string,
};

function raft(core: CoreTypes): Fields {
  const claim = core("PersistentVolumeClaimSpec");
  return {
    autopilotReconcileInterval: string,
    maxEntrySize: int64,
    performanceMultiplier: int64,
    snapshotThreshold: int64,
    storage: claim,
    trailingLogs: int64,
  };
}

function file(core: CoreTypes): Field {
  const template = object({
    apiVersion: string,
    kind: string,
    metadata: object({
      annotations: raw({ type: "object", additionalProperties: { type: "string" } }),
      generateName: string,
      labels: raw({ type: "object", additionalProperties: { type: "string" } }),
      name: string,
      namespace: string,
      ownerReferences: list(
        object({
          apiVersion: required(string),
          blockOwnerDeletion: boolean,
          controller: boolean,
          kind: required(string),
          name: required(string),
          uid: required(string),
        }),
      ),
    }),
    spec: core("PersistentVolumeClaimSpec"),
    status: core("PersistentVolumeClaimStatus"),
  });
  return object({ path: required(string), volumeClaimTemplate: required(template) });
}

/** `spec.backend` of v1alpha2: credentials by reference. */
export function backendV1alpha2(core: CoreTypes): Field {
  const credentialSecretRef = localReference;
  const tlsSecretRef = localReference;
  return object({
    azure: object({ ...azure, credentialSecretRef }),
    consul: object({ ...consul, aclTokenSecretRef: localReference, tlsSecretRef }),
    dynamodb: object({ ...dynamodb, credentialSecretRef }),
    etcd: object({ ...etcd, credentialSecretRef, tlsSecretRef }),
    file: file(core),
    gcs: object({ ...gcs, credentialSecretRef }),
    inmem: object({}),
    mysql: object({
      address: string,
      credentialSecretRef,
      database: withDefault(string, "vault"),
      databaseRef,
      haEnabled: withDefault(string, "true"),
      lockTable: withDefault(string, "vault_lock"),
      maxConnectionLifetime: int64,
      maxIdleConnection: int64,
      maxParallel: int64,
      plaintextCredentialTransmission: string,
      table: withDefault(string, "vault"),
      tlsSecretRef,
    }),
    postgresql: object({
      address: string,
      credentialSecretRef,
      databaseRef,
      haEnabled: withDefault(string, "false"),
      haTable: withDefault(string, "vault_ha_locks"),
      maxIdleConnection: int64,
      maxParallel: int64,
      sslMode: choice("disable", "require", "verify-ca", "verify-full"),
      table: withDefault(string, "vault_kv_store"),
    }),
    raft: object(raft(core)),
    s3: object({ ...s3, credentialSecretRef }),
    swift: object({ ...swift, credentialSecretRef }),
  });
}

/** `spec.backend` of v1alpha1: credentials by the name of a Secret. */
export function backendV1alpha1(core: CoreTypes): Field {
  return object({
    azure: object({ ...azure, accountKeySecret: required(string) }),
    consul: object({ ...consul, aclTokenSecretName: string, tlsSecretName: string }),
    dynamodb: object({ ...dynamodb, credentialSecret: string, sessionTokenSecret: string }),
    etcd: object({ ...etcd, credentialSecretName: string, tlsSecretName: string }),
    file: file(core),
    gcs: object({ ...gcs, credentialSecret: string }),
    inmem: object({}),
    mysql: object({
      address: string,
      database: string,
      maxParallel: int64,
      table: string,
      tlsCASecret: string,
      userCredentialSecret: required(string),
    }),
    postgresql: object({ connectionURLSecret: required(string), maxParallel: int64, table: string }),
    raft: object({ ...raft(core), path: string }),
    s3: object({ ...s3, credentialSecret: string, sessionTokenSecret: string }),
    swift: object({ ...swift, authTokenSecret: string, credentialSecret: required(string) }),
  });
}
