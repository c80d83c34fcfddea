import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  getAwsCredentials,
  getAwsSecretsRole,
  getAwsStaticCredentials,
  listAwsSecretsRoles,
  VaultConnection,
} from "../../../src/secretsengine/index.js";
import { record } from "../../support/recorder.js";
import { VaultStandIn } from "../../support/vaultStandIn.js";

let vault: VaultStandIn;
beforeEach(async () => {
  vault = await VaultStandIn.start();
  vault.mount("aws");
  vault.objects["aws/roles/deploy"] = { credential_type: "assumed_role", role_arns: ["arn:aws:iam::1:role/r"] };
  vault.objects["aws/roles/audit"] = { credential_type: "session_token", policy_arns: [] };
});
afterEach(() => vault.stop());

/** The value of an output, and whether it is secret. */
async function valueOf<T>(output: pulumi.Output<T>): Promise<[T, boolean]> {
  const { promise, isSecret } = output as unknown as { promise: () => Promise<T>; isSecret: Promise<boolean> };
  return [await promise(), await isSecret];
}

const connection = () => ({
  address: pulumi.output(vault.address),
  login: { kind: "appRole", roleId: "r", secretId: pulumi.secret("s") } as const,
  maxRetries: 0,
});

describe("what a program reads of Vault itself", () => {
  it("are credentials, new ones in each up and as a secret", async () => {
    await record();
    const read = () =>
      valueOf(
        getAwsCredentials(
          { mount: "/aws/", role: "deploy", keyReadiness: { skip: true } },
          { connection: new VaultConnection("c", connection()) },
        ),
      );
    const [credentials, isSecret] = await read();
    expect(isSecret).toBe(true);
    expect(credentials).toMatchObject({ sessionToken: expect.stringMatching(/^sentinel-token/) as string });
    expect(Object.keys(credentials).sort()).toEqual(["accessKeyId", "expiresAt", "secretAccessKey", "sessionToken"]);
    expect((await read())[0].accessKeyId).not.toBe(credentials.accessKeyId);
    expect([...vault.tokens]).toEqual(["root"]);
  });

  it("are a static role's credentials, a role, and the names of all roles", async () => {
    await record();
    vault.objects["aws/static-creds/s"] = { access_key: "AKIA", secret_key: "x", expiration: "2026-01-01T00:00:00Z" };
    const options = { connection: connection() };
    expect((await valueOf(getAwsStaticCredentials({ mount: "aws", name: "s" }, options)))[0]).toEqual({
      accessKeyId: "AKIA",
      secretAccessKey: "x",
      expiration: "2026-01-01T00:00:00Z",
    });
    expect((await valueOf(getAwsSecretsRole({ mount: "aws", name: "deploy" }, options)))[0]).toEqual({
      credentialType: "assumed_role",
      roleArns: ["arn:aws:iam::1:role/r"],
    });
    expect((await valueOf(getAwsSecretsRole({ mount: "aws", name: "none" }, options)))[0]).toBeUndefined();
    expect((await valueOf(listAwsSecretsRoles({ mount: "aws" }, options)))[0]).toEqual(["audit", "deploy"]);
    expect([...vault.tokens]).toEqual(["root"]);
  });

  it("is nothing at preview", async () => {
    await record({ preview: true });
    const options = { connection: connection() };
    const output = getAwsCredentials({ mount: "aws", role: "deploy" }, options);
    expect(await (output as unknown as { isKnown: Promise<boolean> }).isKnown).toBe(false);
    await valueOf(listAwsSecretsRoles({ mount: "aws" }, options));
    expect(vault.requests).toEqual([]);
  });

  it("is checked at once", () => {
    expect(() => getAwsSecretsRole({ mount: "sys", name: "r/x" }, { connection: {} })).toThrow(
      /getAwsSecretsRole: 2 invalid arguments/,
    );
  });
});
