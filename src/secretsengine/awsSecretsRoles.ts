import * as pulumi from "@pulumi/pulumi";
import { mapRecord } from "../internal/records.js";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { Values } from "../vaultresource/fields.js";
import { assertValid, mapInput } from "../vaultresource/inputs.js";
import { mountPathRules, trimSlashes, unknownArguments } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { roleSettingsInputs, roleSettingsRules, type AwsSecretsRoleSettings } from "./awsSecretsRole.js";
import type { CredentialType } from "./roleSpec.js";
import { eachRole } from "./roleRules.js";
import { splitRoles } from "./splitRoles.js";

/** What {@link AwsSecretsRoles} takes. */
export interface AwsSecretsRolesArgs {
  /** Path of the mount: `mount.path`. A change replaces the roles. */
  readonly mount: pulumi.Input<string>;
  /** The roles by name: applications read `<mount>/creds/<name>`. */
  readonly roles: Readonly<Record<string, AwsSecretsRoleSettings>>;
}

/** A role of a collection, for what is made from it: each value resolves when the role is written. */
export interface AwsSecretsRoleReference {
  /** Name of the role in Vault. */
  readonly name: pulumi.Output<string>;
  /** Where the role is in Vault: `aws/roles/deploy`. */
  readonly path: pulumi.Output<string>;
  /** Where its credentials are read: `aws/creds/deploy`. */
  readonly credsPath: pulumi.Output<string>;
  /** Type of the credentials that the role issues. */
  readonly credentialType: pulumi.Output<CredentialType>;
}

/**
 * Many roles of one mount of Vault's AWS secrets engine, as one resource: a thousand of them take seconds, where a resource for each takes
 * minutes. A preview shows the changes field by field, `roles.deploy.policyArns[0]`.
 *
 * Only roles that change are written, eight at a time; roles that are removed are deleted last. What fails is reported by role, the rest is written, and
 * the next `up` goes on with what is left. A role that is in Vault already is adopted as by {@link AwsSecretsRole}: where it is the same, or with
 * its `adoptExisting`.
 *
 * A role can move between here and {@link AwsSecretsRole} and stays in Vault, where both have the same provider; see docs/roles.md.
 *
 * Roles of more than 3 MB, which are some thousands, are split by a hash of their names: over this resource and further ones, `${name}-2` and so on.
 *
 * @example
 * const roles = new AwsSecretsRoles("roles", {
 *   mount: mount.path,
 *   roles: {
 *     deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/AmazonS3FullAccess"] },
 *     audit: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
 *   },
 * });
 * export const credentials = roles.references["deploy"]?.credsPath;
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#create-update-role
 */
export class AwsSecretsRoles extends VaultResource {
  /** Path of the secrets engine's mount. */
  declare public readonly mount: pulumi.Output<string>;
  /** The roles by name. */
  readonly references: Readonly<Record<string, AwsSecretsRoleReference>>;

  /** @throws pulumi.RunError with all that is wrong with all roles */
  constructor(name: string, args: AwsSecretsRolesArgs, opts?: pulumi.CustomResourceOptions) {
    assertValid(`AwsSecretsRoles "${name}"`, args, rolesRules);
    const [own = {}, ...more] = splitRoles(args.roles);
    const others = more.map(
      (roles, index) => new AwsSecretsRoles(`${name}-${index + 2}`, { mount: args.mount, roles }, opts),
    );
    // What depends on this resource finds all roles there.
    const options = others.length === 0 ? opts : pulumi.mergeOptions(opts, { dependsOn: others });
    const inputs = mapRecord(own, (_, role) => roleSettingsInputs(role));
    super(
      "AwsSecretsRoles",
      name,
      { mount: mapInput(args.mount, (value) => trimSlashes(value as string)), roles: inputs },
      ["written"],
      // What was written may be secret, and so is what stands for it.
      pulumi.mergeOptions(options, { additionalSecretOutputs: ["written"] }),
    );
    this.references = Object.assign(
      mapRecord(inputs, (role, { credentialType }) => reference(this.mount, role, credentialType)),
      ...others.map(({ references }) => references),
    ) as Record<string, AwsSecretsRoleReference>;
  }
}

/** All rules of {@link AwsSecretsRolesArgs}. */
function rolesRules(args: Values): Issue[] {
  return [
    ...unknownArguments(args, ["mount", "roles"]),
    ...mountPathRules(args, "mount"),
    ...(args.roles === undefined || args.roles === null || !isKnown(args.roles)
      ? [
          {
            path: "roles",
            rule: "must be a plain object, with the settings of each role by its name; settings may be outputs",
          },
        ]
      : eachRole("roles", args.roles, roleSettingsRules)),
  ];
}

/** Outputs are made when they are asked for: thousands that nobody asks for would take a part of a second. */
function reference(mount: pulumi.Output<string>, name: string, type: unknown): AwsSecretsRoleReference {
  return {
    get name() {
      return mount.apply(() => name);
    },
    get path() {
      return mount.apply((path) => `${path}/roles/${name}`);
    },
    get credsPath() {
      return mount.apply((path) => `${path}/creds/${name}`);
    },
    get credentialType() {
      return pulumi.all([type as pulumi.Input<CredentialType>, mount]).apply(([known]) => known);
    },
  };
}
