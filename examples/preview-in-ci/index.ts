import * as pulumi from "@pulumi/pulumi";
import { VaultPlatform } from "pulumi-kubevault-aws";

const config = new pulumi.Config();

const platform = new VaultPlatform("vault", {
  namespace: config.require("namespace"),
  vaultServer: { version: "1.18.4" },
  protectData: config.requireBoolean("protectData"),
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
