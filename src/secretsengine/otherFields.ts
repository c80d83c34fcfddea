import type { VaultField } from "../vaultresource/fields.js";

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
 * The fields of `static-roles/:name`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-static-role
 */
export const staticRoleFields: readonly VaultField[] = [
  { name: "username", vaultName: "username", kind: "text" },
  { name: "rotationPeriod", vaultName: "rotation_period", kind: "seconds" },
  { name: "assumeRoleArn", vaultName: "assume_role_arn", kind: "text", since: "1.19", enterprise: true },
  {
    name: "assumeRoleSessionName",
    vaultName: "assume_role_session_name",
    kind: "text",
    since: "1.19",
    enterprise: true,
  },
  { name: "externalId", vaultName: "external_id", kind: "text", since: "1.19", enterprise: true },
];
