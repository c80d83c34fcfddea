import { VaultPlatform } from "pulumi-kubevault-aws";

const platform = new VaultPlatform("vault", {
  namespace: "vault",
  vaultServer: { version: "1.18.4" },
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
