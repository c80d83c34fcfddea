import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { CredentialSecret } from "../../../src/kubernetes/index.js";
import { isSecret, valueOf } from "../../support/outputs.js";
import { inputsOf, listed, record, secretValue, settled } from "../../support/recorder.js";

const keys = { namespace: "demo", accessKeyId: "AKIA", secretAccessKey: "s3cr3t" };

describe("CredentialSecret", () => {
  test("writes the keys that KubeVault reads, as secrets", async () => {
    const recorded = await record();
    const secret = new CredentialSecret("aws", { ...keys, secretName: "vault-aws", labels: { team: "platform" } });
    expect(await valueOf(secret.secretName)).toBe("vault-aws");
    expect(secret.sessionTokenSecretName).toBeUndefined();
    expect(await valueOf(secret.namespace)).toBe("demo");
    expect(listed(recorded)).toEqual([
      "kubernetes:core/v1:Secret aws-secret",
      "kubevault-aws:index:CredentialSecret aws",
    ]);
    expect(inputsOf(recorded, "aws-secret")).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "vault-aws", namespace: "demo", labels: { team: "platform" } },
      stringData: secretValue({ access_key: "AKIA", secret_key: "s3cr3t" }),
    });
    expect(inputsOf(recorded, "aws")).toEqual({ namespace: "demo", accessKeyId: "AKIA" });
    expect(await isSecret(secret.secret.stringData)).toBe(true);
    expect(await isSecret(secret.secretName)).toBe(false);
  });

  test("puts the session token beside the keys", async () => {
    const recorded = await record();
    const secret = new CredentialSecret("aws", { ...keys, sessionToken: "t0k3n" });
    expect(await valueOf(secret.secretName)).toBe("aws");
    expect(inputsOf(recorded, "aws-secret")["stringData"]).toEqual(
      secretValue({ access_key: "AKIA", secret_key: "s3cr3t", session_token: "t0k3n" }),
    );
  });

  test("puts the session token into a Secret of its own too for v1alpha1", async () => {
    const recorded = await record();
    const secret = new CredentialSecret("aws", {
      ...keys,
      secretName: "vault-aws",
      sessionToken: "t0k3n",
      separateSessionToken: true,
    });
    expect(await valueOf(pulumi.output(secret.sessionTokenSecretName))).toBe("vault-aws-session-token");
    expect(listed(recorded)).toEqual([
      "kubernetes:core/v1:Secret aws-secret",
      "kubernetes:core/v1:Secret aws-session-token",
      "kubevault-aws:index:CredentialSecret aws",
    ]);
    expect(inputsOf(recorded, "aws-secret")["stringData"]).toEqual(
      secretValue({ access_key: "AKIA", secret_key: "s3cr3t", session_token: "t0k3n" }),
    );
    expect(inputsOf(recorded, "aws-session-token")).toMatchObject({
      metadata: { name: "vault-aws-session-token", namespace: "demo" },
      stringData: secretValue({ session_token: "t0k3n" }),
    });
  });

  test("has its children below itself, and lets the caller change them", async () => {
    const recorded = await record();
    const secret = new CredentialSecret("aws", {
      ...keys,
      sessionToken: "t0k3n",
      separateSessionToken: true,
      transform: {
        secret: (args) => ({ ...args, immutable: true }),
        sessionTokenSecret: (args) => ({ ...args, type: "own" }),
      },
    });
    expect(await valueOf(secret.secret.urn)).toBe(
      "urn:pulumi:stack::project::kubevault-aws:index:CredentialSecret$kubernetes:core/v1:Secret::aws-secret",
    );
    expect(await valueOf(pulumi.output(secret.sessionTokenSecret?.urn))).toBe(
      "urn:pulumi:stack::project::kubevault-aws:index:CredentialSecret$kubernetes:core/v1:Secret::aws-session-token",
    );
    expect(inputsOf(recorded, "aws-secret")).toMatchObject({ immutable: true });
    expect(inputsOf(recorded, "aws-session-token")).toMatchObject({ type: "own" });
  });

  test("rejects keys that are swapped, shows neither of them and records none in plain text", async () => {
    const [id, secret] = ["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"];
    const recorded = await record();
    expect(() => new CredentialSecret("aws", { ...keys, accessKeyId: secret, secretAccessKey: id })).toThrow(
      'CredentialSecret "aws": 2 invalid arguments:\n' +
        "  - accessKeyId: must be an access key ID, and looks like a secret access key. The value is not shown: it may be a secret. Are accessKeyId and secretAccessKey swapped?\n" +
        "  - secretAccessKey: must be a secret access key, and looks like an access key ID. The value is not shown: it may be a secret. Are accessKeyId and secretAccessKey swapped?",
    );
    await settled();
    expect(JSON.stringify(recorded)).not.toContain(secret);
  });

  test("rejects the key of a session without its token", async () => {
    await record();
    const session = { ...keys, accessKeyId: "ASIAIOSFODNN7EXAMPLE" };
    expect(() => new CredentialSecret("aws", session)).toThrow(
      'CredentialSecret "aws": invalid argument: sessionToken: is required with the access key of a session, whose ID begins with ASIA. ' +
        "Give it, or the key of an IAM user.",
    );
    const secret = new CredentialSecret("aws", { ...session, sessionToken: "t0k3n" });
    expect(await valueOf(secret.secretName)).toBe("aws");
  });
});
