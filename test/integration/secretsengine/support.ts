import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { startAws, type Aws } from "../../../sandbox/aws/index.js";
import { findTool, pythonEnvironment } from "../../../sandbox/tools/index.js";
import { startUnsealedVault, vaultRequest, type UnsealedVault } from "../../../sandbox/vault/index.js";
import { provider } from "../../../src/plugin/dynamic/entry.js";

export type Values = Readonly<Record<string, unknown>>;

/** A resource as a stack's state holds it. */
export interface Stored {
  readonly kind: string;
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

/** An error with what a plugin would hand to the engine for the state. */
export interface PartialError extends Error {
  readonly id?: string;
  readonly properties?: Values;
}

/** The plugin's side of Pulumi's engine: checks before it writes, and keeps what comes back. */
export class Plugin {
  constructor(private readonly config: Values) {}

  private provider(kind: string) {
    const hosted = provider(kind);
    void hosted.configure({ config: { get: (key) => this.config[key] } });
    return hosted;
  }

  async create(kind: string, inputs: Values): Promise<Stored> {
    const checked = await this.check(kind, inputs);
    const { id, outs } = await this.provider(kind).create(checked);
    return { kind, id, inputs: checked, outputs: outs };
  }

  /** The inputs as the state would hold them. */
  async check(kind: string, inputs: Values): Promise<Values> {
    const { inputs: checked, failures } = await this.provider(kind).check({}, { ...inputs, __provider: "text" });
    if (failures !== undefined && failures.length > 0) {
      throw new Error(failures.map(({ reason }) => reason).join("\n"));
    }
    return { ...checked, __provider: "text" };
  }

  async diff(stored: Stored, inputs: Values) {
    return this.provider(stored.kind).diff(stored.id, stored.outputs, await this.check(stored.kind, inputs));
  }

  async update(stored: Stored, inputs: Values): Promise<Stored> {
    const checked = await this.check(stored.kind, inputs);
    const { outs } = await this.provider(stored.kind).update(stored.id, stored.outputs, checked);
    return { ...stored, inputs: checked, outputs: outs };
  }

  /** Undefined where the object is gone. */
  async refresh(stored: Stored): Promise<Stored | undefined> {
    const { id, props, inputs } = await this.provider(stored.kind).read(stored.id, stored.outputs);
    if (id === undefined) {
      return undefined;
    }
    return { ...stored, id, inputs: inputs ?? {}, outputs: props ?? {} };
  }

  async destroy(stored: Stored): Promise<void> {
    await this.provider(stored.kind).delete(stored.id, stored.outputs);
  }
}

/** What an error left for the state, as the engine would store it. */
export function leftBy(kind: string, error: unknown): Stored {
  const { id, properties } = error as PartialError;
  if (id === undefined || properties === undefined) {
    throw new Error(`nothing was left for the state by: ${String(error)}`);
  }
  return { kind, id, inputs: properties, outputs: properties };
}

/** The error of work that must fail. */
export async function failureOf(work: Promise<unknown>): Promise<PartialError> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    return error as PartialError;
  }
  throw new Error(`it did not fail, but gave ${JSON.stringify(result)}`);
}

/** The releases of Vault that tests run against: 1.18, which replaces what it is sent, and 1.21, which merges. */
export const vaultReleases = ["vault", "vault-1.21"] as const;
export type VaultRelease = (typeof vaultReleases)[number];

/** A real Vault and a sandbox AWS, on ports of their own. */
export class World {
  private constructor(
    readonly aws: Aws,
    readonly vault: UnsealedVault,
    readonly iam: IAMClient,
    private readonly workDir: string,
  ) {}

  static async start(release: VaultRelease = "vault"): Promise<World> {
    const workDir = await mkdtemp(path.join(tmpdir(), "secretsengine-test-"));
    const aws = await startAws({
      workDir: path.join(workDir, "aws"),
      python: await pythonEnvironment(),
      keyDelaySeconds: 0,
    });
    try {
      const vault = await startUnsealedVault({
        workDir: path.join(workDir, "vault"),
        vault: (await findTool(release)).path,
        storage: { type: "inmem" },
      });
      const iam = new IAMClient({ endpoint: aws.endpoint, region: aws.region, credentials: aws.admin });
      return new World(aws, vault, iam, workDir);
    } catch (error) {
      await aws.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.iam.destroy();
    await this.vault.stop();
    await this.aws.stop();
    await rm(this.workDir, { recursive: true, force: true });
  }

  /** A plugin that is connected with the root token, or as `more` says. */
  plugin(more: Values = {}): Plugin {
    const login = JSON.stringify({ kind: "token", token: this.vault.rootToken });
    return new Plugin({
      "kubevault-aws:address": this.vault.address,
      "kubevault-aws:login": login,
      "kubevault-aws:maxRetries": 1,
      ...more,
    });
  }

  /** A call of Vault that goes past what is tested. */
  async api<T = Values>(method: "GET" | "LIST" | "POST" | "DELETE", apiPath: string, body?: unknown): Promise<T> {
    return vaultRequest<T>(this.vault, { method, path: apiPath, body, token: this.vault.rootToken });
  }

  async data(apiPath: string): Promise<Values> {
    return (await this.api<{ data: Values }>("GET", apiPath)).data;
  }

  /** An engine mounted and configured with a root user that may do what engines do. */
  async engine(mount: string): Promise<{ readonly accessKey: string; readonly secretKey: string }> {
    await this.api("POST", `sys/mounts/${mount}`, { type: "aws" });
    const keys = await this.rootUser(`root-of-${mount}`);
    await this.api("POST", `${mount}/config/root`, {
      access_key: keys.accessKey,
      secret_key: keys.secretKey,
      iam_endpoint: this.aws.endpoint,
      sts_endpoint: this.aws.endpoint,
      region: this.aws.region,
    });
    return keys;
  }

  async rootUser(name: string): Promise<{ readonly accessKey: string; readonly secretKey: string }> {
    await this.iam.send(new CreateUserCommand({ UserName: name }));
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: ["iam:*", "sts:*", "s3:*"], Resource: "*" }],
    };
    await this.iam.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "all", PolicyDocument: JSON.stringify(policy) }),
    );
    const { AccessKey: key } = await this.iam.send(new CreateAccessKeyCommand({ UserName: name }));
    return { accessKey: key?.AccessKeyId ?? "", secretKey: key?.SecretAccessKey ?? "" };
  }

  async userNames(prefix: string): Promise<string[]> {
    const { Users: users } = await this.iam.send(new ListUsersCommand({}));
    return (users ?? []).flatMap(({ UserName: name }) => (name?.startsWith(prefix) === true ? [name] : [])).sort();
  }

  async keyIds(userName: string): Promise<string[]> {
    const { AccessKeyMetadata: keys } = await this.iam.send(new ListAccessKeysCommand({ UserName: userName }));
    return (keys ?? []).map(({ AccessKeyId: id }) => id ?? "").sort();
  }

  /** Arguments of config/root that point Vault at the sandbox. */
  rootConfig(mount: string, keys: { readonly accessKey: string; readonly secretKey: string }): Values {
    return {
      mount,
      ...keys,
      region: this.aws.region,
      iamEndpoint: this.aws.endpoint,
      stsEndpoint: this.aws.endpoint,
      keyReadiness: { consecutiveSuccesses: 1 },
    };
  }
}
