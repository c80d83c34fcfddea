import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../internal/duration.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { authRoleInputs, type AuthRoleLocation } from "./authRole.js";
import { jwtAuthRoleFields, jwtAuthRoleRules, type boundClaimsTypes, type jwtRoleTypes } from "./jwtAuthRoleRules.js";
import type { TokenSettings } from "./tokenFields.js";

/** Whose tokens a role takes, and how it reads them. */
export interface JwtAuthRoleSettings {
  /** The claim that identifies clients, such as `repository` (GitHub Actions), `project_path` (GitLab) or `sub`. */
  readonly userClaim: pulumi.Input<string>;
  /** Whether `userClaim` is a JSON pointer. Vault 1.11 and later. @default false */
  readonly userClaimJsonPointer?: pulumi.Input<boolean>;
  /** `jwt` for machines, `oidc` for people with a browser. @default "jwt" */
  readonly roleType?: pulumi.Input<(typeof jwtRoleTypes)[number]>;
  /** Audiences of which a token must have one. @default [] */
  readonly boundAudiences?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** The `sub` claim that a token must have. @default - any */
  readonly boundSubject?: pulumi.Input<string>;
  /** Claims that a token must have, each with a value or a list of accepted values. @default {} */
  readonly boundClaims?: pulumi.Input<
    Readonly<Record<string, pulumi.Input<string | number | boolean | readonly string[]>>>
  >;
  /** Whether `*` in `boundClaims` stands for any text (`glob`). @default "string" */
  readonly boundClaimsType?: pulumi.Input<(typeof boundClaimsTypes)[number]>;
  /** Claims to copy into the metadata of tokens, by their names there. @default {} */
  readonly claimMappings?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /** The claim with the client's groups. @default - none */
  readonly groupsClaim?: pulumi.Input<string>;
  /** Scopes to ask for, besides `openid`. Type `oidc`. @default [] */
  readonly oidcScopes?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Where a browser may be sent after its login. Needed for type `oidc`. @default [] */
  readonly allowedRedirectUris?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Writes tokens to Vault's log at level debug: for trials only. @default false */
  readonly verboseOidcLogging?: pulumi.Input<boolean>;
  /** Longest time since the user's last active login. @default - any */
  readonly maxAge?: pulumi.Input<Duration>;
  /** Seconds that a token may have expired; 0 is Vault's 150, -1 none. @default 0 */
  readonly expirationLeeway?: pulumi.Input<number>;
  /** Seconds that a token may be too early; 0 is Vault's 150, -1 none. @default 0 */
  readonly notBeforeLeeway?: pulumi.Input<number>;
  /** Seconds that clocks may differ; 0 is Vault's 60, -1 none. @default 0 */
  readonly clockSkewLeeway?: pulumi.Input<number>;
}

/** What {@link JwtAuthRole} takes. */
export interface JwtAuthRoleArgs extends AuthRoleLocation, JwtAuthRoleSettings, TokenSettings {
  /** Path of the auth method, without `auth/`. A change replaces the role. @default "jwt" */
  readonly mount?: pulumi.Input<string>;
}

/**
 * A role of Vault's JWT/OIDC auth method: which tokens of an issuer may log in, and what their tokens of Vault may do.
 *
 * The auth method must be enabled and configured: {@link VaultAuthMethod} and {@link JwtAuthMethodConfig}.
 *
 * @example
 * // One branch of one repository in GitHub Actions
 * new JwtAuthRole(
 *   "deploy",
 *   {
 *     name: "deploy",
 *     userClaim: "repository",
 *     boundAudiences: ["https://github.com/example"],
 *     boundClaims: { repository: "example/shop", ref: "refs/heads/main" },
 *     tokenPolicies: ["shop"],
 *     tokenTtl: "15m",
 *   },
 *   { provider: connection },
 * );
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/jwt#create-update-role
 */
export class JwtAuthRole extends VaultResource {
  /** Path of the auth method. */
  declare public readonly mount: pulumi.Output<string>;
  /** Name of the role in Vault. */
  declare public readonly name: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: JwtAuthRoleArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = authRoleInputs(`JwtAuthRole "${name}"`, args, "jwt", jwtAuthRoleFields, jwtAuthRoleRules);
    super("JwtAuthRole", name, inputs, [], opts);
  }
}
