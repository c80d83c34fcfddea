import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../internal/validation/issues.js";
import { staticRoleRules } from "./configRules.js";
import { adoptionSettings, type Values } from "../vaultresource/fields.js";
import { canonicalInputs, mapInput, assertValid } from "../vaultresource/inputs.js";
import { staticRoleFields } from "./engineFields.js";
import type { Duration } from "../internal/duration.js";
import { trimSlashes, mountPathRules, objectNameRules, unknownArguments } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";

/** The settings of a static role, apart from its mount and name. */
export interface AwsStaticRoleSettings {
  /** Name of the IAM user whose access key Vault keeps and rotates. A change replaces the role. */
  readonly username: pulumi.Input<string>;
  /** How often the key changes: at least 60 seconds. The old key goes with the next rotation, so a key is valid for up to twice as long. */
  readonly rotationPeriod: pulumi.Input<Duration>;
  /** ARN of the role in another account through which Vault reaches the user. Vault Enterprise 1.19 and later. */
  readonly assumeRoleArn?: pulumi.Input<string>;
  /** Name of Vault's session with that role. Vault Enterprise 1.19 and later. */
  readonly assumeRoleSessionName?: pulumi.Input<string>;
  /** The external ID that the role's trust policy asks for. Vault Enterprise 1.19 and later. */
  readonly externalId?: pulumi.Input<string>;
  /** Takes over a static role of the same name that already exists and differs, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
}

export interface AwsStaticRoleArgs extends AwsStaticRoleSettings {
  /** Path of the mount: `mount.path`. */
  readonly mount: pulumi.Input<string>;
  /** Name of the role: applications read `<mount>/static-creds/<name>`. A change replaces the role. */
  readonly name: pulumi.Input<string>;
}

const fields = [...staticRoleFields, ...adoptionSettings];
const settingNames = fields.map((field) => field.name);

/**
 * A static role of Vault's AWS secrets engine: one IAM user, whose access key Vault makes, hands out and rotates. Vault 1.14 and later.
 *
 * The user may have one access key at most when the role is created: where it has two, Vault deletes the older one.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-static-role
 */
export class AwsStaticRole extends VaultResource {
  /** Path of the secrets engine's mount. */
  declare public readonly mount: pulumi.Output<string>;
  /** Name of the static role in Vault. */
  declare public readonly name: pulumi.Output<string>;
  /** Name of the IAM user whose key Vault rotates. */
  declare public readonly username: pulumi.Output<string>;
  /** AWS's unique ID of the user: it changes when the user is deleted and created again. */
  declare public readonly userId: pulumi.Output<string>;
  /** Where its credentials are read from: `aws/static-creds/deploy`. Known when the role is written. */
  readonly credsPath: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: AwsStaticRoleArgs, opts?: pulumi.CustomResourceOptions) {
    assertValid(`AwsStaticRole "${name}"`, args, (given) => {
      const { mount: _mount, name: _name, ...settings } = given;
      return [
        ...mountPathRules(given, "mount"),
        ...objectNameRules(given, "name"),
        ...staticRoleSettingsRules(settings, ["mount", "name"]),
      ];
    });
    const inputs = {
      mount: mapInput(args.mount, (value) => trimSlashes(value as string)),
      name: args.name,
      ...canonicalInputs(fields, args as unknown as Values),
    };
    super("AwsStaticRole", name, inputs, ["userId"], opts);
    this.credsPath = pulumi.interpolate`${this.mount}/static-creds/${this.name}`;
  }
}

/**
 * The rules of {@link AwsStaticRoleSettings}.
 *
 * @param others names of further arguments, which advice may point to
 */
export function staticRoleSettingsRules(settings: Values, others: readonly string[] = []): Issue[] {
  return [...unknownArguments(settings, [...others, ...settingNames]), ...staticRoleRules(settings)];
}
