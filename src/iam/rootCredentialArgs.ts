import type * as iam from "@pulumi/aws/iam/index.js";
import type * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument, PolicyStatement } from "../aws/policyDocument.js";
import type { RootCredentialRoleArgs, RootCredentialStaticRoleArgs } from "./roleInputs.js";
import type { TextsInput } from "../internal/texts.js";
import type { Transform } from "../internal/transform.js";

/** The Kubernetes ServiceAccount that takes the role of a RootCredential (IRSA). */
export interface ServiceAccountIdentityArgs {
  /** ARN of the cluster's IAM OIDC provider. */
  readonly oidcProviderArn: pulumi.Input<string>;
  /** Namespace of the VaultServer. */
  readonly namespace: pulumi.Input<string>;
  /** Name of the VaultServer: KubeVault runs Vault under the ServiceAccount of that name. */
  readonly serviceAccountName: pulumi.Input<string>;
}

/** Arguments of {@link RootCredential}. */
export interface RootCredentialArgs {
  /**
   * How Vault authenticates to IAM and STS: an IAM user with an access key, or an IAM role that Vault's pods take. Federation tokens and session
   * tokens need a user. Default: `user`.
   */
  readonly identity?: "user" | "role";
  /**
   * ARN of a role that exists, for `identity: "role"`: neither the role nor its trust policy is created. Its trust policy must let Vault's pods in. Not together
   * with `serviceAccount` and `trustPolicy`. Default: a role is created.
   */
  readonly existingRoleArn?: pulumi.Input<string>;
  /**
   * Whether the existing role is given the rights. `false` where only its owner may change it, or it is another account's: no policy is created, and the owner
   * attaches `policy`. With `existingRoleArn` only. Default: true.
   */
  readonly attachPolicies?: boolean;
  /** The ServiceAccount that may take the role. For `identity: "role"`: either this or `trustPolicy`. */
  readonly serviceAccount?: ServiceAccountIdentityArgs;
  /** The role's trust policy, where Vault does not run on EKS. For `identity: "role"`: either this or `serviceAccount`. */
  readonly trustPolicy?: pulumi.Input<PolicyDocument | string>;
  /**
   * Name of the IAM user. It must not begin with `vault-`, as the names of the users do that it may change.
   * Default: `root-<component>-<digest of project, stack and component>`.
   */
  readonly userName?: pulumi.Input<string>;
  /** Name of the IAM role, for `identity: "role"`. Default: as for `userName`. */
  readonly roleName?: pulumi.Input<string>;
  /** Name of the managed policy; `-2`, `-3` … is added where there are more. Default: made by Pulumi from the component's name. */
  readonly policyName?: string;
  /** IAM path of the user or role. Default: `/`. */
  readonly path?: pulumi.Input<string>;
  /** The roles of the secrets engine, by their names in Vault: what the permissions are derived from and checked against. Default: none. */
  readonly roles?: Readonly<Record<string, RootCredentialRoleArgs>>;
  /** The static roles of the secrets engine, by their names in Vault. Default: none. */
  readonly staticRoles?: Readonly<Record<string, RootCredentialStaticRoleArgs>>;
  /** ARNs of IAM roles to assume besides those that `roles` name. Default: none. */
  readonly assumeRoleArns?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Trust policies of assumed roles by the roles' ARNs; those given are checked to allow Vault to assume the role. Default: none. */
  readonly trustPolicies?: pulumi.Input<Readonly<Record<string, pulumi.Input<PolicyDocument | string>>>>;
  /**
   * `derived`: what the declared roles need, and no more. `documented`: the 16 actions on `user/vault-*` of Vault's documentation.
   * Default: `derived`.
   */
  readonly permissions?: "derived" | "documented";
  /** Statements to grant besides. Default: none. */
  readonly extraStatements?: pulumi.Input<readonly PolicyStatement[]>;
  /** ARNs of managed policies to attach besides: a storage policy, where one role serves all of Vault. A plain list. Default: none. */
  readonly additionalPolicyArns?: readonly pulumi.Input<string>[];
  /** ARN of the identity's own permissions boundary. Default: none. */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /**
   * Texts of managed policies by their ARNs, for the analysis alone: those of `permissionsBoundaryArn`, of `additionalPolicyArns` and of
   * the policies of `federation_token` roles. The analysis warns where it lacks one. AWS's own policies need no text. Default: none.
   */
  readonly policyDocuments?: pulumi.Input<Readonly<Record<string, pulumi.Input<PolicyDocument | string>>>>;
  /**
   * Whether Vault replaces the key by its own (`config/rotate-root`): allows it, and lets destroy delete a key that only Vault knows. The key made
   * here is then a seed, and is created only for a user without any key. Default: false.
   */
  readonly rotateRoot?: boolean;
  /**
   * With `rotateRoot`: whether there is a seed key. Set it to false once Vault has rotated: AWS no longer has the seed, and it leaves the state.
   * Default: true.
   */
  readonly seedKey?: boolean;
  /**
   * Number of the access key. Raise it to rotate: the new key is created and handed on first, and the old one deleted at the end of the same
   * update. Default: 1.
   */
  readonly keyGeneration?: number;
  /** IAM paths of users that earlier roles made: keep them here until the leases are over, or these cannot be revoked. Default: none. */
  readonly formerUserPaths?: readonly string[];
  /** IAM groups of users that earlier roles made: keep them here until the leases are over, or these cannot be revoked. Default: none. */
  readonly formerGroups?: readonly string[];
  /** The `username_template` of `config/root`, to check that its names stay within the grant. Default: Vault's own. */
  readonly usernameTemplate?: pulumi.Input<string>;
  /**
   * What the names of the users begin with that Vault creates. Next to a `usernameTemplate` that the analysis cannot follow, it states what
   * the names begin with. Default: `vault-`.
   */
  readonly userNamePrefix?: string;
  /** Whether destroy deletes the user along with keys and policies that Pulumi does not know. Default: the value of `rotateRoot`. */
  readonly forceDestroy?: boolean;
  /** Tags of the user or role and of the policies. Default: none. */
  readonly tags?: TextsInput;
  /** Last changes to the arguments of single child resources. */
  readonly transform?: {
    /** Changes the arguments of the `aws.iam.User`. */
    readonly user?: Transform<iam.UserArgs>;
    /** Changes the arguments of the `aws.iam.Role`. */
    readonly role?: Transform<iam.RoleArgs>;
    /** Changes the arguments of the `aws.iam.AccessKey`. */
    readonly accessKey?: Transform<iam.AccessKeyArgs>;
    /** Changes the arguments of each `aws.iam.Policy`. */
    readonly policy?: Transform<iam.PolicyArgs>;
    /** Changes the arguments of each `aws.iam.UserPolicyAttachment`. */
    readonly userPolicyAttachment?: Transform<iam.UserPolicyAttachmentArgs>;
    /** Changes the arguments of each `aws.iam.RolePolicyAttachment`. */
    readonly rolePolicyAttachment?: Transform<iam.RolePolicyAttachmentArgs>;
  };
}
