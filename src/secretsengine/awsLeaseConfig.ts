import type * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../internal/validation/issues.js";
import { leaseRules } from "./configRules.js";
import { adoptionSettings, type Values } from "../vaultresource/fields.js";
import { canonicalInputs, mapInput, assertValid } from "../vaultresource/inputs.js";
import { leaseFields } from "./engineFields.js";
import type { Duration } from "../internal/duration.js";
import { trimSlashes, mountPathRules, unknownArguments } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";

/** The settings of `config/lease`, apart from its mount. */
export interface AwsLeaseConfigSettings {
  /** Lifetime of a new lease. `0` stands for the mount's default. */
  readonly lease: pulumi.Input<Duration>;
  /** Maximum lifetime of a lease, renewals included. `0` stands for the mount's limit, which holds in any case. */
  readonly leaseMax: pulumi.Input<Duration>;
  /** Takes over a configuration that already exists and differs, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
}

export interface AwsLeaseConfigArgs extends AwsLeaseConfigSettings {
  /** Path of the mount: `mount.path`. */
  readonly mount: pulumi.Input<string>;
}

const settings = [...leaseFields, ...adoptionSettings];
const settingNames = settings.map((field) => field.name);

/**
 * The leases of `iam_user` roles: `config/lease` of Vault's AWS secrets engine. Session credentials have the lifetime that their role says. The
 * mount's own `maxLeaseTtl` stays above both.
 *
 * Vault cannot delete it: destroying sets both to 0, which means the same.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#configure-lease
 */
export class AwsLeaseConfig extends VaultResource {
  /** Path of the secrets engine's mount. */
  declare public readonly mount: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: AwsLeaseConfigArgs, opts?: pulumi.CustomResourceOptions) {
    assertValid(`AwsLeaseConfig "${name}"`, args, (given) => [
      ...unknownArguments(given, ["mount", ...settingNames]),
      ...mountPathRules(given, "mount"),
      ...leaseRules(given),
    ]);
    const inputs = {
      mount: mapInput(args.mount, (value) => trimSlashes(value as string)),
      ...canonicalInputs(settings, args as unknown as Values),
    };
    super("AwsLeaseConfig", name, inputs, [], opts);
  }
}

/** The rules of {@link AwsLeaseConfigSettings}. */
export function leaseSettingsRules(given: Values): Issue[] {
  return [...unknownArguments(given, settingNames), ...leaseRules(given)];
}
