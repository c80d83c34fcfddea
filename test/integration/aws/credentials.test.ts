import { CreateAccessKeyCommand, CreateUserCommand, UpdateAccessKeyCommand } from "@aws-sdk/client-iam";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListKeysCommand } from "@aws-sdk/client-kms";
import { DescribeParametersCommand } from "@aws-sdk/client-ssm";
import {
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  type STSClient,
} from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { allow, clients, document, keysOf, makeUser, messageOf, outcome, startTestAws, type Keys } from "./support.js";

let aws: Aws;

beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(async () => {
  await aws.stop();
});

function identity(sts: STSClient) {
  return sts.send(new GetCallerIdentityCommand({}));
}

describe("the administrator", () => {
  it("is known by account, ARN and id", async () => {
    const answer = await identity(clients(aws, aws.admin).sts);
    expect({ Account: answer.Account, Arn: answer.Arn, UserId: answer.UserId }).toEqual({
      Account: "123456789012",
      Arn: "arn:aws:iam::123456789012:user/sandbox-admin",
      UserId: "AIDASANDBOXADMIN00001",
    });
  });
});

describe("credentials that AWS does not take", () => {
  const wrong: [string, (good: Keys) => Keys, Record<string, string>][] = [
    [
      "an unknown access key",
      (good) => ({ ...good, accessKeyId: "AKIAUNKNOWNUNKNOWN22" }),
      { sts: "InvalidClientTokenId", json: "UnrecognizedClientException" },
    ],
    [
      "a wrong secret",
      (good) => ({ ...good, secretAccessKey: `${good.secretAccessKey}x` }),
      { sts: "SignatureDoesNotMatch", json: "InvalidSignatureException" },
    ],
    [
      "a session token that belongs to no session",
      (good) => ({ ...good, sessionToken: "made-up" }),
      { sts: "InvalidClientTokenId", json: "UnrecognizedClientException" },
    ],
  ];

  it.each(wrong)("%s", async (_title, spoil, expected) => {
    const { sts, dynamodb, kms, ssm } = clients(aws, spoil(aws.admin));
    expect(await outcome(identity(sts))).toBe(expected.sts);
    expect(await outcome(dynamodb.send(new ListTablesCommand({})))).toBe(expected.json);
    expect(await outcome(kms.send(new ListKeysCommand({})))).toBe(expected.json);
    expect(await outcome(ssm.send(new DescribeParametersCommand({})))).toBe(expected.json);
  });

  it("a session's key without its token, or with another session's", async () => {
    const { sts } = clients(aws, aws.admin);
    const [first, second] = await Promise.all(
      [1, 2].map(async () => keysOf((await sts.send(new GetSessionTokenCommand({}))).Credentials)),
    );
    expect(await outcome(identity(clients(aws, { ...first!, sessionToken: undefined }).sts))).toBe(
      "InvalidClientTokenId",
    );
    const mixed = { ...first!, sessionToken: second?.sessionToken };
    expect(await outcome(identity(clients(aws, mixed).sts))).toBe("InvalidClientTokenId");
    expect(await outcome(identity(clients(aws, first!).sts))).toBe("allowed");
  });

  it("an unsigned request", async () => {
    const response = await fetch(aws.endpoint, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "Action=GetCallerIdentity&Version=2011-06-15",
    });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("<Code>MissingAuthenticationToken</Code>");
  });

  it("a key that was made inactive", async () => {
    const user = await makeUser(aws, "inactive-key", []);
    expect(await outcome(identity(user.sts))).toBe("allowed");
    const { iam } = clients(aws, aws.admin);
    const change = { UserName: user.name, AccessKeyId: user.accessKeyId, Status: "Inactive" as const };
    await iam.send(new UpdateAccessKeyCommand(change));
    expect(await outcome(identity(user.sts))).toBe("InvalidClientTokenId");
  });

  it("a session that has expired", async () => {
    const user = await makeUser(aws, "expiring", [allow(["sts:GetFederationToken", "dynamodb:ListTables"])]);
    const answer = await user.sts.send(
      new GetFederationTokenCommand({
        Name: "short",
        DurationSeconds: 900,
        Policy: document(allow("dynamodb:ListTables")),
      }),
    );
    const federated = clients(aws, keysOf(answer.Credentials));
    expect(await outcome(federated.dynamodb.send(new ListTablesCommand({})))).toBe("allowed");
    await aws.control.advanceClock(901);
    expect(await outcome(federated.dynamodb.send(new ListTablesCommand({})))).toBe("ExpiredTokenException");
    expect(await outcome(identity(federated.sts))).toBe("ExpiredToken");
    expect(await outcome(identity(user.sts))).toBe("allowed");
  });
});

describe("a new access key", () => {
  beforeEach(async () => {
    await aws.control.setKeyDelay(0);
  });

  it("is rejected until the delay is over, and so is the second key of a user", async () => {
    const user = await makeUser(aws, "fresh", []);
    await aws.control.setKeyDelay(30);
    const { AccessKey: second } = await clients(aws, aws.admin).iam.send(
      new CreateAccessKeyCommand({ UserName: user.name }),
    );
    const fresh = clients(aws, {
      accessKeyId: second?.AccessKeyId ?? "",
      secretAccessKey: second?.SecretAccessKey ?? "",
    });
    expect(await outcome(identity(fresh.sts))).toBe("InvalidClientTokenId");
    expect(await outcome(fresh.dynamodb.send(new ListTablesCommand({})))).toBe("UnrecognizedClientException");
    expect(await outcome(identity(user.sts))).toBe("allowed");
    await aws.control.advanceClock(31);
    expect((await identity(fresh.sts)).Arn).toBe(user.arn);
  });

  it("is the third of its user only over IAM's quota", async () => {
    const user = await makeUser(aws, "three-keys", []);
    const { iam } = clients(aws, aws.admin);
    await iam.send(new CreateAccessKeyCommand({ UserName: user.name }));
    expect(await messageOf(iam.send(new CreateAccessKeyCommand({ UserName: user.name })))).toBe(
      "Cannot exceed quota for AccessKeysPerUser: 2",
    );
  });
});

describe("parameters", () => {
  it("are checked against AWS's model of the service", async () => {
    const { iam, sts } = clients(aws, aws.admin);
    expect(await messageOf(iam.send(new CreateUserCommand({ UserName: "name\n" })))).toBe(
      "1 validation error detected: Value 'name\n' at 'userName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    );
    expect(await messageOf(iam.send(new CreateUserCommand({ UserName: "u".repeat(65) })))).toContain(
      "at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64",
    );
    const long = new GetFederationTokenCommand({ Name: "n".repeat(33) });
    expect(await messageOf(sts.send(long))).toContain("Member must have length less than or equal to 32");
    expect(await messageOf(sts.send(new GetSessionTokenCommand({ DurationSeconds: 600 })))).toBe(
      "1 validation error detected: Value '600' at 'durationSeconds' failed to satisfy constraint: " +
        "Member must have value greater than or equal to 900",
    );
  });
});

describe("the control endpoint", () => {
  it("is closed to everyone but the administrator", async () => {
    const response = await fetch(`${aws.endpoint}/_sandbox/requests`, { headers: { authorization: "Bearer guess" } });
    expect(response.status).toBe(403);
  });

  it("tells who needed what, without parameters", async () => {
    const user = await makeUser(aws, "logged", [allow("iam:CreateUser", "arn:aws:iam::123456789012:user/team-*")]);
    await aws.control.clearRequests();
    await outcome(user.iam.send(new CreateUserCommand({ UserName: "team-a", Tags: [{ Key: "k", Value: "hidden" }] })));
    await outcome(user.iam.send(new CreateUserCommand({ UserName: "team-a" })));
    const requests = await aws.control.requests(user.arn);
    const resource = "arn:aws:iam::123456789012:user/team-a";
    expect(requests.map(({ action, decision, code, needs }) => ({ action, decision, code, needs }))).toEqual([
      {
        action: "iam:CreateUser",
        decision: "denied",
        code: "AccessDenied",
        needs: [
          { action: "iam:CreateUser", resource },
          { action: "iam:TagUser", resource },
        ],
      },
      { action: "iam:CreateUser", decision: "allowed", needs: [{ action: "iam:CreateUser", resource }] },
    ]);
    expect(JSON.stringify(requests)).not.toContain("hidden");
  });

  it("makes calls fail, before or after they take effect", async () => {
    const { iam } = clients(aws, aws.admin);
    await aws.control.fail({ action: "iam:CreateUser", code: "Throttling", message: "Rate exceeded" });
    expect(await messageOf(iam.send(new CreateUserCommand({ UserName: "unlucky" })))).toBe("Rate exceeded");
    expect(await outcome(iam.send(new CreateUserCommand({ UserName: "unlucky" })))).toBe("allowed");

    await aws.control.fail({ action: "iam:Create*", code: "RequestTimeout", after: true });
    expect(await outcome(iam.send(new CreateUserCommand({ UserName: "lost-answer" })))).toBe("RequestTimeout");
    expect(await outcome(iam.send(new CreateUserCommand({ UserName: "lost-answer" })))).toBe(
      "EntityAlreadyExistsException",
    );

    await aws.control.fail({ action: "iam:*", code: "Throttling", principal: "arn:aws:iam::123456789012:user/other" });
    expect(await outcome(iam.send(new CreateUserCommand({ UserName: "not-hit" })))).toBe("allowed");
    await aws.control.clearFaults();
  });
});
