import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteGroupCommand,
  DeleteLoginProfileCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { allow, clients, document, messageOf, outcome, startTestAws, trust, type Clients } from "./support.js";

let aws: Aws;
let iam: Clients["iam"];

beforeAll(async () => {
  aws = await startTestAws();
  iam = clients(aws, aws.admin).iam;
});
afterAll(async () => {
  await aws.stop();
});

const somePolicy = document(allow("dynamodb:ListTables"));

async function makePolicy(name: string): Promise<string> {
  const { Policy: policy } = await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: somePolicy }));
  return policy?.Arn ?? "";
}

describe("deletion", () => {
  it("of a user waits until all that it holds is gone", async () => {
    const UserName = "holder";
    const PolicyArn = await makePolicy("held");
    await iam.send(new CreateUserCommand({ UserName }));
    await iam.send(new CreateGroupCommand({ GroupName: "holders" }));
    await iam.send(new AddUserToGroupCommand({ UserName, GroupName: "holders" }));
    await iam.send(new CreateLoginProfileCommand({ UserName, Password: "Some-passw0rd!" }));
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "inline", PolicyDocument: somePolicy }));
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const remove = () => outcome(iam.send(new DeleteUserCommand({ UserName })));

    const steps: (() => Promise<unknown>)[] = [
      () => iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: key?.AccessKeyId ?? "" })),
      () => iam.send(new DeleteLoginProfileCommand({ UserName })),
      () => iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName: "holders" })),
      () => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
      () => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: "inline" })),
    ];
    for (const step of steps) {
      expect(await remove()).toBe("DeleteConflictException");
      await step();
    }
    expect(await remove()).toBe("allowed");
    expect((await iam.send(new ListUsersCommand({}))).Users).toEqual([]);
  });

  it("of a group waits until it is empty", async () => {
    await iam.send(new CreateUserCommand({ UserName: "member" }));
    await iam.send(new CreateGroupCommand({ GroupName: "full" }));
    await iam.send(new AddUserToGroupCommand({ UserName: "member", GroupName: "full" }));
    expect(await messageOf(iam.send(new DeleteGroupCommand({ GroupName: "full" })))).toBe(
      "Cannot delete entity, must remove users from group first.",
    );
    await iam.send(new RemoveUserFromGroupCommand({ UserName: "member", GroupName: "full" }));
    expect(await outcome(iam.send(new DeleteGroupCommand({ GroupName: "full" })))).toBe("allowed");
  });

  it("of a policy waits until it is attached to nobody, bounds nobody and has one version", async () => {
    const PolicyArn = await makePolicy("versioned");
    const remove = () => outcome(iam.send(new DeletePolicyCommand({ PolicyArn })));
    await iam.send(new CreateUserCommand({ UserName: "versioned-user", PermissionsBoundary: PolicyArn }));
    await iam.send(new AttachUserPolicyCommand({ UserName: "versioned-user", PolicyArn }));
    await iam.send(new AttachUserPolicyCommand({ UserName: "versioned-user", PolicyArn }));
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount).toBe(1);
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: somePolicy, SetAsDefault: true }));
    expect(await remove()).toBe("DeleteConflictException");
    await iam.send(new DetachUserPolicyCommand({ UserName: "versioned-user", PolicyArn }));
    expect(await remove()).toBe("DeleteConflictException");
    await iam.send(new DeleteUserCommand({ UserName: "versioned-user" }));
    expect(await remove()).toBe("DeleteConflictException");
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: "v1" }));
    expect(await remove()).toBe("allowed");
  });
});

describe("quotas", () => {
  const long = (characters: number) =>
    document(allow("dynamodb:ListTables", `arn:aws:dynamodb:*:*:table/${"t".repeat(characters)}`));

  it("hold for inline policies of one user together", async () => {
    await iam.send(new CreateUserCommand({ UserName: "wordy" }));
    const put = (PolicyName: string, size: number) =>
      outcome(iam.send(new PutUserPolicyCommand({ UserName: "wordy", PolicyName, PolicyDocument: long(size) })));
    expect(await put("first", 1500)).toBe("allowed");
    expect(await put("second", 400)).toBe("LimitExceededException");
    expect(await put("first", 1600)).toBe("allowed");
  });

  it("hold for managed policies and for how many are attached", async () => {
    const big = new CreatePolicyCommand({ PolicyName: "big", PolicyDocument: long(6144) });
    expect(await messageOf(iam.send(big))).toBe("Cannot exceed quota for PolicySize: 6144");
    await iam.send(new CreateUserCommand({ UserName: "collector" }));
    const attach = async (number: number) =>
      outcome(
        iam.send(
          new AttachUserPolicyCommand({ UserName: "collector", PolicyArn: await makePolicy(`collected-${number}`) }),
        ),
      );
    for (let number = 1; number <= 10; number += 1) {
      expect(await attach(number)).toBe("allowed");
    }
    expect(await attach(11)).toBe("LimitExceededException");
  });
});

describe("a trust policy", () => {
  const user = "arn:aws:iam::123456789012:user/people/trusted";
  const write = (RoleName: string, ...statements: object[]) =>
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(...statements) }));

  beforeAll(async () => {
    await iam.send(new CreateUserCommand({ UserName: "trusted", Path: "/people/" }));
  });

  const valid: [string, object][] = [
    ["a user by its ARN with its path", trust({ AWS: user })],
    ["the account by its root", trust({ AWS: "arn:aws:iam::123456789012:root" })],
    ["an account by its number", trust({ AWS: "210987654321" })],
    ["a service", trust({ Service: "ec2.amazonaws.com" })],
    ["an identity provider", trust({ Federated: "arn:aws:iam::123456789012:oidc-provider/issuer.example/id" })],
  ];
  it.each(valid)("may name %s", async (_title, statement) => {
    expect(await outcome(write(`trusting-${valid.findIndex(([, item]) => item === statement)}`, statement))).toBe(
      "allowed",
    );
  });

  const invalid: [string, string, string][] = [
    ["a user that does not exist", "AWS", "arn:aws:iam::123456789012:user/nobody"],
    ["a user without its path", "AWS", "arn:aws:iam::123456789012:user/trusted"],
    ["a role that does not exist", "AWS", "arn:aws:iam::123456789012:role/none"],
    ["a pattern", "AWS", "arn:aws:iam::123456789012:user/*"],
    ["something that is no service", "Service", "ec2"],
  ];
  it.each(invalid)("may not name %s", async (_title, kind, name) => {
    const refused = write("untrusting", trust({ [kind]: name }));
    expect(await messageOf(refused)).toBe(`Invalid principal in policy: "${kind}":"${name}"`);
    const update = new UpdateAssumeRolePolicyCommand({
      RoleName: "trusting-0",
      PolicyDocument: document(trust({ [kind]: name })),
    });
    expect(await outcome(iam.send(update))).toBe("MalformedPolicyDocumentException");
  });

  it("has no resource and no action but STS's", async () => {
    expect(await messageOf(write("resourceful", { ...trust({ AWS: user }), Resource: "*" }))).toBe(
      "Has prohibited field Resource",
    );
    expect(await messageOf(write("busy", trust({ AWS: user }, "iam:GetUser")))).toBe(
      "AssumeRole policy may only specify STS AssumeRole actions.",
    );
  });
});
