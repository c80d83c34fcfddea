import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../internal/duration.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { appRoleFields, appRoleRules } from "./appRoleRules.js";
import { authRoleInputs, type AuthRoleLocation } from "./authRole.js";
import type { TokenSettings } from "./tokenFields.js";

/** What {@link AppRoleAuthRole} takes. */
export interface AppRoleAuthRoleArgs extends AuthRoleLocation, TokenSettings {
  /** Path of the auth method, without `auth/`. A change replaces the role. @default "approle" */
  readonly mount?: pulumi.Input<string>;
  /** Whether a login needs a secret ID. @default true */
  readonly bindSecretId?: pulumi.Input<boolean>;
  /** Address ranges that a secret ID can be used from. @default - any */
  readonly secretIdBoundCidrs?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** How often a secret ID can be used; 0 is any number of times. @default 0 */
  readonly secretIdNumUses?: pulumi.Input<number>;
  /** Lifetime of a secret ID. @default - without end */
  readonly secretIdTtl?: pulumi.Input<Duration>;
}

/**
 * A role of Vault's AppRole auth method. A login takes its `roleId` and a secret ID, which is created outside of Pulumi, so that no state holds it:
 * `vault write -f auth/approle/role/NAME/secret-id`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/approle#create-update-approle
 */
export class AppRoleAuthRole extends VaultResource {
  /** Path of the auth method. */
  declare public readonly mount: pulumi.Output<string>;
  /** Name of the role in Vault. */
  declare public readonly name: pulumi.Output<string>;
  /** ID of the role, which a login sends. It is not a secret. */
  declare public readonly roleId: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: AppRoleAuthRoleArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = authRoleInputs(`AppRoleAuthRole "${name}"`, args, "approle", appRoleFields, appRoleRules);
    super("AppRoleAuthRole", name, inputs, ["roleId"], opts);
  }
}
