import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Aws } from "../../../sandbox/aws/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import { startUnsealedVault, vaultRequest, type UnsealedVault } from "../../../sandbox/vault/index.js";
import type { PolicyDocument } from "../../../src/aws/policyDocument.js";
import { statementsOf } from "../../../src/iam/policies/statements.js";
import type { AwsSecretsRoleSpec } from "../../../src/secretsengine/roleSpec.js";
import { allow, clients, document, startTestAws, type Clients, type Keys } from "../aws/support.js";

export const accountId = "123456789012";
export const otherAccountId = "210987654321";
const parameter = "/app/greeting";
export const readParameter = {
  Action: "ssm:GetParameter",
  Resource: `arn:aws:ssm:us-east-1:${accountId}:parameter${parameter}`,
};

/** What Vault answers with when credentials are read. */
export interface Lease {
  readonly lease_id: string;
  readonly data: { readonly access_key: string; readonly secret_key: string; readonly session_token: string | null };
}

/** The sandbox's AWS and a real Vault, and what the tests of policies do with both. */
export class Stage {
  readonly admin: Clients;
  readonly farAdmin: Clients;

  private constructor(
    readonly aws: Aws,
    readonly vault: UnsealedVault,
    private readonly workDir: string,
  ) {
    this.admin = clients(aws, aws.admin);
    this.farAdmin = clients(aws, aws.admins[otherAccountId] as Keys);
  }

  /** @param release of Vault, by the name of its tool */
  static async start(release: "vault" | "vault-1.21" = "vault"): Promise<Stage> {
    const workDir = await mkdtemp(path.join(tmpdir(), "iam-policies-"));
    const aws = await startTestAws({ otherAccountIds: [otherAccountId] });
    const vault = await startUnsealedVault({
      workDir,
      vault: (await findTool(release)).path,
      storage: { type: "inmem" },
    });
    const stage = new Stage(aws, vault, workDir);
    await stage.admin.ssm.send(new PutParameterCommand({ Name: parameter, Value: "hello", Type: "String" }));
    return stage;
  }

  async stop(): Promise<void> {
    await this.vault.stop();
    await this.aws.stop();
    await rm(this.workDir, { recursive: true, force: true });
  }

  call<T>(method: "GET" | "POST" | "PUT" | "DELETE", route: string, body?: unknown): Promise<T> {
    return vaultRequest<T>(this.vault, { method, path: route, body, token: this.vault.rootToken });
  }

  /** A root user with a mount of its own. */
  async makeEngine(name: string, settings: Record<string, string> = {}): Promise<Engine> {
    const userName = `root-of-${name}`;
    await this.admin.iam.send(new CreateUserCommand({ UserName: userName }));
    const mount = `aws-${name}`;
    await this.call("POST", `sys/mounts/${mount}`, { type: "aws" });
    const engine = new Engine(this, mount, userName, settings);
    await engine.useFreshKey();
    return engine;
  }

  /** A managed policy that lets read the parameter. */
  async makePolicy(name: string): Promise<string> {
    const PolicyDocument = document(allow(readParameter.Action, readParameter.Resource));
    try {
      await this.admin.iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument }));
    } catch (error) {
      // Made by another test of the same file.
      if ((error as Error).name !== "EntityAlreadyExistsException") {
        throw error;
      }
    }
    return `arn:aws:iam::${accountId}:policy/${name}`;
  }

  /** A group with an inline and a managed policy that let read the parameter. */
  async makeGroup(GroupName: string, Path = "/"): Promise<void> {
    await this.admin.iam.send(new CreateGroupCommand({ GroupName, Path }));
    const PolicyDocument = document(allow(readParameter.Action, readParameter.Resource));
    await this.admin.iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: "read", PolicyDocument }));
  }

  /** A role that lets read the parameter. */
  async makeRole(RoleName: string, trustPolicy: PolicyDocument | string, admin = this.admin): Promise<string> {
    const AssumeRolePolicyDocument = typeof trustPolicy === "string" ? trustPolicy : JSON.stringify(trustPolicy);
    const { Role: role } = await admin.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const PolicyDocument = document(allow(readParameter.Action, "*"));
    await admin.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "read", PolicyDocument }));
    return role?.Arn ?? "";
  }

  /** Uses credentials for what they are for. */
  async readParameter(lease: Lease): Promise<void> {
    const { ssm } = clients(this.aws, keysOfLease(lease));
    await ssm.send(new GetParameterCommand({ Name: parameter }));
  }

  async userOf(lease: Lease): Promise<string> {
    const { Arn: arn = "" } = await clients(this.aws, keysOfLease(lease)).sts.send(new GetCallerIdentityCommand({}));
    return arn.split("/").at(-1) ?? "";
  }

  async userExists(UserName: string): Promise<boolean> {
    try {
      await this.admin.iam.send(new GetUserCommand({ UserName }));
      return true;
    } catch (error) {
      if ((error as Error).name === "NoSuchEntityException") {
        return false;
      }
      throw error;
    }
  }

  /** What somebody may do to a user of Vault's while its lease runs. */
  async attachMore(UserName: string, PolicyArn: string): Promise<void> {
    await this.admin.iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const PolicyDocument = document(allow("ssm:DescribeParameters"));
    await this.admin.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "more", PolicyDocument }));
  }

  /** Deletes the users that failed attempts left behind. */
  async deleteUsers(prefix: string): Promise<void> {
    const { Users: users = [] } = await this.admin.iam.send(new ListUsersCommand({}));
    for (const { UserName } of users) {
      if (UserName?.startsWith(prefix) === true) {
        await this.deleteUser(UserName);
      }
    }
  }

  async deleteUser(UserName: string): Promise<void> {
    const { iam } = this.admin;
    const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
    await Promise.all(keys.map(({ AccessKeyId }) => iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }))));
    const { PolicyNames: names = [] } = await iam.send(new ListUserPoliciesCommand({ UserName }));
    await Promise.all(names.map((PolicyName) => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }))));
    const { AttachedPolicies: attached = [] } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName }));
    await Promise.all(attached.map(({ PolicyArn }) => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }))));
    const { Groups: groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName }));
    await Promise.all(groups.map(({ GroupName }) => iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }))));
    await iam.send(new DeleteUserCommand({ UserName }));
  }
}

function keysOfLease({ data }: Lease): Keys {
  return {
    accessKeyId: data.access_key,
    secretAccessKey: data.secret_key,
    sessionToken: data.session_token ?? undefined,
  };
}

/** One mount of Vault's AWS secrets engine and the IAM user it works as. */
export class Engine {
  readonly arn: string;

  constructor(
    readonly stage: Stage,
    readonly mount: string,
    readonly userName: string,
    private readonly settings: Record<string, string>,
  ) {
    this.arn = `arn:aws:iam::${accountId}:user/${userName}`;
  }

  /** Gives the root user one new key and Vault that key. */
  async useFreshKey(): Promise<string> {
    const { iam } = this.stage.admin;
    const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({ UserName: this.userName }));
    for (const { AccessKeyId } of keys) {
      await iam.send(new DeleteAccessKeyCommand({ UserName: this.userName, AccessKeyId }));
    }
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: this.userName }));
    await this.stage.call("POST", `${this.mount}/config/root`, {
      access_key: key?.AccessKeyId,
      secret_key: key?.SecretAccessKey,
      region: "us-east-1",
      iam_endpoint: this.stage.aws.endpoint,
      sts_endpoint: this.stage.aws.endpoint,
      ...this.settings,
    });
    return key?.AccessKeyId ?? "";
  }

  /** Another key of the root user, to do as it could with its rights. */
  async ownKeys(): Promise<Keys> {
    const { AccessKey: key } = await this.stage.admin.iam.send(new CreateAccessKeyCommand({ UserName: this.userName }));
    return { accessKeyId: key?.AccessKeyId ?? "", secretAccessKey: key?.SecretAccessKey ?? "" };
  }

  /** Makes these the root user's only rights. */
  async grant(policy: PolicyDocument): Promise<void> {
    const target = { UserName: this.userName, PolicyName: "root" };
    if (statementsOf(policy).length > 0) {
      await this.stage.admin.iam.send(new PutUserPolicyCommand({ ...target, PolicyDocument: JSON.stringify(policy) }));
      return;
    }
    const { PolicyNames: names = [] } = await this.stage.admin.iam.send(
      new ListUserPoliciesCommand({ UserName: this.userName }),
    );
    if (names.includes(target.PolicyName)) {
      await this.stage.admin.iam.send(new DeleteUserPolicyCommand(target));
    }
  }

  async attachToRoot(PolicyArn: string): Promise<void> {
    await this.stage.admin.iam.send(new AttachUserPolicyCommand({ UserName: this.userName, PolicyArn }));
  }

  async writeRole(name: string, role: AwsSecretsRoleSpec): Promise<void> {
    await this.stage.call("POST", `${this.mount}/roles/${name}`, {
      credential_type: role.credentialType,
      policy_document:
        role.policyDocument === undefined || typeof role.policyDocument === "string"
          ? (role.policyDocument ?? "")
          : JSON.stringify(role.policyDocument),
      policy_arns: role.policyArns ?? [],
      role_arns: role.roleArns ?? [],
      iam_groups: role.iamGroups ?? [],
      iam_tags: role.iamTags ?? {},
      session_tags: role.sessionTags ?? {},
      external_id: role.externalId ?? "",
      user_path: role.userPath ?? "",
      permissions_boundary_arn: role.permissionsBoundaryArn ?? "",
    });
  }

  read(role: string): Promise<Lease> {
    return this.stage.call<Lease>("GET", `${this.mount}/creds/${role}`);
  }

  async revoke(lease: Lease): Promise<void> {
    await this.stage.call("PUT", "sys/leases/revoke", { lease_id: lease.lease_id, sync: true });
  }

  /** Forgets leases that could not be revoked, so that Vault does not try again in the middle of the next test. */
  async forgetLeases(): Promise<void> {
    await this.stage.call("PUT", `sys/leases/revoke-force/${this.mount}`);
  }

  /** The actions that the root user was allowed by its policies since the log was cleared. */
  async usedActions(): Promise<string[]> {
    const requests = await this.stage.aws.control.requests(this.arn);
    return [...new Set(requests.flatMap(({ needs = [] }) => needs.map(({ action }) => action)))].sort();
  }
}
