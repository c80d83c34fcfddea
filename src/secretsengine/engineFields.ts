import type { Field, VaultField } from "../vaultresource/fields.js";
import { externalId, groupName, mfaCode, regionName, sessionName, userName } from "./awsTextForms.js";
import { headerName, word } from "../vaultresource/textForms.js";

/*
 * The fields of the engine's objects, one table per object: arguments, defaults, requests, comparison and docs/vault-fields.md follow from them.
 * A table of settings holds the arguments that are this package's own, which Vault never sees.
 */

/**
 * The fields of a mount that can be changed in place, with `sys/mounts/:path/tune`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/system/mounts
 */
export const tunableMountFields: readonly VaultField[] = [
  { name: "description", vaultName: "description", kind: "text" },
  { name: "defaultLeaseTtl", vaultName: "default_lease_ttl", kind: "seconds" },
  { name: "maxLeaseTtl", vaultName: "max_lease_ttl", kind: "seconds" },
  {
    name: "listingVisibility",
    vaultName: "listing_visibility",
    kind: "text",
    oneOf: ["hidden", "unauth", ""],
  },
  { name: "auditNonHmacRequestKeys", vaultName: "audit_non_hmac_request_keys", kind: "set" },
  { name: "auditNonHmacResponseKeys", vaultName: "audit_non_hmac_response_keys", kind: "set" },
  { name: "passthroughRequestHeaders", vaultName: "passthrough_request_headers", kind: "set", form: headerName },
  { name: "allowedResponseHeaders", vaultName: "allowed_response_headers", kind: "set", form: headerName },
  { name: "delegatedAuthAccessors", vaultName: "delegated_auth_accessors", kind: "set", form: word, since: "1.16" },
  { name: "pluginVersion", vaultName: "plugin_version", kind: "text", form: word, since: "1.12" },
  { name: "options", vaultName: "options", kind: "map" },
  {
    name: "trimRequestTrailingSlashes",
    vaultName: "trim_request_trailing_slashes",
    kind: "flag",
    since: "1.19",
  },
  { name: "allowedManagedKeys", vaultName: "allowed_managed_keys", kind: "set", form: word, enterprise: true },
  {
    name: "identityTokenKey",
    vaultName: "identity_token_key",
    kind: "text",
    form: word,
    since: "1.16",
    enterprise: true,
  },
];

/** The fields of a mount that are fixed when it is created. */
export const fixedMountFields: readonly VaultField[] = [
  { name: "local", vaultName: "local", kind: "flag" },
  { name: "sealWrap", vaultName: "seal_wrap", kind: "flag" },
  { name: "forceNoCache", vaultName: "force_no_cache", kind: "flag" },
  { name: "externalEntropyAccess", vaultName: "external_entropy_access", kind: "flag", enterprise: true },
];

export const mountFields: readonly VaultField[] = [...tunableMountFields, ...fixedMountFields];

/** The table of Vault's that mounts of the engine are in. */
export const secretsMounts = {
  table: "sys/mounts",
  prefix: "",
  noun: "secrets engine",
  mounted: "mounted",
  replaced: "the mount was replaced or moved",
  fields: mountFields,
  tunable: tunableMountFields,
} as const;

/** The fields that stand on the mount itself when it is created; the others are in its `config`. */
export const entryMountFields: readonly VaultField[] = mountFields.filter(({ name }) =>
  ["description", "options", "local", "sealWrap", "externalEntropyAccess"].includes(name),
);

/** What deleting and moving a mount look at. */
export const mountSettings: readonly Field[] = [
  { name: "onPathChange", kind: "text", unset: "replace", oneOf: ["replace", "remount"] },
  { name: "forceDestroy", kind: "flag" },
  // Vault revokes all leases one by one before it answers.
  { name: "unmountTimeout", kind: "seconds", unset: 600, least: 1, most: 86_400 },
];

/**
 * The fields of `config/root`, but for `secret_key`, which Vault never returns.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#configure-root-credentials
 */
export const rootConfigFields: readonly VaultField[] = [
  { name: "accessKey", vaultName: "access_key", kind: "text", secret: true },
  { name: "region", vaultName: "region", kind: "text", form: regionName },
  { name: "iamEndpoint", vaultName: "iam_endpoint", kind: "text" },
  { name: "stsEndpoint", vaultName: "sts_endpoint", kind: "text" },
  { name: "stsRegion", vaultName: "sts_region", kind: "text", form: regionName, since: "1.19" },
  { name: "stsFallbackEndpoints", vaultName: "sts_fallback_endpoints", kind: "list", since: "1.19" },
  { name: "stsFallbackRegions", vaultName: "sts_fallback_regions", kind: "list", form: regionName, since: "1.19" },
  { name: "maxRetries", vaultName: "max_retries", kind: "count", unset: -1 },
  { name: "usernameTemplate", vaultName: "username_template", kind: "template" },
  { name: "roleArn", vaultName: "role_arn", kind: "text", since: "1.16", enterprise: true },
  {
    name: "identityTokenAudience",
    vaultName: "identity_token_audience",
    kind: "text",
    form: word,
    since: "1.16",
    enterprise: true,
  },
  { name: "identityTokenTtl", vaultName: "identity_token_ttl", kind: "seconds", since: "1.16", enterprise: true },
  { name: "rotationSchedule", vaultName: "rotation_schedule", kind: "text", since: "1.19", enterprise: true },
  { name: "rotationWindow", vaultName: "rotation_window", kind: "seconds", since: "1.19", enterprise: true },
  { name: "rotationPeriod", vaultName: "rotation_period", kind: "seconds", since: "1.19", enterprise: true },
  {
    name: "disableAutomatedRotation",
    vaultName: "disable_automated_rotation",
    kind: "flag",
    since: "1.19",
    enterprise: true,
  },
];

/** The fields that make Vault Enterprise rotate the root key by itself. */
export const rotationFieldNames: readonly string[] = ["rotationSchedule", "rotationPeriod"];

export const rootConfigSettings: readonly Field[] = [
  { name: "rotateRootTrigger", kind: "text" },
  { name: "reseedTrigger", kind: "text" },
  { name: "clearOnDelete", kind: "flag" },
];

/**
 * The fields of `config/lease`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#configure-lease
 */
export const leaseFields: readonly VaultField[] = [
  { name: "lease", vaultName: "lease", kind: "seconds" },
  { name: "leaseMax", vaultName: "lease_max", kind: "seconds" },
];

/**
 * The fields of `roles/:name`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-role
 */
export const roleFields: readonly VaultField[] = [
  { name: "credentialType", vaultName: "credential_type", kind: "text" },
  { name: "policyDocument", vaultName: "policy_document", kind: "json" },
  { name: "policyArns", vaultName: "policy_arns", kind: "set" },
  { name: "roleArns", vaultName: "role_arns", kind: "set" },
  { name: "iamGroups", vaultName: "iam_groups", kind: "set", form: groupName },
  { name: "iamTags", vaultName: "iam_tags", kind: "map" },
  { name: "sessionTags", vaultName: "session_tags", kind: "map", since: "1.17.2" },
  { name: "externalId", vaultName: "external_id", kind: "text", form: externalId, since: "1.17.2" },
  { name: "defaultStsTtl", vaultName: "default_sts_ttl", kind: "seconds" },
  { name: "maxStsTtl", vaultName: "max_sts_ttl", kind: "seconds" },
  { name: "userPath", vaultName: "user_path", kind: "userPath" },
  { name: "permissionsBoundaryArn", vaultName: "permissions_boundary_arn", kind: "text" },
  { name: "mfaSerialNumber", vaultName: "mfa_serial_number", kind: "text", form: word, since: "1.16" },
];

export const roleSettings: readonly Field[] = [{ name: "revokeLeasesOnDelete", kind: "flag" }];

/**
 * The fields of `static-roles/:name`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-static-role
 */
export const staticRoleFields: readonly VaultField[] = [
  { name: "username", vaultName: "username", kind: "text", form: userName },
  { name: "rotationPeriod", vaultName: "rotation_period", kind: "seconds", least: 60 },
  { name: "assumeRoleArn", vaultName: "assume_role_arn", kind: "text", since: "1.19", enterprise: true },
  {
    name: "assumeRoleSessionName",
    vaultName: "assume_role_session_name",
    kind: "text",
    form: sessionName,
    since: "1.19",
    enterprise: true,
  },
  {
    name: "externalId",
    vaultName: "external_id",
    kind: "text",
    form: externalId,
    since: "1.19",
    enterprise: true,
  },
];

/**
 * The parameters of a read of `creds/:name` or `sts/:name`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#generate-credentials
 */
export const credentialFields: readonly VaultField[] = [
  { name: "roleArn", vaultName: "role_arn", kind: "text" },
  { name: "ttl", vaultName: "ttl", kind: "seconds" },
  { name: "roleSessionName", vaultName: "role_session_name", kind: "text", form: sessionName },
  { name: "mfaCode", vaultName: "mfa_code", kind: "text", form: mfaCode, since: "1.16", secret: true },
];

/** When credentials are read again, and from where. */
export const credentialSettings: readonly Field[] = [
  { name: "endpoint", kind: "text", unset: "creds", oneOf: ["creds", "sts"] },
  { name: "reissueBefore", kind: "seconds", unset: -1 },
  { name: "reissueTrigger", kind: "text" },
];

/** What comes of credentials besides their arguments, and whether it is secret. */
export const credentialOutputs: Readonly<Record<string, "plain" | "secret">> = {
  accessKeyId: "secret",
  secretAccessKey: "secret",
  sessionToken: "secret",
  leaseId: "secret",
  leaseDuration: "plain",
  renewable: "plain",
  issuedAt: "plain",
  expiresAt: "plain",
  callerArn: "plain",
  tokenAccessor: "secret",
};

/** How a key is tried before others get it. */
export const keyReadinessFields: readonly Field[] = [
  { name: "skip", kind: "flag" },
  { name: "region", kind: "text", form: regionName },
  { name: "stsEndpoint", kind: "text" },
  { name: "consecutiveSuccesses", kind: "count", unset: 5, least: 1, most: 100 },
  { name: "timeout", kind: "seconds", unset: 180, least: 1, most: 3600 },
];
