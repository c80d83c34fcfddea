import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyMeaning } from "../../../src/access/policyMeaning.js";
import { capabilities, policyText, type PolicyRule } from "../../../src/access/policyRule.js";

const texts = fc.string({ minLength: 1, maxLength: 12 });
const parameters = fc.dictionary(texts, fc.array(texts, { maxLength: 3 }), { minKeys: 1, maxKeys: 3 });
const rules: fc.Arbitrary<PolicyRule[]> = fc.uniqueArray(
  fc.record(
    {
      path: fc.stringMatching(/^[a-z]{1,6}(\/[a-z"\\ -]{1,6}){0,3}\*?$/),
      capabilities: fc.uniqueArray(fc.constantFrom(...capabilities.filter((one) => one !== "deny")), { minLength: 1 }),
      allowedParameters: parameters,
      deniedParameters: parameters,
      requiredParameters: fc.array(texts, { minLength: 1, maxLength: 3 }),
      minWrappingTtl: fc.constantFrom("1s", "1h"),
    },
    { requiredKeys: ["path", "capabilities"] },
  ),
  { selector: ({ path }) => path, minLength: 1, maxLength: 5 },
);

describe("a policy's text", () => {
  it("is the same for the same rules in any order", () => {
    expect(
      policyText([
        {
          path: "sys/leases/renew",
          capabilities: ["update"],
          allowedParameters: { lease_id: ["aws/creds/deploy/*"], increment: [] },
        },
        { path: "aws/creds/deploy", capabilities: ["update", "read"] },
      ]),
    ).toBe(
      'path "aws/creds/deploy" {\n  capabilities = ["read", "update"]\n}\n\n' +
        'path "sys/leases/renew" {\n  capabilities = ["update"]\n  allowed_parameters = {\n' +
        '    "increment" = []\n    "lease_id" = ["aws/creds/deploy/*"]\n  }\n}\n',
    );
    fc.assert(
      fc.property(rules, (given) => {
        expect(policyText([...given].reverse())).toBe(policyText(given));
      }),
    );
  });

  it("says what the rules say, read back", () => {
    fc.assert(
      fc.property(rules, (given) => {
        const { canonical, problems } = policyMeaning(policyText(given));
        expect(problems).toEqual([]);
        const asJson = Object.fromEntries(
          given.map((rule) => [
            rule.path,
            {
              capabilities: rule.capabilities,
              ...(rule.allowedParameters === undefined ? {} : { allowed_parameters: rule.allowedParameters }),
              ...(rule.deniedParameters === undefined ? {} : { denied_parameters: rule.deniedParameters }),
              ...(rule.requiredParameters === undefined ? {} : { required_parameters: rule.requiredParameters }),
              ...(rule.minWrappingTtl === undefined ? {} : { min_wrapping_ttl: rule.minWrappingTtl }),
            },
          ]),
        );
        expect(policyMeaning(JSON.stringify({ path: asJson })).canonical).toBe(canonical);
      }),
    );
  });

  it("differs in meaning where any rule differs", () => {
    const base: PolicyRule = { path: "aws/creds/deploy", capabilities: ["read"] };
    const others: PolicyRule[] = [
      { ...base, path: "aws/creds/deploy2" },
      { ...base, path: "aws/creds/deploy*" },
      { ...base, capabilities: ["read", "update"] },
      { ...base, capabilities: ["deny"] },
      { ...base, allowedParameters: { ttl: [] } },
      { ...base, requiredParameters: ["ttl"] },
      { ...base, maxWrappingTtl: "1m" },
    ];
    const meanings = [base, ...others].map((rule) => policyMeaning(policyText([rule])).canonical);
    expect(new Set(meanings).size).toBe(meanings.length);
  });

  it.each([
    ["old words", 'path "a" { policy = "read" }', 'path "a" { capabilities = ["list", "read"] }'],
    ["deny beside others", 'path "a" { capabilities = ["deny", "read"] }', 'path "a" { policy = "deny" }'],
    ["a comment", 'path "a" {\n  # why\n  capabilities = ["read"] // so\n}', 'path "a" { capabilities = ["read"] }'],
    ["a slash in front", 'path "/a" { capabilities = ["read"] }', 'path "a" { capabilities = ["read"] }'],
    ["quoted keys", '"path" "a" { "capabilities" = ["read"] }', 'path "a" { capabilities = ["read"] }'],
  ])("says the same with %s", (_, one, other) => {
    expect(policyMeaning(one).canonical).toBe(policyMeaning(other).canonical);
  });

  it.each([
    ["", "grants nothing"],
    ["# nothing\n", "grants nothing"],
    ['path "aws/creds/x" {}', 'path "aws/creds/x" has no capabilities: it grants nothing'],
    ['path "aws/creds/x" { capabilities = [] }', 'path "aws/creds/x" has no capabilities: it grants nothing'],
    [
      'path "aws/*/x" { capabilities = ["read"] }',
      'path "aws/*/x" has "*" before its end, where it stands for itself only: "+" stands for one segment',
    ],
    [
      'path "/v1/aws/creds/x" { capabilities = ["read"] }',
      'path "/v1/aws/creds/x" begins with "v1/", which is not a part of Vault\'s paths',
    ],
    ['path "a" {', "cannot be read: line 1: expected }, found the end"],
    ['\n\npath "a" { capabilities = <<EOT\n', 'cannot be read: line 3: unexpected "<<EOT\\n"'],
    ['{"path": ', "cannot be read: "],
    ['path "a" { policy = "rw" }', 'path "a" has an unknown policy "rw"'],
    ['path = "a"', "has a path without a block of settings"],
    ['path "a" { capabilities = "read" }', 'path "a" has capabilities that are not a list of texts'],
    ['{"path":{"a":{"capabilities":"read"}}}', 'path "a" has capabilities that are not a list of texts'],
    ['path "a" { capabilities = ["read", 1] }', 'path "a" has capabilities that are not a list of texts'],
    ['path "a" { policy = 1 }', 'path "a" has an unknown policy 1'],
    [
      'path "a" { capabilities = ["read"] required_parameters = "x" }',
      'path "a" has required_parameters that are not a list of texts',
    ],
    ['path "a" { capabilities = ["read"] mfa_methods = "x" }', 'path "a" has mfa_methods that are not a list of texts'],
    [
      'path "a" { capabilities = ["read"] allowed_parameters = ["x"] }',
      'path "a" has allowed_parameters that are not an object with a list of values for each parameter',
    ],
    [
      'path "a" { capabilities = ["read"] denied_parameters = { x = "y" } }',
      'path "a" has denied_parameters that are not an object with a list of values for each parameter',
    ],
    [
      'path "a" { capabilities = ["read"] max_wrapping_ttl = "1x" }',
      'path "a" has a max_wrapping_ttl "1x", which is not a length of time',
    ],
    [
      'path "a" { capabilities = ["read"] min_wrapping_ttl = ["1s"] }',
      'path "a" has a min_wrapping_ttl ["1s"], which is not a length of time',
    ],
    [
      'path "a" { capabilities = ["read"] min_wrapping_ttl = "2m" max_wrapping_ttl = 60 }',
      'path "a" has a max_wrapping_ttl that is shorter than its min_wrapping_ttl',
    ],
    [
      'path "secret/{{identity.entity.id" { capabilities = ["read"] }',
      'path "secret/{{identity.entity.id" has a template whose {{ and }} do not match',
    ],
    [
      'path "secret/identity.entity.id}}" { capabilities = ["read"] }',
      'path "secret/identity.entity.id}}" has a template whose {{ and }} do not match',
    ],
  ])("%j has a problem", (text, problem) => {
    expect(policyMeaning(text).problems.join("\n")).toContain(problem);
  });
});

it("a policy with all settings that Vault has is taken", () => {
  const text = `path "secret/{{identity.entity.id}}/{{identity.entity.name}}" {
  capabilities        = ["create", "update"]
  allowed_parameters  = { "ttl" = ["1h", 5, true], "*" = [] }
  denied_parameters   = { "x" = [["a", "b"]] }
  required_parameters = ["ttl"]
  min_wrapping_ttl    = 60
  max_wrapping_ttl    = "1h"
  mfa_methods         = ["duo"]
}`;
  expect(policyMeaning(text).problems).toEqual([]);
});

describe("a policy that says something twice", () => {
  it.each([
    [
      'path "a" { capabilities = ["read"] capabilities = ["deny"] }',
      'has "path" "a" "capabilities" twice: Vault 1.21 and later reject it',
    ],
    [
      'path "a" { capabilities = ["read"] denied_parameters = { "x" = [] "x" = ["y"] } }',
      'has "path" "a" "denied_parameters" "x" twice: Vault 1.21 and later reject it',
    ],
    [
      'name = "x"\nname = "y"\npath "a" { capabilities = ["read"] }',
      'has "name" twice: Vault 1.21 and later reject it',
    ],
    [
      '{"path":{"a/b":{"capabilities":["read"]},"a\\/b":{"capabilities":["deny"]}}}',
      'has "path" "a/b" twice: merge the two',
    ],
    [
      '{"path":{"a":{"capabilities":["read"],"capabilities":["deny"]}}}',
      'has "path" "a" "capabilities" twice: merge the two',
    ],
    [
      '{"path":{"a":{"capabilities":["read"]}},"path":{"b":{"capabilities":["read"]}}}',
      'has "path" twice: merge the two',
    ],
  ])("is rejected: %s", (text, problem) => {
    expect(policyMeaning(text).problems).toEqual([problem]);
  });

  it("in blocks of one path is taken as Vault takes it", () => {
    const text = 'path "a" { capabilities = ["read"] }\npath "a" { capabilities = ["list"] }';
    expect(policyMeaning(text).problems).toEqual([]);
  });
});
