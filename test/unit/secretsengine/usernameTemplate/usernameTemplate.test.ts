import { defaultUsernameTemplate } from "../../../../src/vaultresource/fields.js";
import { describe, expect, test } from "vitest";
import {
  literalPrefixOf,
  namesOf,
  templateProblems,
} from "../../../../src/secretsengine/usernameTemplate/usernameTemplate.js";
import { TemplateSyntaxError } from "../../../../src/secretsengine/usernameTemplate/goTemplate.js";

describe("namesOf", () => {
  test.each<[string, string[]]>([
    ["vault-{{random 20}}", ["vault-"]],
    ['{{ printf "vault-%s" (random 20) }}', ["vault-"]],
    ['{{ printf "vault-%s" (random 20) | truncate 3 }}', ["vau"]],
    ['{{ printf "vault-%s" (random 20) | uppercase }}', ["VAULT-"]],
    ['{{ printf "Vault-%s" (random 20) | lowercase }}', ["vault-"]],
    ['{{ "va" }}{{ `ult-` }}{{ random 8 }}', ["vault-"]],
    ["{{ .DisplayName }}-{{ random 8 }}", [""]],
    ['{{ printf "vault-%s" (random 20) | sha256 }}', [""]],
    ['{{ if (eq .Type "STS") }}a-{{ random 8 }}{{ else }}vault-{{ random 8 }}{{ end }}', ["vault-"]],
    ['{{ if ne .Type "STS" }}vault-{{ end }}{{ random 8 }}', ["vault-"]],
    [
      '{{ if (eq .DisplayName "x") }}a-{{ else if .PolicyName }}b-{{ else }}c-{{ end }}{{ random 8 }}',
      ["a-", "b-", "c-"],
    ],
    [
      '{{ if eq .PolicyName "p" }}{{ if eq .DisplayName "q" }}x{{ else }}y{{ end }}{{ else }}z{{ end }}-{{ random 8 }}',
      ["x-", "y-", "z-"],
    ],
    ["\n{{ random 8 }}", [""]],
    ["  {{- /* why }} */ -}}  vault-{{ random 8 }}", ["vault-"]],
    ["plain", ["plain"]],
    ["", [""]],
    ['{{ printf "%s-%s" "vault" (random 20) }}', ["vault-"]],
    ['{{ printf "%[2]s-%[1]s" (random 20) "vault" }}', ["vault-"]],
    ['{{ (printf "vault-%s" (random 20)) | truncate 64 }}', ["vault-"]],
    ['{{ printf "vault-%s" (.DisplayName) | replace "_" "-" | truncate 64 }}', ["vault-"]],
    ['{{ printf "vault_%s" (.DisplayName) | replace "_" "-" }}', ["vault-"]],
    ['{{ printf "vault-%s" (.DisplayName) | replace "-x" "y" }}', ["vault"]],
    ["{{ printf `vault-%s` (random 20) }}", ["vault-"]],
    ['{{ print "vault-" (random 20) }}', ["vault-"]],
    ['{{ truncate 64 (printf "vault-%s" (random 20)) }}', ["vault-"]],
    ['{{ printf "vault-%s" .DisplayName | truncate_sha256 20 }}', ["vault-"]],
    ['{{-\n printf "vault-%s" (random 20) -}}', ["vault-"]],
    ["{{ with .DisplayName }}vault-{{ . }}{{ else }}vault-x{{ end }}", ["vault-", "vault-x"]],
    ["{{ with $name := .PolicyName }}{{ print `vault-` $.DisplayName }}{{ end }}", ["vault-", ""]],
    ['{{ $p := "vault-" }}{{ $p }}{{ random 5 }}', ["vault-"]],
    ["{{ $p := `vault` }}{{ if .PolicyName }}{{ $p = `app` }}{{ end }}{{ $p }}", ["app", "vault"]],
    ['{{ "vault-" | html }}{{ random 5 }}', ["vault-"]],
    ['{{ printf "%q" "vault-" }}', [""]],
    ["{{ range .DisplayName }}x{{ end }}", [""]],
  ])("%j begins with %j", (template, expected) => {
    const leads = namesOf(template, "IAM").map(({ lead }) => lead);
    expect([...new Set(leads)].sort()).toEqual([...expected].sort());
  });

  test("reads Vault's own template", () => {
    expect(namesOf(defaultUsernameTemplate, "IAM")).toMatchObject([{ lead: "vault-", then: "login" }]);
    expect(namesOf(defaultUsernameTemplate, "STS")).toEqual([
      { lead: "vault-", then: "generated", minLength: 32, text: "vault--" },
    ]);
    expect(literalPrefixOf(undefined)).toBe("vault-");
    expect(literalPrefixOf("")).toBe("vault-");
    expect(literalPrefixOf("{{ if .PolicyName }}app-a{{ else }}app-b{{ end }}{{ random 3 }}")).toBe("app-");
    expect(literalPrefixOf("{{")).toBe("");
  });

  test.each([
    ["{{ randomize 8 }}", 'function "randomize" not defined'],
    ["{{ .DisplayName | uppercase | constructor }}", 'function "constructor" not defined'],
    ["{{ if .PolicyName }}{{ trim .DisplayName }}{{ end }}", 'function "trim" not defined'],
    ["{{ .Username }}", 'there is no field "Username"; the fields are Type, DisplayName, PolicyName'],
    ["{{ random 8", "{{ is not closed by }}"],
    ["{{ if .Type }}x", "{{ if }} is not closed by {{ end }}"],
    ["x{{ end }}", "{{ end }} closes nothing"],
    ["{{ random (8 }}", '"(" is not closed'],
    ["{{ random 8) }}", 'unexpected ")"'],
    ["{{ | random }}", "a command is missing"],
    ["{{ random & 8 }}", 'unexpected "& 8"'],
  ])("rejects %j: %s", (template, message) => {
    expect(() => namesOf(template, "IAM")).toThrow(new TemplateSyntaxError(message));
  });
});

describe("templateProblems", () => {
  test.each<[string, string[]]>([
    ["vault-{{ random 20 }}", []],
    [defaultUsernameTemplate, []],
    ["{{ randomize 8 }}", ['must be a template that Vault can parse: function "randomize" not defined']],
    ["vault-{{ random 70 }}", ["must not make names of more than 64 characters (type IAM): these have at least 76"]],
    // Too long for federation tokens, which not every mount has.
    ['{{ printf "vault-%s" (random 40) }}', []],
    ["vault-{{ .DisplayName }}\n", []],
    ["vault {{ random 8 }}", ['must not put " " into names: IAM takes letters, digits and _+=,.@- only']],
    ['{{ printf "vault %s" (random 8) | replace " " "-" }}', []],
    ["{{-\n print `vault-` (random 20) -}}\n", []],
  ])("%j: %j", (template, expected) => {
    expect(templateProblems(template)).toEqual(expected);
  });
});
