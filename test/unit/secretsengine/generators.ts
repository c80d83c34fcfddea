import fc from "fast-check";
import type { AwsSecretsRoleSpec } from "../../../src/secretsengine/roleSpec.js";

const name = fc.stringMatching(/^[\w+=,.@-]{1,20}$/);
const account = "123456789012";
const policyArn = fc
  .tuple(fc.constantFrom(account, "aws"), name)
  .map(([owner, policy]) => `arn:aws:iam::${owner}:policy/${policy}`);
const roleArn = name.map((role) => `arn:aws:iam::${account}:role/${role}`);
const statement = fc.record(
  {
    Sid: fc.stringMatching(/^[A-Za-z0-9]{1,10}$/),
    Effect: fc.constantFrom("Allow" as const, "Deny" as const),
    Action: fc.oneof(
      fc.constantFrom("s3:*", "ssm:GetParameter"),
      fc.array(fc.constant("s3:GetObject"), { minLength: 1, maxLength: 2 }),
    ),
    Resource: fc.constantFrom("*", "arn:aws:s3:::bucket/ü*<>&"),
    Condition: fc.constant({ StringEquals: { "aws:SourceVpc": ["vpc-1", "vpc-2"] } }),
  },
  { requiredKeys: ["Effect", "Action", "Resource"] },
);
const document = fc
  .array(statement, { minLength: 1, maxLength: 3 })
  .filter((statements) => {
    const sids = statements.flatMap(({ Sid }) => Sid ?? []);
    return new Set(sids).size === sids.length;
  })
  .map((statements) => ({ Version: "2012-10-17" as const, Statement: statements }));
const policyDocument = fc.oneof(
  document,
  document.map((policy) => JSON.stringify(policy)),
  document.map((policy) => JSON.stringify(policy, undefined, 3)),
);
const tags = fc
  .uniqueArray(
    fc.tuple(
      fc.stringMatching(/^[a-zA-Z0-9 _.:/=+@-]{1,20}$/).filter((key) => !/^aws:/i.test(key)),
      fc.stringMatching(/^[a-zA-Z0-9ü _.:/=+@-]{0,20}$/),
    ),
    { maxLength: 3, selector: ([key]) => key.toLowerCase() },
  )
  .map((entries) => Object.fromEntries(entries));
const some = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 3 });
const ttl = (most: number) =>
  fc.oneof(
    fc.integer({ min: 900, max: most }),
    fc.integer({ min: 900, max: most }).map((seconds) => `${seconds}s`),
    fc.integer({ min: 15, max: Math.floor(most / 60) }).map((minutes) => `${minutes}m`),
  );
const optional = { requiredKeys: ["credentialType"] as never };

/** Roles that pass all rules, in all the forms that users write them in. */
export const roleSpecs: fc.Arbitrary<AwsSecretsRoleSpec> = fc.oneof(
  fc.record(
    {
      credentialType: fc.constant("iam_user" as const),
      policyDocument,
      policyArns: some(policyArn),
      iamGroups: some(name),
      iamTags: tags,
      userPath: fc.constantFrom("/", "/vault/", "/a/b/"),
      permissionsBoundaryArn: policyArn,
    },
    { requiredKeys: ["credentialType", "iamGroups"] },
  ),
  fc.record(
    {
      credentialType: fc.constant("assumed_role" as const),
      roleArns: some(roleArn),
      policyDocument,
      policyArns: some(policyArn),
      iamGroups: some(name),
      sessionTags: tags,
      externalId: fc.stringMatching(/^[\w+=,.@:/-]{2,20}$/),
      defaultStsTtl: ttl(3600),
      maxStsTtl: ttl(43_200).filter((duration) => typeof duration === "number" && duration >= 3600),
    },
    { requiredKeys: ["credentialType", "roleArns"] },
  ),
  fc.record(
    {
      credentialType: fc.constant("federation_token" as const),
      policyDocument,
      policyArns: some(policyArn),
      maxStsTtl: ttl(129_600),
    },
    { requiredKeys: ["credentialType", "policyDocument"] },
  ),
  fc.record(
    { credentialType: fc.constant("session_token" as const), mfaSerialNumber: name, defaultStsTtl: ttl(129_600) },
    optional,
  ),
);
