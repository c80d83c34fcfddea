import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isFullyKnown, isKnown } from "../internal/validation/known.js";
import type { Values, VaultField } from "../vaultresource/fields.js";
import { anyUrl, line, word } from "../vaultresource/textForms.js";
import { kindRules, mayBeSet, requiredText } from "../vaultresource/rules.js";
import { tokenFields, tokenSettingsRules } from "./tokenFields.js";

export const jwtRoleTypes = ["jwt", "oidc"] as const;
export const boundClaimsTypes = ["string", "glob"] as const;

const leeways = ["expirationLeeway", "notBeforeLeeway", "clockSkewLeeway"];

/**
 * The fields of `auth/jwt/role/:name`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/jwt#create-update-role
 */
export const jwtAuthRoleFields: readonly VaultField[] = [
  { name: "roleType", vaultName: "role_type", kind: "text", unset: "jwt", oneOf: jwtRoleTypes },
  { name: "userClaim", vaultName: "user_claim", kind: "text", form: line },
  { name: "userClaimJsonPointer", vaultName: "user_claim_json_pointer", kind: "flag", since: "1.11" },
  { name: "boundAudiences", vaultName: "bound_audiences", kind: "set", form: line },
  { name: "boundSubject", vaultName: "bound_subject", kind: "text", form: line },
  { name: "boundClaims", vaultName: "bound_claims", kind: "object" },
  {
    name: "boundClaimsType",
    vaultName: "bound_claims_type",
    kind: "text",
    unset: "string",
    oneOf: boundClaimsTypes,
  },
  { name: "claimMappings", vaultName: "claim_mappings", kind: "map" },
  { name: "groupsClaim", vaultName: "groups_claim", kind: "text", form: line },
  { name: "oidcScopes", vaultName: "oidc_scopes", kind: "set", form: word },
  { name: "allowedRedirectUris", vaultName: "allowed_redirect_uris", kind: "set", form: anyUrl },
  { name: "verboseOidcLogging", vaultName: "verbose_oidc_logging", kind: "flag" },
  { name: "maxAge", vaultName: "max_age", kind: "seconds" },
  { name: "expirationLeeway", vaultName: "expiration_leeway", kind: "count" },
  { name: "notBeforeLeeway", vaultName: "not_before_leeway", kind: "count" },
  { name: "clockSkewLeeway", vaultName: "clock_skew_leeway", kind: "count" },
  ...tokenFields,
];

/** The rules of a role of the JWT/OIDC auth method, apart from its name: Vault's own, and those of tokens in CI. */
export function jwtAuthRoleRules(role: Values): Issue[] {
  return [
    ...kindRules(jwtAuthRoleFields, role),
    ...requiredText(role, "userClaim", 'Name the claim that tells clients apart, such as "repository" or "sub".'),
    ...boundRules(role),
    ...claimRules(role),
    ...mappingRules(role.claimMappings),
    ...leewayRules(role),
    ...tokenSettingsRules(role),
  ];
}

function boundRules(role: Values): Issue[] {
  const has = (name: string) => mayBeSet(jwtAuthRoleFields, role, name);
  if (!isKnown(role.roleType)) {
    return [];
  }
  if (role.roleType === "oidc") {
    return has("allowedRedirectUris")
      ? []
      : [
          {
            path: "allowedRedirectUris",
            rule: "is required for a role of type oidc",
            fix: 'Give "http://localhost:8250/oidc/callback" for the vault command.',
          },
        ];
  }
  const bounds = ["boundAudiences", "boundSubject", "boundClaims", "tokenBoundCidrs"];
  return bounds.some(has)
    ? []
    : [
        {
          path: "boundClaims",
          rule: "or boundAudiences, boundSubject or tokenBoundCidrs is required",
          fix: "Anybody with a token of the issuer could log in: with GitHub Actions that is every repository on GitHub.",
        },
      ];
}

function claimRules(role: Values): Issue[] {
  const claims = role.boundClaims;
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    return [];
  }
  return Object.entries(claims).flatMap(([claim, value]: [string, unknown]) => {
    const path = pathOf("boundClaims", claim);
    if (!isFullyKnown(value)) {
      return [];
    }
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (values.length === 0) {
      return [{ path, rule: "must have at least one value" }];
    }
    const glob = role.boundClaimsType === "glob";
    if (values.some((one) => !["string", ...(glob ? [] : ["number", "boolean"])].includes(typeof one))) {
      return [{ path, rule: "must be a text or a list of texts", actual: value }];
    }
    const wildcard = values.find((one) => typeof one === "string" && one.includes("*"));
    return wildcard !== undefined && !glob && isKnown(role.boundClaimsType)
      ? [
          {
            path,
            rule: 'has a "*", which stands for itself where boundClaimsType is "string"',
            actual: wildcard,
            fix: 'Set boundClaimsType: "glob" to have it stand for any text.',
          },
        ]
      : [];
  });
}

function mappingRules(mappings: unknown): Issue[] {
  if (mappings === null || typeof mappings !== "object" || Array.isArray(mappings)) {
    return [];
  }
  const targets = Object.entries(mappings);
  return targets.flatMap(([claim, target]: [string, unknown], index) => {
    const path = pathOf("claimMappings", claim);
    if (target === "role") {
      return [{ path, rule: 'must not be "role", which Vault sets itself', actual: target }];
    }
    const earlier = targets.slice(0, index).find(([, other]) => other === target && isKnown(target));
    return earlier === undefined
      ? []
      : [{ path, rule: `must not be the same as that of ${earlier[0]}`, actual: target as string }];
  });
}

function leewayRules(role: Values): Issue[] {
  return leeways
    .filter((name) => typeof role[name] === "number" && role[name] < -1)
    .map((name) => ({
      path: name,
      rule: "must be at least -1",
      actual: role[name],
      fix: "0 is Vault's default, -1 is none.",
    }));
}
