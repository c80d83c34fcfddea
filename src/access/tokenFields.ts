import type * as pulumi from "@pulumi/pulumi";
import { durationSeconds, type Duration } from "../internal/duration.js";
import type { Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import type { Values, VaultField } from "../vaultresource/fields.js";
import { notLonger } from "../vaultresource/rules.js";
import { tokenPoliciesRules } from "./accessRules.js";

/** Kinds of tokens that a role can make. */
export const tokenTypes = ["default", "service", "batch", "default-service", "default-batch"] as const;

/** Type of the tokens that a login issues. */
export type TokenType = (typeof tokenTypes)[number];

/**
 * The fields of the tokens that an auth method's role makes; the same for all methods.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#create-update-role
 */
export const tokenFields: readonly VaultField[] = [
  { name: "tokenTtl", vaultName: "token_ttl", kind: "seconds" },
  { name: "tokenMaxTtl", vaultName: "token_max_ttl", kind: "seconds" },
  { name: "tokenPolicies", vaultName: "token_policies", kind: "set" },
  { name: "tokenBoundCidrs", vaultName: "token_bound_cidrs", kind: "cidrs" },
  { name: "tokenExplicitMaxTtl", vaultName: "token_explicit_max_ttl", kind: "seconds" },
  { name: "tokenNoDefaultPolicy", vaultName: "token_no_default_policy", kind: "flag" },
  { name: "tokenNumUses", vaultName: "token_num_uses", kind: "count", least: 0 },
  { name: "tokenPeriod", vaultName: "token_period", kind: "seconds" },
  { name: "tokenType", vaultName: "token_type", kind: "text", unset: "default", oneOf: tokenTypes },
];

/** What a role says about the tokens of its logins. */
export interface TokenSettings {
  /** Lifetime of a token; it can be renewed up to `tokenMaxTtl`. @default - the auth method's, 768 hours unless configured */
  readonly tokenTtl?: pulumi.Input<Duration>;
  /** Maximum lifetime of a token, renewals included. @default - the auth method's, 768 hours unless configured */
  readonly tokenMaxTtl?: pulumi.Input<Duration>;
  /** Names of the policies of a token, besides `default`. @default [] */
  readonly tokenPolicies?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Address ranges that a token can be used from, such as `10.0.0.0/8`. @default - any */
  readonly tokenBoundCidrs?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Maximum lifetime of a token, which also ends periodic ones. @default - none */
  readonly tokenExplicitMaxTtl?: pulumi.Input<Duration>;
  /** Whether a token lacks Vault's policy `default`. @default false */
  readonly tokenNoDefaultPolicy?: pulumi.Input<boolean>;
  /** How often a token can be used; 0 is any number of times. @default 0 */
  readonly tokenNumUses?: pulumi.Input<number>;
  /** Period of a periodic token: each renewal resets its TTL to it, without a maximum lifetime. @default - none */
  readonly tokenPeriod?: pulumi.Input<Duration>;
  /** Kind of token. Leases of AWS credentials end with a token of either kind. @default "default" */
  readonly tokenType?: pulumi.Input<TokenType>;
}

/** The rules of {@link TokenSettings} beyond the kinds of values. */
export function tokenSettingsRules(values: Values): Issue[] {
  return [
    ...tokenPoliciesRules(values),
    ...notLonger(values, "tokenTtl", "tokenMaxTtl"),
    ...notLonger(values, "tokenTtl", "tokenExplicitMaxTtl"),
    ...batchTokenRules(values),
  ];
}

/** Batch tokens are not stored: Vault can neither renew nor count them. */
function batchTokenRules({ tokenType, tokenPeriod, tokenNumUses }: Values): Issue[] {
  const isSize = (size: unknown) => size !== undefined && isKnown(size) && (durationSeconds(size) ?? 0) > 0;
  return tokenType !== "batch" && tokenType !== "default-batch"
    ? []
    : Object.entries({ tokenPeriod, tokenNumUses })
        .filter(([, size]) => isSize(size))
        .map(([path, actual]) => ({
          path,
          rule: `cannot be given together with tokenType "${tokenType}": Vault does not store batch tokens`,
          actual,
          fix: "Leave one of the two out.",
        }));
}
