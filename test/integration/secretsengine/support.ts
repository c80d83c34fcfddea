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
import { Plugin, type Values } from "../../support/plugin.js";

export { failureOf, leftBy, Plugin, type PartialError, type Stored, type Values } from "../../support/plugin.js";

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

  /** An IAM user without any rights. */
  async user(name: string): Promise<string> {
    await this.iam.send(new CreateUserCommand({ UserName: name }));
    return name;
  }

  async rootUser(name: string): Promise<{ readonly accessKey: string; readonly secretKey: string }> {
    await this.user(name);
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
