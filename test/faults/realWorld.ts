import { pause } from "../../src/internal/pause.js";
import { World, type Values, type VaultRelease } from "../integration/secretsengine/support.js";
import { FaultProxy } from "../support/faultProxy.js";
import { Plugin } from "../support/plugin.js";
import { authTypes, reviewerJwt, type Place, type Scenario } from "./scenarios.js";
import type { FaultWorld } from "./sweep.js";

/** Which of the two ways is broken. */
export type Between = "the plugin and Vault" | "Vault and AWS";

const loginPath = "faults-login";

/** What differs between two objects that were created alike. */
const changing = /^(?:id|uuid|accessor|running_.*|deprecation_status|.*expir.*|last_.*|next_.*|role_id|local_.*)$/;

/** A real Vault and the sandbox's AWS, with a proxy in front of each. */
export class RealWorld implements FaultWorld {
  private count = 0;
  private previous: Place | undefined;

  private constructor(
    private readonly world: World,
    private readonly vaultProxy: FaultProxy,
    private readonly awsProxy: FaultProxy,
    private readonly between: Between,
    readonly plugin: Plugin,
    /** Secrets that nothing may show: those given in the beginning, and all that were made since. */
    readonly secrets: string[],
  ) {}

  static async start(release: VaultRelease, between: Between): Promise<RealWorld> {
    const world = await World.start(release);
    const vaultProxy = await FaultProxy.start(world.vault.address);
    const awsProxy = await FaultProxy.start(world.aws.endpoint);
    await world.api("POST", `sys/auth/${loginPath}`, { type: "approle" });
    await world.api("POST", "sys/policies/acl/faults", {
      policy: 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }',
    });
    await world.api("POST", `auth/${loginPath}/role/faults`, { token_policies: "faults", token_ttl: "1h" });
    const { role_id: roleId } = await world.data(`auth/${loginPath}/role/faults/role-id`);
    const made = await world.api<{ data: Values }>("POST", `auth/${loginPath}/role/faults/secret-id`);
    const secretId = String(made.data.secret_id);
    const plugin = new Plugin({
      "kubevault-aws:address": vaultProxy.address,
      "kubevault-aws:login": JSON.stringify({ kind: "appRole", roleId, secretId, mount: loginPath }),
      "kubevault-aws:maxRetries": 0,
    });
    return new RealWorld(world, vaultProxy, awsProxy, between, plugin, [secretId, reviewerJwt]);
  }

  async stop(): Promise<void> {
    await this.vaultProxy.stop();
    await this.awsProxy.stop();
    await this.world.stop();
  }

  get proxy(): FaultProxy {
    return this.between === "the plugin and Vault" ? this.vaultProxy : this.awsProxy;
  }

  readonly prepare = async ({ kind, needs }: Scenario): Promise<Place> => {
    const { world } = this;
    await this.cleanUp();
    this.count += 1;
    const mount = `faults${String(this.count).padStart(5, "0")}`;
    const needsKey = needs === "engine" || kind === "AwsRootConfig";
    const seed = needsKey ? await world.rootUser(`root-of-${mount}`) : { accessKey: "", secretKey: "" };
    const endpoints = {
      region: world.aws.region,
      iamEndpoint: this.awsProxy.address,
      stsEndpoint: this.awsProxy.address,
      keyReadiness: { consecutiveSuccesses: 1 },
    };
    const user = `static-of-${mount}`;
    if (needsKey) {
      this.secrets.push(seed.secretKey);
    }
    if (needs === "mount" || needs === "engine") {
      await world.api("POST", `sys/mounts/${mount}`, { type: "aws" });
    }
    if (needs === "engine") {
      await world.user(user);
      await world.api("POST", `${mount}/config/root`, {
        access_key: seed.accessKey,
        secret_key: seed.secretKey,
        iam_endpoint: this.awsProxy.address,
        sts_endpoint: this.awsProxy.address,
        region: world.aws.region,
      });
      await world.api("POST", `${mount}/roles/reader`, {
        credential_type: "iam_user",
        policy_arns: "arn:aws:iam::aws:policy/ReadOnlyAccess",
      });
    }
    if ((authTypes as readonly string[]).includes(needs)) {
      await world.api("POST", `sys/auth/${mount}`, { type: needs });
    }
    this.previous = { mount, seed, user, endpoints };
    return this.previous;
  };

  /** Many mounts would make Vault slow. */
  private async cleanUp(): Promise<void> {
    if (this.previous === undefined) {
      return;
    }
    const { mount } = this.previous;
    for (const path of [mount, `${mount}-moved`]) {
      if ((await this.tables([path]))[0].length > 0) {
        await this.world.api("POST", `sys/leases/revoke-force/${path}`);
        await this.world.api("DELETE", `sys/mounts/${path}`);
      }
    }
    await this.world.api("DELETE", `sys/auth/${mount}`);
    await this.world.api("DELETE", `sys/audit/${mount}`);
    await this.world.api("DELETE", `sys/policies/acl/${mount}-reader`);
  }

  /** What is mounted, enabled and audited at paths. */
  private async tables(paths: readonly string[]): Promise<readonly [Mounted[], Mounted[], Mounted[]]> {
    const of = async (table: string) => {
      const all = await this.world.data(table);
      return paths.flatMap((path) => {
        const entry = all[`${path}/`] as Values | undefined;
        return entry === undefined ? [] : [{ path, entry: stable(entry) }];
      });
    };
    return [await of("sys/mounts"), await of("sys/auth"), await of("sys/audit")];
  }

  /** All objects of a place, by path. */
  private async objects({ mount, seed, user }: Place): Promise<Record<string, unknown>> {
    const paths = [mount, `${mount}-moved`];
    const [mounts, methods, devices] = await this.tables(paths);
    const found: Record<string, unknown> = {};
    for (const [table, entries] of Object.entries({ mounts, methods, devices })) {
      entries.forEach(({ path, entry }) => (found[`${table}/${path}`] = entry));
    }
    const note = async (path: string) => {
      const data = await this.maybe("GET", path);
      if (data !== undefined) {
        found[path] = stable(data);
      }
    };
    const noteAll = async (path: string) => {
      const keys = ((await this.maybe("LIST", path))?.keys ?? []) as string[];
      for (const key of keys) {
        await note(`${path}/${key}`);
      }
    };
    for (const { path } of mounts) {
      const root = await this.maybe("GET", `${path}/config/root`);
      if (root !== undefined) {
        const living = await this.keysOf(`root-of-${mount}`);
        found[`${path}/config/root`] = { ...stable(root), access_key: living.includes(String(root.access_key)) };
      }
      await note(`${path}/config/lease`);
      await noteAll(`${path}/roles`);
      await noteAll(`${path}/static-roles`);
      const listLeases = async () => {
        const leases = await this.maybe("LIST", `sys/leases/lookup/${path}/creds/reader/`);
        return (leases?.keys ?? []) as string[];
      };
      if ((await listLeases()).length > 0) {
        // Vault answers the revocation of a token first, and revokes its leases then.
        await pause(1_500);
      }
      (await listLeases()).forEach((_, index) => (found[`lease ${index} of ${path}`] = true));
    }
    for (const { path } of methods) {
      await note(`auth/${path}/config`);
      await noteAll(`auth/${path}/role`);
    }
    await note(`sys/policies/acl/${mount}-reader`);
    for (const name of [`root-of-${mount}`, user]) {
      const keys = await this.keysOf(name);
      keys.forEach((_, index) => (found[`key ${index} of ${name}`] = true));
    }
    if (seed.accessKey !== "") {
      found["seed works"] = (await this.keysOf(`root-of-${mount}`)).includes(seed.accessKey);
    }
    return found;
  }

  readonly snapshot = (place: Place): Promise<unknown> => this.objects(place);

  readonly remains = async (place: Place): Promise<string[]> => Object.keys(await this.objects(place));

  private async keysOf(user: string): Promise<string[]> {
    try {
      return await this.world.keyIds(user);
    } catch (error) {
      if ((error as Error).name === "NoSuchEntityException") {
        return [];
      }
      throw error;
    }
  }

  /** The data of an object or a list, where it exists. */
  private async maybe(method: "GET" | "LIST", path: string): Promise<Values | undefined> {
    try {
      return (await this.world.api<{ data: Values }>(method, path)).data;
    } catch (error) {
      if ((error as { statusCode?: unknown }).statusCode === 404) {
        return undefined;
      }
      throw error;
    }
  }
}

interface Mounted {
  readonly path: string;
  readonly entry: Values;
}

function stable(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !changing.test(name)));
}
