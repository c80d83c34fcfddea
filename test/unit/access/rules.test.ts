import { describe, expect, it } from "vitest";
import { appRoleFields, appRoleRules } from "../../../src/access/appRoleRules.js";
import { auditDeviceRules } from "../../../src/access/auditDeviceRules.js";
import { jwtAuthConfigRules, kubernetesAuthConfigRules } from "../../../src/access/authConfigRules.js";
import { authMethodRules } from "../../../src/access/authMethodFields.js";
import { authRoleRules } from "../../../src/access/authRoleRules.js";
import { jwtAuthRoleFields, jwtAuthRoleRules } from "../../../src/access/jwtAuthRoleRules.js";
import {
  admitsEveryone,
  kubernetesAuthRoleFields,
  kubernetesAuthRoleRules,
} from "../../../src/access/kubernetesAuthRoleRules.js";
import { vaultPolicyRules } from "../../../src/access/vaultPolicyRules.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";

type Args = Readonly<Record<string, unknown>>;

const kinds = {
  policy: {
    good: { name: "shop", policy: 'path "a" { capabilities = ["read"] }' },
    rules: vaultPolicyRules,
  },
  kubernetes: {
    good: {
      mount: "kubernetes",
      name: "shop",
      boundServiceAccountNames: ["shop"],
      boundServiceAccountNamespaces: ["shop"],
    },
    rules: (args: Args) => authRoleRules(args, kubernetesAuthRoleFields, kubernetesAuthRoleRules),
  },
  jwt: {
    good: { mount: "jwt", name: "deploy", userClaim: "sub", boundSubject: "repo:example/shop:ref:refs/heads/main" },
    rules: (args: Args) => authRoleRules(args, jwtAuthRoleFields, jwtAuthRoleRules),
  },
  appRole: {
    good: { mount: "approle", name: "pulumi" },
    rules: (args: Args) => authRoleRules(args, appRoleFields, appRoleRules),
  },
  method: { good: { type: "jwt", path: "jwt" }, rules: authMethodRules },
  kubernetesConfig: {
    good: { mount: "kubernetes", kubernetesHost: "https://kubernetes.default.svc" },
    rules: kubernetesAuthConfigRules,
  },
  jwtConfig: {
    good: { mount: "jwt", oidcDiscoveryUrl: "https://token.actions.githubusercontent.com" },
    rules: jwtAuthConfigRules,
  },
  audit: { good: { path: "file", type: "file", options: { file_path: "stdout" } }, rules: auditDeviceRules },
} as const;

function issuesOf(kind: keyof typeof kinds, change: Args): string[] {
  const { good, rules } = kinds[kind];
  const args = Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined);
  return rules(Object.fromEntries(args)).map(formatIssue);
}

describe("the rules", () => {
  it.each(Object.keys(kinds) as (keyof typeof kinds)[])(
    "of %s pass what is right, and all that is not known yet",
    (kind) => {
      expect(issuesOf(kind, {})).toEqual([]);
      const unknown = Object.fromEntries(Object.keys(kinds[kind].good).map((name) => [name, unknownValue]));
      expect(issuesOf(kind, unknown)).toEqual([]);
    },
  );

  it.each<[keyof typeof kinds, Args, string]>([
    [
      "policy",
      { name: "root" },
      'name: must not be one of Vault\'s own policies (root, default, response-wrapping, control-group), got "root". Choose another name.',
    ],
    [
      "policy",
      { name: "Default" },
      'name: must not be one of Vault\'s own policies (root, default, response-wrapping, control-group), got "Default". Choose another name.',
    ],
    ["policy", { name: "Shop" }, 'name: must be in lower case, as Vault stores it, got "Shop". Write "shop".'],
    [
      "policy",
      { name: "a,b" },
      'name: must be lower case letters, digits and "_", with "-", "." and "/" between them, got "a,b".',
    ],
    [
      "policy",
      { name: "../x" },
      'name: must be lower case letters, digits and "_", with "-", "." and "/" between them, got "../x".',
    ],
    ["policy", { name: undefined }, "name: is required. Give the policy a name."],
    ["policy", { policy: undefined }, "rules: or policy is required. Give rules, or the policy's text in HCL or JSON."],
    [
      "policy",
      { policy: 'path "a" { capabilities = ["read"] }\n# a\0b' },
      'policy: cannot be read: line 2: unexpected "\\u0000b".',
    ],
    ["policy", { rules: [] }, "policy: cannot be given together with rules. Leave one of the two out."],
    ["policy", { policy: undefined, rules: [] }, "rules: must be a list of at least one rule, got []."],
    [
      "policy",
      { policy: undefined, rules: [{ path: "/v1/aws/creds/x", capabilities: ["read"] }] },
      'rules[0].path: must not start with "/" or "v1/", got "/v1/aws/creds/x". Write "aws/creds/x".',
    ],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a/*/b", capabilities: ["read"] }] },
      'rules[0].path: must have "*" at its end only, and not after "+", got "a/*/b".',
    ],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a", capabilities: ["write"] }] },
      'rules[0].capabilities[0]: must be one of create, read, update, patch, delete, list, sudo, subscribe, deny, got "write".',
    ],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a", capabilities: [] }] },
      "rules[0].capabilities: must be a list of at least one capability, got [].",
    ],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a", capabilities: ["read"], allowedParameters: ["x"] }] },
      'rules[0].allowedParameters: must be an object with a list of values for each parameter, got ["x"].',
    ],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a", capabilities: ["read"], deniedParameters: { x: "y" } }] },
      'rules[0].deniedParameters.x: must be a list of values; an empty one is any value, got "y".',
    ],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a", capabilities: ["read"], requiredParameters: "x" }] },
      'rules[0].requiredParameters: must be a list of names, got "x".',
    ],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a", capabilities: ["read"], minWrappingTtl: "soon" }] },
      'rules[0].minWrappingTtl: must be a length of time as a text, such as "90s", got "soon".',
    ],
    [
      "policy",
      {
        policy: undefined,
        rules: [{ path: "a", capabilities: ["read"], minWrappingTtl: "2m", maxWrappingTtl: "1m" }],
      },
      'rules[0].minWrappingTtl: must not be longer than maxWrappingTtl (60 seconds), got "2m".',
    ],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a/{{identity.entity.id", capabilities: ["read"] }] },
      'rules[0].path: must have a "}}" for each "{{", got "a/{{identity.entity.id".',
    ],
    ["policy", { adoptExisting: "yes" }, 'adoptExisting: must be true or false, got "yes".'],
    ["kubernetes", { adoptExisting: "yes" }, 'adoptExisting: must be true or false, got "yes".'],
    ["audit", { options: "stdout" }, 'options: must be an object of texts, got "stdout".'],
    [
      "policy",
      { policy: undefined, rules: [{ path: "a", capability: ["read"], capabilities: ["deny", "read"] }] },
      "rules[0].capability: is not an argument. Did you mean capabilities?",
    ],
    [
      "kubernetes",
      { mount: "auth/kubernetes" },
      'mount: must be the path without "auth/", got "auth/kubernetes". Write "kubernetes".',
    ],
    [
      "kubernetes",
      { mount: "token" },
      'mount: must be a path without spaces, empty parts, dots or wildcards, and not "token", got "token".',
    ],
    ["kubernetes", { name: "Shop" }, 'name: must be in lower case, as Vault stores it, got "Shop". Write "shop".'],
    [
      "kubernetes",
      { name: "a/b" },
      'name: must be lower case letters, digits and "_", with "-" and "." between them, got "a/b". Vault finds no path for other names.',
    ],
    [
      "kubernetes",
      { boundServiceAccountNames: [] },
      'boundServiceAccountNames: is required. Name the service accounts that may log in; ["*"] is any.',
    ],
    [
      "kubernetes",
      { boundServiceAccountNamespaces: undefined },
      'boundServiceAccountNamespaces: or boundServiceAccountNamespaceSelector is required. Name the namespaces of the service accounts; ["*"] is any.',
    ],
    [
      "kubernetes",
      { boundServiceAccountNames: ["*", "shop"] },
      'boundServiceAccountNames: must not mix "*" with names, got ["*","shop"]. Write ["*"], or the names only.',
    ],
    [
      "kubernetes",
      { boundServiceAccountNamespaceSelector: "team" },
      'boundServiceAccountNamespaceSelector: must be a label selector as an object, JSON or YAML, got "team". Write { matchLabels: { team: "shop" } }.',
    ],
    [
      "kubernetes",
      { boundServiceAccountNamespaceSelector: { labels: {} } },
      "boundServiceAccountNamespaceSelector.labels: is not a part of a label selector. A selector has matchLabels and matchExpressions.",
    ],
    ["kubernetes", { audience: "a, b" }, 'audience: must be one audience, without spaces or commas, got "a, b".'],
    [
      "kubernetes",
      { aliasNameSource: "uid" },
      'aliasNameSource: must be one of serviceaccount_uid, serviceaccount_name, got "uid".',
    ],
    [
      "kubernetes",
      { tokenPolicies: ["root"] },
      'tokenPolicies[0]: must not be root: Vault gives no root tokens to logins, got "root".',
    ],
    [
      "kubernetes",
      { tokenPolicies: ["default", "Shop"] },
      'tokenPolicies[1]: must be in lower case, as Vault stores it, got "Shop". Write "shop".',
    ],
    [
      "kubernetes",
      { tokenTtl: "2h", tokenMaxTtl: "1h" },
      'tokenTtl: must not be longer than tokenMaxTtl (3600 seconds), got "2h".',
    ],
    [
      "kubernetes",
      { tokenType: "wrapped" },
      'tokenType: must be one of default, service, batch, default-service, default-batch, got "wrapped".',
    ],
    [
      "kubernetes",
      { tokenBoundCidrs: ["my-host"] },
      'tokenBoundCidrs[0]: must be an address or a range such as 10.0.0.0/8, got "my-host".',
    ],
    ["kubernetes", { tokenNumUses: -1 }, "tokenNumUses: must be at least 0, got -1."],
    [
      "kubernetes",
      { tokenType: "batch", tokenTtl: undefined, tokenPeriod: "1h" },
      'tokenPeriod: cannot be given together with tokenType "batch": Vault does not store batch tokens, got "1h". Leave one of the two out.',
    ],
    [
      "kubernetes",
      { tokenType: "default-batch", tokenNumUses: 1 },
      'tokenNumUses: cannot be given together with tokenType "default-batch": Vault does not store batch tokens, got 1. Leave one of the two out.',
    ],
    [
      "kubernetes",
      { tokenTtl: "2h", tokenExplicitMaxTtl: "1h" },
      'tokenTtl: must not be longer than tokenExplicitMaxTtl (3600 seconds), got "2h".',
    ],
    [
      "kubernetes",
      { bound_service_account_names: ["x"] },
      "bound_service_account_names: is not an argument. Write boundServiceAccountNames.",
    ],
    [
      "jwt",
      { boundSubject: undefined },
      "boundClaims: or boundAudiences, boundSubject or tokenBoundCidrs is required. Anybody with a token of the issuer could log in: with GitHub Actions that is every repository on GitHub.",
    ],
    [
      "jwt",
      { userClaim: undefined },
      'userClaim: is required. Name the claim that tells clients apart, such as "repository" or "sub".',
    ],
    [
      "jwt",
      { roleType: "oidc" },
      'allowedRedirectUris: is required for a role of type oidc. Give "http://localhost:8250/oidc/callback" for the vault command.',
    ],
    ["jwt", { roleType: "saml" }, 'roleType: must be one of jwt, oidc, got "saml".'],
    [
      "jwt",
      { boundClaims: { ref: "refs/heads/*" } },
      'boundClaims.ref: has a "*", which stands for itself where boundClaimsType is "string", got "refs/heads/*". Set boundClaimsType: "glob" to have it stand for any text.',
    ],
    ["jwt", { boundClaims: { ref: { a: 1 } } }, 'boundClaims.ref: must be a text or a list of texts, got {"a":1}.'],
    [
      "jwt",
      { boundClaimsType: "glob", boundClaims: { id: 7 } },
      "boundClaims.id: must be a text or a list of texts, got 7.",
    ],
    [
      "jwt",
      { claimMappings: { a: "role" } },
      'claimMappings.a: must not be "role", which Vault sets itself, got "role".',
    ],
    ["jwt", { claimMappings: { a: "x", b: "x" } }, 'claimMappings.b: must not be the same as that of a, got "x".'],
    [
      "jwt",
      { expirationLeeway: -2 },
      "expirationLeeway: must be at least -1, got -2. 0 is Vault's default, -1 is none.",
    ],
    [
      "appRole",
      { bindSecretId: false },
      "bindSecretId: must be true where neither tokenBoundCidrs nor secretIdBoundCidrs is given. Whoever knows the role ID, which is no secret, could log in.",
    ],
    [
      "method",
      { type: undefined },
      'type: is required. Give the type of the auth method, such as "kubernetes" or "jwt".',
    ],
    [
      "method",
      { path: "a b" },
      'path: must be a path without spaces, empty parts, dots or wildcards, and not "token", got "a b".',
    ],
    [
      "kubernetesConfig",
      { kubernetesHost: undefined },
      'kubernetesHost: is required. Give the API server as Vault reaches it: "https://kubernetes.default.svc".',
    ],
    [
      "kubernetesConfig",
      { kubernetesCaCert: "/ca.crt" },
      "kubernetesCaCert: must be a certificate in PEM. It starts with -----BEGIN CERTIFICATE-----.",
    ],
    ["kubernetesConfig", { tokenReviewerJwt: 5 }, "tokenReviewerJwt: must be a text."],
    [
      "jwtConfig",
      { oidcDiscoveryUrl: undefined },
      "oidcDiscoveryUrl: or jwksUrl, jwksPairs or jwtValidationPubkeys is required. Vault takes the issuer's keys from exactly one of them.",
    ],
    [
      "jwtConfig",
      { jwksUrl: "https://gitlab.com/oauth/discovery/keys" },
      "jwksUrl: cannot be given together with oidcDiscoveryUrl. Vault takes the issuer's keys from exactly one of them.",
    ],
    [
      "jwtConfig",
      { oidcDiscoveryUrl: "https://a.example/.well-known/openid-configuration" },
      'oidcDiscoveryUrl: must be without /.well-known/openid-configuration, which Vault adds, got "https://a.example/.well-known/openid-configuration".',
    ],
    [
      "jwtConfig",
      { oidcDiscoveryUrl: "a.example" },
      'oidcDiscoveryUrl: must be an http or https URL, got "a.example".',
    ],
    [
      "jwtConfig",
      { oidcDiscoveryUrl: undefined, jwksPairs: [{ jwksUrl: "https://a.example/keys" }, { jwksCaPem: "ca" }] },
      "jwksPairs[1].jwksUrl: is required. Give the URL of an issuer's keys.",
    ],
    [
      "jwtConfig",
      { oidcDiscoveryUrl: undefined, jwksPairs: [{ jwksUrl: "https://a.example/keys", jwksCaPem: "ca" }] },
      "jwksPairs[0].jwksCaPem: must be a certificate in PEM. It starts with -----BEGIN CERTIFICATE-----.",
    ],
    [
      "jwtConfig",
      { jwksPairs: [{ jwksUrl: "https://a.example/keys" }] },
      "jwksPairs: cannot be given together with oidcDiscoveryUrl. Vault takes the issuer's keys from exactly one of them.",
    ],
    [
      "jwtConfig",
      { providerConfig: { fetch_groups: true } },
      'providerConfig.provider: is required. Name the provider that Vault has a special login for, such as "azure" or "gsuite".',
    ],
    ["jwtConfig", { providerConfig: "azure" }, "providerConfig: must be an object."],
    [
      "jwtConfig",
      { oidcClientId: "vault" },
      "oidcClientSecret: is missing: a client ID and its secret belong together.",
    ],
    [
      "audit",
      { options: {} },
      'options.file_path: is required for type file. Give "stdout", or a file that Vault can write.',
    ],
    [
      "audit",
      { options: { file_path: "audit.log" } },
      'options.file_path: must be an absolute path, "stdout" or "discard", got "audit.log".',
    ],
    [
      "audit",
      { options: { file_path: "stdout", path: "x" } },
      "options.path: is not an option of audit devices of type file. Options are: file_path, mode, log_raw, hmac_accessor, format, prefix, elide_list_responses, exclude, fallback, filter.",
    ],
    [
      "audit",
      { options: { file_path: "/vault/audit.log", mode: "0999" } },
      'options.mode: must be an octal file mode, such as 0600, got "0999".',
    ],
    [
      "audit",
      { options: { file_path: "stdout", format: "yaml" } },
      'options.format: must be one of json, jsonx, got "yaml".',
    ],
    [
      "audit",
      { options: { file_path: "stdout", hmac_accessor: "yes" } },
      'options.hmac_accessor: must be "true" or "false", got "yes".',
    ],
    [
      "audit",
      { type: "socket", options: { address: "log.example.com" } },
      'options.address: must be HOST:PORT, or the path of a socket, got "log.example.com".',
    ],
    [
      "audit",
      { options: { file_path: "stdout", log_raw: "true" } },
      "options.log_raw: must not be true: secrets would stand in the log in plain text. Leave it out: Vault writes a HMAC of each secret, which can be searched for.",
    ],
    ["audit", { type: "kafka", options: {} }, 'type: must be one of file, syslog, socket, got "kafka".'],
    ["audit", { type: "socket", options: {} }, "options.address: is required for type socket."],
  ])("of %s report %j", (kind, change, message) => {
    expect(issuesOf(kind, change)).toContain(message);
  });

  it("quote no secret", () => {
    const secret = "a-secret-that-nobody-may-see";
    expect(issuesOf("jwtConfig", { oidcClientSecret: [secret], oidcClientId: "x" }).join()).not.toContain(secret);
    expect(issuesOf("kubernetesConfig", { tokenReviewerJwt: [secret] }).join()).not.toContain(secret);
  });

  it.each([
    [{ boundServiceAccountNames: ["*"], boundServiceAccountNamespaces: ["*"] }, true],
    [{ boundServiceAccountNames: ["*"], boundServiceAccountNamespaces: ["shop"] }, false],
    [{ boundServiceAccountNames: ["shop"], boundServiceAccountNamespaces: ["*"] }, false],
    [{ boundServiceAccountNames: ["*"] }, false],
    [{ boundServiceAccountNames: ["*"], boundServiceAccountNamespaceSelector: {} }, true],
    [{ boundServiceAccountNames: ["*"], boundServiceAccountNamespaceSelector: '{"matchLabels":{}}' }, true],
    [{ boundServiceAccountNames: ["*"], boundServiceAccountNamespaceSelector: { matchLabels: { a: "b" } } }, false],
    [{ boundServiceAccountNames: ["*"], boundServiceAccountNamespaceSelector: "{matchLabels: {a: b}}" }, false],
  ])("see whether %j admits everyone", (role, everyone) => {
    expect(admitsEveryone(role)).toBe(everyone);
  });
});
