import type { VaultField } from "../vaultresource/fields.js";

/** The fields of a mount that can be changed in place, with `sys/mounts/:path/tune`. */
export const tunableMountFields: readonly VaultField[] = [
  { name: "description", vaultName: "description", kind: "text" },
  { name: "defaultLeaseTtl", vaultName: "default_lease_ttl", kind: "seconds" },
  { name: "maxLeaseTtl", vaultName: "max_lease_ttl", kind: "seconds" },
  { name: "listingVisibility", vaultName: "listing_visibility", kind: "text" },
  { name: "auditNonHmacRequestKeys", vaultName: "audit_non_hmac_request_keys", kind: "set" },
  { name: "auditNonHmacResponseKeys", vaultName: "audit_non_hmac_response_keys", kind: "set" },
  { name: "passthroughRequestHeaders", vaultName: "passthrough_request_headers", kind: "set" },
  { name: "allowedResponseHeaders", vaultName: "allowed_response_headers", kind: "set" },
  { name: "identityTokenKey", vaultName: "identity_token_key", kind: "text", since: "1.16", enterprise: true },
];

/** The fields of a mount that are fixed when it is made. */
export const fixedMountFields: readonly VaultField[] = [
  { name: "local", vaultName: "local", kind: "flag" },
  { name: "sealWrap", vaultName: "seal_wrap", kind: "flag" },
  { name: "forceNoCache", vaultName: "force_no_cache", kind: "flag" },
];

export const mountFields: readonly VaultField[] = [...tunableMountFields, ...fixedMountFields];
