import { durationSeconds } from "../internal/duration.js";
import { proxyVariables, type Environment } from "../internal/environmentProxy.js";
import { addressProblem, plainNamespace, proxyProblem, serverNameProblem } from "./address.js";
import { certificateAuthorities, clientCertificate } from "./certificates.js";
import { addressInCluster } from "./portForward/kubernetesConnection.js";
import { takesPortForward } from "./portForward/serviceRoute.js";
import { parseRateLimit, type RateLimit } from "./rateLimiter.js";
import type { ResolvedSettings } from "./resolvedSettings.js";
import type { VaultSettings } from "./vaultSettings.js";

/** The variable that moves one run to another address, whatever the connection says: to destroy through a port-forward, say. */
export const addressOverrideVariable = "KUBEVAULT_AWS_VAULT_ADDR";

const defaultTimeoutSeconds = 60;
/** How often a call is repeated by default: see {@link retry}. */
const defaultRetries = 7;
/** Node.js' timers end at 2^31 - 1 milliseconds. */
export const longestTimeoutSeconds = 24 * 24 * 3600;

type Variable = (name: string) => string | undefined;

/**
 * Completes settings from the environment and reads the files they name.
 *
 * @throws Error naming the setting and the variable, where something is missing, cannot be read or cannot be used. No value is quoted that can
 *   hold a secret
 */
export function resolveSettings(settings: VaultSettings, environment: Environment): ResolvedSettings {
  const variable: Variable = (name) => (environment[name]?.trim() === "" ? undefined : environment[name]);
  const { kubernetes: cluster } = settings;
  const override = variable(addressOverrideVariable);
  const forwarded =
    override === undefined && cluster !== undefined && takesPortForward(cluster, environment) ? cluster : undefined;
  const hasOwnCa = settings.caCertificate !== undefined || settings.caCertificateFile !== undefined;
  return {
    address:
      cluster === undefined || override !== undefined ? addressOf(settings, variable) : addressInCluster(cluster),
    kubernetes: forwarded,
    ...(cluster?.caSecret === undefined || hasOwnCa ? {} : { caFrom: cluster }),
    namespace: namespaceOf(settings.namespace ?? variable("VAULT_NAMESPACE")),
    ca: certificateAuthorities(settings, variable),
    tlsServerName: serverNameOf(settings.tlsServerName ?? variable("VAULT_TLS_SERVER_NAME")?.trim()),
    ...clientCertificate(settings, variable),
    skipTlsVerify: settings.skipTlsVerify ?? false,
    requestTimeoutMs: timeoutSeconds(settings, variable) * 1000,
    maxRetries: retriesOf(settings, variable),
    // The Kubernetes API has its proxy in the kubeconfig.
    ...(forwarded === undefined ? proxiesOf(settings, environment, variable) : {}),
    headers: headersOf(variable("VAULT_HEADERS")),
    followRedirects: !flag(variable, "VAULT_DISABLE_REDIRECTS"),
    rateLimit: rateLimitOf(variable("VAULT_RATE_LIMIT")),
  };
}

function addressOf(settings: VaultSettings, variable: Variable): string {
  const sources: readonly (readonly [string, string | undefined])[] = [
    [addressOverrideVariable, variable(addressOverrideVariable)],
    ["address", settings.address],
    ["VAULT_AGENT_ADDR", variable("VAULT_AGENT_ADDR")],
    ["VAULT_ADDR", variable("VAULT_ADDR")],
  ];
  const [source, value] = sources.find(([, candidate]) => candidate !== undefined) ?? [];
  if (source === undefined || value === undefined) {
    throw new Error(
      "the address of Vault is not known: give the resources a VaultConnection with an address (provider: connection), or set VAULT_ADDR",
    );
  }
  const address = value.trim();
  const problem = addressProblem(address);
  if (problem !== undefined) {
    throw new Error(`the address of Vault (${source}) ${problem}`);
  }
  return address.replace(/\/+$/, "");
}

function namespaceOf(namespace: string | undefined): string | undefined {
  const plain = namespace === undefined ? undefined : plainNamespace(namespace);
  if (plain !== undefined && !/^[\x21-\x7e]*$/.test(plain)) {
    throw new Error(
      "the namespace (namespace or VAULT_NAMESPACE) must be printable ASCII without spaces, such as admin/team",
    );
  }
  return plain === "" ? undefined : plain;
}

function serverNameOf(name: string | undefined): string | undefined {
  const problem = name === undefined ? undefined : serverNameProblem(name);
  if (problem !== undefined) {
    throw new Error(`the name in Vault's certificate (tlsServerName or VAULT_TLS_SERVER_NAME) ${problem}`);
  }
  return name;
}

function timeoutSeconds(settings: VaultSettings, variable: Variable): number {
  const timeout = settings.requestTimeout ?? variable("VAULT_CLIENT_TIMEOUT") ?? defaultTimeoutSeconds;
  const seconds = durationSeconds(timeout);
  if (seconds === undefined || seconds === 0 || seconds > longestTimeoutSeconds) {
    throw new Error(
      `the time limit of a call to Vault (requestTimeout or VAULT_CLIENT_TIMEOUT) must be a duration above 0 and below 24 days: "${timeout}"`,
    );
  }
  return seconds;
}

function retriesOf(settings: VaultSettings, variable: Variable): number {
  const text = variable("VAULT_MAX_RETRIES")?.trim() ?? String(defaultRetries);
  const retries = settings.maxRetries ?? (/^\d+$/.test(text) ? Number(text) : NaN);
  if (!Number.isSafeInteger(retries) || retries < 0) {
    throw new Error(
      "the number of repeated calls (maxRetries or VAULT_MAX_RETRIES) must be a whole number of at least 0",
    );
  }
  return retries;
}

function proxiesOf(
  settings: VaultSettings,
  environment: Environment,
  variable: Variable,
): Pick<ResolvedSettings, "proxyAddress" | "proxyVariables"> {
  const proxyAddress = settings.proxyAddress ?? variable("VAULT_PROXY_ADDR") ?? variable("VAULT_HTTP_PROXY");
  if (proxyAddress === undefined) {
    return { proxyVariables: proxyVariables(environment) };
  }
  const problem = proxyProblem(proxyAddress.trim());
  if (problem !== undefined) {
    throw new Error(`the proxy's address (proxyAddress, VAULT_PROXY_ADDR or VAULT_HTTP_PROXY) ${problem}`);
  }
  return { proxyAddress: proxyAddress.trim() };
}

function headersOf(text: string | undefined): Readonly<Record<string, string>> | undefined {
  if (text === undefined) {
    return undefined;
  }
  const wrong = (rule: string) => new Error(`VAULT_HEADERS ${rule}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's words quote the text, and with it whatever a header holds.
    throw wrong('must be a JSON object of texts, such as {"x-team":"platform"}');
  }
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) {
    throw wrong('must be a JSON object of texts, such as {"x-team":"platform"}');
  }
  for (const [name, value] of Object.entries(parsed)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || typeof value !== "string" || !/^[\x20-\x7e]*$/.test(value)) {
      throw wrong(`has a header that cannot be sent: ${JSON.stringify(name)}`);
    }
    if (/^(?:connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i.test(name)) {
      throw wrong(`must not set ${name}: it belongs to the connection`);
    }
    if (/^x-vault-/i.test(name)) {
      throw wrong(`must not set ${name}: headers that begin with X-Vault- are Vault's own`);
    }
  }
  return parsed as Record<string, string>;
}

function flag(variable: Variable, name: string): boolean {
  const value = variable(name) ?? "false";
  if (!/^(?:1|0|t|f|true|false)$/i.test(value)) {
    throw new Error(`${name} must be true or false`);
  }
  return /^(?:1|t|true)$/i.test(value);
}

function rateLimitOf(text: string | undefined): RateLimit | undefined {
  const limit = text === undefined ? undefined : parseRateLimit(text);
  if (text !== undefined && limit === undefined) {
    throw new Error(`VAULT_RATE_LIMIT must be requests per second, or that and a burst, such as 10:20: "${text}"`);
  }
  return limit;
}
