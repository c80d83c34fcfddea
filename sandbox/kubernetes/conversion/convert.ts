/** What KubeVault's conversion between the two versions of a VaultServer keeps, renames and loses. */

type JsonObject = Record<string, unknown>;

export interface VersionedObject extends JsonObject {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** The objects in the older version hold the name of a Secret, those of the newer one a reference `{ name }`. */
interface Rename {
  /** Path below `spec` of the object that holds the field. */
  readonly at: readonly string[];
  readonly v1alpha1: string;
  readonly v1alpha2: string;
}

const rename = (at: string, v1alpha1: string, v1alpha2 = "credentialSecretRef"): Rename => ({
  at: at.split("."),
  v1alpha1,
  v1alpha2,
});

const renames: readonly Rename[] = [
  rename("backend.azure", "accountKeySecret"),
  rename("backend.consul", "aclTokenSecretName", "aclTokenSecretRef"),
  rename("backend.consul", "tlsSecretName", "tlsSecretRef"),
  rename("backend.dynamodb", "credentialSecret"),
  rename("backend.etcd", "credentialSecretName"),
  rename("backend.etcd", "tlsSecretName", "tlsSecretRef"),
  rename("backend.gcs", "credentialSecret"),
  rename("backend.mysql", "userCredentialSecret"),
  rename("backend.mysql", "tlsCASecret", "tlsSecretRef"),
  rename("backend.postgresql", "connectionURLSecret"),
  rename("backend.s3", "credentialSecret"),
  rename("backend.swift", "credentialSecret"),
  rename("unsealer.mode.awsKmsSsm", "credentialSecret"),
  rename("unsealer.mode.azureKeyVault", "aadClientSecret"),
  rename("unsealer.mode.azureKeyVault", "clientCertSecret", "tlsSecretRef"),
  rename("unsealer.mode.googleKmsGcs", "credentialSecret"),
];

// Fields that one version has and the other has no place for. They are lost without a word, as they are with KubeVault.
const onlyV1alpha1 = [
  "backend.dynamodb.sessionTokenSecret",
  "backend.raft.path",
  "backend.s3.sessionTokenSecret",
  "backend.swift.authTokenSecret",
];
const onlyV1alpha2 = ["healthChecker", "isolateTenants", "relayPlacementRef", "relayTemplate"];

const group = "kubevault.com";
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * A copy of a VaultServer in the wanted version.
 *
 * @throws Error for a kubernetes auth method that carries configuration: KubeVault's converter fails on it in both directions
 */
export function convertVaultServer(object: VersionedObject, desiredApiVersion: string): VersionedObject {
  const from = object.apiVersion;
  if (from === desiredApiVersion) {
    return object;
  }
  const known = [`${group}/v1alpha1`, `${group}/v1alpha2`];
  if (from === undefined || !known.includes(from) || !known.includes(desiredApiVersion)) {
    throw new Error(`Cannot convert ${String(from)} to ${desiredApiVersion}`);
  }
  const converted = structuredClone(object) as VersionedObject & { metadata?: JsonObject; spec?: JsonObject };
  const upwards = desiredApiVersion === known[1];
  const annotations = converted.metadata?.annotations as JsonObject | undefined;
  if (annotations !== undefined) {
    delete annotations[lastApplied];
  }
  if (converted.spec !== undefined) {
    convertAuthMethods(converted.spec);
    for (const field of renames) {
      renameField(converted.spec, field, upwards);
    }
    for (const path of upwards ? onlyV1alpha1 : onlyV1alpha2) {
      remove(converted.spec, path.split("."));
    }
  }
  return { ...converted, apiVersion: desiredApiVersion };
}

function renameField(spec: JsonObject, field: Rename, upwards: boolean): void {
  const holder = descend(spec, field.at);
  if (holder === undefined) {
    return;
  }
  if (upwards) {
    const name = holder[field.v1alpha1];
    delete holder[field.v1alpha1];
    if (typeof name === "string" && name !== "") {
      holder[field.v1alpha2] = { name };
    }
    return;
  }
  const reference = holder[field.v1alpha2] as { name?: string } | undefined;
  delete holder[field.v1alpha2];
  if (reference?.name !== undefined && reference.name !== "") {
    holder[field.v1alpha1] = reference.name;
  }
}

function convertAuthMethods(spec: JsonObject): void {
  const methods = (spec.authMethods ?? []) as JsonObject[];
  for (const method of methods) {
    if (method.type === "kubernetes" && (method.config !== undefined || method.kubernetesConfig !== undefined)) {
      throw new Error("invalid memory address or nil pointer dereference");
    }
    delete method.config;
    delete method.jwtConfig;
    delete method.oidcConfig;
  }
}

function remove(spec: JsonObject, path: readonly string[]): void {
  const holder = descend(spec, path.slice(0, -1));
  const last = path.at(-1);
  if (holder !== undefined && last !== undefined) {
    delete holder[last];
  }
}

function descend(object: JsonObject, path: readonly string[]): JsonObject | undefined {
  let at: JsonObject | undefined = object;
  for (const name of path) {
    at = at?.[name] as JsonObject | undefined;
  }
  return at;
}
