import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { provider } from "../../../src/plugin/dynamic/entry.js";
import { scenarios, type Place } from "../../faults/scenarios.js";

/*
 * Texts that have the right type and that nobody can mean: Vault takes most of them, and logins, headers or rotations fail later.
 */
const schema = JSON.parse(readFileSync("schema/schema.json", "utf8")) as {
  readonly resources: Readonly<
    Record<string, { readonly inputProperties: Readonly<Record<string, { readonly type?: string }>> }>
  >;
};
const place: Place = {
  mount: "aws",
  seed: { accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
  user: "bob",
  endpoints: {},
};
const kinds = new Map(scenarios.map(({ kind, inputs }) => [kind, inputs(place)]));

/** Arguments that are another one's in the state. */
const ofPrograms = ["AwsSecretsRole.policy", "AwsSecretsRole.arn", "VaultPolicy.rules"];

const holders: Readonly<Record<string, (text: string) => unknown>> = {
  string: (text) => text,
  array: (text) => [text],
  object: (text) => ({ [text]: text }),
};

const cases = [...kinds].flatMap(([kind, inputs]) =>
  Object.entries(schema.resources[`kubevault-aws:index:${kind}`]?.inputProperties ?? {}).flatMap(([name, { type }]) => {
    const hold = holders[type ?? ""];
    return hold === undefined || ofPrograms.includes(`${kind}.${name}`) ? [] : [{ kind, name, type, hold, inputs }];
  }),
);

async function reasonsOf(kind: string, inputs: object): Promise<string> {
  const { failures = [] } = await provider(kind).check({}, { ...inputs, __provider: "text" });
  return failures.map(({ reason }) => reason).join("\n");
}

describe("texts of white space, or with a NUL character, are rejected with the argument's name:", () => {
  it("there are many arguments that hold texts", () => {
    expect(cases.length).toBeGreaterThan(100);
  });

  it.each(cases)("$kind.$name", async ({ kind, name, type, hold, inputs }) => {
    for (const text of [...(type === "object" ? [] : ["   ", "\n"]), "a\0b"]) {
      expect(`${JSON.stringify(text)}: ${await reasonsOf(kind, { ...inputs, [name]: hold(text) })}`).toMatch(
        new RegExp(`\\b${name}\\b`),
      );
    }
  });
});

const oneWord = "must be without spaces and control characters";

describe("texts of another form than Vault can use are rejected:", () => {
  it.each<[kind: string, args: object, issue: string]>([
    ["AwsSecretsMount", { description: " " }, 'description: must not be blank, got " ".'],
    ["AwsSecretsMount", { description: "a\0b" }, 'description: must not have a NUL character, got "a\\u0000b".'],
    ["AwsSecretsMount", { options: { "a\0": "1" } }, 'options: must not have a NUL character, got "a\\u0000".'],
    ["AwsSecretsMount", { pluginVersion: "v1 .0" }, `pluginVersion: ${oneWord}, got "v1 .0".`],
    [
      "AwsSecretsMount",
      { allowedResponseHeaders: ["X-A", "X-B: 1"] },
      'allowedResponseHeaders[1]: must be the name of an HTTP header, got "X-B: 1".',
    ],
    [
      "AwsSecretsMount",
      { passthroughRequestHeaders: ["X A"] },
      'passthroughRequestHeaders[0]: must be the name of an HTTP header, got "X A".',
    ],
    ["AwsSecretsMount", { delegatedAuthAccessors: ["a b"] }, `delegatedAuthAccessors[0]: ${oneWord}, got "a b".`],
    ["VaultAuthMethod", { type: " " }, 'type: must not be blank, got " ".'],
    ["VaultAuthMethod", { type: "jwt " }, `type: ${oneWord}, got "jwt ".`],
    ["KubernetesAuthMethodConfig", { kubernetesHost: "https://a b" }, `kubernetesHost: ${oneWord}, got "https://a b".`],
    ["KubernetesAuthMethodConfig", { tokenReviewerJwt: "sentinel\n" }, `tokenReviewerJwt: ${oneWord}.`],
    [
      "KubernetesAuthMethodConfig",
      { pemKeys: ["/etc/key.pem"] },
      'pemKeys[0]: must be a public key or certificate in PEM, got "/etc/key.pem". It starts with -----BEGIN.',
    ],
    [
      "KubernetesAuthRole",
      { boundServiceAccountNames: ["Shop"] },
      'boundServiceAccountNames[0]: must be a name of Kubernetes: lower case letters, digits, "-" and ".", where "*" stands for any text, got "Shop".',
    ],
    ["KubernetesAuthRole", { audience: "a b" }, 'audience: must be one audience, without spaces or commas, got "a b".'],
    [
      "KubernetesAuthMethodConfig",
      { kubernetesHost: "https://bob:sentinel@kubernetes" },
      "kubernetesHost: must be a URL without a user name and password.",
    ],
    [
      "JwtAuthMethodConfig",
      { jwtValidationPubkeys: undefined, jwksUrl: "https://bob:sentinel@ci" },
      "jwksUrl: must be a URL without a user name and password.",
    ],
    [
      "JwtAuthMethodConfig",
      { jwtValidationPubkeys: undefined, oidcDiscoveryUrl: "https:// x" },
      'oidcDiscoveryUrl: must be an http or https URL, got "https:// x".',
    ],
    [
      "JwtAuthMethodConfig",
      { oidcResponseMode: "query", oidcResponseTypes: ["id_token"] },
      'oidcResponseMode: must be form_post with id_token in oidcResponseTypes, got "query".',
    ],
    [
      "JwtAuthMethodConfig",
      { defaultRole: "CI" },
      'defaultRole: must be the name of a role, in lower case as Vault stores it, got "CI".',
    ],
    [
      "JwtAuthMethodConfig",
      { jwtSupportedAlgs: ["RS256", "HS256"] },
      'jwtSupportedAlgs[1]: must be one of RS256, RS384, RS512, ES256, ES384, ES512, PS256, PS384, PS512, EdDSA, got "HS256".',
    ],
    [
      "JwtAuthMethodConfig",
      { oidcResponseTypes: ["token"] },
      'oidcResponseTypes[0]: must be one of code, id_token, got "token".',
    ],
    [
      "JwtAuthMethodConfig",
      { jwtValidationPubkeys: ["x"] },
      'jwtValidationPubkeys[0]: must be a public key or certificate in PEM, got "x". It starts with -----BEGIN.',
    ],
    ["JwtAuthMethodConfig", { unsupportedCriticalCertExtensions: ["2.5.29"] }, ""],
    [
      "JwtAuthMethodConfig",
      { unsupportedCriticalCertExtensions: ["nameConstraints"] },
      'unsupportedCriticalCertExtensions[0]: must be an object identifier such as 2.5.29.30, got "nameConstraints".',
    ],
    ["JwtAuthRole", { oidcScopes: ["openid profile"] }, `oidcScopes[0]: ${oneWord}, got "openid profile".`],
    ["JwtAuthRole", { allowedRedirectUris: ["localhost"] }, 'allowedRedirectUris[0]: must be a URL, got "localhost".'],
    [
      "JwtAuthRole",
      { tokenBoundCidrs: ["300.1.1.1"] },
      'tokenBoundCidrs[0]: must be an address or a range such as 10.0.0.0/8, got "300.1.1.1".',
    ],
    [
      "AppRoleAuthRole",
      { secretIdBoundCidrs: ["10.0.0.0/33", "::/129", "10.0.0.0/8", "2001:db8::/32", "::1"] },
      'secretIdBoundCidrs[0]: must be an address or a range such as 10.0.0.0/8, got "10.0.0.0/33".\n' +
        'secretIdBoundCidrs[1]: must be an address or a range such as 10.0.0.0/8, got "::/129".',
    ],
  ])("%s %j", async (kind, args, issue) => {
    const reasons = await reasonsOf(kind, { ...kinds.get(kind), ...args });
    expect(reasons.replace(/^.*?: (?:\d+ )?invalid arguments?:\s*/, "").replace(/^\s*-?\s*/gm, "")).toBe(issue);
  });
});
