import { FaultProxy } from "../support/faultProxy.js";
import { Plugin } from "../support/plugin.js";
import { VaultStandIn } from "../support/vaultStandIn.js";
import { authTypes, reviewerJwt, type Place, type Scenario } from "./scenarios.js";
import type { FaultWorld } from "./sweep.js";

/** Secrets that a sweep against the stand-in hands out: nothing that is said may hold one. */
export const sentinels = ["sentinel-seed-secret+/=x", "sentinel-app-role-secret", reviewerJwt];

/** A stand-in of Vault behind a proxy. */
export class StandInWorld implements FaultWorld {
  readonly plugin: Plugin;
  readonly secrets = sentinels;

  private constructor(
    private readonly vault: VaultStandIn,
    readonly proxy: FaultProxy,
  ) {
    this.plugin = new Plugin(
      vault.config({
        "kubevault-aws:address": proxy.address,
        "kubevault-aws:login": JSON.stringify({ kind: "appRole", roleId: "r", secretId: sentinels[1] }),
      }),
    );
  }

  static async start(version: string): Promise<StandInWorld> {
    const vault = await VaultStandIn.start();
    vault.version = version;
    return new StandInWorld(vault, await FaultProxy.start(vault.address));
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    await this.vault.stop();
  }

  readonly prepare = ({ needs }: Scenario): Promise<Place> => {
    const { vault } = this;
    vault.reset();
    const seed = { accessKey: "AKIASEED0000000000AA", secretKey: String(sentinels[0]) };
    vault.awsKeys = { root: [seed.accessKey] };
    const isAuth = (authTypes as readonly string[]).includes(needs);
    if (isAuth) {
      vault.mount("aws", needs, vault.auth);
    } else if (needs !== "nothing") {
      vault.mount("aws");
    }
    if (needs === "engine") {
      vault.objects["aws/config/root"] = { access_key: seed.accessKey, secret_key: seed.secretKey };
      vault.objects["aws/roles/reader"] = { credential_type: "iam_user" };
    }
    return Promise.resolve({ mount: "aws", seed, user: "bob", endpoints: { keyReadiness: { skip: true } } });
  };

  readonly snapshot = (): Promise<unknown> => {
    const { vault } = this;
    const tables = [vault.mounts, vault.auth, vault.audit].map((table) =>
      Object.fromEntries(Object.entries(table).map(([path, { accessor: _, ...entry }]) => [path, entry])),
    );
    // Which keys there are in AWS, and whether those in Vault are among them: their IDs differ from run to run.
    const living = Object.values(vault.awsKeys).flat();
    const objects = Object.entries(vault.objects).map(([path, { access_key: key, secret_key: secret, ...rest }]) => [
      path,
      { ...rest, key: living.includes(String(key)), secret: typeof secret === "string" && secret !== "" },
    ]);
    const keys = Object.entries(vault.awsKeys).map(([user, ids]) => [user, user === "leased" ? "any" : ids.length]);
    return Promise.resolve({
      tables,
      objects: Object.fromEntries(objects.sort()) as unknown,
      keys: Object.fromEntries(keys.sort()) as unknown,
      leases: vault.leases.size,
    });
  };

  readonly remains = (): Promise<string[]> => {
    const { mounts, auth, audit, objects, awsKeys } = this.vault;
    const keys = Object.entries(awsKeys).flatMap(([user, ids]) => ids.map((_, index) => `key ${index} of ${user}`));
    return Promise.resolve([...[mounts, auth, audit, objects].flatMap((table) => Object.keys(table)), ...keys]);
  };
}
