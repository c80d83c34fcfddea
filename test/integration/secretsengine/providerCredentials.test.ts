import { GetUserCommand } from "@aws-sdk/client-iam";
import * as aws from "@pulumi/aws";
import { User } from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AwsCredentials, getAwsCredentials, VaultConnection } from "../../../src/secretsengine/index.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "../engine/support.js";
import { World } from "./support.js";

/** Credentials of Vault's that an AWS provider works with: the state keeps them with the provider, and they end before what it created. */
describe("an AWS provider with credentials of Vault's", () => {
  let world: World;
  let engine: TestEngine;

  beforeAll(async () => {
    world = await World.start();
    engine = await startTestEngine({});
    await world.engine("aws");
    const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "iam:*", Resource: "*" }] };
    await world.api("POST", "aws/roles/deploy", {
      credential_type: "iam_user",
      policy_document: JSON.stringify(policy),
    });
  });
  afterAll(async () => {
    await engine.remove();
    await world.stop();
  });

  type Key = Record<"accessKeyId" | "secretAccessKey" | "sessionToken", pulumi.Input<string>>;

  /** A stack with one IAM user, created with the credentials of a role. */
  function stackWith(userName: string, read: (connection: VaultConnection) => Key): Promise<TestStack> {
    return makeStack(engine, userName, async () => {
      const connection = new VaultConnection("vault", {
        address: world.vault.address,
        login: { kind: "token", token: world.vault.rootToken },
      });
      const key = read(connection);
      const { endpoint, region } = world.aws;
      const provider = new aws.Provider("through-vault", {
        accessKey: key.accessKeyId,
        secretKey: key.secretAccessKey,
        token: key.sessionToken,
        region: region as aws.Region,
        endpoints: [{ iam: endpoint, sts: endpoint }],
      });
      new User("owned", { name: userName }, { provider });
    });
  }

  const args = () => ({
    mount: "aws",
    role: "deploy",
    keyReadiness: { consecutiveSuccesses: 1, region: world.aws.region, stsEndpoint: world.aws.endpoint },
  });
  const endLeases = () => world.api("POST", "sys/leases/revoke-prefix/aws/creds/deploy");
  const owned = (name: string) => world.iam.send(new GetUserCommand({ UserName: name }));

  it("reads new ones for a destroy that runs the program, where getAwsCredentials gives them", async () => {
    const stack = await stackWith("by-function", (connection) => {
      const credentials = getAwsCredentials(args(), { connection });
      return {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey,
        sessionToken: credentials.sessionToken,
      };
    });
    await stack.up();
    await owned("by-function");
    await endLeases();
    await expect(stack.destroy()).rejects.toThrow("InvalidClientTokenId");
    await owned("by-function");
    await stack.stack.destroy({ runProgram: true });
    await expect(owned("by-function")).rejects.toThrow("cannot be found");
    await endLeases();
    expect(await world.userNames("vault-")).toEqual([]);
  });

  it("has new ones after a refresh and an up, where AwsCredentials gives them", async () => {
    const stack = await stackWith(
      "by-resource",
      (connection) => new AwsCredentials("credentials", args(), { provider: connection }),
    );
    await stack.up();
    await owned("by-resource");
    await endLeases();
    await expect(stack.destroy()).rejects.toThrow("InvalidClientTokenId");
    await owned("by-resource");
    await stack.stack.refresh({ target: ["**AwsCredentials::credentials"] });
    expect((await stack.up()).operations).toEqual({ credentials: "create" });
    await stack.destroy();
    await expect(owned("by-resource")).rejects.toThrow("cannot be found");
    expect(await world.userNames("vault-")).toEqual([]);
  });
});
