import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AssumableRole, VaultPlatform } from "pulumi-kubevault-aws";

const config = new pulumi.Config();
const accountId = config.require("workloadAccountId");
const externalId = config.require("externalId");
const roleName = "vault-deploy";

const platform = new VaultPlatform("vault", {
  namespace: config.require("namespace"),
  // externalId needs Vault 1.17.2 or later.
  vaultServer: { version: "1.18.4" },
  protectData: config.requireBoolean("protectData"),
  roles: {
    deploy: {
      credentialType: "assumed_role",
      roleArns: [`arn:aws:iam::${accountId}:role/${roleName}`],
      externalId,
    },
  },
});

// The IAM role in the applications' account. It trusts the root credential of Vault, and only with the external ID.
const workloadAccount = new aws.Provider("workload-account", {
  assumeRoles: [{ roleArn: `arn:aws:iam::${accountId}:role/${config.require("administratorRoleName")}` }],
});
const deploy = new AssumableRole(
  "deploy",
  {
    trustedPrincipalArn: platform.rootCredential.principalArn,
    roleName,
    externalId,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::releases/*" }],
    },
  },
  { providers: { aws: workloadAccount } },
);

export const vaultAddress = platform.vaultAddress;
export const roleArn = deploy.arn;
