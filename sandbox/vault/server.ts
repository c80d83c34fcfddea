import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, startProcess, waitFor, type ManagedProcess } from "../process/index.js";
import {
  initialiseVault,
  sealStatus,
  unsealVault,
  vaultHealth,
  type SealStatus,
  type VaultEndpoint,
  type VaultKeys,
} from "./api.js";
import { renderConfig, type StorageStanza } from "./config.js";

export interface VaultOptions {
  /** Folder for the configuration, the log and the home of the process; made if missing. */
  readonly workDir: string;
  /** Path of the `vault` binary. */
  readonly vault: string;
  /** The `storage` stanza or its HCL text: `{ type: "inmem" }`. */
  readonly storage: StorageStanza | string;
  /** Environment of the process, besides PATH and HOME. Nothing else is passed on: a developer's own AWS_* must not leak in. */
  readonly env?: Readonly<Record<string, string>>;
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Port for the nodes of a cluster. Default: a free one. */
  readonly clusterPort?: number;
  /** What Vault gives as its own address (`api_addr`). Default: where it listens. */
  readonly apiAddr?: string;
  readonly clusterAddr?: string;
  /** PEM texts; without it Vault listens without TLS, on loopback only. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly caCertificate: string };
  /** HCL to append to the configuration. */
  readonly extraConfig?: string;
  readonly log?: (message: string) => void;
}

/** A real `vault server` on 127.0.0.1. */
export interface Vault extends VaultEndpoint {
  readonly port: number;
  readonly process: ManagedProcess;
  readonly stop: () => Promise<void>;
}

export interface UnsealedVault extends Vault, VaultKeys {}

/** Starts `vault server` and returns as soon as its API answers; it may then be sealed or not initialised. */
export async function startVault(options: VaultOptions): Promise<Vault> {
  // A port found free can be taken by another process before Vault listens on it; only then is another one worth trying.
  const attempts = options.port === undefined ? 3 : 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt >= attempts || !(error as Error).message.includes("address already in use")) {
        throw error;
      }
    }
  }
}

async function startOnce(options: VaultOptions): Promise<Vault> {
  const vault = await launchVault(options);
  try {
    await waitFor<SealStatus>(() => sealStatus(vault), {
      what: `Vault at ${vault.address} to answer`,
      timeoutMs: 90_000,
      abortIf: vault.process.assertRunning,
    });
  } catch (error) {
    await vault.process.kill();
    throw error;
  }
  return vault;
}

/** Starts `vault server` and returns at once. Vault does not listen before it could read its storage. */
export async function launchVault(options: VaultOptions): Promise<Vault> {
  const port = options.port ?? (await freePort());
  const clusterPort = options.clusterPort ?? (await freePort());
  const address = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  await mkdir(options.workDir, { recursive: true, mode: 0o700 });
  const configFile = join(options.workDir, "vault.hcl");
  const config = renderConfig({
    storage: options.storage,
    port,
    clusterPort,
    apiAddress: options.apiAddr ?? address,
    clusterAddress: options.clusterAddr ?? `https://127.0.0.1:${clusterPort}`,
    tls: await writeTls(options),
    extra: options.extraConfig,
  });
  await writeFile(configFile, config, { mode: 0o600 });
  const logFile = join(options.workDir, "vault.log");
  const process = await startProcess({
    name: "vault",
    command: options.vault,
    args: ["server", `-config=${configFile}`],
    env: vaultEnvironment(options),
    cwd: options.workDir,
    logFile,
  });
  options.log?.(`vault: process ${process.pid} at ${address}, log ${logFile}`);
  return { address, caCertificate: options.tls?.caCertificate, port, process, stop: () => process.stop() };
}

async function writeTls(options: VaultOptions) {
  if (options.tls === undefined) {
    return undefined;
  }
  const certificateFile = join(options.workDir, "tls.crt");
  const keyFile = join(options.workDir, "tls.key");
  await writeFile(certificateFile, options.tls.certificate, { mode: 0o600 });
  await writeFile(keyFile, options.tls.key, { mode: 0o600 });
  return { certificateFile, keyFile };
}

/** The whole environment of the process: nothing of whoever starts it but PATH. */
export function vaultEnvironment(options: Pick<VaultOptions, "workDir" | "env">): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: options.workDir,
    // Without credentials Vault would ask the metadata service of the machine that the sandbox runs on.
    AWS_EC2_METADATA_DISABLED: "true",
    ...options.env,
  };
}

/** {@link startVault}, initialised with one unseal key, unsealed and active. For tests that need a Vault and no Kubernetes. */
export async function startUnsealedVault(options: VaultOptions): Promise<UnsealedVault> {
  const vault = await startVault(options);
  try {
    const keys = await initialiseVault(vault);
    await unsealVault(vault, keys.unsealKeys);
    await waitUntilActive(vault);
    return { ...vault, ...keys };
  } catch (error) {
    await vault.process.kill();
    throw new Error(`${(error as Error).message}\n${await endOfLog(vault.process.logFile)}`, { cause: error });
  }
}

/** Waits until this node is unsealed and active. */
export async function waitUntilActive(vault: Vault, timeoutMs = 60_000): Promise<void> {
  await waitFor(
    async () => {
      const health = await vaultHealth(vault);
      return health.initialized && !health.sealed && !health.standby ? health : undefined;
    },
    { what: `Vault at ${vault.address} to be active`, timeoutMs, abortIf: vault.process.assertRunning },
  );
}

async function endOfLog(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trimEnd().split("\n").slice(-15).join("\n");
}
