import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalValue,
  changedFields,
  defaultUsernameTemplate,
  fromVault,
  inputsWithDrift,
  missingFields,
  needs,
  toVault,
  type Values,
  type VaultField,
} from "../../../src/vaultresource/fields.js";
import { kindRules } from "../../../src/vaultresource/rules.js";
import { roleFields, rootConfigFields } from "../../../src/secretsengine/engineFields.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { parseVaultVersion } from "../../../src/vault/version.js";
import { roleSpecs } from "../secretsengine/generators.js";

function field(name: string) {
  return [...roleFields, ...rootConfigFields].find((candidate) => candidate.name === name)!;
}

/** What Vault does with a role: it keeps the text of JSON but for white space, answers null for what was never set, and seconds. */
function writtenAndRead(body: Record<string, unknown>): Values {
  const compacted = body.policy_document === "" ? "" : JSON.stringify(JSON.parse(String(body.policy_document)));
  const stored = JSON.parse(JSON.stringify({ ...body, policy_document: compacted })) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [name, Array.isArray(value) && value.length === 0 ? null : value]),
  );
}

describe("the fields of a role", () => {
  it("say the same after Vault stored them, whatever they were written like", () => {
    fc.assert(
      fc.property(roleSpecs, (spec) => {
        const wanted = spec as unknown as Values;
        const actual = fromVault(roleFields, writtenAndRead(toVault(roleFields, wanted)));
        expect(changedFields(roleFields, wanted, actual)).toEqual([]);
        expect(inputsWithDrift(roleFields, wanted, actual)).toEqual(wanted);
      }),
    );
  });

  it("differ where any one of them is changed", () => {
    fc.assert(
      fc.property(roleSpecs, fc.constantFrom(...roleFields), (spec, changed) => {
        const other = { ...spec, [changed.name]: changed.kind === "seconds" ? 1 : "other" };
        const names = changedFields(roleFields, spec as unknown as Values, other).map(({ name }) => name);
        expect(names).toEqual([changed.name]);
      }),
    );
  });

  it("are sent as a whole, with an explicit empty value for what is not set", () => {
    expect(toVault(roleFields, { credentialType: "session_token", defaultStsTtl: "15m" })).toEqual({
      credential_type: "session_token",
      policy_document: "",
      policy_arns: [],
      role_arns: [],
      iam_groups: [],
      iam_tags: {},
      session_tags: {},
      external_id: "",
      default_sts_ttl: 900,
      max_sts_ttl: 0,
      user_path: "",
      permissions_boundary_arn: "",
      mfa_serial_number: "",
    });
  });
});

describe("canonicalValue", () => {
  it.each([
    ["policyArns", null, []],
    ["policyArns", ["b", "a", "b"], ["a", "b"]],
    ["iamTags", undefined, {}],
    ["iamTags", { b: "1", a: "2" }, { a: "2", b: "1" }],
    ["userPath", "/", ""],
    ["userPath", "/x/", "/x/"],
    ["defaultStsTtl", "1h30m", 5400],
    ["defaultStsTtl", "never", "never"],
    ["policyDocument", '{ "b": [1, {"d":1,"c":2}], "a": "é" }', '{"a":"é","b":[1,{"c":2,"d":1}]}'],
    ["policyDocument", "not JSON", "not JSON"],
    ["maxRetries", undefined, -1],
    ["stsFallbackRegions", ["b", "a"], ["b", "a"]],
    ["usernameTemplate", defaultUsernameTemplate.replaceAll(" (", "   ("), ""],
    ["usernameTemplate", "vault-{{random 5}}", "vault-{{random 5}}"],
    ["policyArns", unknownValue, unknownValue],
    ["iamGroups", ["b", unknownValue], ["b", unknownValue]],
  ])("of %s: %j is %j", (name, value, canonical) => {
    expect(canonicalValue(field(name), value)).toEqual(canonical);
  });
});

describe("address ranges", () => {
  const ranges: VaultField = { name: "ranges", vaultName: "ranges", kind: "cidrs" };

  it.each([
    ["192.0.2.7/32", "192.0.2.7"],
    [" 192.0.2.7 ", "192.0.2.7"],
    ["10.0.0.0/08", "10.0.0.0/8"],
    ["10.0.0.5/8", "10.0.0.5/8"],
    ["2001:DB8:0:0::/32", "2001:db8::/32"],
    ["::0/0", "::/0"],
    ["0:0:0:0:0:0:0:1/128", "::1"],
  ])("are what Vault answers: %s", (written, answered) => {
    expect(canonicalValue(ranges, [written])).toEqual([answered]);
    expect(canonicalValue(ranges, [answered])).toEqual([answered]);
  });

  it("have no zone", () => {
    expect(kindRules([ranges], { ranges: ["fe80::1%eth0"] }).map(({ path }) => path)).toEqual(["ranges[0]"]);
  });
});

describe("inputsWithDrift", () => {
  it("keeps what the user wrote, and shows what Vault has where it differs", () => {
    const inputs = {
      name: "r",
      credentialType: "iam_user",
      iamGroups: ["b", "a"],
      userPath: "/x/",
      defaultStsTtl: "0s",
    };
    const actual = { credentialType: "iam_user", iamGroups: ["a", "b"], iamTags: { by: "hand" }, userPath: "" };
    expect(inputsWithDrift(roleFields, inputs, actual)).toEqual({
      name: "r",
      credentialType: "iam_user",
      iamGroups: ["b", "a"],
      iamTags: { by: "hand" },
      defaultStsTtl: "0s",
    });
  });
});

describe("missingFields", () => {
  const role = {
    credentialType: "assumed_role",
    sessionTags: { a: "b" },
    externalId: "xx",
    iamTags: {},
    mfaSerialNumber: "",
  };

  it.each([
    ["1.16.3", ["sessionTags", "externalId"]],
    ["1.17.1", ["sessionTags", "externalId"]],
    ["1.17.2", []],
    ["1.21.0", []],
  ])("names what Vault %s would drop: %j", (version, names) => {
    expect(missingFields(roleFields, role, parseVaultVersion(version)).map(({ name }) => name)).toEqual(names);
  });

  it("names what only Vault Enterprise has", () => {
    const config = { rotationPeriod: "24h", stsRegion: "eu-west-1" };
    const missing = (version: string) => missingFields(rootConfigFields, config, parseVaultVersion(version)).map(needs);
    expect(missing("1.21.0")).toEqual(["Vault Enterprise 1.19 or later"]);
    expect(missing("1.21.0+ent")).toEqual([]);
    expect(missing("1.18.0+ent")).toEqual(["Vault 1.19 or later", "Vault Enterprise 1.19 or later"]);
  });

  it("names nothing where Vault keeps its version to itself: what was written is read back", () => {
    expect(missingFields(roleFields, role, undefined)).toEqual([]);
  });
});
