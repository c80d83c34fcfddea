import type { Duration } from "../internal/duration.js";
import type { PolicyDocument } from "../aws/policyDocument.js";

/**
 * What a role of Vault's AWS secrets engine hands out.
 *
 * - `iam_user`: a new IAM user with an access key, deleted when the lease ends
 * - `assumed_role`: session credentials of an IAM role (`sts:AssumeRole`)
 * - `federation_token`: session credentials of the root user, narrowed by a policy (`sts:GetFederationToken`)
 * - `session_token`: session credentials of the root user, optionally with MFA (`sts:GetSessionToken`; Vault 1.16 and later)
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-role
 */
export type CredentialType = "iam_user" | "assumed_role" | "federation_token" | "session_token";

/** All credential types, in the order Vault documents them. */
export const credentialTypes: readonly CredentialType[] = [
  "iam_user",
  "assumed_role",
  "federation_token",
  "session_token",
];

/** A role of Vault's AWS secrets engine in plain values: what {@link AwsSecretsRoleArgs} becomes once its inputs are known. */
export interface AwsSecretsRoleSpec {
  /** Type of the credentials that the role issues. */
  readonly credentialType: CredentialType;
  /** An inline IAM policy, as an object or as JSON text. */
  readonly policyDocument?: PolicyDocument | string;
  /** ARNs of managed IAM policies. */
  readonly policyArns?: readonly string[];
  /** ARNs of the IAM roles that may be assumed. `assumed_role` only. */
  readonly roleArns?: readonly string[];
  /** Names of IAM groups: a user joins them, session credentials are narrowed by their policies. Vault 1.5 and later. */
  readonly iamGroups?: readonly string[];
  /** Tags of the IAM user. `iam_user` only. Vault 1.7 and later. */
  readonly iamTags?: Readonly<Record<string, string>>;
  /** Session tags. `assumed_role` only. Vault 1.17.2 and later. */
  readonly sessionTags?: Readonly<Record<string, string>>;
  /** The external ID that the role's trust policy asks for. `assumed_role` only. Vault 1.17.2 and later. */
  readonly externalId?: string;
  /** Lifetime of session credentials where the reader asks for none. Vault's default is 3600 seconds. Not for `iam_user`. */
  readonly defaultStsTtl?: Duration;
  /** The maximum lifetime of session credentials a reader can ask for. Not for `iam_user`. @default - the mount's limit */
  readonly maxStsTtl?: Duration;
  /** IAM path of the user, such as `/vault/`. `iam_user` only. */
  readonly userPath?: string;
  /** ARN of the permissions boundary of the user. `iam_user` only. */
  readonly permissionsBoundaryArn?: string;
  /** ARN or serial number of the root user's MFA device. `session_token` only. Vault 1.16 and later. */
  readonly mfaSerialNumber?: string;
}
