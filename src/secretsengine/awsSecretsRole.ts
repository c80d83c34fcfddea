import * as pulumi from "@pulumi/pulumi";
import { parseArn } from "../aws/arns.js";
import type { PolicyDocument as AwsPolicyDocument } from "@pulumi/aws/iam/index.js";
import type { PolicyDocument, WidenedPolicyDocument } from "../aws/policyDocument.js";
import type { InputOf } from "../internal/inputOf.js";
import type { Issue } from "../internal/validation/issues.js";
import { adoptionSettings, type Values } from "../vaultresource/fields.js";
import { canonicalInputs, mapInput, assertValid } from "../vaultresource/inputs.js";
import { legacyRoleRules, withoutLegacyForm } from "./legacyRole.js";
import { roleFields, roleSettings } from "./engineFields.js";
import { roleRules } from "./roleRules.js";
import type { CredentialType } from "./roleSpec.js";
import type { Duration } from "../internal/duration.js";
import { trimSlashes, mountPathRules, objectNameRules, unknownArguments } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";

/**
 * A policy document as an object, any part of which may be an output, or as JSON text: also one of `@pulumi/aws`, the `json` of
 * `aws.iam.getPolicyDocument`, and one kept in a variable without `as const`.
 */
export type PolicyDocumentInput =
  pulumi.Input<PolicyDocument | string> | InputOf<WidenedPolicyDocument> | AwsPolicyDocument;

/** The settings of a role, apart from its mount and name. The same as {@link AwsSecretsRoleSpec}, with inputs. */
export interface AwsSecretsRoleSettings {
  /** Type of the credentials that the role issues. Left out only where the old `arn` decides it. */
  readonly credentialType?: pulumi.Input<CredentialType>;
  /**
   * An inline IAM policy, as an object or as JSON text. For `iam_user` it becomes the user's, for `assumed_role` and `federation_token` it narrows
   * the session. At most 2048 characters without white space, for a session together with `policyArns`.
   */
  readonly policyDocument?: PolicyDocumentInput;
  /** ARNs of managed IAM policies, used as `policyDocument` is: at most 20 for `iam_user`, 10 for sessions. */
  readonly policyArns?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** ARNs of the IAM roles that may be assumed. Needed by `assumed_role`, and for it only. */
  readonly roleArns?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Names of IAM groups: a user joins them, a session is narrowed by their policies. */
  readonly iamGroups?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Tags of the IAM user. `iam_user` only. */
  readonly iamTags?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Tags of the session. `assumed_role` only. Vault 1.17.2 and later. */
  readonly sessionTags?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** The external ID that the role's trust policy asks for. `assumed_role` only. Vault 1.17.2 and later. */
  readonly externalId?: pulumi.Input<string>;
  /** Lifetime of a session where the reader asks for none: at least 900 seconds. Not for `iam_user`. @default 3600 */
  readonly defaultStsTtl?: pulumi.Input<Duration>;
  /** Maximum lifetime that a reader can ask for. Not for `iam_user`. @default - the mount's limit */
  readonly maxStsTtl?: pulumi.Input<Duration>;
  /** IAM path of the user, such as `/vault/`. `iam_user` only. @default "/" */
  readonly userPath?: pulumi.Input<string>;
  /** ARN of the permissions boundary of the user. `iam_user` only. */
  readonly permissionsBoundaryArn?: pulumi.Input<string>;
  /** ARN or serial number of the root user's MFA device. `session_token` only. Vault 1.16 and later. */
  readonly mfaSerialNumber?: pulumi.Input<string>;
  /**
   * An inline policy, as Vault took it before release 0.11. It is written as `policyDocument`, of an `iam_user` unless `credentialType` says
   * `federation_token`.
   */
  readonly policy?: PolicyDocumentInput;
  /**
   * An ARN, as Vault took it before release 0.11. That of a policy is written as `policyArns` of an `iam_user`, that of a role as `roleArns` of an
   * `assumed_role`.
   */
  readonly arn?: pulumi.Input<string>;
  /** Takes over a role of the same name that already exists and differs, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
  /**
   * Revokes the role's leases before it is deleted, and so deletes its IAM users. By default they remain until they expire. The token needs sudo
   * on sys/leases/revoke-prefix.
   *
   * @default false
   */
  readonly revokeLeasesOnDelete?: pulumi.Input<boolean>;
}

export interface AwsSecretsRoleArgs extends AwsSecretsRoleSettings {
  /** Path of the mount: `mount.path`. */
  readonly mount: pulumi.Input<string>;
  /** Name of the role: applications read `<mount>/creds/<name>`. A change replaces the role. */
  readonly name: pulumi.Input<string>;
}

const ownSettings = [...adoptionSettings, ...roleSettings];

const settingNames = [
  ...roleFields.map((field) => field.name),
  "policy",
  "arn",
  ...ownSettings.map((field) => field.name),
];

/**
 * A role of Vault's AWS secrets engine: which credentials an application gets.
 *
 * @example
 * new AwsSecretsRole("deploy", {
 *   mount: mount.path,
 *   name: "deploy",
 *   credentialType: "iam_user",
 *   policyArns: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
 * });
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-role
 */
export class AwsSecretsRole extends VaultResource {
  /** Path of the secrets engine's mount. */
  declare public readonly mount: pulumi.Output<string>;
  /** Name of the role in Vault. */
  declare public readonly name: pulumi.Output<string>;
  /** Type of the credentials that the role issues. */
  declare public readonly credentialType: pulumi.Output<CredentialType>;
  /** Where credentials are read from: `aws/creds/deploy`. Known when the role is written. */
  readonly credsPath: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: AwsSecretsRoleArgs, opts?: pulumi.CustomResourceOptions) {
    assertValid(`AwsSecretsRole "${name}"`, args, (given) => {
      const { mount: _mount, name: _name, ...settings } = given;
      return [
        ...mountPathRules(given, "mount"),
        ...objectNameRules(given, "name"),
        ...roleSettingsRules(settings, ["mount", "name"]),
      ];
    });
    super("AwsSecretsRole", name, roleInputs(args), ["credentialType"], opts);
    this.credsPath = pulumi.interpolate`${this.mount}/creds/${this.name}`;
  }
}

/**
 * The rules of {@link AwsSecretsRoleSettings}: of the legacy form and of the current one.
 *
 * @param others names of further arguments, which advice may point to
 */
export function roleSettingsRules(settings: Values, others: readonly string[] = []): Issue[] {
  const misused = [...unknownArguments(settings, [...others, ...settingNames]), ...legacyRoleRules(settings)];
  return misused.length > 0 ? misused : roleRules(withoutLegacyForm(settings));
}

function roleInputs({ mount, name, ...settings }: AwsSecretsRoleArgs): Values {
  return { mount: mapInput(mount, (value) => trimSlashes(value as string)), name, ...roleSettingsInputs(settings) };
}

/** The settings as the state holds them. */
export function roleSettingsInputs(settings: AwsSecretsRoleSettings): Values {
  return {
    ...canonicalInputs(roleFields, inTodaysForm(settings)),
    ...canonicalInputs(ownSettings, settings as Values),
  };
}

/** {@link withoutLegacyForm}, where what an old `arn` names may be known later only. */
function inTodaysForm(settings: AwsSecretsRoleSettings): Values {
  const { arn } = settings;
  if (typeof (arn ?? "") === "string") {
    return withoutLegacyForm(settings as Values);
  }
  const pick = <T>(ofRole: (arn: string) => T, ofPolicy: (arn: string) => T) =>
    mapInput(arn, (value) => {
      const text = value as string;
      return parseArn(text)?.resource.startsWith("role/") === true ? ofRole(text) : ofPolicy(text);
    });
  return {
    credentialType: pick<CredentialType>(
      () => "assumed_role",
      () => "iam_user",
    ),
    roleArns: pick(
      (text) => [text],
      (): string[] => [],
    ),
    policyArns: pick(
      (): string[] => [],
      (text) => [text],
    ),
  };
}
