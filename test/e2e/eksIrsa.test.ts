import { CreateOpenIDConnectProviderCommand, ListAccessKeysCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import program from "../../examples/eks-irsa/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { waitFor } from "../../sandbox/process/index.js";
import { awsClients, foreignUser, readSecret } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";

const vaultServer = "vault/vault";

/** Three replicas that take an IAM role by their ServiceAccount, on a cluster whose tokens AWS trusts. */
describe("examples/eks-irsa", () => {
  let sandbox: Sandbox;
  let stack: Stack;

  beforeAll(async () => {
    sandbox = await startSandbox();
    stack = await sandbox.engine.createStack({
      projectName: "vault-eks-irsa",
      stackName: "sandbox",
      program,
      programDirectory: path.join(__dirname, "..", "..", "examples", "eks-irsa"),
      config: {
        "aws:region": { value: sandbox.aws.region },
        "vault-eks-irsa:oidcProviderArn": { value: await trustCluster() },
        "vault-eks-irsa:protectData": { value: "false" },
      },
    });
  });

  afterAll(async () => {
    await sandbox.stop();
  });

  /** What `eksctl utils associate-iam-oidc-provider` does for a cluster. */
  async function trustCluster(): Promise<string> {
    const { iam, destroy } = awsClients(sandbox.aws, sandbox.aws.admin);
    try {
      const created = await iam.send(
        new CreateOpenIDConnectProviderCommand({
          Url: sandbox.kubernetes.serviceAccountIssuer,
          ClientIDList: ["sts.amazonaws.com"],
          ThumbprintList: ["0".repeat(40)],
        }),
      );
      return created.OpenIDConnectProviderArn ?? "";
    } finally {
      destroy();
    }
  }

  async function issueAuditCredentials(): Promise<string> {
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, "vault", "vault-keys");
    const token = keys["k8s.-.vault.vault-root-token"] ?? "";
    const answer = await vaultRequest<{ data: { arn: string } }>(sandbox.operator.endpoint(vaultServer), {
      path: "aws/sts/audit",
      token,
    });
    return answer.data.arn;
  }

  it("comes up with three replicas", async () => {
    await stack.up();
    expect(sandbox.operator.nodes(vaultServer)).toHaveLength(3);
    expect(await issueAuditCredentials()).toMatch(/^arn:aws:sts::123456789012:assumed-role\/vault-audit-role-/);
  });

  it("has made no IAM user and no access key", async () => {
    const { iam, destroy } = awsClients(sandbox.aws, sandbox.aws.admin);
    try {
      const { Users: users = [] } = await iam.send(new ListUsersCommand({}));
      expect(users.map((user) => user.UserName)).toEqual([foreignUser]);
      const { AccessKeyMetadata: keys } = await iam.send(new ListAccessKeysCommand({ UserName: foreignUser }));
      expect(keys).toEqual([]);
    } finally {
      destroy();
    }
  });

  it("is left alone by a second up and by refresh", async () => {
    expect(Object.keys((await stack.up()).summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(Object.keys((await stack.refresh()).summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  it("goes on when the leader is killed", async () => {
    const leader = await sandbox.operator.activeNode(vaultServer);
    await leader?.process.kill();
    const arn = await waitFor(issueAuditCredentials, {
      what: "another replica to take over",
      timeoutMs: 90_000,
      intervalMs: 500,
    });
    expect(arn).toContain(":assumed-role/vault-audit-role-");
    const next = await sandbox.operator.activeNode(vaultServer);
    expect(next?.process.pid).not.toBe(leader?.process.pid);
  });

  it("is destroyed", async () => {
    const { summary } = await stack.destroy();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["delete"]);
  });
});
