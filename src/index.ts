/**
 * Pulumi components for HashiCorp Vault on Kubernetes (KubeVault) with its data in DynamoDB and a configured AWS secrets engine.
 *
 * @packageDocumentation
 */
export * from "./access/index.js";
export * from "./iam/index.js";
export * from "./kubernetes/index.js";
export * from "./secretsengine/index.js";
export * from "./storage/index.js";
export type { TextsInput } from "./internal/texts.js";
export type { Issue } from "./internal/validation/issues.js";
export { VaultPlatform } from "./platform/vaultPlatform.js";
export type {
  VaultPlatformProviderArgs,
  VaultPlatformArgs,
  VaultPlatformIrsaArgs,
  VaultPlatformKmsUnsealerArgs,
  VaultPlatformRoleArgs,
  VaultPlatformSecretUnsealerArgs,
  VaultPlatformServerSpec,
  VaultPlatformSharesArgs,
  VaultPlatformUnsealerArgs,
} from "./platform/vaultPlatformArgs.js";
export { useProviderPlugin } from "./vaultresource/resourceHost.js";
export type {
  AppRoleAutomationArgs,
  JwtAutomationArgs,
  KubernetesAutomationArgs,
  VaultPlatformAutomationArgs,
} from "./platform/automationArgs.js";
export type {
  AppRoleLogin,
  AwsIamLogin,
  AwsSsmLogin,
  EnvironmentLogin,
  FileLogin,
  JwtLogin,
  KubernetesLogin,
  KubernetesSecretLogin,
  TokenLogin,
  VaultLogin,
} from "./vault/login.js";
export type { KubernetesConnection } from "./vault/portForward/kubernetesConnection.js";
