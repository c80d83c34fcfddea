import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ManagedProcess } from "../process/index.js";
import { launchVault, vaultHealth, type Vault, type VaultHealth, type VaultOptions } from "../vault/index.js";
import type { Forwarder } from "./forwarder.js";
import { replicasOf, type VaultServer } from "./vaultServer.js";

/** What differs from start to start of a node: a container's environment is put together when it starts. */
export type Launch = Pick<VaultOptions, "storage" | "env" | "tls" | "extraConfig">;

/** Puts together what a node is started with, for the VaultServer of its Pod. */
export type Launcher = (pod: VaultServer, folder: string) => Promise<Launch>;

/** A running Vault process of a VaultServer. */
export interface VaultNode {
  /** Name of what would be its Pod: `vault-0`. */
  readonly name: string;
  readonly address: string;
  /** PEM of the authority of its certificate, for an https address. */
  readonly caCertificate?: string;
  readonly process: ManagedProcess;
}

interface Slot {
  readonly name: string;
  readonly folder: string;
  vault?: Vault;
  /** The VaultServer as it was when the Pod was made: a container that is started again in its Pod takes up no change of the spec. */
  pod?: VaultServer;
  /** Starts in a row after which the node never answered. */
  failures: number;
  /** What was last said about it in the log. */
  said: string;
  /** Time in milliseconds before which no new start is tried. */
  notBefore: number;
  /** To be restarted when its turn comes. */
  outdated: boolean;
}

export interface ObservedNode {
  readonly name: string;
  readonly vault: Vault;
  readonly health: VaultHealth;
  /** The VaultServer as it was when the node's Pod was made. */
  readonly pod: VaultServer;
}

const longestBackoffMs = 8_000;

/** The Vault processes of one VaultServer: what its StatefulSet is in a cluster. */
export class VaultNodes {
  private slots: Slot[] = [];
  private address: string | undefined;
  /** Process ids of the nodes that were restarted, in order. */
  readonly restarted: number[] = [];

  constructor(
    private readonly options: {
      readonly name: string;
      readonly workDir: string;
      readonly vault: string;
      readonly forwarder: Forwarder;
      readonly log: (message: string) => void;
    },
  ) {}

  /** Processes that run now. */
  running(): VaultNode[] {
    return this.slots.flatMap(({ name, vault }) =>
      vault === undefined || vault.process.ended()
        ? []
        : [{ name, address: vault.address, caCertificate: vault.caCertificate, process: vault.process }],
    );
  }

  /** `http` or `https`: what the node speaks that clients are led to; undefined while there is none. */
  scheme(): string | undefined {
    return this.address?.split(":")[0];
  }

  /** Marks all nodes for a restart, which {@link restartNext} does one by one. */
  outdateAll(): void {
    this.slots.forEach((slot) => {
      slot.outdated = true;
    });
  }

  restartPending(): boolean {
    return this.slots.some(({ outdated }) => outdated);
  }

  /**
   * Starts what is missing or has ended, and stops what is too many.
   *
   * @returns what went wrong with starts, in words that a cluster's user could read too
   */
  async converge(vaultServer: VaultServer, launch: Launcher): Promise<string | undefined> {
    const replicas = replicasOf(vaultServer);
    for (const slot of this.slots.splice(replicas)) {
      await slot.vault?.stop();
    }
    while (this.slots.length < replicas) {
      const name = `${this.options.name}-${this.slots.length}`;
      const folder = join(this.options.workDir, name);
      this.slots.push({ name, folder, failures: 0, said: "", notBefore: 0, outdated: false });
    }
    const failed: string[] = [];
    for (const slot of this.slots) {
      this.noticeEnd(slot);
      if (slot.vault === undefined && Date.now() >= slot.notBefore) {
        slot.pod ??= vaultServer;
        await this.start(slot, slot.pod, launch);
      }
      if (slot.vault === undefined) {
        failed.push(slot.name);
      }
    }
    return failed.length === 0 ? undefined : `back-off restarting failed container vault of ${failed.join(", ")}`;
  }

  private noticeEnd(slot: Slot): void {
    try {
      slot.vault?.process.assertRunning();
    } catch (error) {
      slot.vault = undefined;
      this.backOff(slot, error as Error);
    }
  }

  private async start(slot: Slot, pod: VaultServer, launch: Launcher): Promise<void> {
    try {
      await mkdir(slot.folder, { recursive: true, mode: 0o700 });
      const launched = await launch(pod, slot.folder);
      slot.vault = await launchVault({
        workDir: slot.folder,
        vault: this.options.vault,
        apiAddr: this.stableAddress(launched),
        ...launched,
      });
      this.say(slot, `process ${slot.vault.process.pid} at ${slot.vault.address}`);
    } catch (error) {
      this.backOff(slot, error as Error);
    }
  }

  private backOff(slot: Slot, error: Error): void {
    slot.notBefore = slot.failures === 0 ? 0 : Date.now() + Math.min(1_000 * 2 ** slot.failures, longestBackoffMs);
    slot.failures += 1;
    this.say(slot, error.message);
  }

  private say(slot: Slot, what: string): void {
    if (slot.said !== what) {
      slot.said = what;
      this.options.log(`${slot.name}: ${what}`);
    }
  }

  /** Like a Service, every node gives the one address that clients use. */
  private stableAddress({ tls }: Launch): string {
    return `${tls === undefined ? "http" : "https"}://127.0.0.1:${this.options.forwarder.port}`;
  }

  /** Asks every node how it is, and leads clients to the active one. */
  async observe(): Promise<ObservedNode[]> {
    const observed: ObservedNode[] = [];
    for (const slot of this.slots) {
      const { name, vault, pod } = slot;
      if (vault === undefined || pod === undefined || vault.process.ended()) {
        continue;
      }
      try {
        observed.push({ name, vault, health: await vaultHealth(vault), pod });
        slot.failures = 0;
      } catch (error) {
        this.say(slot, `does not answer: ${(error as Error).message}`);
      }
    }
    const unsealed = observed.filter(({ health }) => !health.sealed);
    // Standbys forward to the active node, so they will do while it changes.
    const chosen = unsealed.find(({ health }) => !health.standby) ?? unsealed[0];
    this.options.forwarder.target(chosen?.vault.port);
    this.address = chosen?.vault.address ?? this.address;
    return observed;
  }

  /**
   * Stops one outdated node for {@link converge} to start it again, while all others are well: one that serves nobody first, the active node last.
   *
   * @returns its name
   */
  async restartNext(observed: readonly ObservedNode[]): Promise<string | undefined> {
    const unsealed = observed.filter(({ health }) => !health.sealed);
    const serves = ({ name }: Slot) => unsealed.some((node) => node.name === name);
    const isStandby = ({ name }: Slot) => unsealed.some((node) => node.name === name && node.health.standby);
    const outdated = this.slots.filter((slot) => slot.outdated);
    const down = outdated.find((slot) => !serves(slot));
    const next = down ?? (this.slots.every(serves) ? (outdated.find(isStandby) ?? outdated[0]) : undefined);
    if (next !== undefined) {
      this.restarted.push(...(next.vault === undefined ? [] : [next.vault.process.pid]));
      await this.replace(next);
    }
    return next?.name;
  }

  /** Ends a node whose Pod was deleted, for {@link converge} to start it again. */
  async podDeleted(name: string): Promise<void> {
    const slot = this.slots.find((candidate) => candidate.name === name);
    if (slot?.vault !== undefined) {
      await this.replace(slot);
    }
  }

  private async replace(slot: Slot): Promise<void> {
    this.options.log(`${slot.name}: restarting`);
    await slot.vault?.stop();
    slot.vault = undefined;
    slot.pod = undefined;
    slot.outdated = false;
    slot.failures = 0;
    slot.notBefore = 0;
  }

  async stop(): Promise<void> {
    this.options.forwarder.target(undefined);
    await Promise.all(this.slots.splice(0).map(async ({ vault }) => vault?.stop()));
  }
}
