import { describe, expect, it } from "vitest";
import {
  credentialsRules,
  leaseRules,
  mountSettingsRules,
  rootConfigRules,
  staticRoleRules,
} from "../../../src/secretsengine/configRules.js";
import { AwsSecretsMount, AwsSecretsRole, AwsStaticRole } from "../../../src/secretsengine/index.js";
import type { Values } from "../../../src/vaultresource/fields.js";
import { mountPathRules, objectNameRules, unknownArguments } from "../../../src/vaultresource/rules.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { record } from "../../support/recorder.js";

const keys = { accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "secret" };
const badKind = 'Write seconds as a number, or a text such as "15m", "1h30m" or "2d".';

describe("the rules of config/root", () => {
  it.each<[string, Values, string[]]>([
    ["nothing: Vault's own identity", {}, []],
    ["a key", { ...keys, region: "eu-central-1", maxRetries: 0 }, []],
    ["what is not known yet", { accessKey: unknownValue, secretKey: unknownValue, region: unknownValue }, []],
    [
      "half a key",
      { accessKey: keys.accessKey },
      [
        "secretKey: is missing: accessKey and secretKey belong together. Give both, or neither to let Vault use the identity of the machine it runs on.",
      ],
    ],
    [
      "the other half, whose value is not shown",
      { secretKey: "LEAKME" },
      [
        "accessKey: is missing: accessKey and secretKey belong together. Give both, or neither to let Vault use the identity of the machine it runs on.",
      ],
    ],
    [
      "a region that is none",
      { region: "Frankfurt" },
      ['region: must be the name of an AWS region, such as eu-central-1, got "Frankfurt".'],
    ],
    [
      "retries below -1",
      { maxRetries: -2 },
      ["maxRetries: must be at least 0, or -1 for the default of the AWS SDK, got -2."],
    ],
    [
      "an endpoint without a scheme",
      { iamEndpoint: "iam.example.com" },
      ['iamEndpoint: must be an http or https URL, got "iam.example.com".'],
    ],
    [
      "fallbacks that do not pair",
      { stsEndpoint: "https://sts", stsFallbackEndpoints: ["https://a", "b"], stsFallbackRegions: ["us-east-1"] },
      [
        'stsFallbackEndpoints[1]: must be an http or https URL, got "b".',
        "stsFallbackRegions: must be as many as stsFallbackEndpoints (2), got 1.",
      ],
    ],
    [
      "fallbacks for nothing",
      { stsRegion: "us-west-2", stsFallbackEndpoints: ["https://a"], stsFallbackRegions: ["us-east-1"] },
      ["stsEndpoint: is required where there are fallbacks for it."],
    ],
    [
      "fallbacks for an endpoint of no region",
      { stsEndpoint: "https://b", stsFallbackEndpoints: ["https://a"], stsFallbackRegions: ["us-east-1"] },
      [
        "stsRegion: is required where there are fallbacks and no region: Vault counts as many regions as endpoints, and reads no credentials else.",
      ],
    ],
    [
      "fallbacks for null",
      {
        region: "eu-west-1",
        stsEndpoint: null,
        stsFallbackEndpoints: ["https://a"],
        stsFallbackRegions: ["us-east-1"],
      },
      ["stsEndpoint: is required where there are fallbacks for it."],
    ],
    [
      "a template that is not closed",
      { usernameTemplate: "{{ random 5\n}" },
      ['usernameTemplate: must be a template that Vault can parse: {{ is not closed by }}, got "{{ random 5\\n}".'],
    ],
    [
      "a template with a function that Vault does not have",
      { usernameTemplate: "{{ randomize 5 }}" },
      [
        'usernameTemplate: must be a template that Vault can parse: function "randomize" not defined, got "{{ randomize 5 }}".',
      ],
    ],
    [
      "a template whose names are always too long",
      { usernameTemplate: "vault-{{ random 70 }}" },
      [
        'usernameTemplate: must not make names of more than 64 characters (type IAM): these have at least 76, got "vault-{{ random 70 }}".',
      ],
    ],
    [
      "a key readiness that is none",
      { keyReadiness: "fast" },
      ['keyReadiness: must be an object, got "fast". Write { timeout: 300 }.'],
    ],
    [
      "a key readiness of wrong values",
      { keyReadiness: { timeout: "soon", stsEndPoint: "http://x", consecutiveSuccesses: 0, skip: "yes" } },
      [
        "keyReadiness.stsEndPoint: is not an argument. Write stsEndpoint.",
        'keyReadiness.skip: must be true or false, got "yes".',
        "keyReadiness.consecutiveSuccesses: must be at least 1, got 0.",
        `keyReadiness.timeout: must be a length of time, got "soon". ${badKind}`,
      ],
    ],
    [
      "settings of the wrong kind",
      { ...keys, clearOnDelete: "true", rotateRootTrigger: 5 },
      ["rotateRootTrigger: must be a text, got 5.", 'clearOnDelete: must be true or false, got "true".'],
    ],
    ["a region that AWS has added", { region: "eusc-de-east-1", stsRegion: "us-gov-west-1" }, []],
    [
      "an endpoint with a password, which is not shown",
      { iamEndpoint: "https://bob:sentinel@proxy" },
      ["iamEndpoint: must be a URL without a user name and password."],
    ],
    ["a template over several lines", { usernameTemplate: '{{ if (eq .Type "STS") }}\n  x\n{{ end }}\n' }, []],
    [
      "an audience beside a key",
      { ...keys, identityTokenAudience: "x" },
      [
        "identityTokenAudience: must not be given together with accessKey.",
        "roleArn: is required together with identityTokenAudience.",
      ],
    ],
    [
      "a role without an audience",
      { ...keys, roleArn: "arn:aws:iam::123456789012:role/x", identityTokenTtl: "1h" },
      [
        "roleArn: needs identityTokenAudience: Vault uses it for workload identity federation only, " +
          'got "arn:aws:iam::123456789012:role/x". Give identityTokenAudience (Vault Enterprise), or leave it out.',
        'identityTokenTtl: needs identityTokenAudience: Vault uses it for workload identity federation only, got "1h". ' +
          "Give identityTokenAudience (Vault Enterprise), or leave it out.",
      ],
    ],
    ["rotation of a key that only Vault knows", { rotateRootTrigger: "1" }, []],
    [
      "a schedule and a period",
      { ...keys, rotationSchedule: "0 0 * * *", rotationPeriod: "24h" },
      ["rotationPeriod: must not be given together with rotationSchedule."],
    ],
    [
      "a window that is too short, with a schedule that is none",
      { ...keys, rotationWindow: "10m", rotationSchedule: "@daily" },
      [
        'rotationWindow: must be at least 3600 seconds, got "10m". Vault takes no shorter one.',
        'rotationSchedule: must be five fields (minute, hour, day of the month, month, day of the week), got "@daily". Write "0 3 * * SAT" for Saturdays at 03:00 UTC.',
      ],
    ],
    [
      "a window without a schedule",
      { ...keys, rotationWindow: "1h" },
      ["rotationWindow: has a meaning only together with rotationSchedule."],
    ],
    [
      "a new seed without rotation",
      { ...keys, reseedTrigger: "1" },
      ["reseedTrigger: has a meaning only together with a rotation of the key."],
    ],
  ])("on %s", (_what, config, issues) => {
    expect(rootConfigRules(config).map(formatIssue)).toEqual(issues);
  });
});

describe("arguments of other providers", () => {
  const known = ["mount", "secretKey", "defaultLeaseTtl", "onPathChange", "adoptExisting"];
  it.each([
    ["backend", "Write mount."],
    ["default_lease_ttl_seconds", "Write defaultLeaseTtl."],
    ["secretKeyWo", "Write secretKey."],
    ["disableRemount", 'Write onPathChange: "replace", which is the default, or "remount".'],
    ["namespace", "The namespace is an argument of the VaultConnection."],
    ["type", "The engine is always of type aws: remove it."],
    ["anything", `Arguments are: ${known.join(", ")}.`],
  ])("are explained: %s", (name, fix) => {
    expect(unknownArguments({ [name]: 1 }, known)).toEqual([{ path: name, rule: "is not an argument", fix }]);
  });
});

describe("arguments that other providers have in another place", () => {
  it.each([
    [["mount", "name", "tokenPolicies"], "policies", "Write tokenPolicies."],
    [["mount", "name", "tokenTtl", "tokenMaxTtl"], "ttl", "Write tokenTtl."],
    [["mount", "name", "tokenTtl", "tokenMaxTtl"], "max_ttl", "Write tokenMaxTtl."],
    [["mount", "name", "tokenPeriod"], "period", "Write tokenPeriod."],
    [["mount", "name", "tokenNumUses"], "numUses", "Write tokenNumUses."],
    [["mount", "name", "secretIdBoundCidrs"], "boundCidrList", "Write secretIdBoundCidrs."],
    [["mount", "name"], "roleName", "Write name."],
    [["mount", "policyArns", "roleArns"], "arn", "Write policyArns, or roleArns for the ARN of a role."],
    [["mount", "role", "endpoint"], "type", "Write endpoint."],
    [["path", "onPathChange"], "accessKey", "It is an argument of AwsRootConfig."],
    [["path", "onPathChange"], "region", "It is an argument of AwsRootConfig."],
    [["path", "listingVisibility"], "tune", "Its settings are arguments here, such as defaultLeaseTtl."],
    [["path", "local"], "isLocal", "Write local."],
    [["mount", "oidcDiscoveryUrl"], "path", "Write mount."],
    [["mount", "oidcDiscoveryUrl"], "description", "It is an argument of VaultAuthMethod."],
  ])("are explained where %s are known: %s", (known, name, fix) => {
    expect(unknownArguments({ [name]: 1 }, known)).toEqual([{ path: name, rule: "is not an argument", fix }]);
  });
});

describe("the mount, as other providers name it", () => {
  it("is explained for resources below a mount, and for the mount itself", async () => {
    await record();
    const messageOf = (make: () => unknown) => {
      try {
        make();
      } catch (error) {
        return (error as Error).message;
      }
      return "accepted";
    };
    const role = { credentialType: "session_token", name: "r" };
    const given = { backend: "aws" };
    expect(
      [
        () => new AwsSecretsRole("r", { mount: "aws", ...role, ...given } as never),
        () => new AwsStaticRole("s", { mount: "aws", name: "s", username: "u", rotationPeriod: "24h", ...given }),
        () => new AwsSecretsMount("m", { path: "aws", ...given }),
      ].map(messageOf),
    ).toEqual([
      'AwsSecretsRole "r": invalid argument: backend: is not an argument. Write mount.',
      'AwsStaticRole "s": invalid argument: backend: is not an argument. Write mount.',
      'AwsSecretsMount "m": invalid argument: backend: is not an argument. Write path.',
    ]);
  });
});

describe("keys that are swapped", () => {
  const secrets = [
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMN",
  ];

  it.each(secrets)("are rejected, and the secret %j is not shown", (secret) => {
    const lines = rootConfigRules({ accessKey: secret, secretKey: keys.accessKey }).map(formatIssue);
    expect(lines).toEqual([
      "accessKey: must be an access key ID, such as AKIAIOSFODNN7EXAMPLE: 16 to 32 capital letters and digits. The value is not shown: it may be a secret. " +
        "Are accessKey and secretKey swapped?",
      "secretKey: must be a secret access key, and looks like an access key ID. Are accessKey and secretKey swapped?",
    ]);
    expect(lines.join("\n")).not.toContain(secret);
  });

  it("are rejected where they are a session's, whose token config/root does not take", () => {
    expect(rootConfigRules({ accessKey: "ASIAIOSFODNN7EXAMPLE", secretKey: keys.secretKey }).map(formatIssue)).toEqual([
      "accessKey: must be the key of an IAM user, and is a session's, whose ID begins with ASIA: config/root takes no session token. " +
        "Give a key that begins with AKIA.",
    ]);
  });

  it.each([...secrets, ["x"], 5])("are rejected as any kind of value: %j", (secret) => {
    const [first] = rootConfigRules({ accessKey: secret, secretKey: "s" });
    expect(first?.path).toBe("accessKey");
    expect(first?.actual).toBeUndefined();
  });
});

describe("the rules of a mount", () => {
  it.each<[Values, string[]]>([
    [{ defaultLeaseTtl: "1h", maxLeaseTtl: "2h", listingVisibility: "unauth", onPathChange: "remount" }, []],
    [
      { defaultLeaseTtl: "3h", maxLeaseTtl: "2h" },
      ['defaultLeaseTtl: must not be longer than maxLeaseTtl (7200 seconds), got "3h".'],
    ],
    [{ maxLeaseTtl: "long" }, [`maxLeaseTtl: must be a length of time, got "long". ${badKind}`]],
    [{ listingVisibility: "public" }, ['listingVisibility: must be one of hidden, unauth, got "public".']],
    [{ onPathChange: "move" }, ['onPathChange: must be one of replace, remount, got "move".']],
    [{ local: "yes" }, ['local: must be true or false, got "yes".']],
    [{ forceDestroy: "yes" }, ['forceDestroy: must be true or false, got "yes".']],
    [{ adoptExisting: "no" }, ['adoptExisting: must be true or false, got "no".']],
    [{ unmountTimeout: "ten minutes" }, [`unmountTimeout: must be a length of time, got "ten minutes". ${badKind}`]],
    [{ unmountTimeout: 0 }, ["unmountTimeout: must be at least 1 seconds, got 0."]],
    [{ unmountTimeout: -1 }, [`unmountTimeout: must be a length of time, got -1. ${badKind}`]],
    [{ unmountTimeout: "25d" }, ['unmountTimeout: must be at most 86400 seconds, got "25d".']],
  ])("on %j", (mount, issues) => {
    expect(mountSettingsRules(mount).map(formatIssue)).toEqual(issues);
  });

  it.each(["aws", "/aws/", "team/aws", unknownValue])("let the path %j pass", (path) => {
    expect(mountPathRules({ path }, "path")).toEqual([]);
  });

  it.each([
    ["", 'path: is required. Give the path that the engine is mounted at, such as "aws".'],
    ["/", 'path: must be a path without spaces, empty parts, dots or wildcards, got "/".'],
    ["a//b", 'path: must be a path without spaces, empty parts, dots or wildcards, got "a//b".'],
    ["a b", 'path: must be a path without spaces, empty parts, dots or wildcards, got "a b".'],
    ["a/../b", 'path: must be a path without spaces, empty parts, dots or wildcards, got "a/../b".'],
    ["sys/aws", `path: must not be at or under Vault's own sys/, got "sys/aws".`],
  ])("refuse the path %j", (path, issue) => {
    expect(mountPathRules({ path }, "path").map(formatIssue)).toEqual([issue]);
  });
});

describe("the rules of a role's name", () => {
  it.each(["deploy", "a", "a.b-c@d_1", unknownValue])("let %j pass", (name) => {
    expect(objectNameRules({ name }, "name")).toEqual([]);
  });

  it.each(["-a", "a-", "a/b", "a b", "ü", "."])("refuse %j", (name) => {
    expect(objectNameRules({ name }, "name").map(({ rule }) => rule)).toEqual([
      'must be letters, digits and "_", with "-", "." and "@" between them',
    ]);
  });
});

describe("the rules of config/lease", () => {
  it.each<[Values, string[]]>([
    [{ lease: "30m", leaseMax: "1d" }, []],
    [{ lease: "30m", leaseMax: 0 }, []],
    [{ lease: "2h", leaseMax: "1h" }, ['lease: must not be longer than leaseMax (3600 seconds), got "2h".']],
    [{ lease: "30m" }, [`leaseMax: is required. Vault takes both or none; "0s" stands for the mount's own limit.`]],
  ])("on %j", (config, issues) => {
    expect(leaseRules(config).map(formatIssue)).toEqual(issues);
  });
});

describe("the rules of a static role", () => {
  it.each<[Values, string[]]>([
    [{ username: "ci", rotationPeriod: "1h" }, []],
    [
      {},
      [
        "username: is required. Name the IAM user whose key Vault shall rotate.",
        'rotationPeriod: is required. Say how often the key shall change: "24h".',
      ],
    ],
    [
      { username: "arn:aws:iam::123456789012:user/ci", rotationPeriod: 59, externalId: "xy" },
      [
        'username: must be the name of an IAM user, not its ARN or path, got "arn:aws:iam::123456789012:user/ci".',
        "rotationPeriod: must be at least 60 seconds, got 59.",
        "assumeRoleArn: is required together with externalId.",
      ],
    ],
  ])("on %j", (role, issues) => {
    expect(staticRoleRules(role).map(formatIssue)).toEqual(issues);
  });
});

describe("the rules of credentials", () => {
  it.each<[Values, string[]]>([
    [{ mount: "aws", role: "r", endpoint: "sts", ttl: "15m", roleSessionName: "ci@main", reissueBefore: "5m" }, []],
    [
      { mount: "aws", role: "r", ttl: "1h", reissueBefore: "60m" },
      ['reissueBefore: must be shorter than ttl (3600 seconds), got "60m". Every up would read new credentials.'],
    ],
    [
      { mount: "aws", role: "r", mfaCode: "sentinel", reissueTrigger: 1 },
      ["mfaCode: must be the 6 digits that the MFA device shows.", "reissueTrigger: must be a text, got 1."],
    ],
    [
      { mount: "aws", role: "r/x", endpoint: "keys", ttl: 60, roleArn: "x", roleSessionName: "a b" },
      [
        'role: must be letters, digits and "_", with "-", "." and "@" between them, got "r/x". Vault finds no path for other names.',
        'roleSessionName: must be 2 to 64 letters, digits and "_+=,.@-", got "a b". AWS takes no other name, and Vault does not shorten it.',
        'endpoint: must be one of creds, sts, got "keys".',
        'roleArn: must be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME, got "x".',
        "ttl: must be at least 900 seconds, got 60. AWS grants session credentials no other lifetime.",
      ],
    ],
  ])("on %j", (credentials, issues) => {
    expect(credentialsRules(credentials).map(formatIssue)).toEqual(issues);
  });
});
