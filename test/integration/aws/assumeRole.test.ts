import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteRolePolicyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  GetUserCommand,
  ListUsersCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  type AssumeRoleCommandInput,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import {
  allow,
  clients,
  deny,
  document,
  keysOf,
  makeUser,
  messageOf,
  outcome,
  startTestAws,
  trust,
  type Clients,
  type TestUser,
} from "./support.js";

const otherAccount = "210987654321";
let aws: Aws;
let admin: Clients;
let otherAdmin: Clients;

beforeAll(async () => {
  aws = await startTestAws({ otherAccountIds: [otherAccount] });
  admin = clients(aws, aws.admin);
  otherAdmin = clients(aws, aws.admins[otherAccount]!);
});
afterAll(async () => {
  await aws.stop();
});

interface RoleOptions {
  readonly rights?: readonly object[];
  readonly MaxSessionDuration?: number;
  readonly by?: Clients;
  readonly Path?: string;
}

/** A role with one inline policy; its ARN. */
async function makeRole(RoleName: string, statements: object[], options: RoleOptions = {}): Promise<string> {
  const { iam } = options.by ?? admin;
  const { Role: role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: document(...statements),
      MaxSessionDuration: options.MaxSessionDuration,
      Path: options.Path,
    }),
  );
  if (options.rights !== undefined) {
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: "rights", PolicyDocument: document(...options.rights) }),
    );
  }
  return role?.Arn ?? "";
}

function assume(caller: Pick<Clients, "sts">, RoleArn: string, more: Partial<AssumeRoleCommandInput> = {}) {
  return caller.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "session", ...more }));
}

async function session(caller: Pick<Clients, "sts">, arn: string, more: Partial<AssumeRoleCommandInput> = {}) {
  return clients(aws, keysOf((await assume(caller, arn, more)).Credentials));
}

const accountTrust = trust({ AWS: "arn:aws:iam::123456789012:root" });

describe("who may assume a role of the same account", () => {
  const roleScope = "arn:aws:iam::123456789012:role/";
  type Case = [string, (user: TestUser) => object, (role: string) => object[], string];
  const cases: Case[] = [
    [
      "the user that the trust policy names, without rights of its own",
      (u) => trust({ AWS: u.arn }),
      () => [],
      "allowed",
    ],
    ["a user of a trusted account, without rights", () => accountTrust, () => [], "AccessDenied"],
    [
      "a user of a trusted account, with the right",
      () => accountTrust,
      (role) => [allow("sts:AssumeRole", `${roleScope}${role}`)],
      "allowed",
    ],
    [
      "a user of a trusted account, with the right on another role",
      () => accountTrust,
      () => [allow("sts:AssumeRole", `${roleScope}other`)],
      "AccessDenied",
    ],
    [
      "a user with the right whom the trust policy does not name",
      () => trust({ Service: "ec2.amazonaws.com" }),
      () => [allow("sts:AssumeRole")],
      "AccessDenied",
    ],
    [
      "a named user with an explicit Deny",
      (u) => trust({ AWS: u.arn }),
      () => [deny("sts:AssumeRole")],
      "AccessDenied",
    ],
    [
      "a named user against a Deny in the trust policy",
      (u) => ({ ...trust({ AWS: u.arn }), Effect: "Deny" }),
      () => [allow("sts:AssumeRole")],
      "AccessDenied",
    ],
    [
      "a user let in by a condition on its ARN",
      (u) => trust({ AWS: "*" }, "sts:AssumeRole", { ArnEquals: { "aws:PrincipalArn": u.arn } }),
      () => [],
      "allowed",
    ],
    [
      "a user kept out by a condition on its ARN",
      () => trust({ AWS: "*" }, "sts:AssumeRole", { ArnEquals: { "aws:PrincipalArn": `${roleScope}x` } }),
      () => [],
      "AccessDenied",
    ],
  ];

  it.each(cases.map(([title, trusting, rights, expected], index) => ({ title, trusting, rights, expected, index })))(
    "$title: $expected",
    async ({ trusting, rights, expected, index }) => {
      const role = `who-${index}`;
      const user = await makeUser(aws, `caller-${index}`, rights(role));
      const arn = await makeRole(role, [trusting(user)]);
      expect(await outcome(assume(user, arn))).toBe(expected);
    },
  );

  it("not the user that was made again under the trusted name", async () => {
    const first = await makeUser(aws, "twin", []);
    const arn = await makeRole("trusts-twin", [trust({ AWS: first.arn })]);
    expect(await outcome(assume(first, arn))).toBe("allowed");
    await admin.iam.send(new DeleteAccessKeyCommand({ UserName: "twin", AccessKeyId: first.accessKeyId }));
    await admin.iam.send(new DeleteUserCommand({ UserName: "twin" }));
    const second = await makeUser(aws, "twin", [allow("sts:AssumeRole")]);
    expect(await outcome(assume(second, arn))).toBe("AccessDenied");
  });

  it("is refused a role that does not exist as one that it may not assume", async () => {
    const user = await makeUser(aws, "guesser", []);
    const message = (role: string) =>
      `User: ${user.arn} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/${role}`;
    await makeRole("there", [trust({ Service: "ec2.amazonaws.com" })]);
    expect(await messageOf(assume(user, "arn:aws:iam::123456789012:role/there"))).toBe(message("there"));
    expect(await messageOf(assume(user, "arn:aws:iam::123456789012:role/nowhere"))).toBe(message("nowhere"));
  });
});

describe("who may assume a role of another account", () => {
  it("needs both sides", async () => {
    const scope = `arn:aws:iam::${otherAccount}:role/*`;
    const allowed = await makeUser(aws, "abroad", [allow("sts:AssumeRole", scope)]);
    const without = await makeUser(aws, "at-home", []);
    const by = otherAdmin;
    const named = await makeRole("names-both", [trust({ AWS: [allowed.arn, without.arn] })], { by });
    const closed = await makeRole("names-nobody", [trust({ AWS: `arn:aws:iam::${otherAccount}:root` })], { by });
    const open = await makeRole("names-account", [accountTrust], { by, rights: [allow("iam:ListUsers")] });
    expect(await outcome(assume(allowed, named))).toBe("allowed");
    expect(await outcome(assume(without, named))).toBe("AccessDenied");
    expect(await outcome(assume(allowed, closed))).toBe("AccessDenied");

    const visitor = await session(allowed, open);
    const identity = await visitor.sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe(otherAccount);
    expect(identity.Arn).toBe(`arn:aws:sts::${otherAccount}:assumed-role/names-account/session`);
    expect((await visitor.iam.send(new ListUsersCommand({}))).Users).toEqual([]);
  });
});

describe("conditions of trust policies", () => {
  it("ExternalId must be the agreed one", async () => {
    const user = await makeUser(aws, "external", []);
    const condition = { StringEquals: { "sts:ExternalId": "agreed-on" } };
    const arn = await makeRole("wants-external-id", [trust({ AWS: user.arn }, "sts:AssumeRole", condition)]);
    expect(await outcome(assume(user, arn))).toBe("AccessDenied");
    expect(await outcome(assume(user, arn, { ExternalId: "guessed" }))).toBe("AccessDenied");
    expect(await outcome(assume(user, arn, { ExternalId: "agreed-on" }))).toBe("allowed");
  });

  it("RoleSessionName can be prescribed", async () => {
    const user = await makeUser(aws, "named", []);
    const condition = { StringLike: { "sts:RoleSessionName": "${aws:username}-*" } };
    const arn = await makeRole("wants-name", [trust({ AWS: user.arn }, "sts:AssumeRole", condition)]);
    expect(await outcome(assume(user, arn, { RoleSessionName: "other-1" }))).toBe("AccessDenied");
    expect(await outcome(assume(user, arn, { RoleSessionName: "named-1" }))).toBe("allowed");
  });

  it("session tags need sts:TagSession as well", async () => {
    const user = await makeUser(aws, "tagging", []);
    const Tags = [{ Key: "team", Value: "red" }];
    const plain = await makeRole("takes-no-tags", [trust({ AWS: user.arn })]);
    expect(await outcome(assume(user, plain))).toBe("allowed");
    expect(await messageOf(assume(user, plain, { Tags }))).toBe(
      `User: ${user.arn} is not authorized to perform: sts:TagSession on resource: ${plain}`,
    );
    const open = await makeRole(
      "takes-tags",
      [trust({ AWS: user.arn }, ["sts:AssumeRole", "sts:TagSession"], { StringLike: { "aws:RequestTag/team": "r*" } })],
      { rights: [allow("iam:ListUsers", "*", { StringEquals: { "aws:PrincipalTag/team": "red" } })] },
    );
    expect(await outcome(assume(user, open, { Tags: [{ Key: "team", Value: "blue" }] }))).toBe("AccessDenied");
    const tagged = await session(user, open, { Tags });
    expect(await outcome(tagged.iam.send(new ListUsersCommand({})))).toBe("allowed");
    const other = await session(user, open, { Tags: [{ Key: "team", Value: "rose" }] });
    expect(await outcome(other.iam.send(new ListUsersCommand({})))).toBe("AccessDenied");
  });

  it("a trusted account hands sts:TagSession over to the caller's own policies", async () => {
    const arn = await makeRole("account-takes-tags", [
      trust({ AWS: "arn:aws:iam::123456789012:root" }, ["sts:AssumeRole", "sts:TagSession"]),
    ]);
    const Tags = [{ Key: "team", Value: "red" }];
    const half = await makeUser(aws, "may-assume", [allow("sts:AssumeRole", arn)]);
    const whole = await makeUser(aws, "may-tag", [allow(["sts:AssumeRole", "sts:TagSession"], arn)]);
    expect(await outcome(assume(half, arn, { Tags }))).toBe("AccessDenied");
    expect(await outcome(assume(whole, arn, { Tags }))).toBe("allowed");
  });
});

describe("a role's session", () => {
  it("has the role's rights, inline and attached, and its own identity", async () => {
    const user = await makeUser(aws, "actor", []);
    const arn = await makeRole("acting", [trust({ AWS: user.arn })], {
      rights: [allow("iam:ListUsers")],
      Path: "/apps/",
    });
    const acting = await session(user, arn, { RoleSessionName: "on-stage" });
    const identity = await acting.sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe("arn:aws:sts::123456789012:assumed-role/acting/on-stage");
    expect(identity.UserId).toMatch(/^AROA\w+:on-stage$/);
    expect(await outcome(acting.iam.send(new ListUsersCommand({})))).toBe("allowed");
    expect(await messageOf(acting.dynamodb.send(new ListTablesCommand({})))).toBe(
      "User: arn:aws:sts::123456789012:assumed-role/acting/on-stage is not authorized to perform: dynamodb:ListTables " +
        "on resource: * because no identity-based policy allows the dynamodb:ListTables action",
    );
    const PolicyArn = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess";
    await admin.iam.send(new AttachRolePolicyCommand({ RoleName: "acting", PolicyArn }));
    expect(await outcome(acting.dynamodb.send(new ListTablesCommand({})))).toBe("allowed");
    expect(await messageOf(acting.iam.send(new GetUserCommand({})))).toBe(
      "Must specify userName when calling with non-User credentials",
    );
  });

  it("is limited by the policies that are passed, inline and managed", async () => {
    const user = await makeUser(aws, "limited", []);
    const arn = await makeRole("wide", [trust({ AWS: user.arn })], {
      rights: [allow(["iam:ListUsers", "dynamodb:*"])],
    });
    const { Policy: managed } = await admin.iam.send(
      new CreatePolicyCommand({ PolicyName: "only-tables", PolicyDocument: document(allow("dynamodb:ListTables")) }),
    );
    const narrowed = await session(user, arn, { Policy: document(allow(["iam:ListUsers", "iam:CreateUser"])) });
    expect(await outcome(narrowed.iam.send(new ListUsersCommand({})))).toBe("allowed");
    expect(await outcome(narrowed.iam.send(new CreateUserCommand({ UserName: "x" })))).toBe("AccessDenied");
    expect(await messageOf(narrowed.dynamodb.send(new ListTablesCommand({})))).toContain(
      "because no session policy allows the dynamodb:ListTables action",
    );
    const byArn = await session(user, arn, { PolicyArns: [{ arn: managed?.Arn }] });
    expect(await outcome(byArn.iam.send(new ListUsersCommand({})))).toBe("AccessDenied");
    expect(await outcome(byArn.dynamodb.send(new ListTablesCommand({})))).toBe("allowed");
  });

  it("is limited by the role's boundary", async () => {
    const user = await makeUser(aws, "boundary-caller", []);
    const arn = await makeRole("bounded-role", [trust({ AWS: user.arn })], { rights: [allow("iam:*")] });
    const { Policy: boundary } = await admin.iam.send(
      new CreatePolicyCommand({ PolicyName: "role-boundary", PolicyDocument: document(allow("iam:List*")) }),
    );
    await admin.iam.send(
      new PutRolePermissionsBoundaryCommand({ RoleName: "bounded-role", PermissionsBoundary: boundary?.Arn }),
    );
    const bounded = await session(user, arn);
    expect(await outcome(bounded.iam.send(new ListUsersCommand({})))).toBe("allowed");
    expect(await outcome(bounded.iam.send(new CreateUserCommand({ UserName: "x" })))).toBe("AccessDenied");
  });

  it("may not get tokens of other kinds, and ends with its role", async () => {
    const user = await makeUser(aws, "ending", []);
    const arn = await makeRole("ends", [trust({ AWS: user.arn })], { rights: [allow("*")] });
    const ending = await session(user, arn);
    expect(await messageOf(ending.sts.send(new GetSessionTokenCommand({})))).toBe(
      "Cannot call GetSessionToken with session credentials",
    );
    expect(await messageOf(ending.sts.send(new GetFederationTokenCommand({ Name: "vault" })))).toBe(
      "Cannot call GetFederationToken with session credentials",
    );
    await admin.iam.send(new DeleteRolePolicyCommand({ RoleName: "ends", PolicyName: "rights" }));
    await admin.iam.send(new DeleteRoleCommand({ RoleName: "ends" }));
    expect(await outcome(ending.sts.send(new GetCallerIdentityCommand({})))).toBe("InvalidClientTokenId");
  });

  it("outlives the rights of the user who opened it", async () => {
    const user = await makeUser(aws, "opener", [allow("sts:AssumeRole")]);
    const arn = await makeRole("opened", [accountTrust], { rights: [allow("iam:ListUsers")] });
    const opened = await session(user, arn);
    await admin.iam.send(new DeleteUserPolicyCommand({ UserName: "opener", PolicyName: "test" }));
    expect(await outcome(opened.iam.send(new ListUsersCommand({})))).toBe("allowed");
    expect(await outcome(assume(user, arn))).toBe("AccessDenied");
  });
});

describe("durations", () => {
  it("are at least 15 minutes and at most the role's", async () => {
    const user = await makeUser(aws, "patient", []);
    const arn = await makeRole("two-hours", [trust({ AWS: user.arn })], { MaxSessionDuration: 7200 });
    expect(await messageOf(assume(user, arn, { DurationSeconds: 899 }))).toContain("greater than or equal to 900");
    expect(await messageOf(assume(user, arn, { DurationSeconds: 7201 }))).toBe(
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
    const before = Date.now();
    const { Credentials: credentials } = await assume(user, arn, { DurationSeconds: 7200 });
    const seconds = ((credentials?.Expiration?.getTime() ?? 0) - before) / 1000;
    expect(seconds).toBeGreaterThan(7190);
    expect(seconds).toBeLessThan(7210);
  });

  it("are at most an hour for a role that another role assumes", async () => {
    const user = await makeUser(aws, "chain", []);
    const first = await makeRole("first-link", [trust({ AWS: user.arn })], { rights: [allow("sts:AssumeRole")] });
    const second = await makeRole("second-link", [trust({ AWS: first })], { MaxSessionDuration: 43_200 });
    const link = await session(user, first);
    expect(await outcome(assume(link, second, { DurationSeconds: 3601 }))).toBe("ValidationError");
    expect(await outcome(assume(link, second, { DurationSeconds: 3600 }))).toBe("allowed");
    expect(await outcome(assume(user, second))).toBe("AccessDenied");
  });
});
