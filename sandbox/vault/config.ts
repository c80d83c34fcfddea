/** A `storage` stanza: `{ type: "dynamodb", options: { table: "vault" } }`. Vault wants every option as a string. */
export interface StorageStanza {
  readonly type: string;
  readonly options?: Readonly<Record<string, string>>;
}

export interface ServerConfig {
  /** The stanza, or its HCL text. */
  readonly storage: StorageStanza | string;
  /** Port on 127.0.0.1 of the API. */
  readonly port: number;
  /** Port on 127.0.0.1 where the nodes of a cluster talk to each other. */
  readonly clusterPort: number;
  /** Address that this node tells clients and other nodes to use. */
  readonly apiAddress: string;
  readonly clusterAddress: string;
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  /** More HCL, appended as it is. */
  readonly extra?: string;
}

/** The server's configuration file. */
export function renderConfig(config: ServerConfig): string {
  const listener =
    config.tls === undefined
      ? ["  tls_disable = true"]
      : [`  tls_cert_file = ${quoted(config.tls.certificateFile)}`, `  tls_key_file = ${quoted(config.tls.keyFile)}`];
  return [
    typeof config.storage === "string" ? config.storage.trimEnd() : renderStorage(config.storage),
    "",
    'listener "tcp" {',
    `  address = "127.0.0.1:${config.port}"`,
    `  cluster_address = "127.0.0.1:${config.clusterPort}"`,
    ...listener,
    "}",
    "",
    `api_addr = ${quoted(config.apiAddress)}`,
    `cluster_addr = ${quoted(config.clusterAddress)}`,
    // Locking memory needs a right that an ordinary user's process does not have.
    "disable_mlock = true",
    ...(config.extra === undefined ? [] : ["", config.extra.trimEnd()]),
    "",
  ].join("\n");
}

export function renderStorage(storage: StorageStanza): string {
  const options = Object.entries(storage.options ?? {}).map(([key, value]) => `  ${key} = ${quoted(value)}`);
  return [`storage ${quoted(storage.type)} {`, ...options, "}"].join("\n");
}

// A JSON string is an HCL string, but for interpolation, which no value here has a use for.
function quoted(value: string): string {
  if (value.includes("${")) {
    throw new Error(`HCL would interpolate ${JSON.stringify(value)}`);
  }
  return JSON.stringify(value);
}
