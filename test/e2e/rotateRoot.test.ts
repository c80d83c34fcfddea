import { ListAccessKeysCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import * as kubernetes from "@pulumi/kubernetes";
import path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { VaultPlatform, type VaultPlatformArgs } from "../../src/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { waitFor } from "../../sandbox/process/index.js";
import { awsClients, foreignUser, readSecret, refusal } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";

const rootUser = "root-of-vault";

/** A platform whose root key only Vault knows. Each test goes on where the one before it ended. */
describe("VaultPlatform with rotateRoot", () => {
  let sandbox: Sandbox;
  let stack: Stack;
  let rootCredential: VaultPlatformArgs["rootCredential"] = { rotateRoot: true };
  let rootConfig: VaultPlatformArgs["rootConfig"] = {};
  let printed = "";

  beforeAll(async () => {
    sandbox = await startSandbox();
    const { endpoint, region } = sandbox.aws;
    stack = await sandbox.engine.createStack({
      projectName: "rotate-root",
      stackName: "sandbox",
      programDirectory: path.join(__dirname, "..", "..", "examples", "platform"),
      config: { "aws:region": { value: region } },
      program: () => {
        const namespace = new kubernetes.core.v1.Namespace("vault", { metadata: { name: "vault" } });
        const platform = new VaultPlatform("vault", {
          namespace: namespace.metadata.name,
          vaultServer: { version: "1.18.4" },
          protectData: false,
          endpoints: { dynamodb: endpoint, iam: endpoint, sts: endpoint },
          roles: { session: { credentialType: "session_token", defaultStsTtl: "15m" } },
          rootCredential: { userName: rootUser, ...rootCredential },
          rootConfig,
        });
        return Promise.resolve({ rootSecret: platform.rootCredential.secretAccessKey });
      },
    });
  });

  afterAll(async () => {
    await sandbox.stop();
  });

  /** What an operation did, apart from leaving things as they are. */
  type Summary = { readonly summary: { readonly resourceChanges?: Readonly<Record<string, number>> } };

  function changesOf({ summary }: Summary): Record<string, number> {
    return Object.fromEntries(Object.entries(summary.resourceChanges ?? {}).filter(([kind]) => kind !== "same"));
  }

  async function up(): Promise<Record<string, number>> {
    printed = "";
    return changesOf(await stack.up({ onOutput: (text) => (printed += text) }));
  }

  async function read<T>(vaultPath: string): Promise<T> {
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, "vault", "vault-keys");
    const token = keys["k8s.-.vault.vault-root-token"] ?? "";
    return (await vaultRequest<{ data: T }>(sandbox.operator.endpoint("vault/vault"), { path: vaultPath, token })).data;
  }

  async function asAdmin<T>(work: (clients: ReturnType<typeof awsClients>) => Promise<T>): Promise<T> {
    const clients = awsClients(sandbox.aws, sandbox.aws.admin);
    try {
      return await work(clients);
    } finally {
      clients.destroy();
    }
  }

  function keysOfRoot(): Promise<string[]> {
    return asAdmin(async ({ iam }) => {
      const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({ UserName: rootUser }));
      return keys.map((key) => key.AccessKeyId ?? "");
    });
  }

  /** The one key of the user, which is the one in Vault, and which Vault can work with. */
  async function vaultsOwnKey(): Promise<string> {
    const { access_key: key } = await read<{ access_key: string }>("aws/config/root");
    expect(await keysOfRoot()).toEqual([key]);
    // AWS takes its time to accept a new key.
    const session = await waitFor(() => read<{ access_key: string }>("aws/sts/session"), {
      what: "Vault's key to be accepted",
      timeoutMs: 30_000,
      intervalMs: 500,
    });
    expect(session.access_key).toMatch(/^ASIA/);
    return key;
  }

  /** Everything in the state, decrypted, that has the form of a secret access key. */
  async function secretsInState(): Promise<string[]> {
    const state = await sandbox.engine.run(
      ["stack", "export", "--show-secrets", "--stack", stack.name],
      stack.workspace.workDir,
    );
    return [...new Set(state.match(/(?<![\w+/])[\w+/]{40}(?![\w+/=])/g))];
  }

  /** Nobody who has the state, even decrypted, can use the key. */
  async function expectSecretUnknown(accessKeyId: string): Promise<void> {
    const secrets = await secretsInState();
    // The key of the storage is always among them.
    expect(secrets).not.toEqual([]);
    for (const secretAccessKey of secrets) {
      const { sts, destroy } = awsClients(sandbox.aws, { accessKeyId, secretAccessKey });
      await refusal(() => sts.send(new GetCallerIdentityCommand({})), ["SignatureDoesNotMatch"]);
      destroy();
    }
  }

  let first: string;

  it("lets Vault replace the seed in the same up, and says what to do next", async () => {
    await up();
    first = await vaultsOwnKey();
    expect(printed).toContain(
      'VaultPlatform "vault": Vault has rotated the root key and deleted the seed key in AWS. Set rootCredential.seedKey: false and run ' +
        '"pulumi up" again',
    );
  });

  it("has neither the seed's secret in plain text nor the secret of Vault's key in the state", async () => {
    const seed = (await stack.outputs())["rootSecret"]?.value as string;
    expect(await secretsInState()).toContain(seed);
    expect(sandbox.engine.storedText()).not.toContain(seed);
    await expectSecretUnknown(first);
  });

  it("is left alone by a second up", async () => {
    expect(await up()).toEqual({});
    expect(await vaultsOwnKey()).toBe(first);
  });

  it("refuses to make a second seed after a refresh, at preview and at up, and says what to do", async () => {
    expect(changesOf(await stack.refresh())).toEqual({ delete: 1 });
    const refused =
      `RootCredential "vault-root": a seed key would be made, but the IAM user ${rootUser} already has an access key (${first}). Where ` +
      "Vault has rotated the root key, set seedKey: false: the seed is used up, and Vault's own key stays in use.";
    await expect(stack.preview()).rejects.toThrow(refused);
    await expect(stack.up()).rejects.toThrow(refused);
    expect(await vaultsOwnKey()).toBe(first);
  });

  it("goes on without the seed: nothing is written to Vault, and no drift is left", async () => {
    rootCredential = { rotateRoot: true, seedKey: false };
    expect(await up()).toEqual({ update: 1 });
    expect(printed).not.toContain("seedKey");
    expect(await up()).toEqual({});
    expect(changesOf(await stack.refresh())).toEqual({});
    expect(await up()).toEqual({});
    expect(await vaultsOwnKey()).toBe(first);
  });

  it("rotates again when the trigger changes", async () => {
    rootConfig = { rotateRootTrigger: "second" };
    expect(await up()).toEqual({ update: 1 });
    const second = await vaultsOwnKey();
    expect(second).not.toBe(first);
    await expectSecretUnknown(second);
    expect(changesOf(await stack.refresh())).toEqual({});
    expect(await up()).toEqual({});
    expect(await vaultsOwnKey()).toBe(second);
  });

  it("is destroyed, with the key that only Vault knows", async () => {
    await stack.destroy();
    const users = await asAdmin(async ({ iam }) => (await iam.send(new ListUsersCommand({}))).Users ?? []);
    expect(users.map((user) => user.UserName)).toEqual([foreignUser]);
  });

  it("takes the seed out of the state without a refresh, too", async () => {
    rootCredential = { rotateRoot: true };
    await up();
    const key = await vaultsOwnKey();
    rootCredential = { rotateRoot: true, seedKey: false };
    expect(await up()).toEqual({ update: 1, delete: 1 });
    expect(changesOf(await stack.refresh())).toEqual({});
    expect(await vaultsOwnKey()).toBe(key);
    await expectSecretUnknown(key);
    await stack.destroy();
  });
});
