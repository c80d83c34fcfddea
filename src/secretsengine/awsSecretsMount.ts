import * as pulumi from "@pulumi/pulumi";
import { mountSettingsRules } from "./configRules.js";
import { adoptionSettings, type Values } from "../vaultresource/fields.js";
import { canonicalInputs, mapInput, assertValid } from "../vaultresource/inputs.js";
import { mountFields, mountSettings } from "./engineFields.js";
import type { Duration } from "../internal/duration.js";
import { trimSlashes, mountPathRules, unknownArguments } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";

/** The settings of a mount, apart from its path. */
export interface AwsSecretsMountSettings {
  /** Description shown by `vault secrets list`. Changed in place. @default "" */
  readonly description?: pulumi.Input<string>;
  /**
   * Lifetime of a lease where nothing else sets one. Of the leases of `iam_user` roles, AwsLeaseConfig sets it. Changed in place.
   *
   * @default - Vault's own, 768 hours unless configured
   */
  readonly defaultLeaseTtl?: pulumi.Input<Duration>;
  /** Maximum lifetime of a lease: above all other settings. Changed in place. @default - Vault's own, 768 hours unless configured */
  readonly maxLeaseTtl?: pulumi.Input<Duration>;
  /** Whether the mount shows in the listing of Vault's web interface before a login. Changed in place. @default "hidden" */
  readonly listingVisibility?: pulumi.Input<"hidden" | "unauth">;
  /** Keys of requests that Vault's audit devices write in clear. Changed in place. @default [] */
  readonly auditNonHmacRequestKeys?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Keys of answers that Vault's audit devices write in clear. Changed in place. @default [] */
  readonly auditNonHmacResponseKeys?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Headers that Vault passes on to the engine. Changed in place. @default [] */
  readonly passthroughRequestHeaders?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Headers that the engine may set in answers. Changed in place. @default [] */
  readonly allowedResponseHeaders?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * Accessors of the auth methods that the engine may delegate authentication to. The AWS engine delegates none of its own accord. Changed in
   * place. Vault 1.16 and later. @default []
   */
  readonly delegatedAuthAccessors?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * Version of the engine's plugin, such as `v1.18.0+builtin.vault`. Changed in place; Vault takes another one into use when the plugin is reloaded.
   * Vault 1.12 and later. @default - the one that Vault comes with, or the one that its plugin catalog pins
   */
  readonly pluginVersion?: pulumi.Input<string>;
  /** Options of the engine. The AWS engine has none. Changed in place. @default {} */
  readonly options?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** Whether Vault removes slashes at the end of requested paths. Changed in place. Vault 1.19 and later. @default false */
  readonly trimRequestTrailingSlashes?: pulumi.Input<boolean>;
  /** Names of the managed keys that the engine may use. Changed in place. Vault Enterprise. @default [] */
  readonly allowedManagedKeys?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Key that signs the engine's identity tokens. Changed in place. Vault Enterprise 1.16 and later. @default - Vault's key `default` */
  readonly identityTokenKey?: pulumi.Input<string>;
  /** Whether the mount is of this cluster only, and not replicated. A change replaces the mount. @default false */
  readonly local?: pulumi.Input<boolean>;
  /** Whether its data is wrapped by the seal (Vault Enterprise). A change replaces the mount. @default false */
  readonly sealWrap?: pulumi.Input<boolean>;
  /** Whether Vault keeps the mount out of its cache. A change replaces the mount. @default false */
  readonly forceNoCache?: pulumi.Input<boolean>;
  /** Whether the engine may use Vault's external source of entropy (Vault Enterprise). A change replaces the mount. @default false */
  readonly externalEntropyAccess?: pulumi.Input<boolean>;
  /**
   * Takes over an AWS secrets engine that is mounted at the path already, with all it holds, instead of failing. It is then this resource's:
   * its settings are changed to these, and destroying unmounts it.
   *
   * @default false
   */
  readonly adoptExisting?: pulumi.Input<boolean>;
  /**
   * What a change of the path does.
   *
   * - `replace`: mounts a new engine and unmounts the old one
   * - `remount`: moves the engine with its configuration and roles (the token needs sudo on sys/remount). Leases are revoked nevertheless
   *
   * @default "replace"
   */
  readonly onPathChange?: pulumi.Input<"replace" | "remount">;
  /**
   * Gives up leases that Vault cannot revoke, when the mount is destroyed. Their IAM users then stay, with working keys.
   *
   * @default false
   */
  readonly forceDestroy?: pulumi.Input<boolean>;
  /** Longest time for unmounting, in which Vault revokes all leases one by one: 1 second to 24 hours. @default 600 */
  readonly unmountTimeout?: pulumi.Input<Duration>;
}

export interface AwsSecretsMountArgs extends AwsSecretsMountSettings {
  /** Where the engine is mounted, below `/v1/`. @default "aws" */
  readonly path?: pulumi.Input<string>;
}

/** Names of {@link AwsSecretsMountSettings}. */
export const mountSettingNames: readonly string[] = [
  ...[...mountFields, ...adoptionSettings, ...mountSettings].map((field) => field.name),
];

/**
 * A mount of Vault's AWS secrets engine.
 *
 * Destroying unmounts it: Vault revokes all its leases, and so deletes their IAM users, before it answers. For that the root credential and its
 * policies must still be there: let the mount depend on them.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/system/mounts
 */
export class AwsSecretsMount extends VaultResource {
  /** Where the engine is mounted, without slashes around. */
  declare public readonly path: pulumi.Output<string>;
  /** Accessor of the mount: it changes when the engine is unmounted and mounted again. */
  declare public readonly accessor: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: AwsSecretsMountArgs = {}, opts?: pulumi.CustomResourceOptions) {
    const given = { ...args, path: args.path ?? "aws" };
    assertValid(`AwsSecretsMount "${name}"`, given, mountRules);
    super("AwsSecretsMount", name, mountInputs(given), ["accessor"], opts);
  }
}

/** The rules of {@link AwsSecretsMountArgs}. */
export function mountRules(args: Values): ReturnType<typeof mountSettingsRules> {
  return [
    ...unknownArguments(args, ["path", ...mountSettingNames]),
    ...mountPathRules(args, "path"),
    ...mountSettingsRules(args),
  ];
}

function mountInputs(args: AwsSecretsMountArgs): Values {
  return {
    path: mapInput(args.path, (value) => trimSlashes(value as string)),
    ...canonicalInputs([...mountFields, ...adoptionSettings, ...mountSettings], args as Values),
  };
}
