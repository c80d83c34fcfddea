import type * as pulumi from "@pulumi/pulumi";

/**
 * How Vault authenticates to DynamoDB. A plain value, not an output, since it decides which resources are created.
 *
 * - `"accessKey"` or {@link AccessKeyCredential}: an IAM user with an access key, to be handed to Vault in a Secret
 * - {@link IrsaCredential}: a role for the ServiceAccount of Vault's pods, with no static key anywhere
 * - {@link SessionCredential}: credentials that end by themselves, issued again by `pulumi up`, to be handed to Vault in a Secret
 * - `"none"`: nothing is created but the policy, to be attached to the role of the cluster's nodes (instance metadata) or to any other identity
 *
 * EKS Pod Identity is rejected: Vault's DynamoDB storage does not find its credentials.
 */
export type StorageCredential = "accessKey" | "none" | AccessKeyCredential | IrsaCredential | SessionCredential;

/** An IAM user with an access key. */
export interface AccessKeyCredential {
  /** Selects an IAM user with an access key. */
  readonly kind: "accessKey";
  /**
   * Name of the user. Its ARN must not match `user/vault-*`, which Vault's root credential may delete and hand out keys for.
   *
   * @default - made by Pulumi from the component's name
   */
  readonly userName?: pulumi.Input<string>;
  /**
   * IAM path of the user. The default keeps the user out of `user/vault-*` whatever its name.
   *
   * @default "/dynamodb-storage/"
   */
  readonly userPath?: pulumi.Input<string>;
  /** ARN of the user's permissions boundary. */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /**
   * Which key is in use: another number makes another key, and the old one is deleted only at the end of that `pulumi up`, when all that uses
   * the new one is up. Count it up to rotate the key.
   *
   * @default 1
   */
  readonly generation?: number;
}

/** A role for the ServiceAccount of Vault's pods (IAM roles for service accounts on EKS). */
export interface IrsaCredential {
  /** Selects a role for the ServiceAccount. */
  readonly kind: "irsa";
  /** ARN of the cluster's IAM OIDC provider. Give either it with `namespace` and `serviceAccountName`, or `existingRoleName`. */
  readonly oidcProviderArn?: pulumi.Input<string>;
  /** Namespace of the VaultServer. */
  readonly namespace?: pulumi.Input<string>;
  /** Name of the ServiceAccount: the VaultServer's own name. */
  readonly serviceAccountName?: pulumi.Input<string>;
  /** Name of a role that exists, such as one that the unsealer and the root credential share: the policy is attached to it, no more. */
  readonly existingRoleName?: pulumi.Input<string>;
  /**
   * Name of the role made.
   *
   * @default - made by Pulumi from the component's name
   */
  readonly roleName?: pulumi.Input<string>;
  /** ARN of the permissions boundary of the role made. */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
}

/**
 * Credentials that end by themselves, for clusters where no key may stay. Vault reads them when it starts, so each new issue needs a restart: give the
 * VaultServer `restartTrigger: storage.accessKeyId`. If no `pulumi up` comes before they end, Vault loses its storage.
 */
export interface SessionCredential {
  /** Selects session credentials. */
  readonly kind: "session";
  /**
   * Makes a role and assumes it, instead of a user with a key that stays in the Pulumi state (`sts:GetSessionToken`). Who runs `pulumi up` must be
   * the one that the role trusts.
   *
   * @default - a user is created, and its key used to ask for the session
   */
  readonly assumeRole?: {
    /** ARN of the user or role that `pulumi up` runs as. */
    readonly trustedPrincipalArn: pulumi.Input<string>;
    /** The external ID that the role's trust policy is to ask for. */
    readonly externalId?: pulumi.Input<string>;
    /**
     * Name of the role made.
     *
     * @default - made by Pulumi from the component's name
     */
    readonly roleName?: pulumi.Input<string>;
    /** ARN of the permissions boundary of the role made. */
    readonly permissionsBoundaryArn?: pulumi.Input<string>;
  };
  /**
   * Lifetime of the credentials in seconds: 900 to 43200 with `assumeRole`, 900 to 129600 without. An assumed role that itself assumes this one
   * gets 3600 at most.
   *
   * @default 3600 with assumeRole, 43200 without
   */
  readonly durationSeconds?: number;
  /**
   * How long before their end the credentials are replaced by a `pulumi up`, in seconds.
   *
   * @default - half of durationSeconds
   */
  readonly renewBeforeSeconds?: number;
  /** Endpoint of STS, where it is not AWS's own for the region. */
  readonly stsEndpoint?: pulumi.Input<string>;
  /** Name, path and permissions boundary of the user, and the generation of its key. Not with `assumeRole`. */
  readonly user?: Omit<AccessKeyCredential, "kind">;
}

/** Lifetime of session credentials by default, in seconds. */
export function sessionDurationSeconds(credential: SessionCredential): number {
  return credential.durationSeconds ?? (credential.assumeRole === undefined ? 43_200 : 3600);
}

/** The credential in its long form. */
export type StorageCredentialSpec =
  AccessKeyCredential | IrsaCredential | SessionCredential | { readonly kind: "none" };

/** IAM path of the storage user by default: `user/dynamodb-storage/…` is never matched by `user/vault-*`. */
export const defaultUserPath = "/dynamodb-storage/";

/** The credential in its long form, whatever form it was given in. */
export function storageCredentialSpec(credential: StorageCredential | undefined): StorageCredentialSpec {
  if (credential === undefined) {
    return { kind: "accessKey" };
  }
  return typeof credential === "string" ? { kind: credential } : credential;
}
