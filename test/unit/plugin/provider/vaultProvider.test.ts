import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { VaultProvider } from "../../../../src/plugin/provider/vaultProvider.js";
import { unknownValue } from "../../../../src/plugin/server/propertyValues.js";
import { failureOf } from "../../../support/plugin.js";
import { initFailureOf, PluginClient, secret } from "../../../support/pluginClient.js";
import { VaultStandIn } from "../../../support/vaultStandIn.js";

const schema = readFileSync(path.join(__dirname, "..", "..", "..", "..", "schema", "schema.json"), "utf8");
const provider = () =>
  new VaultProvider(
    "0.0.0",
    () => schema,
    () => Promise.reject(new Error("no components here")),
  );
const appRole = { kind: "appRole", roleId: "r", secretId: "s" };
const typeOf = (kind: string) => `kubevault-aws:index:${kind}`;

let vault: VaultStandIn;
let plugin: PluginClient;

async function connect(config: Record<string, unknown> = {}): Promise<PluginClient> {
  plugin = await PluginClient.start(provider(), { address: vault.address, login: appRole, maxRetries: 0, ...config });
  return plugin;
}

beforeEach(async () => {
  vault = await VaultStandIn.start();
  vault.mount("aws");
  vault.objects["aws/roles/deploy"] = { credential_type: "assumed_role", role_arns: ["arn:aws:iam::1:role/r"] };
  vault.objects["aws/roles/audit"] = { credential_type: "session_token", policy_arns: [] };
  vault.objects["aws/roles/user"] = { credential_type: "iam_user", policy_arns: ["arn:aws:iam::aws:policy/P"] };
});
afterEach(async () => {
  await plugin.cancel();
  plugin.stop();
  await vault.stop();
});

describe("a function of the plugin", () => {
  it("reads the names of the roles, and a role", async () => {
    await connect();
    expect(await plugin.invoke("listAwsSecretsRoles", { mount: "/aws/" })).toEqual({
      names: ["audit", "deploy", "user"],
    });
    expect(await plugin.invoke("getAwsSecretsRole", { mount: "aws", name: "deploy" })).toEqual({
      credentialType: "assumed_role",
      roleArns: ["arn:aws:iam::1:role/r"],
    });
  });

  it("returns keys as secrets", async () => {
    await connect();
    vault.objects["aws/static-creds/s"] = { access_key: "AKIA", secret_key: "x", expiration: "2026-01-01T00:00:00Z" };
    expect(await plugin.invoke("getAwsStaticCredentials", { mount: "aws", name: "s" })).toEqual({
      accessKeyId: "AKIA",
      secretAccessKey: secret("x"),
      expiration: "2026-01-01T00:00:00Z",
    });
    const args = { mount: "aws", role: "deploy", keyReadiness: { skip: true } };
    expect(await plugin.invoke("getAwsCredentials", args)).toEqual({
      accessKeyId: expect.stringMatching(/^A/) as string,
      secretAccessKey: secret(expect.any(String)),
      sessionToken: secret(expect.stringMatching(/^sentinel-token/)),
      expiresAt: expect.stringMatching(/^20\d\d-.*Z$/) as string,
    });
  });

  test.each([
    ["a login's", appRole],
    ["a given", { kind: "token", token: "root" }],
  ])("reads credentials with %s token whose lease ends with the operation", async (_, login) => {
    await connect({ login });
    const args = { mount: "aws", role: "user", keyReadiness: { skip: true } };
    const { accessKeyId } = await plugin.invoke("getAwsCredentials", args);
    expect(accessKeyId).toMatch(/^AKIA/);
    expect([...vault.leases.keys()]).toEqual([expect.stringMatching(/^aws\/creds\/user\//)]);
    await plugin.cancel();
    expect([...vault.leases.keys()]).toEqual([]);
    expect([...vault.tokens]).toEqual(["root"]);
  });

  test.each([
    [
      "listAwsSecretsRoles",
      { mountpath: "aws" },
      /listAwsSecretsRoles: 2 invalid arguments:\n.*mountpath: is not an argument.*\n.*mount: is required/,
    ],
    ["getAwsSecretsRole", { mount: "aws", name: "none" }, /aws\/roles\/none: Vault has no such role/],
    ["getAwsSecretsRole", { mount: "none", name: "x" }, /none/],
    [
      "getAwsCredentials",
      { mount: "aws", role: "deploy", ttl: 5 },
      /getAwsCredentials: invalid argument: ttl: must be.*900/,
    ],
    ["getRole", {}, /has no function "kubevault-aws:index:getRole": upgrade the plugin to the version of the SDK/],
  ])("%s %j says what is wrong", async (name, args, message) => {
    await connect();
    expect((await failureOf(plugin.invoke(name, args))).message).toMatch(message);
  });
});

describe("the check of the plugin", () => {
  it("names misspelt properties at any depth, and all else that is wrong with them", async () => {
    await connect();
    const { failures } = await plugin.check(typeOf("AwsSecretsRoles"), {
      mount: "aws",
      rolez: {},
      roles: {
        deploy: { credentialType: "iam_user", policyArn: ["arn:aws:iam::aws:policy/P"], iamTags: { anyKey: "x" } },
      },
    });
    expect(failures.join("\n")).toMatch(/rolez: is not an argument\. Did you mean roles\?/);
    expect(failures.join("\n")).toMatch(/roles\.deploy\.policyArn: is not an argument\. Write policyArns\./);
    expect(failures.join("\n")).toMatch(/roles\.deploy\.policyDocument: or policyArns or iamGroups is needed/);
    expect(failures.join("\n")).not.toContain("anyKey");
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "AwsSecretsRoles",
      { mount: "aws", roles: { deploy: "x" } },
      'roles.deploy: must be an object with the settings of a role, got "x".',
    ],
    [
      "AwsSecretsRoles",
      { mount: "aws", roles: [] },
      "roles: must be an object, with the settings of each role by its name, got [].",
    ],
    [
      "AwsSecretsRoles",
      { mount: "aws", roles: null },
      "roles: is required. Give the settings of each role by its name.",
    ],
    [
      "VaultPolicy",
      { name: "shop", rules: [{ path: "a", capabilities: ["read"], allowedParameters: ["x"] }] },
      'rules[0].allowedParameters: must be an object with a list of values for each parameter, got ["x"].',
    ],
    ["VaultAuditDevice", { options: "stdout" }, 'options: must be an object of texts, got "stdout".'],
  ])("says of %s %j where it is wrong", async (type, inputs, message) => {
    await connect();
    const { failures } = await plugin.check(typeOf(type), inputs);
    expect(failures).toEqual([`${type}: invalid argument: ${message}`]);
  });

  it("quotes no secret, wherever it was put", async () => {
    await connect();
    const { failures } = await plugin.check(typeOf("AwsRootConfig"), {
      mount: "aws",
      secretAccessKey: secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
      accessKey: secret("AKIAIOSFODNN7EXAMPLE"),
      region: secret(["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]),
    });
    expect(failures.join("\n")).toContain("secretAccessKey: is not an argument");
    expect(failures.join("\n")).not.toContain("wJalrXUtnFEMI");
  });

  it("takes an alternative of a union by its kind, and values that are not known yet", async () => {
    await connect();
    const rule = { path: "aws/creds/deploy", capabilities: ["read"] };
    const { failures } = await plugin.check(typeOf("VaultPolicy"), {
      name: "p",
      rules: [rule, { ...rule, pahts: "x" }],
    });
    expect(failures.join("\n")).toContain("rules[1].pahts: is not an argument");
    const unknown = await plugin.check(typeOf("AwsSecretsRoles"), { mount: unknownValue, roles: { a: unknownValue } });
    expect(unknown.failures).toEqual([]);
  });

  it("says of a type that it does not know which version is needed", async () => {
    await connect();
    const { message } = await failureOf(plugin.check(typeOf("AwsSecretsThing"), {}));
    expect(message).toContain(
      'has no resource type "kubevault-aws:index:AwsSecretsThing": upgrade the plugin to the version that created it',
    );
  });

  it("looks at the provider's configuration", async () => {
    await connect();
    const failures = await plugin.checkConfig({
      adress: "x",
      address: "ftp://vault",
      login: JSON.stringify({ kind: "token", tokn: "hvs.secret-token-of-someone" }),
    });
    expect(failures.join("\n")).toMatch(/provider kubevault-aws: \d invalid arguments:/);
    expect(failures.join("\n")).toMatch(/adress: is not an argument\. Did you mean address\?/);
    expect(failures.join("\n")).toMatch(/address: must be/);
    expect(failures.join("\n")).toMatch(/login\.tokn?: /);
    expect(failures.join("\n")).not.toContain("hvs.secret");
    expect(await plugin.checkConfig({ address: unknownValue, login: secret(appRole), version: "1.0.0" })).toEqual([]);
  });
});

describe("an operation of the plugin", () => {
  it("previews what is known, without Vault", async () => {
    await connect();
    const { outputs } = await plugin.create(
      typeOf("AwsSecretsMount"),
      { path: "new", defaultLeaseTtl: 60 },
      { preview: true },
    );
    expect(outputs).toMatchObject({
      path: "new",
      defaultLeaseTtl: 60,
      accessor: unknownValue,
      vaultClusterId: unknownValue,
    });
    const state = await plugin.create(typeOf("AwsSecretsMount"), { path: "new" });
    const before = vault.requests.length;
    const preview = await plugin.update(typeOf("AwsSecretsMount"), state, { path: "new", description: "x" }, true);
    expect(preview).toMatchObject({ path: "new", description: "x", accessor: state.outputs.accessor });
    expect(vault.requests.length).toBe(before);
  });

  it("keeps what failed halfway, with its secrets marked", async () => {
    await connect();
    vault.intercept = ({ method, path: at }) =>
      method === "POST" && at === "aws/roles/bad" ? { status: 400, body: { errors: ["no such policy"] } } : undefined;
    const role = (externalId: unknown) => ({
      credentialType: "assumed_role",
      roleArns: ["arn:aws:iam::123456789012:role/r"],
      externalId,
    });
    const { inputs } = await plugin.check(typeOf("AwsSecretsRoles"), {
      mount: "aws",
      roles: { good: role(secret("the-external-id")), bad: role("x") },
    });
    const error = await failureOf(plugin.create(typeOf("AwsSecretsRoles"), inputs));
    expect(error.message).toMatch(/1 role of aws failed:\n {2}- bad: .*no such policy/);
    expect(initFailureOf(error)).toMatchObject({
      id: "aws/roles",
      properties: { mount: "aws", written: secret(expect.stringMatching(/^\{"good":"[\w-]{16}"\}$/) as string) },
      reasons: [expect.stringContaining("bad") as string],
    });
    expect(JSON.stringify(initFailureOf(error))).not.toContain("the-external-id");
    expect(initFailureOf(await failureOf(plugin.create(typeOf("AwsSecretsMount"), { path: "aws" })))).toBeUndefined();
  });

  const role = { mount: "aws", name: "new", credentialType: "session_token" };
  const busy = () => ({ status: 503, body: { errors: ["busy"] } });

  it("ends its waits when it is cancelled, and gives back the token", async () => {
    await connect({ maxRetries: 9 });
    vault.intercept = ({ method, path: at }) => (method === "GET" && at === "aws/roles/new" ? busy() : undefined);
    const started = Date.now();
    const creating = failureOf(plugin.create(typeOf("AwsSecretsRole"), role));
    await expect.poll(() => vault.calls()).toContain("GET aws/roles/new");
    await plugin.cancel();
    expect((await creating).message).toContain("the operation was cancelled");
    expect(Date.now() - started).toBeLessThan(5_000);
    expect([...vault.tokens]).toEqual(["root"]);
  });

  it("ends when the time of customTimeouts is over", async () => {
    await connect({ maxRetries: 9 });
    vault.intercept = ({ path: at }) => (at === "aws/roles/new" ? busy() : undefined);
    const error = await failureOf(plugin.create(typeOf("AwsSecretsRole"), role, { timeout: 0.2 }));
    expect(error.message).toContain("not done within 0.2 s, the time that customTimeouts gives it");
    expect(initFailureOf(error)).toBeUndefined();
  });

  it("does not wait for an answer for longer than that", async () => {
    await connect();
    vault.intercept = ({ path: at }) => (at === "aws/roles/new" ? new Promise(() => undefined) : undefined);
    const error = await failureOf(plugin.create(typeOf("AwsSecretsRole"), role, { timeout: 0.2 }));
    expect(error.message).toMatch(/GET aws\/roles\/new.*(?:0\.2 s|200 ms|no answer)/);
  });
});
