import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Aws } from "../../../sandbox/aws/index.js";
import { AssumableRole } from "../../../src/iam/assumableRole.js";
import { RootCredential } from "../../../src/iam/rootCredential.js";
import type { RootCredentialArgs } from "../../../src/iam/rootCredentialArgs.js";
import { clients, startTestAws } from "../aws/support.js";
import { makeStack, startTestEngine, type TestEngine, type TestStack } from "../engine/support.js";

let aws: Aws;
let engine: TestEngine;
let iam: IAMClient;
beforeAll(async () => {
  aws = await startTestAws();
  engine = await startTestEngine({ aws });
  iam = clients(aws, aws.admin).iam;
});
afterAll(async () => {
  iam.destroy();
  await engine.remove();
  await aws.stop();
});

/** The names of everything in the account. */
async function everything(): Promise<string[]> {
  const { Users: users = [] } = await iam.send(new ListUsersCommand({}));
  const { Roles: roles = [] } = await iam.send(new ListRolesCommand({}));
  const { Policies: policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
  return [
    ...users.map((one) => one.UserName),
    ...roles.map((one) => one.RoleName),
    ...policies.map((one) => one.PolicyName),
  ].map((name) => name ?? "");
}

describe("RootCredential and AssumableRole on the engine", () => {
  const wanted: { args: RootCredentialArgs; externalId?: string } = { args: {} };
  let stack: TestStack;
  beforeAll(async () => {
    stack = await makeStack(engine, "iam", () => {
      const [roleArn, resolveRoleArn] = pulumi.deferredOutput<string>();
      const [trustPolicies, resolveTrustPolicies] = pulumi.deferredOutput<Record<string, string>>();
      const root = new RootCredential("vault", {
        roles: {
          users: { credentialType: "iam_user", policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
          deploy: { credentialType: "assumed_role", roleArns: [roleArn], sessionTags: { team: "devs" } },
        },
        trustPolicies,
        ...wanted.args,
      });
      const deploy = new AssumableRole("deploy", {
        trustedPrincipalArn: root.principalArn,
        policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        sessionTags: true,
        externalId: wanted.externalId,
      });
      resolveRoleArn(deploy.role.arn);
      resolveTrustPolicies(
        pulumi.all([deploy.role.arn, deploy.trustPolicy]).apply(([arn, trust]) => ({ [arn]: trust })),
      );
      return Promise.resolve({
        userName: root.userName,
        accessKeyId: root.accessKeyId,
        secretAccessKey: root.secretAccessKey,
        policy: root.policy,
        roleArn: deploy.arn,
      });
    });
  });

  test("refuses at preview what cannot work", async () => {
    wanted.args = { permissions: "documented" };
    wanted.args = { ...wanted.args, roles: { deploy: { credentialType: "iam_user", iamGroups: ["devs"] } } };
    const error = await stack.preview().then(
      () => "previewed",
      (reason: unknown) => String(reason),
    );
    wanted.args = {};
    expect(error).toContain(
      'RootCredential "vault": 2 invalid arguments:\n' +
        "      - roles.deploy.iamGroups[0]: iam:AddUserToGroup on arn:aws:iam::123456789012:group/devs (Vault adds the user to the group) " +
        'is not granted to the root credential. Use permissions: "derived", or grant it by extraStatements.',
    );
    expect(error).not.toContain("error serializing property");
    expect(await everything()).toEqual([]);
  });

  test("makes user, key, policies and role, and then changes nothing", async () => {
    await stack.preview();
    expect(await everything()).toEqual([]);
    const { operations, outputs } = await stack.up();
    expect(operations).toEqual({
      vault: "create",
      "vault-user": "create",
      "vault-key-1": "create",
      "vault-policy": "create",
      "vault-attachment": "create",
      deploy: "create",
      "deploy-role": "create",
      "deploy-attachment-1": "create",
    });
    expect(outputs["secretAccessKey"]?.secret).toBe(true);
    expect(outputs["userName"]?.value).toMatch(/^root-vault-[0-9a-f]{8}$/);
    const policy = outputs["policy"]?.value as string;
    expect(policy).toContain(outputs["roleArn"]?.value);
    expect(await attachedDocument(outputs["userName"]?.value as string)).toEqual(JSON.parse(policy));
    expect((await stack.up()).operations).toEqual({});
    expect((await stack.refresh()).operations).toEqual({});
  });

  async function attachedDocument(UserName: string): Promise<unknown> {
    const { AttachedPolicies: attached = [] } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName }));
    const PolicyArn = attached[0]?.PolicyArn;
    const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const VersionId = policy?.DefaultVersionId;
    const { PolicyVersion: version } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    return JSON.parse(decodeURIComponent(version?.Document ?? ""));
  }

  test("makes the new key before it deletes the old one", async () => {
    const before = (await stack.up()).outputs;
    await aws.control.clearRequests();
    wanted.args = { keyGeneration: 2 };
    const { operations, outputs } = await stack.up();
    expect(operations).toEqual({ "vault-key-2": "create", "vault-key-1": "delete" });
    const calls = (await aws.control.requests()).map(({ action }) => action);
    expect(calls.indexOf("iam:CreateAccessKey")).toBeLessThan(calls.indexOf("iam:DeleteAccessKey"));
    expect(outputs["accessKeyId"]?.value).not.toBe(before["accessKeyId"]?.value);
    const { sts } = clients(aws, {
      accessKeyId: outputs["accessKeyId"]?.value as string,
      secretAccessKey: outputs["secretAccessKey"]?.value as string,
    });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      `arn:aws:iam::123456789012:user/${outputs["userName"]?.value}`,
    );
  });

  test("proves again what was not known at preview, before the policy is written", async () => {
    wanted.externalId = "platform";
    const error = await stack.up().then(
      () => "done",
      (reason: unknown) => String(reason),
    );
    expect(error).toMatch(
      /RootCredential "vault": invalid argument: roles\.deploy\.roleArns\[0\]: the trust policy of arn:aws:iam::123456789012:role\/deploy-role-\w+ asks for an external ID \(sts:ExternalId\), the role sends none\. Set externalId\./,
    );
    wanted.externalId = undefined;
    await stack.up();
  });

  test("is destroyed along with a key that only Vault knows", async () => {
    wanted.args = { keyGeneration: 2, rotateRoot: true };
    const { outputs } = await stack.up();
    const keys = clients(aws, {
      accessKeyId: outputs["accessKeyId"]?.value as string,
      secretAccessKey: outputs["secretAccessKey"]?.value as string,
    });
    const UserName = outputs["userName"]?.value as string;
    await rotate(keys.iam, UserName, outputs["accessKeyId"]?.value as string);
    await stack.destroy();
    expect(await everything()).toEqual([]);
  });

  /** What Vault does in `config/rotate-root`, with the same rights. */
  async function rotate(own: IAMClient, UserName: string, oldKey: string): Promise<void> {
    await own.send(new CreateAccessKeyCommand({ UserName }));
    await own.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: oldKey }));
    const { AccessKeyMetadata: left = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
    expect(left).toHaveLength(1);
  }
});
