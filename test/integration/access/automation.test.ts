import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { VaultApiError } from "../../../sandbox/vault/api.js";
import { vaultRequest } from "../../../sandbox/vault/index.js";
import { applicationPolicy } from "../../../src/access/applicationPolicy.js";
import { automationPolicy } from "../../../src/access/automationPolicy.js";
import { policyText } from "../../../src/access/index.js";
import { failureOf, vaultReleases, World, type Plugin, type Stored } from "../secretsengine/support.js";

/** A token as a CI system issues it. */
function jwtOf(key: KeyObject, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iat: now, exp: now + 3600, ...claims })}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`;
}

const shopPolicy = policyText(
  applicationPolicy({
    mount: "aws",
    roles: [{ name: "deploy", credentialType: "iam_user" }],
    staticRoles: [],
    requestParameters: false,
  }),
);
const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] };
const shopRole = {
  mount: "kubernetes",
  name: "shop",
  boundServiceAccountNames: ["shop"],
  boundServiceAccountNamespaces: ["shop"],
  tokenPolicies: ["shop"],
  tokenNoDefaultPolicy: true,
};

describe.each(vaultReleases)("a stack's own login on %s", (release) => {
  let world: World;
  let automation: Plugin;
  let token: string;

  beforeAll(async () => {
    world = await World.start(release);
    await world.api("POST", "sys/auth/kubernetes", { type: "kubernetes" });
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const root = world.plugin();
    const rules = automationPolicy({
      mount: "aws",
      roles: ["deploy"],
      staticRoles: ["ci"],
      rotatesRoot: true,
      applications: [{ name: "shop", authMount: "kubernetes", policy: shopPolicy }],
    });
    await root.create("VaultPolicy", { name: "pulumi", policy: policyText(rules) });
    await root.create("VaultAuthMethod", { type: "jwt", path: "jwt" });
    await root.create("JwtAuthMethodConfig", {
      mount: "jwt",
      jwtValidationPubkeys: [publicKey.export({ type: "spki", format: "pem" }).toString()],
      boundIssuer: "https://ci.example.com",
    });
    await root.create("JwtAuthRole", {
      mount: "jwt",
      name: "pulumi",
      userClaim: "repository",
      boundAudiences: ["vault"],
      boundClaims: { repository: "example/platform" },
      tokenPolicies: ["pulumi"],
      tokenNoDefaultPolicy: true,
      tokenTtl: "15m",
    });
    const claims = { iss: "https://ci.example.com", aud: "vault", repository: "example/platform" };
    const jwt = jwtOf(privateKey, claims);
    automation = world.plugin({ "kubevault-aws:login": JSON.stringify({ kind: "jwt", role: "pulumi", jwt }) });
    token = (
      await vaultRequest<{ auth: { client_token: string } }>(world.vault, {
        method: "POST",
        path: "auth/jwt/login",
        body: { role: "pulumi", jwt },
      })
    ).auth.client_token;
    const fork = jwtOf(privateKey, { ...claims, repository: "fork/platform" });
    const login = vaultRequest(world.vault, {
      method: "POST",
      path: "auth/jwt/login",
      body: { role: "pulumi", jwt: fork },
    });
    expect((await failureOf(login)).message).toContain("400");
  });
  afterAll(async () => {
    await world.stop();
  });

  it("creates, changes, refreshes and destroys all that the stack has, with only these rights", async () => {
    const keys = await world.rootUser("engine-root");
    await world.rootUser("ci");
    const objects: [kind: string, inputs: Record<string, unknown>, changed: Record<string, unknown>][] = [
      ["AwsSecretsMount", { path: "aws" }, { description: "changed", maxLeaseTtl: "2h" }],
      ["AwsRootConfig", { ...world.rootConfig("aws", keys) }, { maxRetries: 3 }],
      ["AwsLeaseConfig", { mount: "aws", lease: "5m", leaseMax: "10m" }, { lease: "6m" }],
      [
        "AwsSecretsRole",
        {
          mount: "aws",
          name: "deploy",
          credentialType: "iam_user",
          policyDocument: policy,
          revokeLeasesOnDelete: true,
        },
        { userPath: "/vault/" },
      ],
      ["VaultPolicy", { name: "shop", policy: shopPolicy }, { policy: shopPolicy }],
      ["KubernetesAuthRole", shopRole, { tokenTtl: "30m" }],
    ];
    const stored: Stored[] = [];
    for (const [kind, inputs] of objects) {
      stored.push(await automation.create(kind, inputs));
    }
    for (const [index, [, inputs, changed]] of objects.entries()) {
      const before = stored[index];
      if (before === undefined) {
        throw new Error("nothing was created");
      }
      const refreshed = await automation.refresh(before);
      expect(refreshed?.id).toBe(before.id);
      stored[index] = await automation.update(refreshed ?? before, { ...inputs, ...changed });
    }
    for (const object of stored.reverse()) {
      await automation.destroy(object);
    }
    expect(await world.data("sys/mounts")).not.toHaveProperty("aws/");
    expect((await world.api<{ data: { keys: string[] } }>("LIST", "sys/policies/acl")).data.keys).not.toContain("shop");
  });

  it.each<[string, "GET" | "POST" | "DELETE", string, object?]>([
    ["credentials", "GET", "aws/creds/deploy"],
    ["other roles", "POST", "aws/roles/admin", { credential_type: "iam_user" }],
    ["other mounts", "POST", "sys/mounts/other", { type: "aws" }],
    ["other policies", "POST", "sys/policies/acl/pulumi", { policy: 'path "*" { capabilities = ["sudo"] }' }],
    [
      "another text in a policy of its own",
      "POST",
      "sys/policies/acl/shop",
      { policy: 'path "*" { capabilities = ["read"] }' },
    ],
    ["another policy in an auth role of its own", "POST", "auth/kubernetes/role/shop", { token_policies: ["pulumi"] }],
    ["one more policy there", "POST", "auth/kubernetes/role/shop", { token_policies: ["shop", "pulumi"] }],
    ["the same as a text", "POST", "auth/kubernetes/role/shop", { token_policies: "shop,pulumi" }],
    ["the same by the parameter of old", "POST", "auth/kubernetes/role/shop", { policies: ["pulumi"] }],
    ["other auth roles", "POST", "auth/kubernetes/role/other", { token_policies: ["shop"] }],
    ["its own login", "POST", "auth/jwt/role/pulumi", { bound_claims: {} }],
    ["audit devices", "DELETE", "sys/audit/file"],
    ["tokens", "POST", "auth/token/create", {}],
  ])("does not reach %s", async (_, method, apiPath, body) => {
    const error = await failureOf(vaultRequest(world.vault, { method, path: apiPath, token, body }));
    expect(error).toBeInstanceOf(VaultApiError);
    expect((error as unknown as VaultApiError).statusCode, apiPath).toBe(403);
  });
});
