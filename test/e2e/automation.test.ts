import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { readSecret } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";

const examples = path.join(__dirname, "..", "..", "examples");

const program = `
import { VaultPlatform } from "pulumi-kubevault-aws";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const statement = { Effect: "Allow" as const, Action: config.get("action") ?? "ssm:GetParameter", Resource: "*" };
const policyDocument = { Version: "2012-10-17" as const, Statement: [statement] };
const more = (config.get("roles") ?? "").split(",").filter((role) => role !== "");
new VaultPlatform("vault", {
  namespace: "vault",
  vaultServer: { version: "1.18.4" },
  protectData: false,
  roles: Object.fromEntries(["deploy", ...more].map((role) => [role, { credentialType: "iam_user" as const, policyDocument }])),
  leaseConfig: { lease: config.get("lease") ?? "30m", leaseMax: "12h" },
  applications: { shop: { serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"] } },
  automation: {
    kind: "jwt",
    config: { jwtValidationPubkeys: [Buffer.from(config.require("publicKey"), "base64").toString()], boundIssuer: "https://ci.example.com" },
    role: { userClaim: "repository", boundAudiences: ["vault"], boundClaims: { repository: "example/platform" } },
    jwtFile: config.require("jwtFile"),
    revokeRootToken: true,
  },
});
`;

/** A token as a CI system issues it. */
function jwtOf(key: KeyObject, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: now, exp: now + 3600, ...claims })}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`;
}

/** A platform that is managed by the login of a CI system, from the end of its first `up` on. Each test goes on where the one before ended. */
describe("a platform without a root token", () => {
  let sandbox: Sandbox;
  let folder: string;

  const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], folder);
  const set = (name: string, value: string) => pulumi("config", "set", name, value);
  const failure = (work: Promise<string>) =>
    work.then(
      () => "it did not fail",
      (error: Error) => error.message,
    );
  const vault = () => sandbox.operator.endpoint("vault/vault");
  const keys = () => readSecret(sandbox.kubernetes.kubeconfigPath, "vault", "vault-keys");

  beforeAll(async () => {
    sandbox = await startSandbox();
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "vault" } });
    await rest.close();
    folder = await mkdtemp(path.join(examples, ".automation-"));
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const claims = { iss: "https://ci.example.com", aud: "vault", repository: "example/platform" };
    await writeFile(path.join(folder, "jwt"), jwtOf(privateKey, claims), { mode: 0o600 });
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: automation\nruntime: nodejs\n");
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "automation", main: "index.ts" }));
    await writeFile(path.join(folder, "index.ts"), program);
    await pulumi("stack", "init", "dev");
    const pem = publicKey.export({ type: "spki", format: "pem" });
    await set("publicKey", Buffer.from(pem).toString("base64"));
    await set("jwtFile", path.join(folder, "jwt"));
  });

  afterAll(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A new root token, as `vault operator generate-root` makes it from the unseal keys. */
  async function generateRootToken(): Promise<string> {
    const { otp, nonce } = await vaultRequest<{ otp: string; nonce: string }>(vault(), {
      method: "PUT",
      path: "sys/generate-root/attempt",
      body: {},
    });
    const unsealKeys = Object.entries(await keys()).filter(([name]) => name.includes("unseal-key"));
    for (const [, key] of unsealKeys) {
      const { complete, encoded_token: encoded } = await vaultRequest<{ complete: boolean; encoded_token: string }>(
        vault(),
        { method: "PUT", path: "sys/generate-root/update", body: { key, nonce } },
      );
      if (complete) {
        const bytes = Buffer.from(encoded, "base64");
        return Buffer.from(bytes.map((byte, index) => byte ^ otp.charCodeAt(index))).toString();
      }
    }
    throw new Error("The unseal keys were not enough");
  }

  it("comes up with it, and revokes it at the end", async () => {
    await pulumi("up", "--yes", "--skip-preview");
    const token = (await keys())["k8s.-.vault.vault-root-token"] ?? "";
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
