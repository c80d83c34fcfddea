/**
 * What code blocks may use without declaring it, next to all that this package exports: the packages of a Pulumi program and of a test, and
 * placeholders for what a reader has in a program of their own.
 */
export const namespaceImports: Readonly<Record<string, string>> = {
  pulumi: "@pulumi/pulumi",
  aws: "@pulumi/aws",
  kubernetes: "@pulumi/kubernetes",
};

export const namedImports: Readonly<Record<string, string>> = {
  readFileSync: "node:fs",
  expect: "vitest",
  test: "vitest",
};

/** Type of each placeholder, in terms of this package's exports and of the packages above. */
export const placeholders: Readonly<Record<string, string>> = {
  accessKey: "pulumi.Output<string>",
  account: '{ partition: "aws"; accountId: string }',
  accountId: "string",
  boundaryText: "string",
  cluster: "{ oidcProviderArn: pulumi.Output<string>; kubeconfig: pulumi.Output<string> }",
  connection: "VaultConnection",
  deployRoleArn: "pulumi.Output<string>",
  engine: "AwsSecretsEngine",
  key: "aws.kms.Key",
  keys: "UnsealKeys",
  mocks: 'import("pulumi-kubevault-aws/testing").KubeVaultMocks',
  mount: "AwsSecretsMount",
  platform: "VaultPlatform",
  policy: "PolicyDocument",
  policyArns: "string[]",
  principalArn: "string",
  root: "RootCredential",
  rootPolicy: "PolicyDocument",
  secret: "CredentialSecret",
  secretKey: "pulumi.Output<string>",
  shop: "ApplicationAccess",
  storage: "DynamoDbStorage",
  tableArn: "string",
};
