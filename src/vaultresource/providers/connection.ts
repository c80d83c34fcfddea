import { pause } from "../../internal/pause.js";
import type { KubernetesConnection } from "../../vault/portForward/kubernetesConnection.js";
import type { StoredLogin } from "../../vault/login.js";
import { VaultSession } from "../../vault/session.js";
import { settingNames } from "../../vault/vaultSettings.js";

/** What a provider is configured with, key by key: `config.get("kubevault-aws:address")`. */
export interface ProviderConfig {
  get(key: string): unknown;
}

/** Puts the keys of this package apart from all others that the default provider is handed. */
export const configNamespace = "kubevault-aws";

/** A connection, as a provider of the plugin keeps it. */
export interface Connection {
  readonly session: VaultSession;
  readonly recreate: boolean;
}

const connections = new Map<string, Connection>();
let idleMs: number | undefined;

/**
 * Keeps connections without work for longer than by default: in a process that hears when it is to end, or is ended together with all work.
 */
export function keepIdleConnections(milliseconds: number): void {
  idleMs = milliseconds;
}

/**
 * Revokes the tokens of all logins and closes all port-forwards: of what is idle at once, of the rest when its last work is done.
 *
 * @param limitMs longest time to wait for it; the work that is left goes on
 */
export async function closeConnections(limitMs?: number): Promise<void> {
  const closing = Promise.all([...connections.values()].map(({ session }) => session.close()));
  await (limitMs === undefined ? closing : Promise.race([closing, pause(limitMs)]));
}

/** The connection that a configuration describes. All kinds of resources of one process share it. */
export function connectionOf(config: ProviderConfig | undefined): Connection {
  const read = (name: string) => config?.get(`${configNamespace}:${name}`);
  const settings: Record<string, unknown> = {};
  for (const name of settingNames) {
    const value = read(name);
    // The empty text says something of a namespace only: the root one.
    if (value !== undefined && (value !== "" || name === "namespace")) {
      settings[name] = typed(name, value);
    }
  }
  const kubernetes = read("kubernetes");
  if (typeof kubernetes === "string" && kubernetes !== "") {
    settings.kubernetes = JSON.parse(kubernetes) as KubernetesConnection;
  }
  const login = read("login");
  const recreate = read("onVaultReplaced") === "recreate";
  const key = JSON.stringify([settings, login, recreate]);
  let connection = connections.get(key);
  if (connection === undefined) {
    const parsed = typeof login === "string" ? (JSON.parse(login) as StoredLogin) : { kind: "environment" as const };
    connection = {
      session: new VaultSession(settings, parsed, process.env, { idleMs }),
      recreate,
    };
    connections.set(key, connection);
  }
  return connection;
}

/** Configuration reaches a provider as texts where it comes from the stack's, and as it was where it comes from an explicit provider. */
function typed(name: string, value: unknown): unknown {
  if (name === "skipTlsVerify") {
    return value === true || value === "true";
  }
  return name === "maxRetries" ? Number(value) : value;
}
