import type { SecretData } from "./kubernetesCalls.js";
import type { Unsealer, VaultServer } from "./vaultServer.js";

/** What the rules need to know of the cluster. */
export interface Surroundings {
  /** Names of the VaultServerVersions. */
  readonly versions: readonly string[];
  /** A Secret of the VaultServer's namespace; undefined where there is none. */
  readonly secret: (name: string) => SecretData | undefined;
}

/** Names of the Secrets that the rules look at. */
export function namedSecrets({ spec }: VaultServer): string[] {
  const names = [
    spec.backend.dynamodb?.credentialSecretRef?.name,
    spec.unsealer?.mode?.awsKmsSsm?.credentialSecretRef?.name,
    spec.configSecret?.name,
  ];
  return names.filter((name): name is string => name !== undefined && name !== "");
}

/** Everything for which the operator's validating webhook refuses a VaultServer, in its spirit if not in its words. */
export function problemsOf(vaultServer: VaultServer, surroundings: Surroundings): string[] {
  const { spec } = vaultServer;
  return [
    ...(surroundings.versions.includes(spec.version)
      ? []
      : [`spec.version: VaultServerVersion "${spec.version}" not found`]),
    ...(spec.replicas !== undefined && spec.replicas < 1 ? [`spec.replicas: ${spec.replicas} is less than 1`] : []),
    ...backendProblems(vaultServer),
    ...credentialProblems(
      "spec.backend.dynamodb.credentialSecretRef",
      spec.backend.dynamodb?.credentialSecretRef?.name,
      surroundings,
    ),
    ...unsealerProblems(spec.unsealer),
    ...credentialProblems(
      "spec.unsealer.mode.awsKmsSsm.credentialSecretRef",
      spec.unsealer?.mode?.awsKmsSsm?.credentialSecretRef?.name,
      surroundings,
    ),
    ...configProblems(vaultServer, surroundings),
  ];
}

function backendProblems({ spec }: VaultServer): string[] {
  const backends = Object.keys(spec.backend);
  return backends.length === 1
    ? []
    : [`spec.backend: exactly one backend is needed, not ${backends.length === 0 ? "none" : backends.join(", ")}`];
}

function credentialProblems(path: string, name: string | undefined, { secret }: Surroundings): string[] {
  if (name === undefined) {
    return [];
  }
  if (name === "") {
    return [`${path}.name: is empty`];
  }
  const data = secret(name);
  if (data === undefined) {
    return [`${path}: Secret "${name}" not found`];
  }
  return ["access_key", "secret_key"]
    .filter((key) => (data[key] ?? "") === "")
    .map((key) => `${path}: Secret "${name}" has no ${key}`);
}

function unsealerProblems(unsealer: Unsealer | undefined): string[] {
  if (unsealer === undefined) {
    return [];
  }
  const { secretShares, secretThreshold } = unsealer;
  const modes = Object.keys(unsealer.mode ?? {});
  const problems: string[] = [];
  if (secretShares === undefined || secretShares <= 0) {
    problems.push(`spec.unsealer.secretShares: ${secretShares ?? "nothing"} is not greater than 0`);
  }
  if (secretThreshold === undefined || secretThreshold <= 0) {
    problems.push(`spec.unsealer.secretThreshold: ${secretThreshold ?? "nothing"} is not greater than 0`);
  }
  if (secretShares !== undefined && secretThreshold !== undefined && secretThreshold > secretShares) {
    problems.push(`spec.unsealer.secretThreshold: ${secretThreshold} is greater than secretShares ${secretShares}`);
  }
  if (modes.length !== 1) {
    problems.push(
      `spec.unsealer.mode: exactly one mode is needed, not ${modes.length === 0 ? "none" : modes.join(", ")}`,
    );
  }
  return problems;
}

function configProblems({ spec }: VaultServer, { secret }: Surroundings): string[] {
  const name = spec.configSecret?.name;
  if (name === undefined || name === "") {
    return [];
  }
  const data = secret(name);
  if (data === undefined) {
    return [`spec.configSecret: Secret "${name}" not found`];
  }
  return data["vault.hcl"] === undefined ? [`spec.configSecret: Secret "${name}" has no vault.hcl`] : [];
}
