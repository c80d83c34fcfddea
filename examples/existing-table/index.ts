import * as pulumi from "@pulumi/pulumi";
import { VaultPlatform } from "pulumi-kubevault-aws";

const config = new pulumi.Config();

const platform = new VaultPlatform("vault", {
  namespace: config.require("namespace"),
  vaultServer: { version: "1.18.4" },
  protectData: config.requireBoolean("protectData"),
  // Used as it is: pulumi destroy does not delete it.
  storage: { existingTableName: config.require("tableName") },
  roles: {
    audit: { credentialType: "assumed_role", roleArns: [config.require("auditRoleArn")] },
  },
});

export const vaultAddress = platform.vaultAddress;
/** The principal that the trust policy of the IAM role must allow to call `sts:AssumeRole`. */
export const rootArn = platform.rootCredential.principalArn;
