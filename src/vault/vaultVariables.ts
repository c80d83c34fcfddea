/**
 * What becomes of a variable that Vault's own command line reads.
 *
 * - `read`: it works here as it does there
 * - `notRead`: it is left alone on purpose
 * - `unsupported`: it asks for something that this package cannot do, which is why it is warned of where it is set
 * - `commandLine`: it concerns the output or the subcommands of the command line only
 * - `server`: it configures `vault server`, agents or plugins
 */
export type VariableTreatment = "read" | "notRead" | "unsupported" | "commandLine" | "server";

/** The variables of Vault's command line and API client, up to release 1.21. */
export const vaultVariables: Readonly<Record<string, VariableTreatment>> = {
  VAULT_ADDR: "read",
  VAULT_AGENT_ADDR: "read",
  VAULT_CACERT: "read",
  VAULT_CACERT_BYTES: "read",
  VAULT_CAPATH: "read",
  VAULT_CLIENT_CERT: "read",
  VAULT_CLIENT_KEY: "read",
  VAULT_CLIENT_TIMEOUT: "read",
  VAULT_DISABLE_REDIRECTS: "read",
  VAULT_HEADERS: "read",
  VAULT_HTTP_PROXY: "read",
  VAULT_MAX_RETRIES: "read",
  VAULT_NAMESPACE: "read",
  VAULT_PROXY_ADDR: "read",
  VAULT_RATE_LIMIT: "read",
  VAULT_TLS_SERVER_NAME: "read",
  VAULT_TOKEN: "read",
  VAULT_SKIP_VERIFY: "notRead",
  VAULT_WRAP_TTL: "notRead",
  VAULT_MFA: "unsupported",
  VAULT_SRV_LOOKUP: "unsupported",
  VAULT_CLI_NO_COLOR: "commandLine",
  VAULT_CONFIG_PATH: "commandLine",
  VAULT_DETAILED: "commandLine",
  VAULT_FORMAT: "commandLine",
  VAULT_LICENSE: "commandLine",
  VAULT_LICENSE_PATH: "commandLine",
  VAULT_LOG_FORMAT: "commandLine",
  VAULT_LOG_LEVEL: "commandLine",
  VAULT_SSH_EXECUTABLE: "commandLine",
  VAULT_SSH_HOST_KEY_HOSTNAMES: "commandLine",
  VAULT_SSH_HOST_KEY_MOUNT_POINT: "commandLine",
  VAULT_SSH_STRICT_HOST_KEY_CHECKING: "commandLine",
  VAULT_SSH_USER_KNOWN_HOSTS_FILE: "commandLine",
  VAULT_ADVERTISE_ADDR: "server",
  VAULT_API_ADDR: "server",
  VAULT_CLUSTER_ADDR: "server",
  VAULT_DEV_LISTEN_ADDRESS: "server",
  VAULT_DEV_ROOT_TOKEN_ID: "server",
  VAULT_DISABLE_MLOCK: "server",
  VAULT_EXPERIMENTS: "server",
  VAULT_PLUGIN_TMPDIR: "server",
  VAULT_REDIRECT_ADDR: "server",
  VAULT_SEAL_TYPE: "server",
  VAULT_UI: "server",
};

/**
 * The variables that are set and ask for what this package cannot do.
 *
 * @returns one sentence for each
 */
export function unsupportedVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(vaultVariables).flatMap(([name, treatment]) => {
    const value = environment[name] ?? "";
    const isOff = value === "" || /^(?:0|f|false)$/i.test(value);
    return treatment === "unsupported" && !isOff
      ? [`${name} is set, and is not supported by this package: it has no effect on this operation`]
      : [];
  });
}
