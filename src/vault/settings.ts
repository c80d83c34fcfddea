import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Duration } from "../internal/duration.js";
import { durationSeconds } from "../internal/duration.js";
import { addressInCluster, type KubernetesConnection } from "./portForward/kubernetesConnection.js";
import { takesPortForward } from "./portForward/serviceRoute.js";
import type { ResolvedSettings } from "./resolvedSettings.js";

/**
 * Where Vault is and how to speak with it. Whatever is left out comes from the variables that Vault's own command line reads, anew at
 * every operation; what is given here always wins over them.
 */
export interface VaultSettings {
  /** `https://vault.example.com:8200`. Default: VAULT_ADDR. */
  readonly address?: string;
  /** Reaches Vault by a port-forward through the Kubernetes API, instead of at an address. */
  readonly kubernetes?: KubernetesConnection;
  /** Namespace of Vault Enterprise. Default: VAULT_NAMESPACE. */
  readonly namespace?: string;
  /** PEM text of the certificate authority that signed Vault's certificate. Default: VAULT_CACERT_BYTES. */
  readonly caCertificate?: string;
  /** File with the same, in PEM. Default: VAULT_CACERT, or all files in VAULT_CAPATH. */
  readonly caCertificateFile?: string;
  /** Name to look for in Vault's certificate instead of the address's host. Default: VAULT_TLS_SERVER_NAME. */
  readonly tlsServerName?: string;
  /** PEM text of this client's certificate. */
  readonly clientCertificate?: string;
  /** PEM text of this client's key. */
  readonly clientKey?: string;
  /** File with this client's certificate, in PEM. Default: VAULT_CLIENT_CERT. */
  readonly clientCertificateFile?: string;
  /** File with this client's key, in PEM. Default: VAULT_CLIENT_KEY. */
  readonly clientKeyFile?: string;
  /**
   * Accepts any certificate. Only ever from here: VAULT_SKIP_VERIFY is not read, so that a variable forgotten in a shell cannot turn
   * the check off. Default: false.
   */
  readonly skipTlsVerify?: boolean;
  /** Longest time for one call. Default: VAULT_CLIENT_TIMEOUT, or 60 seconds. */
  readonly requestTimeout?: Duration;
  /** How often a call that may be repeated is repeated after a passing failure. Default: VAULT_MAX_RETRIES, or 4. */
  readonly maxRetries?: number;
  /** An HTTP proxy to go through. Default: VAULT_PROXY_ADDR, or VAULT_HTTP_PROXY. */
  readonly proxyAddress?: string;
}

/** Names of {@link VaultSettings}: what a connection takes, and what its provider reads back. */
export const settingNames = [
  "address",
  "namespace",
  "caCertificate",
  "caCertificateFile",
  "tlsServerName",
  "clientCertificate",
  "clientKey",
  "clientCertificateFile",
  "clientKeyFile",
  "skipTlsVerify",
  "requestTimeout",
  "maxRetries",
  "proxyAddress",
] as const satisfies readonly (keyof VaultSettings)[];

/** The variable that moves one run to another address, whatever the connection says: to destroy through a port-forward, say. */
export const addressOverrideVariable = "KUBEVAULT_AWS_VAULT_ADDR";

/** The environment, as `process.env` holds it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Completes settings from the environment and reads the files they name.
 *
 * @throws Error naming the setting and the variable, where something is missing or cannot be read
 */
export function resolveSettings(settings: VaultSettings, environment: Environment): ResolvedSettings {
  const variable = (name: string) => (environment[name] === "" ? undefined : environment[name]);
  const override = variable(addressOverrideVariable);
  const { kubernetes: cluster } = settings;
  const forwarded =
    override === undefined && cluster !== undefined && takesPortForward(cluster, environment) ? cluster : undefined;
  const address =
    override ?? (cluster === undefined ? (settings.address ?? variable("VAULT_ADDR")) : addressInCluster(cluster));
  const hasOwnCa = settings.caCertificate !== undefined || settings.caCertificateFile !== undefined;
  if (address === undefined) {
    throw new Error(
      "the address of Vault is not known: give the resources a VaultConnection with an address (provider: connection), or set VAULT_ADDR",
    );
  }
  const timeout = settings.requestTimeout ?? variable("VAULT_CLIENT_TIMEOUT") ?? 60;
  const timeoutSeconds = durationSeconds(timeout);
  if (timeoutSeconds === undefined || timeoutSeconds === 0) {
    throw new Error(
      `the time limit of a call to Vault (requestTimeout or VAULT_CLIENT_TIMEOUT) is not a duration: "${timeout}"`,
    );
  }
  const retries = settings.maxRetries ?? Number(variable("VAULT_MAX_RETRIES") ?? 4);
  if (!Number.isInteger(retries) || retries < 0) {
    throw new Error(
      "the number of repeated calls (maxRetries or VAULT_MAX_RETRIES) must be a whole number of at least 0",
    );
  }
  return {
    address: checkAddress(address),
    kubernetes: forwarded,
    ...(cluster?.caSecret === undefined || hasOwnCa ? {} : { caFrom: cluster }),
    namespace: settings.namespace ?? variable("VAULT_NAMESPACE"),
    ca: certificateAuthorities(settings, variable),
    tlsServerName: settings.tlsServerName ?? variable("VAULT_TLS_SERVER_NAME"),
    ...clientCertificate(settings, variable),
    skipTlsVerify: settings.skipTlsVerify ?? false,
    requestTimeoutMs: timeoutSeconds * 1000,
    maxRetries: retries,
    // The way through Kubernetes has the kubeconfig's proxy, not Vault's.
    proxyAddress:
      forwarded === undefined
        ? (settings.proxyAddress ?? variable("VAULT_PROXY_ADDR") ?? variable("VAULT_HTTP_PROXY"))
        : undefined,
  };
}

function checkAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new Error(
      `the address of Vault must be an http or https URL, such as https://vault.example.com:8200: "${address}"`,
    );
  }
  return address.replace(/\/+$/, "");
}

type Variable = (name: string) => string | undefined;

function certificateAuthorities(settings: VaultSettings, variable: Variable): string[] | undefined {
  if (settings.caCertificate !== undefined) {
    return [settings.caCertificate];
  }
  if (settings.caCertificateFile !== undefined) {
    return [readPem("caCertificateFile", settings.caCertificateFile)];
  }
  const bytes = variable("VAULT_CACERT_BYTES");
  if (bytes !== undefined) {
    return [bytes];
  }
  const file = variable("VAULT_CACERT");
  if (file !== undefined) {
    return [readPem("VAULT_CACERT", file)];
  }
  const folder = variable("VAULT_CAPATH");
  return folder === undefined
    ? undefined
    : readdirSync(folder).map((name) => readPem("VAULT_CAPATH", join(folder, name)));
}

function clientCertificate(settings: VaultSettings, variable: Variable) {
  const certificateFile = settings.clientCertificateFile ?? variable("VAULT_CLIENT_CERT");
  const keyFile = settings.clientKeyFile ?? variable("VAULT_CLIENT_KEY");
  const certificate =
    settings.clientCertificate ??
    (certificateFile === undefined
      ? undefined
      : readPem("clientCertificateFile or VAULT_CLIENT_CERT", certificateFile));
  const key =
    settings.clientKey ?? (keyFile === undefined ? undefined : readPem("clientKeyFile or VAULT_CLIENT_KEY", keyFile));
  if ((certificate === undefined) !== (key === undefined)) {
    throw new Error("a client certificate needs its key, and the key its certificate: only one of the two is given");
  }
  return { clientCertificate: certificate, clientKey: key };
}

function readPem(setting: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`${setting}: cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}
