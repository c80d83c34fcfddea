import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetGroupCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
} from "@aws-sdk/client-iam";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { allow, clients, deny, document, makeUser, messageOf, outcome, startTestAws, type Clients } from "./support.js";

let aws: Aws;
let admin: Clients;

beforeAll(async () => {
  aws = await startTestAws();
  admin = clients(aws, aws.admin);
});
afterAll(async () => {
  await aws.stop();
});

const account = "arn:aws:iam::123456789012";
const boundaryArn = `${account}:policy/boundary`;

async function makePolicy(name: string, ...statements: object[]): Promise<string> {
  const { Policy: policy } = await admin.iam.send(
    new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document(...statements) }),
  );
  return policy?.Arn ?? "";
}

describe("resource scopes of IAM's actions", () => {
  type Call = (iam: Clients["iam"]) => Promise<unknown>;
  const cases: [string, object[], Call, "allowed" | "AccessDenied"][] = [
    [
      "a user inside the pattern",
      [allow("iam:GetUser", `${account}:user/vault-*`)],
      (iam) => iam.send(new GetUserCommand({ UserName: "vault-here" })),
      "allowed",
    ],
    [
      "a user outside the pattern",
      [allow("iam:GetUser", `${account}:user/vault-*`)],
      (iam) => iam.send(new GetUserCommand({ UserName: "here" })),
      "AccessDenied",
    ],
    [
      "a user below a path, by a pattern without it",
      [allow("iam:GetUser", `${account}:user/vault-*`)],
      (iam) => iam.send(new GetUserCommand({ UserName: "vault-below" })),
      "AccessDenied",
    ],
    [
      "a user below a path, by a pattern with it",
      [allow("iam:GetUser", `${account}:user/apps/vault-*`)],
      (iam) => iam.send(new GetUserCommand({ UserName: "vault-below" })),
      "allowed",
    ],
    [
      "a user below a path that the wildcard covers, slash included",
      [allow("iam:GetUser", `${account}:user/a*`)],
      (iam) => iam.send(new GetUserCommand({ UserName: "vault-below" })),
      "allowed",
    ],
    [
      "creation, by the path that is asked for",
      [allow("iam:CreateUser", `${account}:user/apps/vault-*`)],
      (iam) => iam.send(new CreateUserCommand({ UserName: "vault-new-1", Path: "/apps/" })),
      "allowed",
    ],
    [
      "creation at another path",
      [allow("iam:CreateUser", `${account}:user/apps/vault-*`)],
      (iam) => iam.send(new CreateUserCommand({ UserName: "vault-new-2" })),
      "AccessDenied",
    ],
    [
      "another account's users",
      [allow("iam:GetUser", "arn:aws:iam::210987654321:user/*")],
      (iam) => iam.send(new GetUserCommand({ UserName: "here" })),
      "AccessDenied",
    ],
    [
      "AddUserToGroup, granted on the user",
      [allow("iam:AddUserToGroup", `${account}:user/vault-*`)],
      (iam) => iam.send(new AddUserToGroupCommand({ UserName: "vault-here", GroupName: "readers" })),
      "AccessDenied",
    ],
    [
      "AddUserToGroup, granted on the group",
      [allow("iam:AddUserToGroup", `${account}:group/teams/readers`)],
      (iam) => iam.send(new AddUserToGroupCommand({ UserName: "vault-here", GroupName: "readers" })),
      "allowed",
    ],
    [
      "RemoveUserFromGroup, granted on the user",
      [allow("iam:RemoveUserFromGroup", `${account}:user/*`)],
      (iam) => iam.send(new RemoveUserFromGroupCommand({ UserName: "vault-here", GroupName: "readers" })),
      "AccessDenied",
    ],
    [
      "ListGroupsForUser, granted on the user",
      [allow("iam:ListGroupsForUser", `${account}:user/vault-*`)],
      (iam) => iam.send(new ListGroupsForUserCommand({ UserName: "vault-here" })),
      "allowed",
    ],
    [
      "AttachUserPolicy, granted on the user",
      [allow("iam:AttachUserPolicy", `${account}:user/vault-*`)],
      (iam) =>
        iam.send(
          new AttachUserPolicyCommand({ UserName: "vault-here", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
        ),
      "allowed",
    ],
    [
      "AttachUserPolicy, granted on the policy",
      [allow("iam:AttachUserPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess")],
      (iam) =>
        iam.send(
          new AttachUserPolicyCommand({ UserName: "vault-here", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
        ),
      "AccessDenied",
    ],
    [
      "ListUsers, granted on some users",
      [allow("iam:ListUsers", `${account}:user/vault-*`)],
      (iam) => iam.send(new ListUsersCommand({})),
      "AccessDenied",
    ],
    [
      "an action by another name in other letters",
      [allow("IAM:getuser")],
      (iam) => iam.send(new GetUserCommand({ UserName: "here" })),
      "allowed",
    ],
    [
      "a question mark, which stands for one character",
      [allow("iam:GetUser", `${account}:user/her?`)],
      (iam) => iam.send(new GetUserCommand({ UserName: "here" })),
      "allowed",
    ],
    [
      "an explicit Deny beside an Allow",
      [allow("iam:*"), deny("iam:GetUser", `${account}:user/here`)],
      (iam) => iam.send(new GetUserCommand({ UserName: "here" })),
      "AccessDenied",
    ],
    [
      "NotAction with another action",
      [{ Effect: "Allow", NotAction: "iam:Delete*", Resource: "*" }],
      (iam) => iam.send(new GetUserCommand({ UserName: "here" })),
      "allowed",
    ],
    [
      "NotAction with that action",
      [{ Effect: "Allow", NotAction: "iam:Get*", Resource: "*" }],
      (iam) => iam.send(new GetUserCommand({ UserName: "here" })),
      "AccessDenied",
    ],
    [
      "NotResource with that resource",
      [{ Effect: "Allow", Action: "iam:GetUser", NotResource: `${account}:user/here` }],
      (iam) => iam.send(new GetUserCommand({ UserName: "here" })),
      "AccessDenied",
    ],
    [
      "itself, by the policy variable",
      [allow("iam:ListAccessKeys", `${account}:user/\${aws:username}`)],
      (iam) => iam.send(new ListAccessKeysCommand({})),
      "allowed",
    ],
    [
      "another, by the policy variable",
      [allow("iam:ListAccessKeys", `${account}:user/\${aws:username}`)],
      (iam) => iam.send(new ListAccessKeysCommand({ UserName: "here" })),
      "AccessDenied",
    ],
  ];

  beforeAll(async () => {
    for (const [UserName, Path] of [
      ["here", "/"],
      ["vault-here", "/"],
      ["vault-below", "/apps/"],
    ] as const) {
      await admin.iam.send(new CreateUserCommand({ UserName, Path }));
    }
    await admin.iam.send(new CreateGroupCommand({ GroupName: "readers", Path: "/teams/" }));
  });

  it.each(cases.map(([title, statements, call, expected], index) => ({ title, statements, call, expected, index })))(
    "$title: $expected",
    async ({ statements, call, expected, index }) => {
      const user = await makeUser(aws, `scope-${index}`, statements);
      expect(await outcome(call(user.iam))).toBe(expected);
    },
  );

  it("without a name means the caller", async () => {
    const user = await makeUser(
      aws,
      "self",
      [allow(["iam:GetUser", "iam:CreateAccessKey"], `${account}:user/people/self`)],
      "/people/",
    );
    expect((await user.iam.send(new GetUserCommand({}))).User?.Arn).toBe(user.arn);
    expect((await user.iam.send(new CreateAccessKeyCommand({}))).AccessKey?.UserName).toBe("self");
  });
});

describe("messages", () => {
  it("name caller, action, resource and reason as AWS does", async () => {
    const user = await makeUser(aws, "curious", [deny("iam:DeleteUser"), allow("iam:GetUser", `${account}:user/a`)]);
    const subject = "User: arn:aws:iam::123456789012:user/curious is not authorized to perform:";
    expect(await messageOf(user.iam.send(new CreateUserCommand({ UserName: "b", Path: "/x/" })))).toBe(
      `${subject} iam:CreateUser on resource: ${account}:user/x/b because no identity-based policy allows the iam:CreateUser action`,
    );
    expect(await messageOf(user.iam.send(new DeleteUserCommand({ UserName: "curious" })))).toBe(
      `${subject} iam:DeleteUser on resource: ${account}:user/curious with an explicit deny in an identity-based policy`,
    );
    expect(await messageOf(user.iam.send(new GetUserCommand({ UserName: "nobody" })))).toBe(
      `${subject} iam:GetUser on resource: user nobody because no identity-based policy allows the iam:GetUser action`,
    );
    expect(await messageOf(user.dynamodb.send(new ListTablesCommand({})))).toBe(
      `${subject} dynamodb:ListTables on resource: * because no identity-based policy allows the dynamodb:ListTables action`,
    );
  });

  it("say NoSuchEntity of what does not exist only to those who may ask", async () => {
    const user = await makeUser(aws, "asking", [allow("iam:GetUser", `${account}:user/vault-*`)]);
    expect(await outcome(user.iam.send(new GetUserCommand({ UserName: "vault-gone" })))).toBe("NoSuchEntityException");
    expect(await outcome(user.iam.send(new GetUserCommand({ UserName: "gone" })))).toBe("AccessDenied");
  });
});

describe("sources of policies", () => {
  it("are attached policies, and inline and attached policies of groups", async () => {
    const user = await makeUser(aws, "many-sources", []);
    const get = () => outcome(user.iam.send(new GetUserCommand({})));
    const getGroup = () => outcome(user.iam.send(new GetGroupCommand({ GroupName: "sources" })));
    const list = () => outcome(user.iam.send(new ListUsersCommand({})));
    expect([await get(), await getGroup(), await list()]).toEqual(["AccessDenied", "AccessDenied", "AccessDenied"]);

    const attached = await makePolicy("get-user", allow("iam:GetUser"));
    await admin.iam.send(new AttachUserPolicyCommand({ UserName: user.name, PolicyArn: attached }));
    await admin.iam.send(new CreateGroupCommand({ GroupName: "sources" }));
    await admin.iam.send(
      new PutGroupPolicyCommand({
        GroupName: "sources",
        PolicyName: "inline",
        PolicyDocument: document(allow("iam:GetGroup")),
      }),
    );
    const groupAttached = await makePolicy("list-users", allow("iam:ListUsers"));
    await admin.iam.send(new AttachGroupPolicyCommand({ GroupName: "sources", PolicyArn: groupAttached }));
    expect([await get(), await getGroup(), await list()]).toEqual(["allowed", "AccessDenied", "AccessDenied"]);

    await admin.iam.send(new AddUserToGroupCommand({ GroupName: "sources", UserName: user.name }));
    expect([await get(), await getGroup(), await list()]).toEqual(["allowed", "allowed", "allowed"]);

    await admin.iam.send(new DetachUserPolicyCommand({ UserName: user.name, PolicyArn: attached }));
    expect([await get(), await getGroup(), await list()]).toEqual(["AccessDenied", "allowed", "allowed"]);
  });

  it("are AWS's managed policies too", async () => {
    const user = await makeUser(aws, "reader", []);
    const PolicyArn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    await admin.iam.send(new AttachUserPolicyCommand({ UserName: user.name, PolicyArn }));
    expect(await outcome(user.iam.send(new ListUsersCommand({})))).toBe("allowed");
    expect(await outcome(user.iam.send(new CreateUserCommand({ UserName: "x" })))).toBe("AccessDenied");
  });
});

describe("a permissions boundary", () => {
  beforeAll(async () => {
    await makePolicy("boundary", allow(["iam:GetUser", "iam:ListUsers"]));
  });

  it("limits what policies grant, and grants nothing itself", async () => {
    const user = await makeUser(aws, "bounded", [allow(["iam:GetUser", "iam:CreateUser"])]);
    const PermissionsBoundary = boundaryArn;
    await admin.iam.send(new PutUserPermissionsBoundaryCommand({ UserName: user.name, PermissionsBoundary }));
    expect(await outcome(user.iam.send(new GetUserCommand({})))).toBe("allowed");
    expect(await messageOf(user.iam.send(new CreateUserCommand({ UserName: "x" })))).toContain(
      "because no permissions boundary allows the iam:CreateUser action",
    );
    expect(await messageOf(user.iam.send(new ListUsersCommand({})))).toContain(
      "because no identity-based policy allows",
    );
  });

  it("is kept, shown and checked for existence", async () => {
    const made = await admin.iam.send(
      new CreateUserCommand({ UserName: "born-bounded", PermissionsBoundary: boundaryArn }),
    );
    expect(made.User?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(boundaryArn);
    const read = await admin.iam.send(new GetUserCommand({ UserName: "born-bounded" }));
    expect(read.User?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(boundaryArn);
    const PermissionsBoundary = `${account}:policy/none`;
    expect(await outcome(admin.iam.send(new CreateUserCommand({ UserName: "unborn", PermissionsBoundary })))).toBe(
      "NoSuchEntityException",
    );
    expect(await outcome(admin.iam.send(new GetUserCommand({ UserName: "unborn" })))).toBe("NoSuchEntityException");
  });

  it("can be demanded of the users that someone makes and changes", async () => {
    const condition = { StringEquals: { "iam:PermissionsBoundary": boundaryArn } };
    const maker = await makeUser(aws, "maker", [
      allow(["iam:CreateUser", "iam:PutUserPolicy", "iam:DeleteUserPolicy"], `${account}:user/vault-*`, condition),
    ]);
    const create = (UserName: string, PermissionsBoundary?: string) =>
      outcome(maker.iam.send(new CreateUserCommand({ UserName, PermissionsBoundary })));
    const put = (UserName: string) =>
      outcome(
        maker.iam.send(
          new PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument: document(allow("iam:*")) }),
        ),
      );
    expect(await create("vault-free")).toBe("AccessDenied");
    expect(await create("vault-bound", "arn:aws:iam::aws:policy/ReadOnlyAccess")).toBe("AccessDenied");
    expect(await create("vault-bound", boundaryArn)).toBe("allowed");
    await admin.iam.send(new CreateUserCommand({ UserName: "vault-free" }));
    expect(await put("vault-free")).toBe("AccessDenied");
    expect(await put("vault-bound")).toBe("allowed");
    const remove = new DeleteUserPolicyCommand({ UserName: "vault-bound", PolicyName: "p" });
    expect(await outcome(maker.iam.send(remove))).toBe("allowed");
  });
});

describe("conditions", () => {
  it("iam:PolicyARN limits what may be attached", async () => {
    const user = await makeUser(aws, "attacher", [
      allow("iam:AttachUserPolicy", "*", { ArnLike: { "iam:PolicyARN": "arn:aws:iam::aws:policy/Amazon*" } }),
    ]);
    await admin.iam.send(new CreateUserCommand({ UserName: "attach-target" }));
    const attach = (policy: string) =>
      outcome(
        user.iam.send(
          new AttachUserPolicyCommand({ UserName: "attach-target", PolicyArn: `arn:aws:iam::aws:policy/${policy}` }),
        ),
      );
    expect(await attach("AmazonS3ReadOnlyAccess")).toBe("allowed");
    expect(await attach("AdministratorAccess")).toBe("AccessDenied");
  });

  it("tags of the request, of the resource and of the caller", async () => {
    const user = await makeUser(aws, "tagger", [
      allow("iam:TagUser", "*", {
        StringEquals: { "aws:RequestTag/team": "${aws:PrincipalTag/team}" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "env"] },
      }),
      allow("iam:DeleteUser", "*", { StringEquals: { "aws:ResourceTag/team": "red" } }),
    ]);
    await admin.iam.send(new TagUserCommand({ UserName: user.name, Tags: [{ Key: "team", Value: "red" }] }));
    await admin.iam.send(new CreateUserCommand({ UserName: "tag-target" }));
    const tag = (tags: Record<string, string>) =>
      outcome(
        user.iam.send(
          new TagUserCommand({
            UserName: "tag-target",
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          }),
        ),
      );
    const remove = () => outcome(user.iam.send(new DeleteUserCommand({ UserName: "tag-target" })));
    expect(await tag({ team: "blue" })).toBe("AccessDenied");
    expect(await tag({ team: "red", owner: "me" })).toBe("AccessDenied");
    expect(await remove()).toBe("AccessDenied");
    expect(await tag({ team: "red", env: "test" })).toBe("allowed");
    expect(await remove()).toBe("allowed");
  });
});

describe("what needs no permission", () => {
  it("is GetCallerIdentity, even against an explicit Deny", async () => {
    const user = await makeUser(aws, "denied-all", [deny("*")], "/some/path/");
    const answer = await user.sts.send(new GetCallerIdentityCommand({}));
    expect(answer.Arn).toBe("arn:aws:iam::123456789012:user/some/path/denied-all");
    expect(answer.UserId).toMatch(/^AIDA[A-Z0-9]{17}$/);
  });
});
