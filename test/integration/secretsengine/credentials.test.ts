import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeConnections } from "../../../src/vaultresource/providers/connection.js";
import { failureOf, vaultReleases, World, type Plugin, type Stored, type Values } from "./support.js";

const kind = "AwsCredentials";
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
});

describe.each(vaultReleases)("AwsCredentials on %s", (release) => {
  let world: World;
  let plugin: Plugin;
  let readiness: Values;

  beforeAll(async () => {
    world = await World.start(release);
    plugin = world.plugin();
    readiness = { consecutiveSuccesses: 1, region: world.aws.region, stsEndpoint: world.aws.endpoint };
    await world.engine("aws");
    await world.iam.send(
      new CreateRoleCommand({
        RoleName: "target",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { AWS: `arn:aws:iam::${world.aws.accountId}:root` },
              Action: "sts:AssumeRole",
            },
          ],
        }),
      }),
    );
    await world.iam.send(new PutRolePolicyCommand({ RoleName: "target", PolicyName: "p", PolicyDocument: policy }));
    const target = `arn:aws:iam::${world.aws.accountId}:role/target`;
    const roles: Record<string, Values> = {
      user: { credential_type: "iam_user", policy_document: policy },
      assumed: { credential_type: "assumed_role", role_arns: target },
      federated: { credential_type: "federation_token", policy_document: policy },
      session: { credential_type: "session_token" },
    };
    for (const [name, role] of Object.entries(roles)) {
      await world.api("POST", `aws/roles/${name}`, role);
    }
    await world.api("POST", "aws/config/lease", { lease: "1h", lease_max: "2h" });
  });
  afterAll(async () => {
    await world.stop();
  });

  async function identity(stored: Stored): Promise<string> {
    const { accessKeyId, secretAccessKey, sessionToken } = stored.outputs as Record<string, string>;
    const client = new STSClient({
      endpoint: world.aws.endpoint,
      region: world.aws.region,
      credentials: {
        accessKeyId: accessKeyId ?? "",
        secretAccessKey: secretAccessKey ?? "",
        sessionToken: sessionToken === "" ? undefined : sessionToken,
      },
      maxAttempts: 1,
    });
    try {
      return (await client.send(new GetCallerIdentityCommand({}))).Arn ?? "";
    } catch (error) {
      return (error as Error).name;
    } finally {
      client.destroy();
    }
  }

  it.each([
    ["user", "creds", /:user\/vault-root-user-/],
    ["assumed", "sts", /:assumed-role\/target\/vault-root-assumed-/],
    ["federated", "sts", /:federated-user\/vault-/],
    ["session", "creds", /:user\/root-of-aws$/],
  ])("issues working credentials of role %s from %s", async (role, endpoint, arn) => {
    const stored = await plugin.create(kind, { mount: "aws", role, endpoint, keyReadiness: readiness });
    expect(await identity(stored)).toMatch(arn);
    expect(stored.id).not.toContain(stored.outputs.leaseId);
    expect(stored.id).toMatch(new RegExp(`^aws/${endpoint}/${role}/`));
    const refreshed = await plugin.refresh(stored);
    expect(refreshed?.outputs).toEqual(stored.outputs);
    expect(refreshed?.inputs).toEqual({ mount: "aws", role, endpoint, keyReadiness: readiness });
    await plugin.destroy(stored);
    expect(await plugin.refresh(stored)).toBeUndefined();
  });

  it("passes on the lifetime, the role and the name of a session", async () => {
    const inputs = {
      mount: "aws",
      role: "assumed",
      ttl: "20m",
      roleSessionName: "pipeline@main",
      roleArn: `arn:aws:iam::${world.aws.accountId}:role/target`,
      keyReadiness: readiness,
    };
    const stored = await plugin.create(kind, inputs);
    expect(stored.outputs.callerArn).toMatch(/assumed-role\/target\/pipeline@main$/);
    const life = Date.parse(String(stored.outputs.expiresAt)) - Date.parse(String(stored.outputs.issuedAt));
    expect(life).toBeGreaterThan(1_190_000);
    expect(life).toBeLessThanOrEqual(1_200_000);
  });

  it("deletes the IAM user when destroyed, and is content where it is gone already", async () => {
    const stored = await plugin.create(kind, { mount: "aws", role: "user", keyReadiness: readiness });
    const users = await world.userNames("vault-root-user");
    expect(users).toHaveLength(1);
    await plugin.destroy(stored);
    expect(await world.userNames("vault-root-user")).toEqual([]);
    await plugin.destroy(stored);
  });

  it("reads none at preview and at refresh", async () => {
    const inputs = { mount: "aws", role: "user", keyReadiness: readiness };
    const stored = await plugin.create(kind, inputs);
    await world.aws.control.clearRequests();
    await plugin.diff(stored, inputs);
    await plugin.refresh(stored);
    expect(await world.aws.control.requests()).toEqual([]);
    await plugin.destroy(stored);
  });

  it("is to be issued anew when little life is left, not before", async () => {
    const inputs = { mount: "aws", role: "user", keyReadiness: readiness };
    const stored = await plugin.create(kind, inputs);
    expect(await plugin.diff(stored, inputs)).toEqual({ changes: false, replaces: [] });
    const soon = { ...inputs, reissueBefore: "59m59s" };
    expect((await plugin.diff(stored, soon)).replaces).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await plugin.diff(stored, soon)).replaces).toEqual(["expiresAt"]);
    const aged = {
      ...stored,
      outputs: {
        ...stored.outputs,
        issuedAt: new Date(Date.now() - 41 * 60_000).toISOString(),
        expiresAt: new Date(Date.now() + 19 * 60_000).toISOString(),
      },
    };
    expect((await plugin.diff(aged, inputs)).replaces).toEqual(["expiresAt"]);
    expect((await plugin.diff(stored, { ...inputs, reissueTrigger: "now" })).replaces).toEqual(["reissueTrigger"]);
    await plugin.destroy(stored);
  });

  it("revokes what AWS does not come to accept", async () => {
    await world.aws.control.setKeyDelay(30);
    const inputs = { mount: "aws", role: "user", keyReadiness: { ...readiness, timeout: 1 } };
    const error = await failureOf(plugin.create(kind, inputs));
    await world.aws.control.setKeyDelay(0);
    expect(error.message).toMatch(/was not accepted by AWS within 1 s: InvalidClientTokenId/);
    expect(error.id).toBeUndefined();
    expect(await world.userNames("vault-root-user")).toEqual([]);
  });

  it("outlives the token of a login, which is kept for it and ends with it", async () => {
    await world.api("POST", "sys/auth/approle", { type: "approle" });
    await world.api("POST", "sys/policies/acl/apps", {
      policy:
        'path "aws/creds/*" { capabilities = ["read", "update"] }\npath "sys/leases/revoke" { capabilities = ["update"] }\n' +
        'path "auth/token/revoke-accessor" { capabilities = ["update"] }',
    });
    await world.api("POST", "auth/approle/role/ci", { token_policies: "apps", token_ttl: "40m" });
    const { role_id: roleId } = await world.data("auth/approle/role/ci/role-id");
    const { data } = await world.api<{ data: Values }>("POST", "auth/approle/role/ci/secret-id");
    const login = { kind: "appRole", roleId, secretId: data.secret_id };
    const byLogin = world.plugin({ "kubevault-aws:login": JSON.stringify(login) });
    const tokens = async () =>
      (await world.api<{ data: { keys: string[] } }>("LIST", "auth/token/accessors")).data.keys;
    const before = await tokens();

    const stored = await byLogin.create(kind, { mount: "aws", role: "user", keyReadiness: readiness });
    expect(await world.userNames("vault-approle-user")).toHaveLength(1);
    // The token that all other work shares ends with the connection.
    await closeConnections();
    expect((await tokens()).filter((accessor) => !before.includes(accessor))).toEqual([stored.outputs.tokenAccessor]);
    // The lease's own life is an hour, the token's 40 minutes.
    const life = Date.parse(String(stored.outputs.expiresAt)) - Date.parse(String(stored.outputs.issuedAt));
    expect(life).toBe(2_400_000);
    expect((await byLogin.refresh(stored))?.outputs).toEqual(stored.outputs);
    expect(await world.userNames("vault-approle-user")).toHaveLength(1);

    await byLogin.destroy(stored);
    expect(await world.userNames("vault-approle-user")).toEqual([]);
    // The token that refresh and destroy shared ends with the connection.
    await closeConnections();
    expect(await tokens()).toEqual(before);
  });

  it("explains a role that does not exist", async () => {
    const error = await failureOf(plugin.create(kind, { mount: "aws", role: "nobody", keyReadiness: readiness }));
    expect(error.message).toMatch(/GET aws\/creds\/nobody: 400: Role (?:"|\\")?nobody(?:"|\\")? not found$/);
  });
});
