export type { KeyAcceptanceArgs } from "./acceptedKeys.js";
export { CredentialSecret, type CredentialSecretArgs } from "./credentialSecret.js";
export type { InputOf } from "../internal/inputOf.js";
export type {
  PodTemplate,
  PodTemplateSpec,
  ResourceRequirements,
  ServiceAlias,
  ServiceTemplate,
  ServiceTemplateSpec,
  TemplateMetadata,
  Toleration,
} from "./podTemplate.js";
export type {
  CertificateSpec,
  CertificateSubject,
  IssuerReference,
  PrivateKeyEncoding,
  TlsConfig,
} from "./tlsConfig.js";
export { UnsealKeys, type UnsealKeysArgs } from "./unsealKeys.js";
export { VaultServer, type VaultServerPhase } from "./vaultServer.js";
export type { VaultServerArgs } from "./vaultServerArgs.js";
export type { SecretKeyLocation } from "./vaultServerNames.js";
export type { VaultServerApiVersion } from "./vaultServerRules.js";
export type * from "./vaultServerSpec.js";
