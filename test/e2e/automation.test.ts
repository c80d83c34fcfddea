import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesRest, type KubernetesRest } from "../../sandbox/kubernetes/index.js";
import { requestToken } from "../../sandbox/operator/kubernetesCalls.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { readSecret } from "../../sandbox/proof/index.js";
import { findTool } from "../../sandbox/tools/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";
import { installProviderPlugin } from "../support/providerPlugin.js";

const examples = path.join(__dirname, "..", "..", "examples");

const program = `
import { useProviderPlugin, VaultPlatform, type VaultPlatformAutomationArgs } from "pulumi-kubevault-aws";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
if (config.get("host") === "plugin") {
  useProviderPlugin();
}
const statement = { Effect: "Allow" as const, Action: config.get("action") ?? "ssm:GetParameter", Resource: "*" };
const policyDocument = { Version: "2012-10-17" as const, Statement: [statement] };
const more = (config.get("roles") ?? "").split(",").filter((role) => role !== "");
const automations: Record<string, () => VaultPlatformAutomationArgs> = {
  jwt: () => ({
    kind: "jwt",
    config: { jwtValidationPubkeys: [Buffer.from(config.require("publicKey"), "base64").toString()], boundIssuer: "https://ci.example.com" },
    role: { userClaim: "repository", boundAudiences: ["vault"], boundClaims: { repository: "example/platform" } },
    jwtFile: config.require("jwtFile"),
    revokeRootToken: true,
  }),
  kubernetes: () => ({
    kind: "kubernetes",
    serviceAccounts: ["pulumi"],
    namespaces: ["ci"],
    audience: "vault",
    tokenFile: config.require("podFile"),
    revokeRootToken: true,
  }),
  appRole: () => ({ kind: "appRole", roleId: config.get("roleId"), secretIdVariable: "TEST_SECRET_ID" }),
};
new VaultPlatform("vault", {
  namespace: config.require("namespace"),
  vaultServer: { version: "1.18.4" },
  protectData: false,
  roles: Object.fromEntries(["deploy", ...more].map((role) => [role, { credentialType: "iam_user" as const, policyDocument }])),
  leaseConfig: { lease: config.get("lease") ?? "30m", leaseMax: "12h" },
  applications: { shop: { serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"] } },
  automation: automations[config.require("kind")]!(),
});
`;

/** A token as a CI system issues it. */
function jwtOf(key: KeyObject, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: now, exp: now + 3600, ...claims })}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`;
}

let sandbox: Sandbox;
let kubernetes: KubernetesRest;
let folder: string;
let privateKey: KeyObject;

beforeAll(async () => {
  sandbox = await startSandbox();
  installProviderPlugin(sandbox.engine.environment.PULUMI_HOME ?? "");
  kubernetes = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
  folder = await mkdtemp(path.join(examples, ".automation-"));
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  privateKey = pair.privateKey;
  await writeFile(path.join(folder, "Pulumi.yaml"), "name: automation\nruntime: nodejs\n");
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "automation", main: "index.ts" }));
  await writeFile(path.join(folder, "index.ts"), program);
  await writeFile(path.join(folder, "publicKey"), pair.publicKey.export({ type: "spki", format: "pem" }));
});

afterAll(async () => {
  await kubernetes.close();
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A platform of its own namespace and stack, in the sandbox of this file. */
class Platform {
  public constructor(private readonly kind: "jwt" | "kubernetes" | "appRole") {}

  public readonly pulumi = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
    sandbox.engine.run([...args, "--stack", this.kind, "--non-interactive"], folder, env);
  public readonly set = (name: string, value: string) => this.pulumi(["config", "set", name, value]);
  public readonly up = (env?: Readonly<Record<string, string>>) => this.pulumi(["up", "--yes", "--skip-preview"], env);
  public readonly namespace = () => `vault-${this.kind.toLowerCase()}`;
  public readonly vault = () => sandbox.operator.endpoint(`${this.namespace()}/vault`);
  public readonly keys = () => readSecret(sandbox.kubernetes.kubeconfigPath, this.namespace(), "vault-keys");
  public readonly rootToken = async () => (await this.keys())[`k8s.-.${this.namespace()}.vault-root-token`] ?? "";

  public async start(): Promise<void> {
    await kubernetes.call("POST", "/api/v1/namespaces", { metadata: { name: this.namespace() } });
    await sandbox.engine.run(["stack", "init", this.kind, "--non-interactive"], folder);
    await this.set("kind", this.kind);
    await this.set("namespace", this.namespace());
  }

  /** Expects that Vault answers 403 to a token of the login for all that the stack does not manage. */
  public async refuses(token: string): Promise<void> {
    const calls: [method: "GET" | "POST" | "DELETE", path: string, body?: object][] = [
      ["GET", "aws/creds/deploy"],
      ["POST", "aws/roles/admin", { credential_type: "iam_user" }],
      ["POST", "sys/mounts/other", { type: "aws" }],
      ["POST", "sys/policies/acl/vault-automation", { policy: 'path "*" { capabilities = ["sudo"] }' }],
      ["POST", "sys/policies/acl/shop", { policy: 'path "*" { capabilities = ["read"] }' }],
      ["POST", "auth/kubernetes/role/shop", { token_policies: ["vault-automation"] }],
      ["POST", "auth/kubernetes/role/vault-automation", { bound_service_account_names: ["*"] }],
      ["POST", "auth/approle/role/vault-automation/secret-id", {}],
      ["POST", "auth/token/create", {}],
    ];
    for (const [method, at, body] of calls) {
      await expect(vaultRequest(this.vault(), { method, path: at, token, body }), `${method} ${at}`).rejects.toThrow(
        "403",
      );
    }
    expect(await vaultRequest(this.vault(), { path: "aws/roles/deploy", token })).toMatchObject({
      data: { credential_type: "iam_user" },
    });
  }

  /** A token of the platform's own login. */
  public async logIn(mount: string, body: object): Promise<string> {
    const { auth } = await vaultRequest<{ auth: { client_token: string } }>(this.vault(), {
      method: "POST",
      path: `auth/${mount}/login`,
      body,
    });
    return auth.client_token;
  }
}

const failure = (work: Promise<string>) =>
  work.then(
    () => "it did not fail",
    (error: Error) => error.message,
  );

/** Each test goes on where the one before ended. */
describe("a platform that the login of a pod manages", () => {
  const platform = new Platform("kubernetes");
  const { pulumi, up, set } = platform;
  let jwt: string;

  beforeAll(async () => {
    await platform.start();
    await kubernetes.call("POST", "/api/v1/namespaces", { metadata: { name: "ci" } });
    for (const name of ["pulumi", "other"]) {
      await kubernetes.call("POST", "/api/v1/namespaces/ci/serviceaccounts", { metadata: { name } });
    }
    jwt = await requestToken(kubernetes, "ci", "pulumi", "vault", 3600);
    await writeFile(path.join(folder, "token"), jwt, { mode: 0o600 });
    await set("podFile", path.join(folder, "token"));
  });

  it("comes up with the root token, and revokes it at the end", async () => {
    await up();
    const token = await platform.rootToken();
    await expect(vaultRequest(platform.vault(), { path: "auth/token/lookup-self", token })).rejects.toThrow("403");
  });

  it("is left alone by a second up without it, and shows no drift", async () => {
    expect(await pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"])).toContain("unchanged");
    expect(await pulumi(["refresh", "--yes", "--skip-preview", "--expect-no-changes"])).toContain("unchanged");
  });

  it("is refused all that it does not manage, and other service accounts the login", async () => {
    await platform.refuses(await platform.logIn("kubernetes", { role: "vault-automation", jwt }));
    for (const other of [
      await requestToken(kubernetes, "ci", "other", "vault", 3600),
      await requestToken(kubernetes, "ci", "pulumi", undefined, 3600),
    ]) {
      await expect(platform.logIn("kubernetes", { role: "vault-automation", jwt: other })).rejects.toThrow("403");
    }
  });

  it("moves to the provider plugin with nothing of the platform to replace, with the login", async () => {
    await set("host", "plugin");
    const { steps } = JSON.parse(await pulumi(["preview", "--json"])) as { steps: { op: string; urn: string }[] };
    const changes = steps.filter(({ op }) => !["same", "update", "read"].includes(op));
    // The connections are providers of another package.
    expect(changes.filter(({ urn }) => !urn.includes("pulumi:providers:"))).toEqual([]);
    expect(await up()).not.toMatch(/\d+ replaced/);
    expect(await pulumi(["preview", "--expect-no-changes"])).toContain("unchanged");
  });

  it("is changed and destroyed with the login", async () => {
    await set("lease", "20m");
    expect(await up()).toMatch(/~ \d+ updated/);
    await pulumi(["destroy", "--yes", "--skip-preview"]);
    expect(await pulumi(["stack", "--show-ids"])).toContain("Current stack resources (0)");
  });
});

/** Each test goes on where the one before ended. */
describe("a platform that an AppRole manages", () => {
  const platform = new Platform("appRole");
  const { pulumi, up, set, vault } = platform;
  const env: Record<string, string> = {};
  let roleId: string;

  beforeAll(() => platform.start());

  it("says at the first up how the secret ID is made, and has the login by then", async () => {
    const message = await failure(up());
    expect(message).toContain(
      "login.secretIdVariable: the variable TEST_SECRET_ID is not set. A new secret ID is what " +
        "vault write -field=secret_id -f auth/approle/role/<role>/secret-id prints",
    );
    const token = await platform.rootToken();
    const { data } = await vaultRequest<{ data: { secret_id: string } }>(vault(), {
      method: "POST",
      path: "auth/approle/role/vault-automation/secret-id",
      token,
      body: {},
    });
    env.TEST_SECRET_ID = data.secret_id;
    const role = await vaultRequest<{ data: { role_id: string } }>(vault(), {
      path: "auth/approle/role/vault-automation/role-id",
      token,
    });
    roleId = role.data.role_id;
    await set("roleId", roleId);
  });

  it("comes up with it, and needs the root token no more", async () => {
    await pulumi(["up", "--yes", "--skip-preview"], env);
    await vaultRequest(vault(), { method: "POST", path: "auth/token/revoke-self", token: await platform.rootToken() });
    expect(await pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"], env)).toContain("unchanged");
    expect(await pulumi(["refresh", "--yes", "--skip-preview", "--expect-no-changes"], env)).toContain("unchanged");
  });

  it("is refused all that it does not manage", async () => {
    await platform.refuses(await platform.logIn("approle", { role_id: roleId, secret_id: env.TEST_SECRET_ID }));
  });

  it("is changed and destroyed with the login", async () => {
    await set("lease", "20m");
    expect(await up(env)).toMatch(/~ \d+ updated/);
    await pulumi(["destroy", "--yes", "--skip-preview"], env);
    expect(await pulumi(["stack", "--show-ids"])).toContain("Current stack resources (0)");
  });
});

/** Each test goes on where the one before ended. */
describe("a platform that the login of a CI system manages", () => {
  const platform = new Platform("jwt");
  const { set, vault, keys } = platform;
  const pulumi = (...args: string[]) => platform.pulumi(args);

  beforeAll(async () => {
    await platform.start();
    const claims = { iss: "https://ci.example.com", aud: "vault", repository: "example/platform" };
    await writeFile(path.join(folder, "jwt"), jwtOf(privateKey, claims), { mode: 0o600 });
    await set("publicKey", (await readFile(path.join(folder, "publicKey"))).toString("base64"));
    await set("jwtFile", path.join(folder, "jwt"));
  });

  /** A new root token, by the commands of docs/applications.md. */
  async function generateRootToken(): Promise<string> {
    const { address, caCertificate = "" } = vault();
    const authority = path.join(folder, "ca.crt");
    await writeFile(authority, caCertificate);
    const command = (await findTool("vault")).path;
    const env = { VAULT_ADDR: address, VAULT_CACERT: authority, HOME: folder };
    const run = async (...args: string[]) =>
      (await execa(command, ["operator", "generate-root", ...args], { env, extendEnv: false })).stdout;
    const field = (printed: string, name: string) => new RegExp(`^${name}\\s+(\\S+)$`, "m").exec(printed)?.[1] ?? "";
    const begun = await run("-init");
    const unsealKeys = Object.entries(await keys()).filter(([name]) => name.includes("unseal-key"));
    let printed = "";
    for (const [, key] of unsealKeys.slice(0, 3)) {
      printed = await run(`-nonce=${field(begun, "Nonce")}`, key);
    }
    return run(`-decode=${field(printed, "Encoded Token")}`, `-otp=${field(begun, "OTP")}`);
  }

  it("comes up with it, and revokes it at the end", async () => {
    await pulumi("up", "--yes", "--skip-preview");
    const token = await platform.rootToken();
    await expect(vaultRequest(vault(), { path: "auth/token/lookup-self", token })).rejects.toThrow("403");
  });

  it("shows no changes and no drift, the policy and the login included", async () => {
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
    expect(await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")).toContain("unchanged");
  });

  it("is changed where neither the policy nor the login has to be", async () => {
    await set("action", "ssm:GetParameters");
    await set("lease", "20m");
    expect(await pulumi("up", "--yes", "--skip-preview")).toMatch(/~ \d+ updated/);
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
  });

  it("says what to do where it needs a root token, which is then used for one run", async () => {
    await set("roles", "audit");
    const message = await failure(pulumi("up", "--yes", "--skip-preview"));
    expect(message).toContain("sys/policies/acl/vault-automation");
    expect(message).toContain(
      "The root token that is kept has been revoked, and the platform's own login may not do this. Make another with vault operator " +
        "generate-root and the unseal keys, run this once with it in KUBEVAULT_AWS_VAULT_TOKEN, and revoke it",
    );
    const token = await generateRootToken();
    process.env.KUBEVAULT_AWS_VAULT_TOKEN = token;
    try {
      await pulumi("up", "--yes", "--skip-preview");
    } finally {
      delete process.env.KUBEVAULT_AWS_VAULT_TOKEN;
    }
    expect(await vaultRequest(vault(), { path: "aws/roles/audit", token })).toMatchObject({
      data: { credential_type: "iam_user" },
    });
    await vaultRequest(vault(), { method: "POST", path: "auth/token/revoke-self", token });
  });

  it("is refreshed with the login again", async () => {
    expect(await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes")).toContain("unchanged");
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
  });

  it("is destroyed with the login", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(await pulumi("stack", "--show-ids")).toContain("Current stack resources (0)");
  });
});
