import { parseArn } from "../../aws/arns.js";
import type { PolicyDocument } from "../../aws/policyDocument.js";

/** Who may take a role with the token of a Kubernetes ServiceAccount. */
export interface IrsaSubject {
  /** ARN of the cluster's IAM OIDC provider: `arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC`. */
  readonly oidcProviderArn: string;
  /** Namespace of the ServiceAccount. */
  readonly namespace: string;
  /** Name of the ServiceAccount: for Vault's own pods the name of the VaultServer. */
  readonly serviceAccountName: string;
}

/** The audience that EKS puts into the tokens it mounts for AWS. */
const audience = "sts.amazonaws.com";

/**
 * The trust policy of a role for one Kubernetes ServiceAccount (IRSA): issuer, subject and audience, each exact.
 *
 * @throws RangeError where `oidcProviderArn` is not the ARN of an OIDC provider, or a name is empty or holds a wildcard
 * @example
 * irsaTrustPolicy({
 *   oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC",
 *   namespace: "vault",
 *   serviceAccountName: "vault",
 * })
 * @see https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
 */
export function irsaTrustPolicy({ oidcProviderArn, namespace, serviceAccountName }: IrsaSubject): PolicyDocument {
  const provider = parseArn(oidcProviderArn);
  const prefix = "oidc-provider/";
  if (provider?.service !== "iam" || !provider.resource.startsWith(prefix)) {
    throw new RangeError(
      `oidcProviderArn must be the ARN of an IAM OIDC provider, got ${JSON.stringify(oidcProviderArn)}`,
    );
  }
  for (const [what, name] of Object.entries({ namespace, serviceAccountName })) {
    if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)) {
      throw new RangeError(`${what} must be the name of one Kubernetes object, got ${JSON.stringify(name)}`);
    }
  }
  const issuer = provider.resource.slice(prefix.length);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "ServiceAccount",
        Effect: "Allow",
        Principal: { Federated: oidcProviderArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: audience,
            [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccountName}`,
          },
        },
      },
    ],
  };
}
