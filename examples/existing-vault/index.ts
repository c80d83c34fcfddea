import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AwsSecretsEngine, RootCredential, VaultConnection } from "pulumi-kubevault-aws";

const config = new pulumi.Config();

// Address, token and certificate authority come from VAULT_ADDR, VAULT_TOKEN and VAULT_CACERT, as for Vault's command line.
const connection = new VaultConnection("vault");

const roles = {
  deploy: {
    credentialType: "iam_user" as const,
    policyDocument: {
      Version: "2012-10-17" as const,
      Statement: [{ Effect: "Allow" as const, Action: "s3:PutObject", Resource: "arn:aws:s3:::releases/*" }],
    },
  },
};

// An IAM user with the permissions that these roles need, and no more.
const root = new RootCredential("vault", { roles });

const engine = new AwsSecretsEngine(
  "aws",
  {
    path: config.require("mountPath"),
    rootConfig: {
      accessKey: root.accessKeyId,
      secretKey: root.secretAccessKey,
      region: aws.getRegionOutput().region,
    },
    roles,
    leaseConfig: { lease: "30m", leaseMax: "12h" },
  },
  { providers: [connection], dependsOn: [root] },
);

export const credentials = engine.roles.deploy?.credsPath;
