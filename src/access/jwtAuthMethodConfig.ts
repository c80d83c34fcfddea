import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../vaultresource/fields.js";
import { assertValid, canonicalInputs, mapInput } from "../vaultresource/inputs.js";
import { trimSlashes } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { jwtAuthConfigFields, jwtAuthConfigRules } from "./authConfigRules.js";

/**
 * Where an issuer's keys are, and what its tokens must have: exactly one of `oidcDiscoveryUrl`, `jwksUrl`, `jwksPairs` and
 * `jwtValidationPubkeys`.
 */
export interface JwtAuthMethodConfigSettings {
  /** The issuer's URL, without `/.well-known/…`: `https://token.actions.githubusercontent.com` for GitHub Actions. */
  readonly oidcDiscoveryUrl?: pulumi.Input<string>;
  /** PEM text of the authority that signed its certificate. @default - the system's */
  readonly oidcDiscoveryCaPem?: pulumi.Input<string>;
  /** URL of the issuer's keys (JWKS). */
  readonly jwksUrl?: pulumi.Input<string>;
  /** PEM text of the authority that signed its certificate. @default - the system's */
  readonly jwksCaPem?: pulumi.Input<string>;
  /** Several sources of keys, instead of `jwksUrl`. Vault 1.16 and later. */
  readonly jwksPairs?: pulumi.Input<readonly pulumi.Input<JwksPair>[]>;
  /** The issuer's public keys in PEM. */
  readonly jwtValidationPubkeys?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** The `iss` claim that tokens must have. @default - any */
  readonly boundIssuer?: pulumi.Input<string>;
  /** Algorithms of signatures. @default ["RS256"] */
  readonly jwtSupportedAlgs?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Role of logins that name none. @default - a login must name one */
  readonly defaultRole?: pulumi.Input<string>;
  /** Client ID at the issuer, for logins of people with a browser. */
  readonly oidcClientId?: pulumi.Input<string>;
  /** Secret of the client; kept encrypted in the state. */
  readonly oidcClientSecret?: pulumi.Input<string>;
  /** How the issuer answers: `query` or `form_post`. @default - query */
  readonly oidcResponseMode?: pulumi.Input<string>;
  /** What the issuer answers with. @default - code */
  readonly oidcResponseTypes?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Whether the namespace of Vault Enterprise is passed in OIDC's state. @default true */
  readonly namespaceInState?: pulumi.Input<boolean>;
  /**
   * Settings of an issuer that Vault has special code for, under Vault's own names: `{ provider: "azure" }`. Kept encrypted in the state, since they can
   * hold a key.
   *
   * @see https://developer.hashicorp.com/vault/docs/auth/jwt/oidc-providers
   */
  readonly providerConfig?: pulumi.Input<Readonly<Record<string, unknown>>>;
  /** OIDs of critical certificate extensions that Vault ignores although it does not know them. Vault 1.17 and later. */
  readonly unsupportedCriticalCertExtensions?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** A URL of keys, and who signed its certificate. */
export interface JwksPair {
  /** URL of the issuer's keys (JWKS). */
  readonly jwksUrl: pulumi.Input<string>;
  /** PEM text of the authority. @default - the system's */
  readonly jwksCaPem?: pulumi.Input<string>;
}

/** What {@link JwtAuthMethodConfig} takes. */
export interface JwtAuthMethodConfigArgs extends JwtAuthMethodConfigSettings {
  /** Path of the auth method, without `auth/`. A change replaces the configuration. @default "jwt" */
  readonly mount?: pulumi.Input<string>;
  /** Takes over a configuration that already exists and differs, instead of failing. @default false */
  readonly adoptExisting?: pulumi.Input<boolean>;
}

/**
 * The configuration of a JWT/OIDC auth method: whose tokens it takes. It goes with the auth method; Vault cannot delete it alone.
 *
 * @example
 * new JwtAuthMethodConfig(
 *   "github",
 *   {
 *     mount: "github",
 *     oidcDiscoveryUrl: "https://token.actions.githubusercontent.com",
 *     boundIssuer: "https://token.actions.githubusercontent.com",
 *   },
 *   { provider: connection },
 * );
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/jwt#configure
 */
export class JwtAuthMethodConfig extends VaultResource {
  /** Path of the auth method. */
  declare public readonly mount: pulumi.Output<string>;

  /** @throws pulumi.RunError with all problems of the arguments */
  constructor(name: string, args: JwtAuthMethodConfigArgs, opts?: pulumi.CustomResourceOptions) {
    const { oidcClientSecret, providerConfig } = args;
    const given = { ...args, mount: args.mount ?? "jwt" };
    assertValid(`JwtAuthMethodConfig "${name}"`, given, jwtAuthConfigRules);
    const inputs: Values = {
      mount: mapInput(given.mount, (path) => trimSlashes(path as string)),
      ...canonicalInputs(jwtAuthConfigFields, given),
      oidcClientSecret: oidcClientSecret === undefined ? undefined : pulumi.secret(oidcClientSecret),
      ...(providerConfig === undefined ? {} : { providerConfig: pulumi.secret(providerConfig) }),
      adoptExisting: args.adoptExisting,
    };
    super(
      "JwtAuthMethodConfig",
      name,
      inputs,
      [],
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["oidcClientSecret", "providerConfig"] }),
    );
  }
}
