export { VaultClient, type CallOptions } from "./client.js";
export { durationSeconds } from "../internal/duration.js";
export { isVaultError, VaultError, type VaultErrorKind } from "./errors.js";
export { defaultVaultPort, isKubernetesName, type KubernetesConnection } from "./portForward/kubernetesConnection.js";
export {
  secretLoginFields,
  tokenOverrideVariable,
  type AppRoleLogin,
  type AwsIamLogin,
  type EnvironmentLogin,
  type FileLogin,
  type JwtLogin,
  type KubernetesLogin,
  type KubernetesSecretLogin,
  type ObtainedToken,
  type TokenLogin,
  type VaultLogin,
} from "./login.js";
export { type VaultServerInfo } from "./server.js";
export { VaultSession, type OpenVault } from "./session.js";
export { addressOverrideVariable, resolveSettings, type Environment, type VaultSettings } from "./settings.js";
export { type VaultAnswer } from "./vaultCall.js";
export { isAtLeast, parseVaultVersion, type VaultVersion } from "./version.js";
