import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { VaultPlatform } from "pulumi-kubevault-aws";

/** Three Vault replicas on EKS. Vault's pods take one IAM role by their ServiceAccount: there is no access key anywhere. */
export = async () => {
  const config = new pulumi.Config();
  const protectData = config.getBoolean("protectData") ?? true;

  const namespace = new kubernetes.core.v1.Namespace("vault", { metadata: { name: "vault" } });
  const platform = new VaultPlatform("vault", {
    namespace: namespace.metadata.name,
    vaultServer: { version: "1.18.4", replicas: 3 },
    protectData,
    vaultAddress: config.get("vaultAddress"),
    irsa: {
      oidcProviderArn: config.require("oidcProviderArn"),
      clusterRegion: aws.getRegionOutput().region,
    },
    assumableRoles: {
      audit: { policyArns: ["arn:aws:iam::aws:policy/SecurityAudit"] },
    },
    roles: {
      audit: { credentialType: "assumed_role", assumableRoles: ["audit"], defaultStsTtl: "15m", maxStsTtl: "1h" },
    },
  });

  return { vaultAddress: platform.vaultAddress, mountPath: platform.mountPath, tableName: platform.storage.tableName };
};
