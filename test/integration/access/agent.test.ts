import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putFixtures } from "../../../sandbox/fixtures.js";
import { requestToken } from "../../../sandbox/operator/kubernetesCalls.js";
import { startProcess, waitFor, type ManagedProcess } from "../../../sandbox/process/index.js";
import { applicationParameter, foreignParameter, refusal } from "../../../sandbox/proof/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import { VaultApiError } from "../../../sandbox/vault/api.js";
import { vaultRequest } from "../../../sandbox/vault/index.js";
import { applicationPolicy } from "../../../src/access/applicationPolicy.js";
import { awsSharedConfig, policyText } from "../../../src/access/index.js";
import { startTestKubernetes, type TestKubernetes } from "../kubernetes/support.js";
import { World } from "../secretsengine/support.js";

const audience = "vault";

// A pod of the application: its service account's token from the real API server, the real Vault Agent, and an AWS SDK that reads what the agent
// writes. Only the kubelet, which would put them together, is missing.
describe("an application's way to AWS", () => {
  let world: World;
  let kubernetes: TestKubernetes;
  let pod: string;
  let agent: ManagedProcess;
  let ssm: SSMClient;
  const environment = { ...process.env };

  beforeAll(async () => {
    [world, kubernetes, pod] = await Promise.all([
      World.start(),
      startTestKubernetes(),
      mkdtemp(path.join(tmpdir(), "access-pod-")),
    ]);
    await putFixtures(world.aws);
    await world.engine("aws");
    await world.api("POST", "aws/config/lease", { lease: "8s", lease_max: "16s" });
    await prepareCluster();
    await prepareVault();
    agent = await startAgent();
    // What the pod's environment would be.
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"]) {
      delete process.env[name];
    }
    process.env.AWS_CONFIG_FILE = path.join(pod, "aws-config");
    process.env.AWS_SHARED_CREDENTIALS_FILE = path.join(pod, "none");
    ssm = new SSMClient({ endpoint: world.aws.endpoint, region: world.aws.region, maxAttempts: 1 });
  }, 300_000);

  afterAll(async () => {
    process.env = environment;
    ssm?.destroy();
    await agent?.stop();
    await kubernetes?.stop();
    await world?.stop();
    await rm(pod, { recursive: true, force: true });
  });

  async function prepareCluster(): Promise<void> {
    const { rest } = kubernetes;
    for (const namespace of ["vault", "shop"]) {
      await rest.call("POST", "/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: namespace },
      });
    }
    for (const [namespace, name] of [
      ["vault", "reviewer"],
      ["shop", "shop"],
      ["shop", "other"],
    ]) {
      await rest.call("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name },
      });
    }
    await rest.call("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "vault-reviewer" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
      subjects: [{ kind: "ServiceAccount", name: "reviewer", namespace: "vault" }],
    });
  }

  /** All with this package's own handlers, from nothing. */
  async function prepareVault(): Promise<void> {
    const plugin = world.plugin();
    await plugin.create("VaultAuthMethod", { type: "kubernetes", path: "kubernetes" });
    await plugin.create("KubernetesAuthMethodConfig", {
      mount: "kubernetes",
      kubernetesHost: kubernetes.server,
      kubernetesCaCert: kubernetes.caCertificate,
      tokenReviewerJwt: await requestToken(kubernetes.rest, "vault", "reviewer", undefined, 3600),
      disableLocalCaJwt: true,
    });
    for (const [name, parameter] of [
      ["deploy", applicationParameter],
      ["payroll", foreignParameter],
    ]) {
      await plugin.create("AwsSecretsRole", {
        mount: "aws",
        name,
        credentialType: "iam_user",
        policyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: "ssm:GetParameter",
              Resource: `arn:aws:ssm:${world.aws.region}:${world.aws.accountId}:parameter${parameter}`,
            },
          ],
        },
      });
    }
    const rules = applicationPolicy({
      mount: "aws",
      roles: [{ name: "deploy", credentialType: "iam_user" }],
      staticRoles: [],
      requestParameters: false,
    });
    await plugin.create("VaultPolicy", { name: "shop", policy: policyText(rules) });
    await plugin.create("KubernetesAuthRole", {
      mount: "kubernetes",
      name: "shop",
      boundServiceAccountNames: ["shop"],
      boundServiceAccountNamespaces: ["shop"],
      audience,
      tokenPolicies: ["shop"],
      tokenNoDefaultPolicy: true,
      tokenTtl: "10m",
    });
  }

  async function startAgent(): Promise<ManagedProcess> {
    const { scriptTemplate, config } = awsSharedConfig({
      target: { credentialPath: "aws/creds/deploy" },
      scriptPath: path.join(pod, "aws-credentials"),
      keepSeconds: 30,
    });
    await writeFile(path.join(pod, "aws-config"), config);
    await writeFile(path.join(pod, "jwt"), await requestToken(kubernetes.rest, "shop", "shop", audience, 3600), {
      mode: 0o600,
    });
    const text = (value: string) => JSON.stringify(value);
    const configuration = `
      vault { address = ${text(world.vault.address)} }
      auto_auth {
        method "kubernetes" {
          mount_path = "auth/kubernetes"
          config = { role = "shop", token_path = ${text(path.join(pod, "jwt"))} }
        }
        sink "file" { config = { path = ${text(path.join(pod, "token"))} } }
      }
      template {
        contents = ${text(scriptTemplate)}
        destination = ${text(path.join(pod, "aws-credentials"))}
        perms = "0700"
      }`;
    const file = path.join(pod, "agent.hcl");
    await writeFile(file, configuration);
    const started = await startProcess({
      name: "vault agent",
      command: (await findTool("vault")).path,
      args: ["agent", `-config=${file}`],
      env: { PATH: process.env.PATH ?? "", HOME: pod },
      cwd: pod,
      logFile: path.join(pod, "agent.log"),
    });
    await waitFor(async () => (await readFile(path.join(pod, "aws-credentials"), "utf8")) || undefined, {
      what: "the agent to write credentials",
      timeoutMs: 60_000,
      abortIf: started.assertRunning,
    });
    return started;
  }

  const read = (name: string) => ssm.send(new GetParameterCommand({ Name: name }));
  const agentToken = async () => (await readFile(path.join(pod, "token"), "utf8")).trim();
  const asAgent = async (method: "GET" | "POST", apiPath: string, body?: unknown) =>
    vaultRequest<{ lease_id: string }>(world.vault, { method, path: apiPath, token: await agentToken(), body });
  async function statusOf(work: Promise<unknown>): Promise<number> {
    try {
      await work;
      return 200;
    } catch (error) {
      expect(error).toBeInstanceOf(VaultApiError);
      return (error as VaultApiError).statusCode;
    }
  }
  const users = () => world.userNames("vault-kubernetes-shop-shop-deploy");

  it("reads what the role allows, and nothing else", async () => {
    const { Parameter: parameter } = await read(applicationParameter);
    expect(parameter?.Value).toBe("hello");
    await refusal(() => read(foreignParameter));
    expect((await users()).length).toBeGreaterThan(0);
  });

  it("is closed to another service account, to another audience, and to another role", async () => {
    const login = (jwt: string) =>
      statusOf(
        vaultRequest(world.vault, { method: "POST", path: "auth/kubernetes/login", body: { role: "shop", jwt } }),
      );
    expect(await login(await requestToken(kubernetes.rest, "shop", "other", audience, 3600))).toBe(403);
    expect(await login(await requestToken(kubernetes.rest, "shop", "shop", undefined, 3600))).toBe(403);
    expect(await login(await requestToken(kubernetes.rest, "shop", "shop", audience, 3600))).toBe(200);
    expect(await statusOf(asAgent("GET", "aws/creds/payroll"))).toBe(403);
    expect(await statusOf(asAgent("GET", "aws/roles/deploy"))).toBe(403);
    expect(await statusOf(asAgent("GET", "sys/mounts"))).toBe(403);
  });

  it("renews and revokes its own leases, and none of others", async () => {
    const own = await asAgent("GET", "aws/creds/deploy");
    expect(await statusOf(asAgent("POST", "sys/leases/renew", { lease_id: own.lease_id, increment: 5 }))).toBe(200);
    const foreign = await world.api<{ lease_id: string }>("GET", "aws/creds/payroll");
    for (const action of ["renew", "revoke"]) {
      expect(await statusOf(asAgent("POST", `sys/leases/${action}`, { lease_id: foreign.lease_id }))).toBe(403);
      expect(await statusOf(asAgent("POST", `sys/leases/${action}/${foreign.lease_id}`))).toBe(403);
      expect(await statusOf(asAgent("POST", `sys/leases/${action}`))).toBe(403);
    }
    expect(await statusOf(asAgent("POST", "sys/leases/revoke", { lease_id: own.lease_id, sync: true }))).toBe(200);
  });

  it("has the next lease before the last one ends", async () => {
    const keys = new Set<string>();
    const failures: string[] = [];
    let calls = 0;
    for (const end = Date.now() + 36_000; Date.now() < end; calls += 1) {
      try {
        keys.add((await ssm.config.credentials()).accessKeyId);
        await read(applicationParameter);
      } catch (error) {
        failures.push((error as Error).message);
      }
      await sleep(200);
    }
    expect(failures).toEqual([]);
    expect(keys.size).toBeGreaterThan(1);
    expect(calls).toBeGreaterThan(20);
  });

  it("leaves no IAM user behind when its token is revoked, as the agent does when its pod ends", async () => {
    await agent.stop();
    expect((await users()).length).toBeGreaterThan(0);
    await asAgent("POST", "auth/token/revoke-self");
    await waitFor(async () => ((await users()).length === 0 ? true : undefined), {
      what: "Vault to delete the IAM users",
      timeoutMs: 30_000,
    });
    await expect(read(applicationParameter)).rejects.toThrow();
  });
});
