import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { roleSettingsRules } from "../../../src/secretsengine/awsSecretsRole.js";
import type { Values } from "../../../src/vaultresource/fields.js";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { roleSpecs } from "./generators.js";

const statement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
const policy = { Version: "2012-10-17", Statement: [statement] };
const user = { credentialType: "iam_user", policyDocument: policy };
const assumed = { credentialType: "assumed_role", roleArns: ["arn:aws:iam::123456789012:role/x"] };
const federated = { credentialType: "federation_token", policyDocument: policy };
const session = { credentialType: "session_token" };

function issuesOf(role: Values): string[] {
  return roleSettingsRules(role).map(formatIssue);
}

describe("the rules of a role", () => {
  it("let every well-formed role pass", () => {
    fc.assert(
      fc.property(roleSpecs, (spec) => {
        expect(issuesOf(spec as unknown as Values)).toEqual([]);
      }),
    );
  });

  it("let unknown values pass, at any depth", () => {
    expect(issuesOf({ credentialType: unknownValue })).toEqual([]);
    expect(issuesOf({ ...assumed, roleArns: [unknownValue], sessionTags: { a: unknownValue } })).toEqual([]);
    expect(
      issuesOf({
        credentialType: "iam_user",
        policyDocument: { ...policy, Statement: [{ ...statement, Resource: unknownValue }] },
      }),
    ).toEqual([]);
    expect(issuesOf({ ...assumed, defaultStsTtl: unknownValue, policyArns: unknownValue })).toEqual([]);
  });

  it.each<[string, Values, string[]]>([
    ["no type", {}, ["credentialType: must be one of iam_user, assumed_role, federation_token, session_token."]],
    [
      "a type that is none",
      { credentialType: "iam-user" },
      ['credentialType: must be one of iam_user, assumed_role, federation_token, session_token, got "iam-user".'],
    ],
    [
      "a misspelt argument",
      { ...user, policy_arns: ["arn:aws:iam::aws:policy/X"], policyARN: "x" },
      ["policy_arns: is not an argument. Write policyArns.", "policyARN: is not an argument. Write policyArns."],
    ],
    [
      "an assumed_role without a role",
      { credentialType: "assumed_role", roleArns: [] },
      ["roleArns: needs at least one ARN of a role to assume. Vault cannot tell which role else."],
    ],
    [
      "a user without permissions",
      { credentialType: "iam_user" },
      [
        "policyDocument: or policyArns or iamGroups is needed for credential type iam_user. The users would have no permissions at all.",
      ],
    ],
    [
      "a federation token without a policy",
      { credentialType: "federation_token" },
      [
        "policyDocument: or policyArns or iamGroups is needed for credential type federation_token. Vault refuses to read credentials from a role without.",
      ],
    ],
    [
      "a session token with a policy",
      { ...session, policyDocument: policy, iamGroups: ["g"] },
      [
        "policyDocument: is for credential type iam_user, assumed_role, federation_token only, not for session_token. Remove it, or choose another credentialType.",
        "iamGroups: is for credential type iam_user, assumed_role, federation_token only, not for session_token. Remove it, or choose another credentialType.",
      ],
    ],
    [
      "times for a user",
      { ...user, defaultStsTtl: "1h", maxStsTtl: 7200 },
      [
        "defaultStsTtl: is for credential type assumed_role, federation_token, session_token only, not for iam_user. Remove it, or choose another credentialType.",
        "maxStsTtl: is for credential type assumed_role, federation_token, session_token only, not for iam_user. Remove it, or choose another credentialType.",
      ],
    ],
    [
      "times that AWS does not grant",
      { ...assumed, defaultStsTtl: 899, maxStsTtl: "12h1s" },
      [
        "defaultStsTtl: must be at least 900 seconds, got 899. AWS grants the session of a role no other length.",
        'maxStsTtl: must be at most 43200 seconds, got "12h1s". AWS grants the session of a role no other length.',
      ],
    ],
    [
      "a default above the maximum",
      { ...session, defaultStsTtl: "2h", maxStsTtl: "1h" },
      ['defaultStsTtl: must not be longer than maxStsTtl (3600 seconds), got "2h".'],
    ],
    [
      "a time that is none",
      { ...session, defaultStsTtl: "soon" },
      [
        'defaultStsTtl: must be a length of time, got "soon". Write seconds as a number, or a text such as "15m", "1h30m" or "2d".',
      ],
    ],
    [
      "ARNs of the wrong kind",
      {
        ...assumed,
        roleArns: ["arn:aws:iam::123456789012:user/x", "arn:aws:iam::12345:role/x"],
        policyArns: ["arn:aws:s3:::bucket"],
      },
      [
        'policyArns[0]: must be the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME, got "arn:aws:s3:::bucket".',
        'roleArns[0]: must be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME, got "arn:aws:iam::123456789012:user/x".',
        'roleArns[1]: must be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME, got "arn:aws:iam::12345:role/x".',
      ],
    ],
    [
      "a boundary that is no policy",
      { ...user, permissionsBoundaryArn: "boundary" },
      ['permissionsBoundaryArn: must be the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME, got "boundary".'],
    ],
    ["text for a policy", { ...user, policyDocument: "{" }, ['policyDocument: must be JSON, got "{".']],
    [
      "a policy with holes",
      { ...user, policyDocument: { Statement: [{ Effect: "allow", Action: "s3:*", Principal: "*" }] } },
      [
        'policyDocument.Version: is missing. Add "Version": "2012-10-17".',
        'policyDocument.Statement[0].Effect: must be "Allow" or "Deny", got "allow".',
        "policyDocument.Statement[0]: must not name a Principal: the policy is the principal's own.",
        "policyDocument.Statement[0]: needs either Resource or NotResource.",
      ],
    ],
    [
      "a policy that is too long",
      {
        ...user,
        policyDocument: { ...policy, Statement: [{ ...statement, Resource: `arn:aws:s3:::${"x".repeat(1987)}` }] },
      },
      [
        "policyDocument: must be at most 2048 characters long without white space, and has 2087. Move what is common into a managed policy and name it in policyArns.",
      ],
    ],
    [
      "a session policy that is too long together with the ARNs beside it",
      {
        credentialType: "assumed_role",
        roleArns: ["arn:aws:iam::123456789012:role/deploy"],
        policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess", unknownValue],
        policyDocument: { ...policy, Statement: [{ ...statement, Resource: `arn:aws:s3:::${"x".repeat(1948)}` }] },
      },
      [
        "policyDocument: and policyArns must together be at most 2048 characters long without white space for credential type assumed_role, and have 2086. Move what is common into a managed policy and name it in policyArns.",
      ],
    ],
    [
      "a path without slashes",
      { ...user, userPath: "vault" },
      ['userPath: must start and end with "/" and be at most 512 characters long, got "vault".'],
    ],
    [
      "a group's ARN",
      { ...user, iamGroups: ["arn:aws:iam::123456789012:group/g"] },
      ['iamGroups[0]: must be the name of an IAM group, not its ARN or path, got "arn:aws:iam::123456789012:group/g".'],
    ],
    [
      "too many groups and policies",
      {
        ...user,
        iamGroups: Array.from({ length: 11 }, (_, index) => `g${index}`),
        policyArns: Array.from({ length: 21 }, (_, index) => `arn:aws:iam::aws:policy/p${index}`),
      },
      [
        "policyArns: must be at most 20 for credential type iam_user, got 21.",
        "iamGroups: must be at most 10: IAM takes a user into no more, got 11.",
      ],
    ],
    [
      "tags that AWS keeps for itself",
      { ...user, iamTags: { "aws:x": "1", long: "x".repeat(257) } },
      [
        'iamTags["aws:x"]: must have a key of 1 to 128 characters that does not start with "aws:".',
        `iamTags.long: must be at most 256 characters long, got "${"x".repeat(119)}….`,
      ],
    ],
    [
      "a short external ID",
      { ...assumed, externalId: "x" },
      ['externalId: must be 2 to 1224 letters, digits and "_+=,.@:/-", got "x".'],
    ],
    [
      "an MFA device for a user",
      { ...user, mfaSerialNumber: "arn:aws:iam::123456789012:mfa/x" },
      [
        "mfaSerialNumber: is for credential type session_token only, not for iam_user. Remove it, or choose another credentialType.",
      ],
    ],
    [
      "values of the wrong kind",
      { ...user, policyArns: "arn:aws:iam::aws:policy/X", iamTags: { a: 1 } },
      ['policyArns: must be a list of texts, got "arn:aws:iam::aws:policy/X".', "iamTags.a: must be a text, got 1."],
    ],
  ])("refuse %s", (_what, role, issues) => {
    expect(issuesOf(role)).toEqual(issues);
  });

  const policyOf = (account: string, partition = "aws") => `arn:${partition}:iam::${account}:policy/p`;
  const [own, other] = ["123456789012", "210987654321"];

  it.each<[string, Values]>([
    ["policies of AWS and of the assumed role's account", { ...assumed, policyArns: [policyOf("aws"), policyOf(own)] }],
    ["roles of several accounts", { ...assumed, roleArns: [...assumed.roleArns, `arn:aws:iam::${other}:role/x`] }],
    [
      "a user's policies of any one account",
      { ...user, policyArns: [policyOf(other)], permissionsBoundaryArn: policyOf(other) },
    ],
    ["what is not known yet", { ...assumed, policyArns: [unknownValue, policyOf(own)], roleArns: [unknownValue] }],
  ])("let ARNs pass that go together: %s", (_what, role) => {
    expect(issuesOf(role)).toEqual([]);
  });

  it.each<[string, Values, string[]]>([
    [
      "a session policy of another account than the role's",
      { ...assumed, policyArns: [policyOf(own), policyOf(other)] },
      [
        `policyArns[1]: is a policy of account ${other}, but roleArns[0] is a role of ${own}, got "${policyOf(other)}". ` +
          "A policy can narrow the sessions of roles of its own account only.",
      ],
    ],
    [
      "a session policy of one of the roles' accounts",
      { ...assumed, roleArns: [...assumed.roleArns, `arn:aws:iam::${other}:role/x`], policyArns: [policyOf(own)] },
      [
        `policyArns[0]: is a policy of account ${own}, but roleArns[1] is a role of ${other}, got "${policyOf(own)}". ` +
          "A policy can narrow the sessions of roles of its own account only.",
      ],
    ],
    [
      "a user's policies of two accounts",
      { ...user, policyArns: [policyOf("aws"), policyOf(own)], permissionsBoundaryArn: policyOf(other) },
      [
        `permissionsBoundaryArn: is a policy of account ${other}, but policyArns[1] is one of ${own}, got "${policyOf(other)}". ` +
          "A policy can be attached in its own account only.",
      ],
    ],
    [
      "a federation token's policies of two accounts",
      { ...federated, policyArns: [policyOf(own), policyOf(other)] },
      [
        `policyArns[1]: is a policy of account ${other}, but policyArns[0] is one of ${own}, got "${policyOf(other)}". ` +
          "A policy can be attached in its own account only.",
      ],
    ],
    [
      "two partitions",
      { ...assumed, policyArns: [policyOf("aws", "aws-us-gov")] },
      [
        `policyArns[0]: is in partition aws-us-gov, but roleArns[0] is in aws, got "${policyOf("aws", "aws-us-gov")}". ` +
          "All ARNs of a role are of one partition.",
      ],
    ],
  ])("reject ARNs that cannot go together: %s", (_what, role, expected) => {
    expect(issuesOf(role)).toEqual(expected);
  });

  it("let a federation token have groups for a policy", () => {
    expect(issuesOf({ credentialType: "federation_token", iamGroups: ["g"] })).toEqual([]);
    expect(issuesOf(federated)).toEqual([]);
  });
});

describe("the old form", () => {
  it.each<[string, Values, string[]]>([
    ["a policy", { policy }, []],
    ["a policy for federation tokens", { policy: JSON.stringify(policy), credentialType: "federation_token" }, []],
    ["a policy's ARN", { arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }, []],
    ["a role's ARN", { arn: "arn:aws:iam::123456789012:role/x" }, []],
    ["an ARN that is not known yet", { arn: unknownValue }, []],
    [
      "both",
      { policy, arn: "arn:aws:iam::aws:policy/X" },
      ["arn: must not be given together with policy. Use policyDocument and policyArns."],
    ],
    [
      "a policy beside today's fields",
      { policy, policyArns: ["arn:aws:iam::aws:policy/X"], userPath: "/x/" },
      [
        "policyArns: must not be given together with the old policy. Write policyDocument instead of policy.",
        "userPath: must not be given together with the old policy. Write policyDocument instead of policy.",
      ],
    ],
    [
      "an ARN beside a type",
      { arn: "arn:aws:iam::aws:policy/X", credentialType: "iam_user" },
      [
        'credentialType: must not be given together with the old arn, which decides it, got "iam_user". Write policyArns or roleArns instead of arn.',
      ],
    ],
    [
      "a policy of a type that has none",
      { policy, credentialType: "session_token" },
      [
        'credentialType: must be iam_user or federation_token together with the old policy, got "session_token". Write policyDocument instead of policy.',
      ],
    ],
    [
      "another ARN",
      { arn: "arn:aws:iam::123456789012:user/x" },
      ['arn: must be the ARN of an IAM policy or of an IAM role, got "arn:aws:iam::123456789012:user/x".'],
    ],
    ["text for a policy", { policy: "{" }, ['policyDocument: must be JSON, got "{".']],
  ])("%s", (_what, role, issues) => {
    expect(issuesOf(role)).toEqual(issues);
  });
});
