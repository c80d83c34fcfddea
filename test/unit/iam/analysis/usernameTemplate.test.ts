import { describe, expect, test } from "vitest";
import { leadingTexts } from "../../../../src/iam/analysis/usernameTemplate.js";

const vaultsOwn =
  '{{ if (eq .Type "STS") }}{{ printf "vault-%s-%s" (unix_time) (random 20) | truncate 32 }}{{ else }}' +
  '{{ printf "vault-%s-%s-%s" (printf "%s-%s" (.DisplayName) (.PolicyName) | truncate 42) (unix_time) (random 20) | truncate 64 }}{{ end }}';

describe("leadingTexts", () => {
  test.each([
    ["vault-{{random 20}}", ["vault-"]],
    ['{{ printf "vault-%s" (random 20) }}', ["vault-"]],
    ['{{ printf "vault-%s" (random 20) | truncate 3 }}', ["vau"]],
    ['{{ printf "vault-%s" (random 20) | uppercase }}', ["VAULT-"]],
    ['{{ printf "Vault-%s" (random 20) | lowercase }}', ["vault-"]],
    ['{{ "va" }}{{ `ult-` }}{{ random 8 }}', ["vault-"]],
    ["{{ .DisplayName }}-{{ random 8 }}", [""]],
    ['{{ printf "vault-%s" (random 20) | sha256 }}', [""]],
    ['{{ if (eq .Type "STS") }}vault-{{ random 8 }}{{ end }}', ["vault-", ""]],
    ['{{ if (eq .Type "STS") }}a-{{ else if .X }}b-{{ else }}c-{{ end }}{{ random 8 }}', ["a-", "b-", "c-"]],
    ["{{ if .A }}{{ if .B }}x{{ else }}y{{ end }}{{ else }}z{{ end }}-{{ random 8 }}", ["x-", "y-", "z-"]],
    ["\n{{ random 8 }}", ["\n"]],
    ["  {{- /* why */ -}}  vault-{{ random 8 }}", ["vault-"]],
    ["plain", ["plain"]],
    ["", [""]],
  ])("%j begins with %j", (template, expected) => {
    expect(leadingTexts(template)).toEqual(expected);
  });

  test("reads Vault's own template", () => {
    expect(leadingTexts(vaultsOwn)).toEqual(["vault-"]);
  });
});
