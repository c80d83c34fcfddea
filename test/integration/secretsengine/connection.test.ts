import { createSign, generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand } from "@aws-sdk/client-iam";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createCertificateAuthority, kubernetesRest, type KubernetesRest } from "../../../sandbox/kubernetes/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import { startUnsealedVault, vaultRequest, type UnsealedVault } from "../../../sandbox/vault/index.js";
import { startTestKubernetes, type TestKubernetes } from "../kubernetes/support.js";
import { closeConnections } from "../../../src/vaultresource/providers/connection.js";
import { failureOf, Plugin, World, type Stored, type Values } from "./support.js";

const kind = "AwsSecretsRole";
const role = { mount: "aws", name: "r", credentialType: "session_token", adoptExisting: true };

let world: World;
let folder: string;

beforeAll(async () => {
  world = await World.start();
  folder = await mkdtemp(path.join(tmpdir(), "connection-test-"));
  await world.engine("aws");
  await world.api("POST", "sys/policies/acl/engine", {
    policy: 'path "aws/*" { capabilities = ["create", "read", "update", "delete", "list"] }',
  });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

async function accessors(): Promise<string[]> {
  const { data } = await world.api<{ data: { keys: string[] } }>("LIST", "auth/token/accessors");
  return [...data.keys].sort();
}

async function childToken(policies: readonly string[] = ["engine"]): Promise<string> {
  const { auth } = await world.api<{ auth: { client_token: string } }>("POST", "auth/token/create", { policies });
  return auth.client_token;
}

function plugin(login: Values | undefined, more: Values = {}): Plugin {
  return new Plugin({
    "kubevault-aws:address": world.vault.address,
    "kubevault-aws:login": login === undefined ? undefined : JSON.stringify(login),
    "kubevault-aws:maxRetries": 0,
    ...more,
  });
}

/** Writes a role through a login, and checks that the login's own token is gone afterwards. */
async function worksAndLeavesNoToken(login: Values): Promise<void> {
  const before = await accessors();
  const stored = await plugin(login).create(kind, role);
  expect(stored.outputs.vaultAddress).toBe(world.vault.address);
  await closeConnections();
  expect(await accessors()).toEqual(before);
}

describe("tokens", () => {
  it("come from VAULT_TOKEN, read at each call, by default", async () => {
    vi.stubEnv("VAULT_TOKEN", await childToken());
    const stored = await plugin(undefined).create(kind, role);
    vi.stubEnv("VAULT_TOKEN", "hvs.not-a-token-at-all");
    const error = await failureOf(plugin(undefined).refresh(stored));
    expect(error.message).toMatch(/GET aws\/roles\/r: 403: /);
    expect(error.message).not.toContain("hvs.not-a-token-at-all");
    vi.stubEnv("VAULT_TOKEN", await childToken());
    expect((await plugin(undefined).refresh(stored))?.id).toBe("aws/roles/r");
    vi.unstubAllEnvs();
  });

  it("come from where `vault login` leaves them", async () => {
    vi.stubEnv("VAULT_TOKEN", "");
    vi.stubEnv("HOME", folder);
    expect((await failureOf(plugin(undefined).create(kind, role))).message).toBe(
      'no token for Vault: set VAULT_TOKEN, run "vault login", or give the VaultConnection a login (kubernetesSecret, appRole, jwt, ...)',
    );
    await writeFile(path.join(folder, ".vault-token"), `${await childToken()}\n`);
    expect((await plugin(undefined).create(kind, role)).id).toBe("aws/roles/r");
    vi.unstubAllEnvs();
  });

  it("come from a file", async () => {
    const file = path.join(folder, "token");
    expect((await failureOf(plugin({ kind: "file", path: file }).create(kind, role))).message).toMatch(
      /^login\.path: cannot read .*token: ENOENT/,
    );
    await writeFile(file, await childToken());
    expect((await plugin({ kind: "file", path: file }).create(kind, role)).id).toBe("aws/roles/r");
  });

  it("give way to KUBEVAULT_AWS_VAULT_TOKEN, to destroy after they expired", async () => {
    const token = await childToken();
    const expired = plugin({ kind: "token", token });
    const stored = await expired.create(kind, role);
    await vaultRequest(world.vault, { method: "POST", path: "auth/token/revoke-self", token });
    expect((await failureOf(expired.destroy(stored))).message).toMatch(/DELETE aws\/roles\/r: 403/);
    vi.stubEnv("KUBEVAULT_AWS_VAULT_TOKEN", await childToken());
    await expired.destroy(stored);
    expect(await expired.refresh(stored)).toBeUndefined();
    vi.unstubAllEnvs();
  });
});

describe("logins", () => {
  it("by AppRole, with a secret ID from the state, a file or a variable", async () => {
    await world.api("POST", "sys/auth/approle", { type: "approle" });
    await world.api("POST", "auth/approle/role/ci", { token_policies: "engine", token_ttl: "10m" });
    const { role_id: roleId } = await world.data("auth/approle/role/ci/role-id");
    const secretId = async () =>
      String((await world.api<{ data: Values }>("POST", "auth/approle/role/ci/secret-id")).data.secret_id);
    await worksAndLeavesNoToken({ kind: "appRole", roleId, secretId: await secretId() });
    const file = path.join(folder, "secret-id");
    await writeFile(file, `${await secretId()}\n`);
    await worksAndLeavesNoToken({ kind: "appRole", roleId, secretIdFile: file });
    vi.stubEnv("CI_SECRET_ID", await secretId());
    await worksAndLeavesNoToken({ kind: "appRole", roleId, secretIdVariable: "CI_SECRET_ID" });
    vi.unstubAllEnvs();
    const error = await failureOf(plugin({ kind: "appRole", roleId, secretId: "11111-wrong" }).create(kind, role));
    expect(error.message).toMatch(/POST auth\/approle\/login: 400: invalid role or secret ID$/);
  });

  it("by JWT, at a mount of any name", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await world.api("POST", "sys/auth/ci/jwt", { type: "jwt" });
    await world.api("POST", "auth/ci/jwt/config", {
      jwt_validation_pubkeys: [publicKey.export({ type: "spki", format: "pem" })],
    });
    await world.api("POST", "auth/ci/jwt/role/deploy", {
      role_type: "jwt",
      user_claim: "sub",
      bound_audiences: "vault",
      token_policies: "engine",
    });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const text = `${part({ alg: "RS256", typ: "JWT" })}.${part({ sub: "repo", aud: "vault", iat: now, nbf: now, exp: now + 600 })}`;
    const jwt = `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
    await worksAndLeavesNoToken({ kind: "jwt", role: "deploy", jwt, mount: "ci/jwt" });
    vi.stubEnv("CI_JWT", jwt);
    await worksAndLeavesNoToken({ kind: "jwt", role: "deploy", jwtVariable: "CI_JWT", mount: "ci/jwt" });
    vi.unstubAllEnvs();
    const missing = await failureOf(plugin({ kind: "jwt", role: "deploy", jwtVariable: "CI_JWT" }).create(kind, role));
    expect(missing.message).toBe("login.jwtVariable: the variable CI_JWT is not set");
  });

  it("by AWS IAM: Vault makes the call that was signed here", async () => {
    await world.iam.send(new CreateUserCommand({ UserName: "operator" }));
    const { AccessKey: key } = await world.iam.send(new CreateAccessKeyCommand({ UserName: "operator" }));
    const root = await world.rootUser("auth-root");
    await world.api("POST", "sys/auth/aws", { type: "aws" });
    await world.api("POST", "auth/aws/config/client", {
      access_key: root.accessKey,
      secret_key: root.secretKey,
      sts_endpoint: world.aws.endpoint,
      iam_endpoint: world.aws.endpoint,
      sts_region: world.aws.region,
      iam_server_id_header_value: "vault.example.com",
    });
    await world.api("POST", "auth/aws/role/operators", {
      auth_type: "iam",
      bound_iam_principal_arn: `arn:aws:iam::${world.aws.accountId}:user/operator`,
      resolve_aws_unique_ids: false,
      token_policies: "engine",
    });
    vi.stubEnv("AWS_ACCESS_KEY_ID", key?.AccessKeyId ?? "");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", key?.SecretAccessKey ?? "");
    const login = { kind: "awsIam", role: "operators", stsEndpoint: world.aws.endpoint, serverId: "vault.example.com" };
    await worksAndLeavesNoToken(login);
    const error = await failureOf(plugin({ ...login, serverId: "other.example.com" }).create(kind, role));
    expect(error.message).toMatch(/POST auth\/aws\/login: 400: .*X-Vault-AWS-IAM-Server-ID/i);
    expect(error.message).not.toContain(key?.SecretAccessKey ?? "?");
    vi.unstubAllEnvs();
  });

  it("share one token, so that a secret ID of one use is enough", async () => {
    const { role_id: roleId } = await world.data("auth/approle/role/ci/role-id");
    const { data } = await world.api<{ data: Values }>("POST", "auth/approle/role/ci/secret-id", { num_uses: 1 });
    const once = plugin({ kind: "appRole", roleId, secretId: data.secret_id });
    const before = await accessors();
    const names = ["a", "b", "c", "d", "e"];
    const stored = await Promise.all(names.map((name) => once.create(kind, { ...role, name })));
    expect(stored.map(({ id }) => id)).toEqual(names.map((name) => `aws/roles/${name}`));
    const again = await once.create(kind, { ...role, name: "f" });
    expect(again.id).toBe("aws/roles/f");
    await closeConnections();
    expect(await accessors()).toEqual(before);
  });
});

describe("Kubernetes", () => {
  let cluster: TestKubernetes;
  let rest: KubernetesRest;

  beforeAll(async () => {
    cluster = await startTestKubernetes();
    rest = kubernetesRest(cluster.kubeconfigPath);
  });
  afterAll(async () => {
    await rest.close();
    await cluster.stop();
  });

  it("holds the token in a Secret, as KubeVault keeps its root token", async () => {
    await rest.call("POST", "/api/v1/namespaces/default/secrets", {
      metadata: { name: "vault-keys" },
      stringData: { "k8s.-.default.vault-root-token": await childToken(), empty: "" },
    });
    const login = {
      kind: "kubernetesSecret",
      namespace: "default",
      name: "vault-keys",
      key: "k8s.-.default.vault-root-token",
      kubeconfig: cluster.kubeconfigPath,
    };
    expect((await plugin(login).create(kind, role)).id).toBe("aws/roles/r");
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfigPath);
    expect((await plugin({ ...login, kubeconfig: config.exportConfig() }).create(kind, role)).id).toBe("aws/roles/r");
    const messageWith = async (more: Values) =>
      (await failureOf(plugin({ ...login, ...more }).create(kind, role))).message;
    expect(await messageWith({ key: "root" })).toBe(
      'login of kind kubernetesSecret: Secret default/vault-keys has no key "root"; it has: empty, k8s.-.default.vault-root-token',
    );
    expect(await messageWith({ name: "none" })).toMatch(
      /^login of kind kubernetesSecret: Secret default\/none: cannot be read from https:\/\/127\.0\.0\.1:\d+: status 404$/,
    );
    expect(await messageWith({ context: "none" })).toMatch(/the kubeconfig has no context "none"$/);
    expect(await messageWith({ key: "empty" })).toMatch(/the key "empty" is empty$/);
  });

  it("vouches for a service account", async () => {
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "deployer" } });
    const { status } = await rest.call<{ status: { token: string } }>(
      "POST",
      "/api/v1/namespaces/default/serviceaccounts/deployer/token",
      { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 600 } },
    );
    await world.api("POST", "sys/auth/kubernetes", { type: "kubernetes" });
    await world.api("POST", "auth/kubernetes/config", {
      kubernetes_host: config.getCurrentCluster()?.server,
      kubernetes_ca_cert: cluster.caCertificate,
      token_reviewer_jwt: config.getCurrentUser()?.token,
      disable_local_ca_jwt: true,
    });
    await world.api("POST", "auth/kubernetes/role/deployer", {
      bound_service_account_names: "deployer",
      bound_service_account_namespaces: "default",
      token_policies: "engine",
    });
    const tokenFile = path.join(folder, "service-account-token");
    await writeFile(tokenFile, status.token);
    await worksAndLeavesNoToken({ kind: "kubernetes", role: "deployer", tokenFile });
  });
});

describe("which Vault", () => {
  let other: UnsealedVault;
  let stored: Stored;

  beforeAll(async () => {
    other = await startUnsealedVault({
      workDir: path.join(folder, "other"),
      vault: (await findTool("vault")).path,
      storage: { type: "inmem" },
    });
    stored = await world.plugin().create(kind, role);
  });
  afterAll(async () => {
    await other.stop();
  });

  function toOther(more: Values = {}): Plugin {
    const login = JSON.stringify({ kind: "token", token: other.rootToken });
    return new Plugin({ "kubevault-aws:address": other.address, "kubevault-aws:login": login, ...more });
  }

  it("is remembered, and another one is rejected with both addresses", async () => {
    const id = String(stored.outputs.vaultClusterId);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const works: (() => Promise<unknown>)[] = [
      () => toOther().refresh(stored),
      () => toOther().update(stored, { ...role, defaultStsTtl: 900 }),
      () => toOther().destroy(stored),
    ];
    for (const work of works) {
      const { message } = await failureOf(work());
      expect(message).toContain(
        `this resource was created in the Vault at ${world.vault.address} (cluster ${id}), but ${other.address} is another Vault (cluster `,
      );
    }
    expect((await world.data("aws/roles/r")).credential_type).toBe("session_token");
  });

  it("may be at another address: that changes nothing", async () => {
    const moved = world.vault.address.replace("127.0.0.1", "localhost");
    const elsewhere = world.plugin({ "kubevault-aws:address": moved });
    expect((await elsewhere.diff(stored, role)).changes).toBe(false);
    expect((await elsewhere.refresh(stored))?.outputs).toEqual(stored.outputs);
  });

  it("may be replaced where that is said", async () => {
    const replaced = toOther({ "kubevault-aws:onVaultReplaced": "recreate" });
    expect(await replaced.refresh(stored)).toBeUndefined();
    await replaced.destroy(stored);
    expect((await world.data("aws/roles/r")).credential_type).toBe("session_token");
  });

  it("is the one given, whatever VAULT_ADDR says; KUBEVAULT_AWS_VAULT_ADDR goes before both", async () => {
    vi.stubEnv("VAULT_ADDR", other.address);
    expect((await world.plugin().refresh(stored))?.id).toBe("aws/roles/r");
    vi.stubEnv("KUBEVAULT_AWS_VAULT_ADDR", other.address);
    expect((await failureOf(world.plugin().refresh(stored))).message).toMatch(/is another Vault/);
    vi.unstubAllEnvs();
    vi.stubEnv("VAULT_ADDR", world.vault.address);
    vi.stubEnv("VAULT_TOKEN", world.vault.rootToken);
    expect((await new Plugin({}).refresh(stored))?.id).toBe("aws/roles/r");
    vi.unstubAllEnvs();
  });

  it("is told to be sealed, and not running", async () => {
    const inOther = toOther({ "kubevault-aws:maxRetries": 0 });
    await vaultRequest(other, {
      method: "POST",
      path: "sys/mounts/aws",
      token: other.rootToken,
      body: { type: "aws" },
    });
    const there = await inOther.create(kind, role);
    await vaultRequest(other, { method: "POST", path: "sys/seal", token: other.rootToken });
    expect((await failureOf(inOther.refresh(there))).message).toBe(
      `Vault at ${other.address}: GET aws/roles/r: 503: Vault is sealed. Unseal Vault, then run again`,
    );
    await closeConnections();
    expect((await failureOf(inOther.refresh(there))).message).toBe(
      `Vault at ${other.address} is sealed: unseal it, then run again`,
    );
    await other.stop();
    expect((await failureOf(inOther.refresh(there))).message).toMatch(
      new RegExp(`^Vault at ${other.address}: GET sys/health: cannot be reached: .*ECONNREFUSED`),
    );
  });
});

describe("TLS", () => {
  let secure: UnsealedVault;
  let caFile: string;
  let address: string;

  beforeAll(async () => {
    const authority = await createCertificateAuthority("test authority");
    const { certificate, key } = await authority.issue("vault", ["127.0.0.1", "vault.test"]);
    caFile = path.join(folder, "ca.pem");
    await writeFile(caFile, authority.certificate);
    secure = await startUnsealedVault({
      workDir: path.join(folder, "secure"),
      vault: (await findTool("vault")).path,
      storage: { type: "inmem" },
      tls: { certificate, key, caCertificate: authority.certificate },
    });
    address = secure.address;
    await vaultRequest(secure, {
      method: "POST",
      path: "sys/mounts/aws",
      token: secure.rootToken,
      body: { type: "aws" },
    });
  });
  afterAll(async () => {
    await secure.stop();
  });

  async function outcome(more: Values): Promise<string> {
    const login = JSON.stringify({ kind: "token", token: secure.rootToken });
    const over = new Plugin({
      "kubevault-aws:address": address,
      "kubevault-aws:login": login,
      "kubevault-aws:maxRetries": 0,
      ...more,
    });
    try {
      return (await over.create(kind, role)).id;
    } catch (error) {
      return (error as Error).message;
    }
  }

  it("trusts the authority that is given, as text, as a file, or by Vault's variables", async () => {
    expect(await outcome({ "kubevault-aws:caCertificate": secure.caCertificate })).toBe("aws/roles/r");
    expect(await outcome({ "kubevault-aws:caCertificateFile": caFile })).toBe("aws/roles/r");
    vi.stubEnv("VAULT_CACERT", caFile);
    expect(await outcome({})).toBe("aws/roles/r");
    vi.unstubAllEnvs();
  });

  it("trusts nobody else, and says what is missing", async () => {
    expect(await outcome({})).toMatch(
      /^Vault at https:.*: GET sys\/health: .*Set caCertificate or caCertificateFile \(VAULT_CACERT\) to the authority/,
    );
    vi.stubEnv("VAULT_SKIP_VERIFY", "true");
    expect(await outcome({})).toMatch(/Set caCertificate or caCertificateFile/);
    vi.unstubAllEnvs();
    expect(await outcome({ "kubevault-aws:skipTlsVerify": true })).toBe("aws/roles/r");
  });

  it("looks for the name that is given", async () => {
    const ca = { "kubevault-aws:caCertificateFile": caFile };
    expect(await outcome({ ...ca, "kubevault-aws:tlsServerName": "vault.test" })).toBe("aws/roles/r");
    expect(await outcome({ ...ca, "kubevault-aws:tlsServerName": "other.test" })).toMatch(
      /Set tlsServerName \(VAULT_TLS_SERVER_NAME\) to a name that the certificate has$/,
    );
  });

  it("is told from its lack", async () => {
    expect(await outcome({ "kubevault-aws:address": address.replace("https:", "http:") })).toMatch(
      /GET sys\/health: 400: Client sent an HTTP request to an HTTPS server.*The server expects TLS: write https:\/\/ in address/,
    );
    expect(await outcome({ "kubevault-aws:address": world.vault.address.replace("http:", "https:") })).toMatch(
      /GET sys\/health: .*The server does not speak TLS: is its address http:\/\/, not https:\/\/\?$/,
    );
  });
});
