import {
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeleteUserPolicyCommand,
  EnableMFADeviceCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { DescribeTableCommand, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListKeysCommand } from "@aws-sdk/client-kms";
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  type GetFederationTokenCommandInput,
} from "@aws-sdk/client-sts";
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import {
  allow,
  clients,
  document,
  keysOf,
  makeUser,
  messageOf,
  outcome,
  startTestAws,
  type Clients,
  type TestUser,
} from "./support.js";

let aws: Aws;
let admin: Clients;

beforeAll(async () => {
  aws = await startTestAws();
  admin = clients(aws, aws.admin);
});
afterAll(async () => {
  await aws.stop();
});

async function federate(user: TestUser, input: Partial<GetFederationTokenCommandInput> = {}): Promise<Clients> {
  const answer = await user.sts.send(new GetFederationTokenCommand({ Name: "vault-1", ...input }));
  return clients(aws, keysOf(answer.Credentials));
}

const listTables = (some: Clients) => outcome(some.dynamodb.send(new ListTablesCommand({})));
const listKeys = (some: Clients) => outcome(some.kms.send(new ListKeysCommand({})));

describe("a federation token", () => {
  it("may be asked for by those who have the right to that name", async () => {
    const arn = "arn:aws:sts::123456789012:federated-user/vault-*";
    const user = await makeUser(aws, "asks", [allow("sts:GetFederationToken", arn)]);
    const ask = (Name: string) => user.sts.send(new GetFederationTokenCommand({ Name }));
    expect(await outcome(ask("vault-1"))).toBe("allowed");
    expect(await messageOf(ask("other"))).toBe(
      `User: ${user.arn} is not authorized to perform: sts:GetFederationToken on resource: ` +
        "arn:aws:sts::123456789012:federated-user/other because no identity-based policy allows the " +
        "sts:GetFederationToken action",
    );
  });

  it("is worth what both the user's policies and the passed policy allow", async () => {
    const user = await makeUser(aws, "federates", [
      allow(["sts:GetFederationToken", "dynamodb:ListTables", "dynamodb:DescribeTable"]),
    ]);
    const federated = await federate(user, { Policy: document(allow(["dynamodb:ListTables", "kms:ListKeys"])) });
    expect((await federated.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      "arn:aws:sts::123456789012:federated-user/vault-1",
    );
    expect(await listTables(federated)).toBe("allowed");
    expect(await listKeys(federated)).toBe("AccessDeniedException");
    const describeTable = federated.dynamodb.send(new DescribeTableCommand({ TableName: "any-table" }));
    expect(await messageOf(describeTable)).toContain(
      "because no session policy allows the dynamodb:DescribeTable action",
    );
  });

  it("without a policy is worth nothing", async () => {
    const user = await makeUser(aws, "federates-all", [allow("*")]);
    expect(await listTables(await federate(user))).toBe("AccessDeniedException");
  });

  it("loses what its user loses", async () => {
    const user = await makeUser(aws, "loses", [allow(["sts:GetFederationToken", "dynamodb:ListTables"])]);
    const federated = await federate(user, { Policy: document(allow("dynamodb:*")) });
    expect(await listTables(federated)).toBe("allowed");
    await admin.iam.send(new DeleteUserPolicyCommand({ UserName: "loses", PolicyName: "test" }));
    expect(await listTables(federated)).toBe("AccessDeniedException");
  });

  it("opens neither IAM nor STS", async () => {
    const user = await makeUser(aws, "opens-nothing", [allow("*")]);
    const federated = await federate(user, { Policy: document(allow("*")) });
    expect(await outcome(federated.iam.send(new ListUsersCommand({})))).toBe("InvalidClientTokenId");
    const role = { RoleArn: "arn:aws:iam::123456789012:role/any-role", RoleSessionName: "session" };
    expect(await outcome(federated.sts.send(new AssumeRoleCommand(role)))).toBe("AccessDenied");
    expect(await outcome(federated.sts.send(new GetFederationTokenCommand({ Name: "more" })))).toBe("AccessDenied");
    expect(await listTables(federated)).toBe("allowed");
  });

  it("takes at most 2048 characters of policy, and only a policy", async () => {
    const user = await makeUser(aws, "too-much", [allow("*")]);
    const ask = (Policy: string) => user.sts.send(new GetFederationTokenCommand({ Name: "vault", Policy }));
    expect(await outcome(ask("{}"))).toBe("MalformedPolicyDocumentException");
    const long = document(allow("dynamodb:ListTables", `arn:aws:dynamodb:*:*:table/${"t".repeat(2048)}`));
    expect(await outcome(ask(long))).toMatch(/ValidationError|PackedPolicyTooLarge/);
  });
});

describe("a session token of a user", () => {
  it("has the user's rights, but not in IAM", async () => {
    const user = await makeUser(aws, "plain-session", [allow(["dynamodb:ListTables", "iam:ListUsers"])]);
    const answer = await user.sts.send(new GetSessionTokenCommand({ DurationSeconds: 900 }));
    const token = clients(aws, keysOf(answer.Credentials));
    expect((await token.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(user.arn);
    expect(await listTables(token)).toBe("allowed");
    expect(await listKeys(token)).toBe("AccessDeniedException");
    expect(await outcome(token.iam.send(new ListUsersCommand({})))).toBe("InvalidClientTokenId");
    expect(await outcome(token.sts.send(new GetSessionTokenCommand({})))).toBe("AccessDenied");
    expect(await outcome(user.iam.send(new ListUsersCommand({})))).toBe("allowed");
  });

  it("needs no permission to be had", async () => {
    const user = await makeUser(aws, "no-rights", []);
    expect(await outcome(user.sts.send(new GetSessionTokenCommand({})))).toBe("allowed");
  });

  it("with MFA proves it, and opens IAM", async () => {
    const user = await makeUser(aws, "with-mfa", []);
    const condition = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    await admin.iam.send(
      new PutUserPolicyCommand({
        UserName: user.name,
        PolicyName: "mfa",
        PolicyDocument: document(allow("iam:ListUsers", "*", condition)),
      }),
    );
    const { VirtualMFADevice: device } = await admin.iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "phone" }),
    );
    const SerialNumber = device?.SerialNumber ?? "";
    const seed = Buffer.from(device?.Base32StringSeed ?? []).toString("utf8");
    const codes = { AuthenticationCode1: "123456", AuthenticationCode2: "654321" };
    await admin.iam.send(new EnableMFADeviceCommand({ UserName: user.name, SerialNumber, ...codes }));
    const ask = (TokenCode: string) => user.sts.send(new GetSessionTokenCommand({ SerialNumber, TokenCode }));

    const good = oneTimeCode(seed);
    expect(await messageOf(ask(good === "000000" ? "000001" : "000000"))).toBe(
      "MultiFactorAuthentication failed with invalid MFA one time pass code.",
    );
    const token = clients(aws, keysOf((await ask(good)).Credentials));
    expect(await outcome(token.iam.send(new ListUsersCommand({})))).toBe("allowed");
    expect(await outcome(token.iam.send(new CreateUserCommand({ UserName: "x" })))).toBe("AccessDenied");
    expect(await outcome(user.iam.send(new ListUsersCommand({})))).toBe("AccessDenied");
  });
});

/** The code that a device with this base32 seed shows now (RFC 6238). */
function oneTimeCode(seed: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...seed].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
