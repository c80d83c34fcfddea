import {
  CreateAccessKeyCommand,
  CreatePolicyVersionCommand,
  DeleteRolePolicyCommand,
  DetachUserPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListGroupsCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import * as aws from "@pulumi/aws";
import * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { startTestAws } from "../aws/support.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "./support.js";

let sandboxAws: Aws;
let engine: TestEngine;
let client: IAMClient;

beforeAll(async () => {
  sandboxAws = await startTestAws();
  engine = await startTestEngine({ aws: sandboxAws });
  const { endpoint, region, admin } = sandboxAws;
  client = new IAMClient({ endpoint, region, credentials: admin });
});

afterAll(async () => {
  client.destroy();
  await engine.remove();
  await sandboxAws.stop();
});

function allow(...actions: string[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] });
}

function trust(principal: string): string {
  const Statement = [{ Effect: "Allow", Principal: { AWS: principal }, Action: "sts:AssumeRole" }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

describe("IAM users, roles, and their policies", () => {
  let stack: TestStack;
  let names: Record<string, string>;
  /** What the program says now; tests change it. */
  const wanted = {
    userPolicy: allow("dynamodb:GetItem"),
    managedPolicy: allow("s3:GetObject", "s3:PutObject"),
    tags: { team: "platform" } as Record<string, string>,
    boundary: undefined as string | undefined,
    movingPath: "/",
    maxSessionDuration: 3600,
    keyStatus: "Active",
    policyDescription: "what Vault needs",
  };

  beforeAll(async () => {
    stack = await makeStack(engine, "iam", async () => {
      const provider = new aws.Provider("tagging", {
        region: sandboxAws.region as aws.Region,
        defaultTags: { tags: { managedBy: "pulumi" } },
      });
      const tagged = { provider };
      const user = new iam.User(
        "root",
        { path: "/vault/", tags: wanted.tags, permissionsBoundary: wanted.boundary, forceDestroy: true },
        tagged,
      );
      new iam.User("moving", { name: "moving", path: wanted.movingPath });
      const key = new iam.AccessKey("key", { user: user.name, status: wanted.keyStatus });
      const policy = new iam.Policy("managed", {
        policy: wanted.managedPolicy,
        description: wanted.policyDescription,
      });
      new iam.UserPolicy("inline", { user: user.name, policy: wanted.userPolicy });
      new iam.UserPolicyAttachment("attached", { user: user.name, policyArn: policy.arn });
      const role = new iam.Role("deploy", {
        name: "deploy",
        assumeRolePolicy: user.arn.apply(trust),
        maxSessionDuration: wanted.maxSessionDuration,
      });
      new iam.RolePolicy("role-inline", { role: role.name, name: "inline", policy: allow("s3:ListBucket") });
      new iam.RolePolicyAttachment("role-attached", { role: role.name, policyArn: policy.arn });
      const group = new iam.Group("readers", { path: "/vault/" });
      new iam.GroupPolicy("group-inline", { group: group.name, policy: allow("s3:ListAllMyBuckets") });
      new iam.GroupPolicyAttachment("group-attached", { group: group.name, policyArn: policy.arn });
      new iam.GroupMembership("members", { group: group.name, users: [user.name] });
      const oidc = new iam.OpenIdConnectProvider("cluster", {
        url: "https://oidc.example.com/id/cluster",
        clientIdLists: ["sts.amazonaws.com"],
        thumbprintLists: ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
      });
      return {
        user: user.name,
        userArn: user.arn,
        userTags: user.tagsAll,
        keyId: key.id,
        secret: key.secret,
        policy: policy.arn,
        roleArn: role.arn,
        oidcArn: oidc.arn,
        oidcUrl: oidc.url,
      };
    });
  });

  it("previews everything without making anything", async () => {
    const { operations } = await stack.preview();
    expect(new Set(Object.values(operations))).toEqual(new Set(["create"]));
    expect(Object.keys(operations)).toHaveLength(14);
    const { Users } = await client.send(new ListUsersCommand({}));
    expect(Users).toEqual([]);
  });

  it("makes everything, named as the released provider names it", async () => {
    const { operations, outputs } = await stack.up();
    expect(Object.keys(operations)).toHaveLength(14);
    names = Object.fromEntries(Object.entries(outputs).map(([key, output]) => [key, String(output.value)]));
    expect(names.user).toMatch(/^root-[0-9a-f]{7}$/);
    expect(names.roleArn).toBe(`arn:aws:iam::${sandboxAws.accountId}:role/deploy`);
    expect(names.oidcUrl).toBe("https://oidc.example.com/id/cluster");
    expect(outputs.userTags?.value).toEqual({ team: "platform", managedBy: "pulumi" });
    expect(outputs.secret?.secret).toBe(true);
    const { User } = await client.send(new GetUserCommand({ UserName: names.user }));
    expect(User?.Path).toBe("/vault/");
    expect(User?.Tags).toContainEqual({ Key: "managedBy", Value: "pulumi" });
    const { Role } = await client.send(new GetRoleCommand({ RoleName: "deploy" }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toBe(trust(names.userArn ?? ""));
  });

  it("keeps the secret key out of everything it stores", () => {
    expect(names.secret).toHaveLength(40);
    const stored = engine.storedText();
    expect(stored).toContain(names.keyId);
    expect(stored).not.toContain(names.secret);
  });

  it("changes nothing the second time, nor when a policy is only laid out otherwise", async () => {
    wanted.managedPolicy = JSON.stringify(JSON.parse(allow("s3:PutObject", "s3:GetObject")), undefined, 2);
    expect((await stack.up()).operations).toEqual({});
  });

  it("finds no drift where there is none", async () => {
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("sees what was changed by hand, and puts it back", async () => {
    const { user, policy } = names as { user: string; policy: string };
    const inline = { UserName: user, PolicyName: await inlinePolicyName(user) };
    await client.send(new PutUserPolicyCommand({ ...inline, PolicyDocument: allow("dynamodb:*") }));
    await client.send(new DetachUserPolicyCommand({ UserName: user, PolicyArn: policy }));
    await client.send(new TagUserCommand({ UserName: user, Tags: [{ Key: "team", Value: "someone else" }] }));
    await client.send(new DeleteRolePolicyCommand({ RoleName: "deploy", PolicyName: "inline" }));
    await client.send(new UpdateAssumeRolePolicyCommand({ RoleName: "deploy", PolicyDocument: trust("*") }));

    const found = await stack.refresh();
    expect(found.operations).toEqual({
      root: "update",
      inline: "update",
      attached: "delete",
      "role-inline": "delete",
      deploy: "update",
    });
    const mended = await stack.up();
    expect(mended.operations).toEqual({
      root: "update",
      inline: "update",
      attached: "create",
      "role-inline": "create",
      deploy: "update",
    });
    const now = await client.send(new GetUserPolicyCommand(inline));
    expect(decodeURIComponent(now.PolicyDocument ?? "")).toBe(allow("dynamodb:GetItem"));
    expect((await stack.refresh()).operations).toEqual({});
  });

  it("updates in place what can be updated", async () => {
    wanted.userPolicy = allow("dynamodb:PutItem");
    wanted.managedPolicy = allow("s3:GetObject");
    wanted.tags = { owner: "me" };
    wanted.boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    wanted.movingPath = "/other/";
    wanted.maxSessionDuration = 7200;
    wanted.keyStatus = "Inactive";
    const { operations, outputs } = await stack.up();
    expect(operations).toEqual({
      root: "update",
      inline: "update",
      managed: "update",
      deploy: "update",
      key: "update",
      moving: "update",
    });
    expect(outputs.userTags?.value).toEqual({ owner: "me", managedBy: "pulumi" });
    const { User } = await client.send(new GetUserCommand({ UserName: names.user }));
    expect(User?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(wanted.boundary);
    const moved = await client.send(new GetUserCommand({ UserName: "moving" }));
    expect(moved.User?.Path).toBe("/other/");
    const keys = await client.send(new ListAccessKeysCommand({ UserName: names.user }));
    expect(keys.AccessKeyMetadata?.map((key) => key.Status)).toEqual(["Inactive"]);
    expect((await stack.up()).operations).toEqual({});
  });

  it("keeps no more than the five versions of a policy that AWS allows", async () => {
    const others = ["s3:a", "s3:b", "s3:c"].map((action) => allow(action));
    for (const PolicyDocument of others) {
      await client.send(new CreatePolicyVersionCommand({ PolicyArn: names.policy, PolicyDocument }));
    }
    wanted.managedPolicy = allow("s3:e");
    expect((await stack.up()).operations).toEqual({ managed: "update" });
    const { Versions } = await client.send(new ListPolicyVersionsCommand({ PolicyArn: names.policy }));
    expect(Versions).toHaveLength(5);
    expect(Versions?.find((version) => version.IsDefaultVersion)?.VersionId).toBe("v6");
  });

  it("replaces what cannot be updated, and what depends on it", async () => {
    wanted.policyDescription = "something else";
    expect((await stack.up()).operations).toEqual({
      managed: "replace",
      attached: "replace",
      "role-attached": "replace",
      "group-attached": "replace",
    });
  });

  it("leaves nothing when it is destroyed, not even keys made by hand when that is forced", async () => {
    await client.send(new CreateAccessKeyCommand({ UserName: names.user }));
    await stack.destroy();
    const left = await Promise.all([
      client.send(new ListUsersCommand({})).then((answer) => answer.Users),
      client.send(new ListRolesCommand({})).then((answer) => answer.Roles),
      client.send(new ListGroupsCommand({})).then((answer) => answer.Groups),
      client.send(new ListPoliciesCommand({ Scope: "Local" })).then((answer) => answer.Policies),
      client.send(new ListOpenIDConnectProvidersCommand({})).then((answer) => answer.OpenIDConnectProviderList),
    ]);
    expect(left).toEqual([[], [], [], [], []]);
  });
});

describe("what the stand-in does besides", () => {
  it("imports a user by its name, with the arguments it has", async () => {
    const first = await makeStack(engine, "import-from", async () => {
      new iam.User("kept", { name: "kept", path: "/kept/", tags: { a: "b" } }, { retainOnDelete: true });
    });
    await first.up();
    await first.destroy();
    const second = await makeStack(engine, "import-to", async () => {
      const user = new iam.User("kept", { name: "kept", path: "/kept/", tags: { a: "b" } }, { import: "kept" });
      return { arn: user.arn };
    });
    const { operations, outputs } = await second.up();
    expect(operations).toEqual({ kept: "import" });
    expect(outputs.arn?.value).toBe(`arn:aws:iam::${sandboxAws.accountId}:user/kept/kept`);
    await second.destroy();
  });

  it("answers who is calling, where, and what a policy document says", async () => {
    const stack = await makeStack(engine, "functions", async () => {
      const caller = await aws.getCallerIdentity();
      const partition = await aws.getPartition();
      const region = await aws.getRegion();
      const document = await iam.getPolicyDocument({
        statements: [
          {
            sid: "one",
            actions: ["s3:GetObject"],
            resources: ["*"],
            conditions: [{ test: "StringEquals", variable: "aws:a", values: ["b", "c"] }],
          },
        ],
      });
      return {
        account: caller.accountId,
        partition: partition.partition,
        region: region.region,
        document: document.minifiedJson,
      };
    });
    const { outputs } = await stack.up();
    expect(outputs.account?.value).toBe(sandboxAws.accountId);
    expect(outputs.partition?.value).toBe("aws");
    expect(outputs.region?.value).toBe(sandboxAws.region);
    expect(JSON.parse(outputs.document?.value as string)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "one",
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: "*",
          Condition: { StringEquals: { "aws:a": ["b", "c"] } },
        },
      ],
    });
  });

  it("refuses a type, an argument, and a provider argument that it does not know, and says whose refusal it is", async () => {
    const unknownType = await makeStack(engine, "unknown-type", async () => {
      class Bucket extends pulumi.CustomResource {}
      new Bucket("aws:s3/bucket:Bucket", "bucket", {});
    });
    await expect(unknownType.preview()).rejects.toThrow(
      "The sandbox's stand-in for the AWS provider does not know the resource type aws:s3/bucket:Bucket",
    );
    const unknownArgument = await makeStack(engine, "unknown-argument", async () => {
      new iam.AccessKey("key", { user: "someone", pgpKey: "keybase:someone" });
    });
    await expect(unknownArgument.preview()).rejects.toThrow(
      'the sandbox\'s stand-in for the AWS provider does not know the argument "pgpKey" of aws:iam/accessKey:AccessKey',
    );
    const unknownConfig = await makeStack(engine, "unknown-config", async () => {
      new aws.Provider("provider", { region: "us-east-1", profile: "production" });
    });
    await expect(unknownConfig.preview()).rejects.toThrow(
      'the sandbox\'s stand-in for the AWS provider does not know the provider argument "profile"',
    );
  });

  it("fails with AWS's own code and message, and keeps what was made", async () => {
    const stack = await makeStack(engine, "failing", async () => {
      const user = new iam.User("user", {});
      new iam.UserPolicy("broken", { user: user.name, policy: "{}" });
    });
    await expect(stack.up()).rejects.toThrow("create aws:iam/userPolicy:UserPolicy: MalformedPolicyDocument");
    const { operations } = await stack.destroy();
    expect(operations).toEqual({ user: "delete" });
  });

  it("reaches the endpoint and uses the keys of the provider's own arguments", async () => {
    const elsewhere = await startTestEngine({});
    try {
      const stack = await makeStack(elsewhere, "explicit", async () => {
        const { endpoint, region, admin } = sandboxAws;
        const provider = new aws.Provider("sandbox", {
          region: region as aws.Region,
          accessKey: admin.accessKeyId,
          secretKey: pulumi.secret(admin.secretAccessKey),
          skipCredentialsValidation: true,
          skipRequestingAccountId: true,
          endpoints: [{ iam: endpoint, sts: endpoint }],
        });
        return { arn: new iam.User("elsewhere", { name: "elsewhere" }, { provider }).arn };
      });
      const { outputs } = await stack.up();
      expect(outputs.arn?.value).toBe(`arn:aws:iam::${sandboxAws.accountId}:user/elsewhere`);
      expect(elsewhere.storedText()).not.toContain(sandboxAws.admin.secretAccessKey);
      await stack.destroy();
    } finally {
      await elsewhere.remove();
    }
  });
});

async function inlinePolicyName(user: string): Promise<string> {
  const { PolicyNames } = await client.send(new ListUserPoliciesCommand({ UserName: user }));
  return PolicyNames?.[0] ?? "";
}
