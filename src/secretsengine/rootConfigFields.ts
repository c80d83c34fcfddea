import type { VaultField } from "../vaultresource/fields.js";

/**
 * The fields of `config/root`, but for `secret_key`, which Vault never answers.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#configure-root-credentials
 */
export const rootConfigFields: readonly VaultField[] = [
  { name: "accessKey", vaultName: "access_key", kind: "text" },
  { name: "region", vaultName: "region", kind: "text" },
  { name: "iamEndpoint", vaultName: "iam_endpoint", kind: "text" },
  { name: "stsEndpoint", vaultName: "sts_endpoint", kind: "text" },
  { name: "stsRegion", vaultName: "sts_region", kind: "text", since: "1.19" },
  { name: "stsFallbackEndpoints", vaultName: "sts_fallback_endpoints", kind: "list", since: "1.19" },
  { name: "stsFallbackRegions", vaultName: "sts_fallback_regions", kind: "list", since: "1.19" },
  { name: "maxRetries", vaultName: "max_retries", kind: "count", unset: -1 },
  { name: "usernameTemplate", vaultName: "username_template", kind: "template" },
  { name: "roleArn", vaultName: "role_arn", kind: "text", since: "1.16", enterprise: true },
  {
    name: "identityTokenAudience",
    vaultName: "identity_token_audience",
    kind: "text",
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
