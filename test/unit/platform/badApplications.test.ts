import { describe, expect, it } from "vitest";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { platformIssues } from "../../../src/platform/vaultPlatformRules.js";

const shop = { serviceAccounts: ["shop"], namespaces: ["shop"], roles: ["deploy"] };
const platform = {
  namespace: "vault",
  vaultServer: { version: "1.18.4" },
  roles: { deploy: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] } },
  staticRoles: { ci: { username: "ci", rotationPeriod: "24h" } },
};
const issuesOf = (args: object) => platformIssues("p", { ...platform, ...args }).map(formatIssue);

const time = 'Write seconds as a number, or a text such as "15m", "1h30m" or "2d".';
const reserved = "must not be one of Vault's own policies (root, default, response-wrapping, control-group)";
const policyName = 'must be lower case letters, digits and "_", with "-", "." and "/" between them';
const labelValue = "must be the value of a label: a text of at most 63 letters, digits, '-', '_' and '.'";

describe("one error for an application of a platform with", () => {
  it.each<[object, string]>([
    [{ roles: "deploy" }, 'roles: must be a plain list of names of roles, got "deploy".'],
    [{ roles: null }, "roles: must not be null. Give a value, or leave it out."],
    [{ roles: { deploy: {} } }, 'roles: must be a plain list of names of roles, got {"deploy":{}}.'],
    [{ roles: [null] }, "roles[0]: must be the name of a role, got null."],
    [{ roles: ["constructor"] }, 'roles[0]: must be one of deploy, got "constructor".'],
    [{ roles: ["__proto__"] }, 'roles[0]: must be one of deploy, got "__proto__".'],
    [{ roles: ["aws/creds/deploy"] }, 'roles[0]: must be one of deploy, got "aws/creds/deploy". Write "deploy".'],
    [{ roles: [" deploy"] }, 'roles[0]: must be one of deploy, got " deploy". Write "deploy".'],
    [{ staticRoles: "ci" }, 'staticRoles: must be a plain list of names of roles, got "ci".'],
    [{ staticRoles: ["static-creds/ci"] }, 'staticRoles[0]: must be one of ci, got "static-creds/ci". Write "ci".'],
    [
      { serviceAccounts: ["shop:shop"] },
      'serviceAccounts[0]: must be the name of a Kubernetes object, got "shop:shop".',
    ],
    [{ serviceAccounts: ["a..b"] }, 'serviceAccounts[0]: must be the name of a Kubernetes object, got "a..b".'],
    [{ serviceAccounts: ["shop-*"] }, 'serviceAccounts[0]: must be the name of a Kubernetes object, got "shop-*".'],
    [{ serviceAccounts: "shop" }, 'serviceAccounts: must be a list of texts, got "shop".'],
    [{ namespaces: ["a.b"] }, 'namespaces[0]: must be the name of a Kubernetes object, got "a.b".'],
    [
      { namespaces: ["x".repeat(64)] },
      `namespaces[0]: must be the name of a Kubernetes object, got "${"x".repeat(64)}".`,
    ],
    [
      { namespaceSelector: '{"matchLabels":' },
      'namespaceSelector: must be a label selector as an object, JSON or YAML, got "{\\"matchLabels\\":". Write { matchLabels: { team: "shop" } }.',
    ],
    [
      { namespaceSelector: { matchLabels: ["team"] } },
      'namespaceSelector.matchLabels: must be an object of labels, got ["team"]. Write { matchLabels: { team: "shop" } }.',
    ],
    [{ namespaceSelector: { matchLabels: { team: 5 } } }, `namespaceSelector.matchLabels.team: ${labelValue}, got 5.`],
    [
      { namespaceSelector: '{"matchLabels":{"team":"a b"}}' },
      `namespaceSelector.matchLabels.team: ${labelValue}, got "a b".`,
    ],
    [
      { namespaceSelector: { matchLabels: { "a b": "c" } } },
      'namespaceSelector.matchLabels["a b"]: must be the key of a label, such as team or example.com/team, got "a b".',
    ],
    [
      { namespaceSelector: { matchExpressions: [{ key: "a", operator: "in", values: ["b"] }] } },
      'namespaceSelector.matchExpressions[0].operator: must be one of In, NotIn, Exists, DoesNotExist, got "in".',
    ],
    [
      { namespaceSelector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] } },
      'namespaceSelector.matchExpressions[0].values: must be empty with Exists, got ["b"].',
    ],
    [
      { namespaceSelector: { matchExpressions: [{ key: "a", operator: "In", values: [] }] } },
      "namespaceSelector.matchExpressions[0].values: must not be empty with In, got [].",
    ],
    [
      { namespaceSelector: { matchExpressions: {} } },
      "namespaceSelector.matchExpressions: must be a list of expressions, got {}.",
    ],
    [{ tokenTtl: 0 }, "tokenTtl: must be longer than 0, got 0. Leave it out for the default."],
    [{ tokenPeriod: "0s" }, 'tokenPeriod: must be longer than 0, got "0s". Leave it out for the default.'],
    [{ tokenTtl: "100000000h" }, `tokenTtl: must be a length of time, got "100000000h". ${time}`],
    [{ tokenTtl: ["1h"], tokenMaxTtl: "2h" }, `tokenTtl: must be a length of time, got ["1h"]. ${time}`],
    [{ audience: "" }, 'audience: must not be empty, got "". Leave it out to accept tokens for any audience.'],
    [{ audience: ["vault"] }, 'audience: must be a text, got ["vault"].'],
    [
      { authMount: "auth/kubernetes" },
      'authMount: must be the path without "auth/", got "auth/kubernetes". Write "kubernetes".',
    ],
    [{ authMount: "" }, 'authMount: is required. Give the path of the auth method, such as "kubernetes".'],
  ])("%j", (change, message) => {
    expect(issuesOf({ applications: { shop: { ...shop, ...change } } })).toEqual([`applications.shop.${message}`]);
  });

  it.each<[string, string]>([
    ["Root", `applications.Root: ${reserved}, got "Root". Choose another name.`],
    [" default", `applications[" default"]: ${policyName}, got " default".`],
    ["root/", `applications["root/"]: ${policyName}, got "root/".`],
    [
      "admin/root",
      'applications["admin/root"]: must be lower case letters, digits and "_", with "-" and "." between them, got "admin/root". Vault finds no path for other names.',
    ],
    [
      "p-policy-controller",
      'applications.p-policy-controller: must not be the name of the policy of KubeVault\'s operator, got "p-policy-controller". Choose another name.',
    ],
    [
      "p-automation",
      'applications.p-automation: must not be the name of the policy of automation, got "p-automation". Choose another name.',
    ],
  ])("the name %j", (name, message) => {
    const automation = { kind: "appRole", secretIdVariable: "SECRET_ID" };
    expect(issuesOf({ applications: { [name]: shop }, automation })).toEqual([message]);
  });

  it("no settings", () => {
    const empty = "must not be null. Give a value, or leave it out.";
    expect(issuesOf({ applications: { shop: null } })).toEqual([`applications.shop: ${empty}`]);
    expect(issuesOf({ roles: { deploy: null } })).toEqual([`roles.deploy: ${empty}`]);
  });
});

const jwt = { kind: "jwt", config: { oidcDiscoveryUrl: "https://ci.example.com" }, jwtVariable: "VAULT_JWT" };
const role = { userClaim: "repository", boundClaims: { repository: "example/platform" } };
const kubernetes = { kind: "kubernetes", serviceAccounts: ["pulumi"], namespaces: ["ci"] };
const appRole = { kind: "appRole", secretIdVariable: "SECRET_ID" };

describe("one error for the automation of a platform with", () => {
  it.each<[object, string]>([
    [
      { ...kubernetes, serviceAccounts: [] },
      'serviceAccounts: is required. Name the service accounts that may log in; ["*"] is any.',
    ],
    [
      { ...kubernetes, namespaces: [] },
      'namespaces: is required. Name the namespaces of the service accounts; ["*"] is any.',
    ],
    [
      { ...kubernetes, serviceAccounts: ["Pulumi"] },
      'serviceAccounts[0]: must be the name of a Kubernetes object, got "Pulumi".',
    ],
    [{ ...kubernetes, tokenTtl: "soon" }, `tokenTtl: must be a length of time, got "soon". ${time}`],
    [{ ...kubernetes, tokenFile: 5 }, "tokenFile: must be a text."],
    [
      { ...kubernetes, audience: "" },
      'audience: must not be empty, got "". Leave it out to accept tokens for any audience.',
    ],
    [
      { ...kubernetes, name: "ci/pulumi" },
      'name: must be lower case letters, digits and "_", with "-" and "." between them, got "ci/pulumi". Vault finds no path for other names.',
    ],
    [
      { ...kubernetes, name: "p-policy-controller" },
      'name: must not be the name of the policy of KubeVault\'s operator, got "p-policy-controller". Choose another name.',
    ],
    [
      { ...jwt, role: { ...role, userClaim: undefined } },
      'role.userClaim: is required. Name the claim that tells clients apart, such as "repository" or "sub".',
    ],
    [
      { ...jwt, role: { userClaim: "sub" } },
      "role.boundClaims: or boundAudiences, boundSubject or tokenBoundCidrs is required. Anybody with a token of the issuer could log in: with GitHub Actions that is every repository on GitHub.",
    ],
    [{ ...jwt, role: { ...role, boundclaims: {} } }, "role.boundclaims: is not an argument. Write boundClaims."],
    [{ ...jwt, role: null }, "role: must not be null. Give a value, or leave it out."],
    [
      { ...jwt, role, config: {} },
      "config.oidcDiscoveryUrl: or jwksUrl, jwksPairs or jwtValidationPubkeys is required. Vault takes the issuer's keys from exactly one of them.",
    ],
    [
      { ...jwt, role, config: { oidcDiscoveryUrl: "ci.example.com" } },
      'config.oidcDiscoveryUrl: must be an http or https URL, got "ci.example.com".',
    ],
    [
      { ...jwt, role, config: undefined },
      'mount: must be where the VaultServer has a JWT auth method: it has none, got "jwt". Give config, with which it is enabled, or add it to vaultServer.authMethods.',
    ],
    [
      { ...jwt, role, mount: "kubernetes" },
      'mount: must not be where the VaultServer has an auth method: another one is enabled for the login, got "kubernetes". Choose another path.',
    ],
    [{ ...jwt, role, mount: "auth/ci" }, 'mount: must be the path without "auth/", got "auth/ci". Write "ci".'],
    [
      { ...jwt, role, jwtVariable: "eyJhbGciOiJSUzI1NiJ9.e30.c2ln" },
      "jwtVariable: must be the name of an environment variable, such as VAULT_JWT.",
    ],
    [{ ...jwt, role, jwtVariable: "" }, "jwtVariable: is required. Give it, or leave it out."],
    [{ ...appRole, tokenTtl: -5 }, `tokenTtl: must be a length of time, got -5. ${time}`],
    [{ ...appRole, roleId: 5 }, "roleId: must be a text."],
    [
      { ...appRole, mount: "a b" },
      'mount: must be a path without spaces, empty parts, dots or wildcards, and not "token", got "a b".',
    ],
  ])("%j", (automation, message) => {
    const given = Object.fromEntries(Object.entries(automation).filter(([, value]) => value !== undefined));
    expect(issuesOf({ automation: given })).toEqual([`automation.${message}`]);
  });

  it("an auth method of the VaultServer's own is none", () => {
    const vaultServer = { version: "1.18.4", authMethods: [{ type: "jwt", path: "ci" }] };
    const automation = { kind: "jwt", mount: "/ci/", role, jwtFile: "/jwt" };
    expect(issuesOf({ vaultServer, automation })).toEqual([]);
  });
});
