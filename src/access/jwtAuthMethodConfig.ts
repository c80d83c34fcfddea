import * as pulumi from "@pulumi/pulumi";
import type { Values } from "../vaultresource/fields.js";
import { assertValid, canonicalInputs, mapInput } from "../vaultresource/inputs.js";
import { trimSlashes } from "../vaultresource/rules.js";
import { VaultResource } from "../vaultresource/vaultResource.js";
import { jwtAuthConfigFields, jwtAuthConfigRules } from "./authConfigRules.js";

/** Where an issuer's keys are, and what its tokens must have: exactly one of `oidcDiscoveryUrl`, `jwksUrl` and `jwtValidationPubkeys`. */
export interface JwtAuthMethodConfigSettings {
  /** The issuer's URL, without `/.well-known/…`: `https://token.actions.githubusercontent.com` for GitHub Actions. */
  readonly oidcDiscoveryUrl?: pulumi.Input<string>;
  /** PEM text of the authority that signed its certificate. @default - the system's */
  readonly oidcDiscoveryCaPem?: pulumi.Input<string>;
  /** URL of the issuer's keys (JWKS). */
  readonly jwksUrl?: pulumi.Input<string>;
  /** PEM text of the authority that signed its certificate. @default - the system's */
  readonly jwksCaPem?: pulumi.Input<string>;
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
  declare public readonly mount: pulumi.Output<string>;

  constructor(name: string, args: JwtAuthMethodConfigArgs, opts?: pulumi.CustomResourceOptions) {
    const { oidcClientSecret } = args;
    const given = { ...args, mount: args.mount ?? "jwt" };
    assertValid(`JwtAuthMethodConfig "${name}"`, given, jwtAuthConfigRules);
    const inputs: Values = {
      mount: mapInput(given.mount, (path) => trimSlashes(path as string)),
      ...canonicalInputs(jwtAuthConfigFields, given),
      oidcClientSecret: oidcClientSecret === undefined ? undefined : pulumi.secret(oidcClientSecret),
      adoptExisting: args.adoptExisting,
    };
    super(
      "JwtAuthMethodConfig",
      name,
      inputs,
      [],
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["oidcClientSecret"] }),
    );
  }
}
