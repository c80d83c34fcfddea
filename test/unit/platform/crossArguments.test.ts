import { describe, expect, it } from "vitest";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { platformIssues } from "../../../src/platform/vaultPlatformRules.js";

const base = { namespace: "vault", vaultServer: { version: "1.18.4" } };
const irsa = {
  oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/oidc.example.com/id/X",
  clusterRegion: "eu-west-1",
};
const lines = (args: object) => platformIssues("vault", { ...base, ...args }).map(formatIssue);
const assumed = (role: object, target: object) => ({
  assumableRoles: { deploy: target },
  roles: { d: { credentialType: "assumed_role", assumableRoles: ["deploy"], ...role } },
});

describe("arguments of a platform that must agree", () => {
  it.each<[string, object]>([
    ["an external ID on both sides", assumed({ externalId: "abc" }, { externalId: "abc" })],
    ["an external ID that the trust policy does not ask for", assumed({ externalId: "abc" }, {})],
    ["session tags on both sides", assumed({ sessionTags: { team: "a" } }, { sessionTags: true })],
    ["a longer session that the role allows", assumed({ defaultStsTtl: "2h" }, { maxSessionDuration: 7200 })],
    ["an hour under irsa", { irsa, ...assumed({ defaultStsTtl: "1h" }, {}) }],
    [
      "the same template twice",
      { rootConfig: { usernameTemplate: "vault-x" }, rootCredential: { usernameTemplate: "vault-x" } },
    ],
  ])("pass with %s", (_, args) => {
    expect(lines(args)).toEqual([]);
  });

  it.each<[object, string]>([
    [
      assumed({}, { externalId: "abc" }),
      'roles.d.externalId: must be the one that assumableRoles.deploy asks for, "abc". Vault sends none: every read would be denied.',
    ],
    [
      assumed({ externalId: "xyz" }, { externalId: "abc" }),
      'roles.d.externalId: must be the one that assumableRoles.deploy asks for, "abc", got "xyz".',
    ],
    [
      assumed({ sessionTags: { team: "a" } }, {}),
      "roles.d.sessionTags: needs assumableRoles.deploy.sessionTags: its trust policy must allow sts:TagSession. Set assumableRoles.deploy.sessionTags: true.",
    ],
    [
      assumed({ defaultStsTtl: "2h" }, {}),
      'roles.d.defaultStsTtl: must be at most 3600 seconds, the maxSessionDuration of assumableRoles.deploy, got "2h". ' +
        "Raise assumableRoles.deploy.maxSessionDuration, or lower it.",
    ],
    [
      { irsa, ...assumed({ defaultStsTtl: "8h" }, { maxSessionDuration: 43200 }) },
      'roles.d.defaultStsTtl: must be at most 3600 seconds: the root credential is a role, and AWS limits a session that assumes another role to one hour, got "8h".',
    ],
    [
      { rootConfig: { usernameTemplate: "vault-x" }, rootCredential: { usernameTemplate: "vault-y" } },
      'rootCredential.usernameTemplate: must be the same as rootConfig.usernameTemplate, which Vault gets, got "vault-y". Leave it out.',
    ],
    [
      { irsa: { ...irsa, oidcProviderArn: "https://oidc.eks.eu-west-1.amazonaws.com/id/X" } },
      'irsa.oidcProviderArn: must be the ARN of an IAM OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/HOST/PATH, got "https://oidc.eks.eu-west-1.amazonaws.com/id/X". ' +
        "It is the issuer's URL. Give the ARN of the provider that is registered in IAM for it.",
    ],
    [{ tags: { team: "a#b" } }, 'tags.team: must have a value out of letters, digits, spaces and _.:/=+-@, got "a#b".'],
    [
      { roles: { d: { credentialType: "assumed_role", roleArns: ["arn:aws:iam::123456789012:role/*"] } } },
      'roles.d.roleArns[0]: must be the ARN of one IAM role: a wildcard would stand for more, got "arn:aws:iam::123456789012:role/*".',
    ],
  ])("are rejected: %j", (args, line) => {
    expect(lines(args)).toEqual([line]);
  });
});
