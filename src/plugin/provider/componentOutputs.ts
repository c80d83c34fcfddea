/**
 * The components of the package's schema and the outputs that programs in other languages get. Outputs that are resources themselves stay out: no
 * schema can describe a provider that a component hands out, and what is needed of children is an output of its own.
 */
export const componentOutputs = {
  ApplicationAccess: ["roleName", "authMount", "credentialPaths", "staticCredentialPaths"],
  AssumableRole: ["arn", "trustPolicy"],
  AwsSecretsEngine: ["path", "accessor"],
  CredentialSecret: ["secretName"],
  DynamoDbStorage: ["tableName", "tableArn", "region", "accessKeyId", "secretAccessKey", "roleArn"],
  RootCredential: ["principalArn", "readyArn", "accessKeyId", "secretAccessKey"],
  UnsealKeys: ["secretName"],
  VaultPlatform: ["vaultAddress", "mountPath"],
  VaultServer: ["name", "namespace", "address", "serviceName", "serviceAccountName"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ComponentName = keyof typeof componentOutputs;
