import { generateKeyPairSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import {
  AwsCredentials,
  AwsLeaseConfig,
  AwsRootConfig,
  AwsSecretsMount,
  AwsSecretsRole,
  AwsStaticRole,
  VaultConnection,
} from "../../../src/secretsengine/index.js";
import { listed, ownInputs, record, secretValue, settled, type Recorded } from "../../support/recorder.js";

let recorded: Recorded[];
beforeEach(async () => {
  recorded = await record();
});

const inputs = (name: string) => ownInputs(recorded, name);

describe("the import option", () => {
  it("is rejected with the way to take over", () => {
    expect(() => new AwsSecretsMount("m", { path: "aws" }, { import: "aws" })).toThrow(
      'AwsSecretsMount "m": invalid argument: import: is an option that Pulumi\'s dynamic providers do not support. ' +
        "Remove it and set adoptExisting: true to take over what is in Vault already, or call useProviderPlugin() first: the provider plugin imports.",
    );
  });
});

describe("the resources", () => {
  it("have tokens that never change", async () => {
    const mount = "aws";
    new AwsSecretsMount("m");
    new AwsRootConfig("c", { mount });
    new AwsLeaseConfig("l", { mount, lease: 0, leaseMax: 0 });
    new AwsSecretsRole("r", { mount, name: "r", credentialType: "session_token" });
    new AwsStaticRole("s", { mount, name: "s", username: "u", rotationPeriod: "1h" });
    new AwsCredentials("k", { mount, role: "r" });
    new VaultConnection("v");
    await settled();
    expect(listed(recorded)).toEqual([
      "pulumi-nodejs:dynamic/kubevault-aws:AwsCredentials k",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsLeaseConfig l",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsRootConfig c",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsSecretsMount m",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsSecretsRole r",
      "pulumi-nodejs:dynamic/kubevault-aws:AwsStaticRole s",
      "pulumi:providers:pulumi-nodejs v",
    ]);
  });

  it("send what is written in many ways in one", async () => {
    new AwsSecretsRole("r", {
      mount: "/aws/",
      name: "r",
      credentialType: "assumed_role",
      roleArns: pulumi.output(["arn:aws:iam::123456789012:role/b", "arn:aws:iam::123456789012:role/a"]),
      policyDocument: {
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Action: "s3:*", Resource: pulumi.output("*") },
      },
      defaultStsTtl: pulumi.output("1h30m"),
      maxStsTtl: "12h",
    });
    expect(await inputs("r")).toEqual({
      mount: "aws",
      name: "r",
      credentialType: "assumed_role",
      roleArns: ["arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b"],
      policyDocument: '{"Statement":{"Action":"s3:*","Effect":"Allow","Resource":"*"},"Version":"2012-10-17"}',
      defaultStsTtl: 5400,
      maxStsTtl: 43_200,
    });
  });

  it("send no default that Vault has of its own", async () => {
    new AwsSecretsMount("m");
    new AwsRootConfig("c", { mount: "aws" });
    expect(await inputs("m")).toEqual({ path: "aws" });
    expect(await inputs("c")).toEqual({ mount: "aws" });
  });

  it.each<[string, object, object]>([
    [
      "an ARN of a policy",
      { arn: "arn:aws:iam::aws:policy/X" },
      { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/X"] },
    ],
    [
      "an ARN of a role",
      { arn: "arn:aws:iam::123456789012:role/x" },
      { credentialType: "assumed_role", roleArns: ["arn:aws:iam::123456789012:role/x"] },
    ],
    [
      "an ARN of a role that is an output",
      { arn: pulumi.output("arn:aws:iam::123456789012:role/x") },
      { credentialType: "assumed_role", roleArns: ["arn:aws:iam::123456789012:role/x"], policyArns: [] },
    ],
    [
      "an ARN of a policy that is an output",
      { arn: pulumi.output("arn:aws:iam::aws:policy/X") },
      { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/X"], roleArns: [] },
    ],
    [
      "a policy",
      { policy: '{ "Version": "2012-10-17", "Statement": [{"Effect":"Deny","Action":"*","Resource":"*"}] }' },
      {
        credentialType: "iam_user",
        policyDocument: '{"Statement":[{"Action":"*","Effect":"Deny","Resource":"*"}],"Version":"2012-10-17"}',
      },
    ],
  ])("write %s of the old form in today's fields", async (_what, old, today) => {
    new AwsSecretsRole("r", { mount: "aws", name: "r", ...old });
    expect(await inputs("r")).toEqual({ mount: "aws", name: "r", ...today });
  });

  it("mark secrets as such", async () => {
    new AwsRootConfig("c", { mount: "aws", accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI" });
    expect((await inputs("c")).secretKey).toEqual(secretValue("wJalrXUtnFEMI"));
  });

  it("refuse bad arguments in the program, all together, without their secrets", () => {
    expect(
      () =>
        new AwsRootConfig("c", {
          mount: "sys",
          accessKey: "short",
          secretKey: "LEAKME",
          maxRetries: -5,
        }),
    ).toThrow(
      'AwsRootConfig "c": 3 invalid arguments:\n' +
        `  - mount: must not be at or under Vault's own sys/, got "sys".\n` +
        "  - accessKey: must be an access key ID, such as AKIAIOSFODNN7EXAMPLE: 16 to 32 capital letters and digits. The value is not shown: it may be a secret. Are accessKey and secretKey swapped?\n" +
        "  - maxRetries: must be at least 0, or -1 for the default of the AWS SDK, got -5.",
    );
    expect(() => new AwsSecretsRole("r", { mount: "aws", name: "r", policy: "{" })).toThrow(
      'AwsSecretsRole "r": invalid argument: policyDocument: must be JSON, got "{".',
    );
    expect(() => new AwsSecretsRole("r", { mount: "aws", name: "r", policyArn: "x" } as never)).toThrow(
      'AwsSecretsRole "r": invalid argument: policyArn: is not an argument. Write policyArns.',
    );
  });
});

describe("VaultConnection", () => {
  const { privateKey: clientKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });

  it("keeps settings as they are and secrets as secrets", async () => {
    new VaultConnection("v", {
      address: "https://vault.example.com:8200",
      maxRetries: 2,
      clientCertificateFile: "client.pem",
      clientKey,
      login: { kind: "token", token: "hvs.LEAKME" },
    });
    expect(await inputs("v")).toEqual({
      "kubevault-aws:address": "https://vault.example.com:8200",
      "kubevault-aws:maxRetries": 2,
      "kubevault-aws:clientCertificateFile": "client.pem",
      "kubevault-aws:clientKey": secretValue(clientKey),
      "kubevault-aws:login": secretValue('{"kind":"token","token":"hvs.LEAKME"}'),
    });
  });

  it("shows a login that holds no secret", async () => {
    new VaultConnection("v", {
      login: { kind: "kubernetesSecret", namespace: pulumi.output("vault"), name: "keys", key: "root" },
    });
    expect((await inputs("v"))["kubevault-aws:login"]).toBe(
      '{"kind":"kubernetesSecret","namespace":"vault","name":"keys","key":"root"}',
    );
  });

  it.each<[object, string]>([
    [{ address: "vault" }, 'address: must be an http or https URL, got "vault". Write https://vault.example.com:8200.'],
    [{ adress: "https://v" }, "adress: is not an argument."],
    [{ requestTimeout: "0s" }, 'requestTimeout: must be a length of time above 0 and below 24 days, got "0s".'],
    [{ maxRetries: -1 }, "maxRetries: must be a whole number of at least 0, got -1."],
    [{ onVaultReplaced: "ignore" }, 'onVaultReplaced: must be "refuse" or "recreate", got "ignore".'],
    [
      { clientKeyFile: "client.key" },
      "clientCertificate: is missing: a client certificate and its key belong together.",
    ],
    [
      { login: { kind: "ldap" } },
      "login.kind: must be one of environment, token, file, kubernetesSecret, awsSsm, appRole, kubernetes, awsIam, jwt",
    ],
    [{ login: { kind: "token" } }, "login.token: is required for a login of kind token."],
    [{ login: { kind: "file", path: "x", token: "LEAKME" } }, "login.token: is not a field of a login of kind file."],
    [
      { login: { kind: "jwt", role: "x" } },
      "login.jwt: or jwtFile or jwtVariable is required for a login of kind jwt.",
    ],
  ])("refuses %j", (args, message) => {
    expect(() => new VaultConnection("v", args as never)).toThrow(`VaultConnection "v": invalid argument: ${message}`);
  });
});
