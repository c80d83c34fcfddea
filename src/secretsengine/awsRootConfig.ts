import * as pulumi from "@pulumi/pulumi";
import { warn } from "../internal/validation/warn.js";
import type { Issue } from "../internal/validation/issues.js";
import { rootConfigRules } from "./configRules.js";
import { rootConfigWarnings } from "./rootConfigWarnings.js";
import { adoptionSettings, singleLineTemplate, type Values } from "../vaultresource/fields.js";
import { canonicalInputs, mapInput, assertValid } from "../vaultresource/inputs.js";
import { rootConfigFields, rootConfigSettings } from "./engineFields.js";
import type { Duration } from "../internal/duration.js";
import { trimSlashes, mountPathRules, unknownArguments } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";

/** How a new access key is tried before Vault gets it: with sts:GetCallerIdentity, which needs no permission. */
export interface KeyReadinessArgs {
  /** Does not try. @default false */
  readonly skip?: pulumi.Input<boolean>;
  /** Region of STS. @default - the configuration's, or one of the assumed role's partition, or us-east-1 */
  readonly region?: pulumi.Input<string>;
  /** Endpoint of STS, as it is reached from where `pulumi up` runs. @default - the configuration's, or the region's own */
  readonly stsEndpoint?: pulumi.Input<string>;
  /** How many answers in a row have to be good, 1 to 100: AWS's servers learn of a key one by one. @default 5 */
  readonly consecutiveSuccesses?: pulumi.Input<number>;
  /** Longest time to wait: 1 second to 1 hour. @default 180 */
  readonly timeout?: pulumi.Input<Duration>;
}

/** The settings of `config/root`, apart from its mount. */
export interface AwsRootConfigSettings {
  /** ID of the root access key. Without a key Vault uses the identity of the machine it runs on. */
  readonly accessKey?: pulumi.Input<string>;
  /** Secret of the root access key. It is written to Vault and nowhere else: the state keeps a digest of it. */
  readonly secretKey?: pulumi.Input<string>;
  /** Region that Vault calls AWS in. @default - AWS_REGION of Vault's own environment, or us-east-1 */
  readonly region?: pulumi.Input<string>;
  /** Endpoint of IAM, where it is not AWS's own. */
  readonly iamEndpoint?: pulumi.Input<string>;
  /** Endpoint of STS, where it is not AWS's own. */
  readonly stsEndpoint?: pulumi.Input<string>;
  /** Region of STS, where it is not `region`. Vault 1.19 and later. */
  readonly stsRegion?: pulumi.Input<string>;
  /** Endpoints of STS to try in turn when `stsEndpoint` does not answer; one for each of `stsFallbackRegions`. Vault 1.19 and later. */
  readonly stsFallbackEndpoints?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Regions of `stsFallbackEndpoints`. Vault 1.19 and later. */
  readonly stsFallbackRegions?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** How often Vault repeats a call of AWS. @default -1, the AWS SDK's own number */
  readonly maxRetries?: pulumi.Input<number>;
  /**
   * Template of the names of IAM users and sessions. It may stand on several lines, as in Vault's documentation: line breaks and the white space
   * around them are removed, since Vault would take them into the names. @default - Vault's own: names start with `vault-`
   */
  readonly usernameTemplate?: pulumi.Input<string>;
  /** Role to assume with Vault's identity token. Vault Enterprise 1.16 and later. */
  readonly roleArn?: pulumi.Input<string>;
  /** Audience of Vault's identity token (workload identity federation). Vault Enterprise 1.16 and later. */
  readonly identityTokenAudience?: pulumi.Input<string>;
  /** Lifetime of Vault's identity token. Vault Enterprise 1.16 and later. @default 3600 */
  readonly identityTokenTtl?: pulumi.Input<Duration>;
  /** Schedule, in cron's notation, on which Vault rotates the root key. Vault Enterprise 1.19 and later. */
  readonly rotationSchedule?: pulumi.Input<string>;
  /** How long after its time a rotation of the schedule may still start. Vault Enterprise 1.19 and later. @default - none */
  readonly rotationWindow?: pulumi.Input<Duration>;
  /** Period at which Vault rotates the root key. Vault Enterprise 1.19 and later. @default - none: no rotation by period */
  readonly rotationPeriod?: pulumi.Input<Duration>;
  /** Suspends the rotation. Vault Enterprise 1.19 and later. @default false */
  readonly disableAutomatedRotation?: pulumi.Input<boolean>;
  /**
   * Lets Vault rotate the root key as soon as it has it, and again whenever this text changes. From then on only Vault knows the secret:
   * `accessKey` and `secretKey` were the seed, are neither compared nor written any more, and can be left out.
   *
   * The IAM user may have only the one key at that moment, and needs iam:GetUser, iam:CreateAccessKey and iam:DeleteAccessKey on itself.
   *
   * @default - the key stays the one given
   */
  readonly rotateRootTrigger?: pulumi.Input<string>;
  /** A change of this text writes `accessKey` and `secretKey` again after a rotation, and rotates them again. */
  readonly reseedTrigger?: pulumi.Input<string>;
  /** How the key is tried before Vault gets it. */
  readonly keyReadiness?: pulumi.Input<KeyReadinessArgs>;
  /** Takes over a configuration that already exists and differs, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
  /**
   * Clears the credential from Vault when this resource is destroyed. Vault cannot delete config/root, and cannot revoke leases without it:
   * by default it stays until the mount goes.
   *
   * @default false
   */
  readonly clearOnDelete?: pulumi.Input<boolean>;
}

export interface AwsRootConfigArgs extends AwsRootConfigSettings {
  /** Path of the mount: `mount.path`. */
  readonly mount: pulumi.Input<string>;
}

const fields = [...rootConfigFields, ...rootConfigSettings, ...adoptionSettings];

/** Names of {@link AwsRootConfigSettings}. */
export const rootConfigSettingNames: readonly string[] = [
  ...fields.map((field) => field.name),
  "secretKey",
  "keyReadiness",
];

/**
 * The root credential of Vault's AWS secrets engine: `config/root`.
 *
 * A new key is tried until AWS accepts it, before Vault gets it. The complete object is always written: older releases of Vault erase what is
 * left out, and newer ones keep it.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/aws#configure-root-credentials
 */
export class AwsRootConfig extends VaultResource {
  /** Path of the secrets engine's mount. */
  declare public readonly mount: pulumi.Output<string>;
  /** ID of the key that Vault uses now: another than `accessKey` after a rotation. */
  declare public readonly activeAccessKey: pulumi.Output<string>;
  /** Whether Vault has rotated the key, so that only Vault knows its secret. */
  declare public readonly keyRotated: pulumi.Output<boolean>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: AwsRootConfigArgs, opts?: pulumi.CustomResourceOptions) {
    assertValid(`AwsRootConfig "${name}"`, args, (given) => [
      ...unknownArguments(given, ["mount", ...rootConfigSettingNames]),
      ...mountPathRules(given, "mount"),
      ...rootConfigRules(given),
    ]);
    const computed = ["activeAccessKey", "keyRotated"];
    super("AwsRootConfig", name, rootConfigInputs(args), computed, opts);
    const { region, stsRegion, stsEndpoint } = args;
    pulumi.all([region, stsRegion, stsEndpoint]).apply(([own, ofSts, endpoint]) => {
      const given = { region: own, stsRegion: ofSts, stsEndpoint: endpoint };
      warn(this, `AwsRootConfig "${name}"`, rootConfigWarnings(given));
    });
  }
}

/** The rules of {@link AwsRootConfigSettings}. */
export function rootConfigSettingsRules(settings: Values): Issue[] {
  return [...unknownArguments(settings, rootConfigSettingNames), ...rootConfigRules(settings)];
}

function rootConfigInputs(args: AwsRootConfigArgs): Values {
  const usernameTemplate = mapInput(args.usernameTemplate, (value) =>
    typeof value === "string" ? singleLineTemplate(value) : value,
  );
  return {
    mount: mapInput(args.mount, (value) => trimSlashes(value as string)),
    ...canonicalInputs(fields, { ...args, usernameTemplate }),
    secretKey: args.secretKey === undefined ? undefined : pulumi.secret(args.secretKey),
    keyReadiness: args.keyReadiness,
  };
}
