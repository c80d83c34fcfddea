import type { PolicyDocument } from "../../aws/policyDocument.js";
import { policyDocument } from "./statements.js";

/** Who may take a role, and how. */
export interface TrustPolicyOptions {
  /** ARN of the IAM user or role that Vault works as: `RootCredential.principalArn`. It may be in another account. */
  readonly trustedPrincipalArn: string;
  /** The external ID that Vault's role must send. Vault 1.17.2 and later. Default: none is asked for. */
  readonly externalId?: string;
  /** Whether Vault may tag the session. Vault 1.17.2 and later. Default: false. */
  readonly sessionTags?: boolean;
}

/**
 * The trust policy of a role that Vault's `assumed_role` credentials come from. It is the same for a role of the same account and of
 * another one; in another account, hand it to that account's owner.
 *
 * AWS stores the trusted user by its inner ID: where the user is deleted and made again, the trust policy must be written again.
 *
 * @example
 * assumableRoleTrustPolicy({ trustedPrincipalArn: "arn:aws:iam::123456789012:user/root-of-vault", externalId: "platform" })
 * @see https://developer.hashicorp.com/vault/docs/secrets/aws#sts-assumerole
 */
export function assumableRoleTrustPolicy(options: TrustPolicyOptions): PolicyDocument {
  const principal = { AWS: options.trustedPrincipalArn };
  return policyDocument([
    {
      Sid: "VaultAssumesRole",
      Effect: "Allow",
      Principal: principal,
      Action: "sts:AssumeRole",
      ...(options.externalId === undefined
        ? {}
        : { Condition: { StringEquals: { "sts:ExternalId": options.externalId } } }),
    },
    // Apart, since the request for tags does not carry the external ID. Alone it gives nothing: it rides on sts:AssumeRole.
    ...(options.sessionTags === true
      ? [
          {
            Sid: "VaultTagsSession",
            Effect: "Allow" as const,
            Principal: principal,
            Action: "sts:TagSession",
          },
        ]
      : []),
  ]);
}
