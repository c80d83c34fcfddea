export { AwsCredentials, type AwsCredentialsArgs } from "./awsCredentials.js";
export { AwsLeaseConfig, type AwsLeaseConfigArgs, type AwsLeaseConfigSettings } from "./awsLeaseConfig.js";
export {
  AwsRootConfig,
  type AwsRootConfigArgs,
  type AwsRootConfigSettings,
  type KeyReadinessArgs,
} from "./awsRootConfig.js";
export { AwsSecretsEngine, engineRules, type AwsSecretsEngineArgs } from "./awsSecretsEngine.js";
export { AwsSecretsMount, type AwsSecretsMountArgs, type AwsSecretsMountSettings } from "./awsSecretsMount.js";
export {
  AwsSecretsRole,
  roleSettingsRules,
  type AwsSecretsRoleArgs,
  type AwsSecretsRoleSettings,
  type PolicyDocumentInput,
} from "./awsSecretsRole.js";
export { AwsSecretsRoles, type AwsSecretsRoleReference, type AwsSecretsRolesArgs } from "./awsSecretsRoles.js";
export { AwsStaticRole, type AwsStaticRoleArgs, type AwsStaticRoleSettings } from "./awsStaticRole.js";
export { credentialTypes, type AwsSecretsRoleSpec, type CredentialType } from "./roleSpec.js";
export type { Duration } from "../internal/duration.js";
export {
  VaultConnection,
  type VaultConnectionArgs,
  type VaultKubernetesArgs,
  type VaultLoginArgs,
} from "../vaultresource/vaultConnection.js";
export {
  getAwsCredentials,
  getAwsSecretsRole,
  getAwsStaticCredentials,
  listAwsSecretsRoles,
  type AwsCredentialsResult,
  type AwsStaticCredentialsResult,
  type GetAwsCredentialsArgs,
  type NamedRoleArgs,
  type VaultReadOptions,
} from "./vaultReads.js";
export { VaultResource } from "../vaultresource/vaultResource.js";
