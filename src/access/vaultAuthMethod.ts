import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../internal/duration.js";
import type { Values } from "../vaultresource/fields.js";
import { assertValid, canonicalInputs, mapInput } from "../vaultresource/inputs.js";
import { trimSlashes } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { authMethodFields, authMethodRules } from "./authMethodFields.js";
import type { TokenType } from "./tokenFields.js";

/** What {@link VaultAuthMethod} takes. */
export interface VaultAuthMethodArgs {
  /** Type of the auth method: `kubernetes`, `jwt`, `oidc`, `approle` or another that Vault has. A change replaces it. */
  readonly type: pulumi.Input<string>;
  /** Where it is enabled, without `auth/`. A change replaces it. @default - its type */
  readonly path?: pulumi.Input<string>;
  /** For people, in `vault auth list`. @default "" */
  readonly description?: pulumi.Input<string>;
  /** Lifetime of its tokens where a role sets none. @default - Vault's own, 768 hours unless configured */
  readonly defaultLeaseTtl?: pulumi.Input<Duration>;
  /** Maximum lifetime of its tokens. @default - Vault's own, 768 hours unless configured */
  readonly maxLeaseTtl?: pulumi.Input<Duration>;
  /** Whether it shows in the login page before a login. @default "hidden" */
  readonly listingVisibility?: pulumi.Input<"hidden" | "unauth">;
  /** Kind of its tokens where a role says none. @default "default-service" */
  readonly tokenType?: pulumi.Input<TokenType>;
  /** Whether it is of this cluster only, and not replicated. A change replaces it. @default false */
  readonly local?: pulumi.Input<boolean>;
  /** Takes over an auth method of the same type that is enabled there already, with its roles, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
}

/**
 * An auth method of Vault, enabled at a path. Destroying disables it: all tokens of its logins are revoked, and their leases with them.
 *
 * KubeVault's operator enables `kubernetes` for each VaultServer, and configures it: leave that one to it.
 *
 * @example
 * const jwt = new VaultAuthMethod("github", { type: "jwt", path: "github" }, { provider: connection });
 *
 * @see https://developer.hashicorp.com/vault/api-docs/system/auth
 */
export class VaultAuthMethod extends VaultResource {
  /** Type of the auth method: `kubernetes`, `jwt`, `approle`. */
  declare public readonly type: pulumi.Output<string>;
  /** Where it is enabled, without `auth/` and slashes around: what roles take as `mount`. */
  declare public readonly path: pulumi.Output<string>;
  /** Vault's ID of the auth method: another one after it was disabled and enabled again. */
  declare public readonly accessor: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: VaultAuthMethodArgs, opts?: pulumi.CustomResourceOptions) {
    const given = { ...args, path: args.path ?? args.type };
    assertValid(`VaultAuthMethod "${name}"`, given, authMethodRules);
    const inputs: Values = {
      type: given.type,
      path: mapInput(given.path, (path) => trimSlashes(path as string)),
      ...canonicalInputs(authMethodFields, given),
      adoptExisting: given.adoptExisting,
    };
    super("VaultAuthMethod", name, inputs, ["accessor"], opts);
  }
}
