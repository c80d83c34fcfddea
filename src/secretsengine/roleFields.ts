import type { VaultField } from "../vaultresource/fields.js";

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
  { name: "iamGroups", vaultName: "iam_groups", kind: "set" },
  { name: "iamTags", vaultName: "iam_tags", kind: "map" },
  { name: "sessionTags", vaultName: "session_tags", kind: "map", since: "1.17.2" },
  { name: "externalId", vaultName: "external_id", kind: "text", since: "1.17.2" },
  { name: "defaultStsTtl", vaultName: "default_sts_ttl", kind: "seconds" },
  { name: "maxStsTtl", vaultName: "max_sts_ttl", kind: "seconds" },
  { name: "userPath", vaultName: "user_path", kind: "userPath" },
  { name: "permissionsBoundaryArn", vaultName: "permissions_boundary_arn", kind: "text" },
  { name: "mfaSerialNumber", vaultName: "mfa_serial_number", kind: "text", since: "1.16" },
];
