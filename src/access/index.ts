export { ApplicationAccess } from "./applicationAccess.js";
export type { ApplicationAccessArgs, ApplicationEngine, ApplicationSettings } from "./applicationAccessArgs.js";
export { AppRoleAuthRole, type AppRoleAuthRoleArgs } from "./appRoleAuthRole.js";
export type { AuthRoleLocation } from "./authRole.js";
export {
  JwtAuthMethodConfig,
  type JwksPair,
  type JwtAuthMethodConfigArgs,
  type JwtAuthMethodConfigSettings,
} from "./jwtAuthMethodConfig.js";
export { JwtAuthRole, type JwtAuthRoleArgs, type JwtAuthRoleSettings } from "./jwtAuthRole.js";
export { KubernetesAuthMethodConfig, type KubernetesAuthMethodConfigArgs } from "./kubernetesAuthMethodConfig.js";
export { KubernetesAuthRole, type KubernetesAuthRoleArgs, type NamespaceSelector } from "./kubernetesAuthRole.js";
export { policyText, type Capability, type PolicyRule } from "./policyRule.js";
export type { TokenSettings, TokenType } from "./tokenFields.js";
export { VaultAuditDevice, type VaultAuditDeviceArgs } from "./vaultAuditDevice.js";
export { VaultAuthMethod, type VaultAuthMethodArgs } from "./vaultAuthMethod.js";
export { VaultPolicy, type VaultPolicyArgs } from "./vaultPolicy.js";
export {
  agentInjectorAnnotations,
  agentInjectorEnvironment,
  type AgentInjectorArgs,
} from "./delivery/agentInjector.js";
export { awsSharedConfig, type AwsSharedConfig, type AwsSharedConfigArgs } from "./delivery/awsSharedConfig.js";
export { externalSecretsGenerator, type ExternalSecretsArgs } from "./delivery/externalSecrets.js";
export type { KubernetesObject } from "./delivery/kubernetesObject.js";
export { secretProviderClass, type SecretProviderClassArgs } from "./delivery/secretProviderClass.js";
export { secretsOperatorObjects, type SecretsOperatorArgs } from "./delivery/secretsOperator.js";
export type { DeliveryTarget } from "./delivery/target.js";
