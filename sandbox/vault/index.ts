export {
  initialiseVault,
  sealStatus,
  unsealVault,
  vaultHealth,
  vaultRequest,
  type SealStatus,
  type VaultEndpoint,
  type VaultHealth,
  type VaultKeys,
  type VaultRequest,
} from "./api.js";
export { renderStorage, type ServerConfig, type StorageStanza } from "./config.js";
export {
  launchVault,
  startUnsealedVault,
  startVault,
  waitUntilActive,
  type UnsealedVault,
  type Vault,
  type VaultOptions,
} from "./server.js";
