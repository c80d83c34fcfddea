export { ApplicationAccess } from "./applicationAccess.js";
export type { ApplicationAccessArgs, ApplicationEngine, ApplicationSettings } from "./applicationAccessArgs.js";
export { AppRoleAuthRole, type AppRoleAuthRoleArgs } from "./appRoleAuthRole.js";
export type { AuthRoleLocation } from "./authRole.js";
export {
  JwtAuthMethodConfig,
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
