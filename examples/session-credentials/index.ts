import * as pulumi from "@pulumi/pulumi";
import { VaultPlatform } from "pulumi-kubevault-aws";

const config = new pulumi.Config();

const platform = new VaultPlatform("vault", {
  namespace: config.require("namespace"),
  vaultServer: { version: "1.18.4" },
  protectData: config.requireBoolean("protectData"),
  storage: {
    // A session of 12 hours. A pulumi up in the last 6 hours issues the next one and restarts Vault.
    credential: { kind: "session", durationSeconds: 43_200, renewBeforeSeconds: 21_600 },
  },
  roles: {
    deploy: {
      credentialType: "iam_user",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::releases/*" }],
      },
    },
  },
});

export const vaultAddress = platform.vaultAddress;
/** The access key that Vault uses the table with until the next renewal. */
export const storageAccessKeyId = platform.storage.accessKeyId;
