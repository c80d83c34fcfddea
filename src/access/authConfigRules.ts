import { pathOf, under, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { adoptionSettings, type Values, type VaultField } from "../vaultresource/fields.js";
import { line, pem, word, type TextForm } from "../vaultresource/textForms.js";
import { urlRules } from "../vaultresource/urlRules.js";
import { kindRules, mayBeSet, requiredText, unknownArguments } from "../vaultresource/rules.js";
import { authPathRules } from "./accessRules.js";

/**
 * The fields of `auth/kubernetes/config`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#configure-method
 */
export const kubernetesAuthConfigFields: readonly VaultField[] = [
  { name: "kubernetesHost", vaultName: "kubernetes_host", kind: "text", form: word },
  { name: "kubernetesCaCert", vaultName: "kubernetes_ca_cert", kind: "text" },
  { name: "pemKeys", vaultName: "pem_keys", kind: "list", form: pem },
  { name: "issuer", vaultName: "issuer", kind: "text", form: word },
  { name: "disableIssValidation", vaultName: "disable_iss_validation", kind: "flag", unset: true },
  { name: "disableLocalCaJwt", vaultName: "disable_local_ca_jwt", kind: "flag" },
  {
    name: "useAnnotationsAsAliasMetadata",
    vaultName: "use_annotations_as_alias_metadata",
    kind: "flag",
    since: "1.16",
  },
];

/** What Vault never shows of it. */
export const kubernetesAuthConfigSecrets: readonly VaultField[] = [
  { name: "tokenReviewerJwt", vaultName: "token_reviewer_jwt", kind: "text", form: word, secret: true },
];

const roleName: TextForm = {
  pattern: /^[a-z\d_](?:[a-z\d_.-]*[a-z\d_])?$/,
  rule: "must be the name of a role, in lower case as Vault stores it",
};

const objectIdentifier: TextForm = {
  pattern: /^\d+(?:\.\d+)+$/,
  rule: "must be an object identifier such as 2.5.29.30",
};

const signingAlgorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"];

/**
 * The fields of `auth/jwt/config`.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/auth/jwt#configure
 */
export const jwtAuthConfigFields: readonly VaultField[] = [
  { name: "oidcDiscoveryUrl", vaultName: "oidc_discovery_url", kind: "text" },
  { name: "oidcDiscoveryCaPem", vaultName: "oidc_discovery_ca_pem", kind: "text" },
  { name: "oidcClientId", vaultName: "oidc_client_id", kind: "text", form: line },
  {
    name: "oidcResponseMode",
    vaultName: "oidc_response_mode",
    kind: "text",
    oneOf: ["query", "form_post", ""],
  },
  { name: "oidcResponseTypes", vaultName: "oidc_response_types", kind: "set", oneOf: ["code", "id_token"] },
  { name: "jwksUrl", vaultName: "jwks_url", kind: "text" },
  { name: "jwksCaPem", vaultName: "jwks_ca_pem", kind: "text" },
  {
    name: "jwksPairs",
    vaultName: "jwks_pairs",
    kind: "objects",
    parts: { jwksUrl: "jwks_url", jwksCaPem: "jwks_ca_pem" },
    since: "1.16",
  },
  { name: "jwtValidationPubkeys", vaultName: "jwt_validation_pubkeys", kind: "list", form: pem },
  { name: "jwtSupportedAlgs", vaultName: "jwt_supported_algs", kind: "set", oneOf: signingAlgorithms },
  { name: "boundIssuer", vaultName: "bound_issuer", kind: "text", form: word },
  { name: "defaultRole", vaultName: "default_role", kind: "text", form: roleName },
  { name: "namespaceInState", vaultName: "namespace_in_state", kind: "flag", unset: true },
  // Its values can be secret: an account's key for Google's groups.
  { name: "providerConfig", vaultName: "provider_config", kind: "object", secret: true },
  {
    name: "unsupportedCriticalCertExtensions",
    vaultName: "unsupported_critical_cert_extensions",
    kind: "set",
    form: objectIdentifier,
    since: "1.17",
  },
];

/** What Vault never shows of it. */
export const jwtAuthConfigSecrets: readonly VaultField[] = [
  { name: "oidcClientSecret", vaultName: "oidc_client_secret", kind: "text", form: line, secret: true },
];

function configRules(args: Values, fields: readonly VaultField[]): Issue[] {
  return [
    ...unknownArguments(args, ["mount", "adoptExisting", ...fields.map(({ name }) => name)]),
    ...authPathRules(args, "mount"),
    ...kindRules([...fields, ...adoptionSettings], args),
  ];
}

/** The rules of the Kubernetes auth method's configuration. */
export function kubernetesAuthConfigRules(args: Values): Issue[] {
  return [
    ...configRules(args, [...kubernetesAuthConfigFields, ...kubernetesAuthConfigSecrets]),
    ...requiredText(
      args,
      "kubernetesHost",
      'Give the API server as Vault reaches it: "https://kubernetes.default.svc".',
    ),
    ...pemRules(args, "kubernetesCaCert"),
    ...(typeof args.kubernetesHost === "string" && args.kubernetesHost.includes("@")
      ? urlRules("kubernetesHost", args.kubernetesHost)
      : []),
  ];
}

/** The rules of the JWT/OIDC auth method's configuration. */
export function jwtAuthConfigRules(args: Values): Issue[] {
  const has = (name: string) => mayBeSet(jwtAuthConfigFields, args, name);
  const sources = ["oidcDiscoveryUrl", "jwksUrl", "jwksPairs", "jwtValidationPubkeys"];
  const given = sources.filter(has);
  const issues = [
    ...configRules(args, [...jwtAuthConfigFields, ...jwtAuthConfigSecrets]),
    ...["oidcDiscoveryCaPem", "jwksCaPem"].flatMap((name) => pemRules(args, name)),
    ...["oidcDiscoveryUrl", "jwksUrl"].flatMap((name) => urlRules(name, args[name])),
    ...discoveryRules(args),
    ...responseRules(args),
    ...pairRules(args.jwksPairs),
    ...providerRules(args.providerConfig),
  ];
  if (given.length !== 1) {
    issues.push({
      path: given[1] ?? "oidcDiscoveryUrl",
      rule:
        given.length === 0
          ? "or jwksUrl, jwksPairs or jwtValidationPubkeys is required"
          : `cannot be given together with ${given[0] ?? ""}`,
      fix: "Vault takes the issuer's keys from exactly one of them.",
    });
  }
  const secret = (args.oidcClientSecret ?? "") !== "";
  if (has("oidcClientId") !== secret) {
    issues.push({
      path: secret ? "oidcClientId" : "oidcClientSecret",
      rule: "is missing: a client ID and its secret belong together",
    });
  }
  if (has("oidcClientId") && !has("oidcDiscoveryUrl")) {
    issues.push({ path: "oidcDiscoveryUrl", rule: "is required with oidcClientId" });
  }
  return issues;
}

function pairRules(pairs: unknown): Issue[] {
  if (!Array.isArray(pairs)) {
    return [];
  }
  return pairs.flatMap((pair: unknown, index) => {
    const values = (pair ?? {}) as Values;
    return under(pathOf("jwksPairs", index), [
      ...unknownArguments(values, ["jwksUrl", "jwksCaPem"]),
      ...requiredText(values, "jwksUrl", "Give the URL of an issuer's keys."),
      ...urlRules("jwksUrl", values.jwksUrl),
      ...pemRules(values, "jwksCaPem"),
    ]);
  });
}

function providerRules(given: unknown): Issue[] {
  if (given === undefined || given === null || typeof given !== "object" || !isKnown(given)) {
    return [];
  }
  const { provider } = given as Values;
  return Object.keys(given).length === 0 || (typeof provider === "string" && provider !== "") || !isKnown(provider)
    ? []
    : [
        {
          path: "providerConfig.provider",
          rule: "is required",
          fix: 'Name the provider that Vault has a special login for, such as "azure" or "gsuite".',
        },
      ];
}

function pemRules(args: Values, name: string): Issue[] {
  const text = args[name];
  return typeof text === "string" && text !== "" && isKnown(text) && !text.includes("-----BEGIN CERTIFICATE-----")
    ? [{ path: name, rule: "must be a certificate in PEM", fix: "It starts with -----BEGIN CERTIFICATE-----." }]
    : [];
}

function discoveryRules({ oidcDiscoveryUrl: url }: Values): Issue[] {
  return typeof url === "string" && url.includes("/.well-known")
    ? [
        {
          path: "oidcDiscoveryUrl",
          rule: "must be without /.well-known/openid-configuration, which Vault adds",
          actual: url,
        },
      ]
    : [];
}

/** An ID token is not for a URL, which logs keep. */
function responseRules({ oidcResponseMode: mode, oidcResponseTypes: types }: Values): Issue[] {
  return Array.isArray(types) && types.includes("id_token") && isKnown(mode) && mode !== "form_post"
    ? [{ path: "oidcResponseMode", rule: "must be form_post with id_token in oidcResponseTypes", actual: mode }]
    : [];
}
