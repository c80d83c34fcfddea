import type * as pulumi from "@pulumi/pulumi";
import type { CredentialType } from "../secretsengine/roleSpec.js";
import type { AwsSecretsRoleSettings, PolicyDocumentInput } from "../secretsengine/awsSecretsRole.js";

/**
 * A role of the secrets engine, as the IAM components take it: the same arguments that the role itself takes. Values of resources that do
 * not exist yet are welcome; `credentialType` is plain, since it decides what is created.
 */
export interface RootCredentialRoleArgs extends Pick<
  AwsSecretsRoleSettings,
  | "policyDocument"
  | "roleArns"
  | "iamGroups"
  | "iamTags"
  | "sessionTags"
  | "externalId"
  | "defaultStsTtl"
  | "maxStsTtl"
  | "userPath"
  | "permissionsBoundaryArn"
  | "mfaSerialNumber"
> {
  /** Left out only where the old `policy` or `arn` decides it. */
  readonly credentialType?: CredentialType;
  /** For `federation_token` a plain list, each of whose ARNs may be an output: each becomes an attachment to the root credential. */
  readonly policyArns?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** An inline policy as Vault took it before release 0.11: that of `policyDocument`. */
  readonly policy?: PolicyDocumentInput;
  /** An ARN of a policy or role as Vault took it before release 0.11. Plain, since it decides the credential type. */
  readonly arn?: string;
}

/** A static role of the secrets engine, as far as IAM is concerned. */
export interface RootCredentialStaticRoleArgs {
  /** Name of the IAM user whose keys Vault rotates. */
  readonly username: pulumi.Input<string>;
  /** ARN of the role in another account that Vault takes to reach the user. Vault Enterprise 1.19 and later. Default: none. */
  readonly assumeRoleArn?: pulumi.Input<string>;
  /** Name of Vault's session with that role, which its trust policy may ask for. Default: Vault's own. */
  readonly assumeRoleSessionName?: pulumi.Input<string>;
  /** The external ID that Vault sends with it, which its trust policy may ask for. Default: none. */
  readonly externalId?: pulumi.Input<string>;
}
