import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findTool } from "../../../sandbox/tools/index.js";
import { startUnsealedVault, vaultRequest, type UnsealedVault } from "../../../sandbox/vault/index.js";
import { Plugin, type Values, type VaultRelease } from "../secretsengine/support.js";

export { failureOf, vaultReleases, type Values, type VaultRelease } from "../secretsengine/support.js";

/** A real Vault, and nothing else. */
export class VaultOnly {
  private constructor(
    readonly vault: UnsealedVault,
    readonly workDir: string,
  ) {}

  static async start(release: VaultRelease): Promise<VaultOnly> {
    const workDir = await mkdtemp(path.join(tmpdir(), "access-test-"));
    const vault = await startUnsealedVault({
      workDir,
      vault: (await findTool(release)).path,
      storage: { type: "inmem" },
    });
    return new VaultOnly(vault, workDir);
  }

  async stop(): Promise<void> {
    await this.vault.stop();
    await rm(this.workDir, { recursive: true, force: true });
  }

  plugin(token = this.vault.rootToken): Plugin {
    return new Plugin({
      "kubevault-aws:address": this.vault.address,
      "kubevault-aws:login": JSON.stringify({ kind: "token", token }),
      "kubevault-aws:maxRetries": 0,
    });
  }

  /** A call of Vault that goes past what is tested. */
  async api<T = Values>(method: "GET" | "LIST" | "POST" | "DELETE", apiPath: string, body?: unknown): Promise<T> {
    return vaultRequest<T>(this.vault, { method, path: apiPath, body, token: this.vault.rootToken });
  }

  async data(apiPath: string): Promise<Values> {
    return (await this.api<{ data: Values }>("GET", apiPath)).data;
  }
}

/** A resource's own values, without what the plugin adds. */
export function ownValues(values: Values | undefined): Values {
  const added = ["__provider", "vaultClusterId", "vaultAddress", "vaultNamespace"];
  return Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => !added.includes(name)));
}
