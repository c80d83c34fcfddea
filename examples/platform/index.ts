import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { VaultPlatform } from "pulumi-kubevault-aws";

/** Everything from nothing to "applications can ask Vault for short-lived AWS credentials". */
export = async () => {
  const config = new pulumi.Config();
  const protectData = config.getBoolean("protectData") ?? true;

  const namespace = new kubernetes.core.v1.Namespace("vault", {
    metadata: { name: config.get("namespace") ?? "vault" },
  });

  const account = aws.getCallerIdentityOutput().accountId;
  const partition = aws.getPartitionOutput().partition;
  const region = aws.getRegionOutput().region;

  // What applications may do in AWS: read their own parameters.
  const readAppParameters = {
    Version: "2012-10-17" as const,
    Statement: [
      {
        Sid: "ReadAppParameters",
        Effect: "Allow" as const,
        Action: ["ssm:GetParameter", "ssm:GetParametersByPath"],
        Resource: pulumi.interpolate`arn:${partition}:ssm:${region}:${account}:parameter/app/*`,
      },
    ],
  };

  const platform = new VaultPlatform("vault", {
    namespace: namespace.metadata.name,
    vaultServer: {
      version: config.get("vaultVersion") ?? "1.18.4",
      replicas: config.getNumber("replicas") ?? 1,
    },
    protectData,

    // Where `pulumi up` reaches Vault. By default at its Service: by a port-forward through the Kubernetes API, unless it runs in the cluster itself.
    vaultAddress: config.get("vaultAddress"),
    kubeconfig: config.get("kubeconfig"),

    // Other endpoints of AWS, such as those of a VPC. Leave them out for AWS's own.
    endpoints: {
      dynamodb: config.get("dynamodbEndpoint"),
      iam: config.get("iamEndpoint"),
      sts: config.get("stsEndpoint"),
    },

    // IAM roles that Vault may assume for applications.
    assumableRoles: {
      audit: { policyDocument: readAppParameters },
    },

    // What applications can ask Vault for.
    roles: {
      deploy: { credentialType: "iam_user", policyDocument: readAppParameters },
      audit: { credentialType: "assumed_role", assumableRoles: ["audit"] },
      build: { credentialType: "federation_token", policyDocument: readAppParameters },
      session: { credentialType: "session_token", defaultStsTtl: "15m", maxStsTtl: "1h" },
    },
    leaseConfig: { lease: "30m", leaseMax: "12h" },

    // Who may ask: the application's service account reads credentials of this role, and nothing else.
    applications: {
      shop: { serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"], audience: "vault" },
    },
  });

  return {
    namespace: namespace.metadata.name,
    vaultServerName: platform.vaultServer.name,
    vaultAddress: platform.vaultAddress,
    tableName: platform.storage.tableName,
    mountPath: platform.mountPath,
    rootUserName: platform.rootCredential.userName,
    storageUserName: platform.storage.userName,
    // The stack's page in Pulumi Cloud; `pulumi stack output readme` prints it with its placeholders.
    readme: readFileSync(path.join(__dirname, "Pulumi.README.md"), "utf8"),
    shop: platform.applications.shop?.target("deploy", platform.vaultServer.address),
  };
};
