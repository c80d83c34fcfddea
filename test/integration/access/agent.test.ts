import { setTimeout as sleep } from "node:timers/promises";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPod, type Pod } from "../../../sandbox/application/index.js";
import { putFixtures } from "../../../sandbox/fixtures.js";
import { requestToken } from "../../../sandbox/operator/kubernetesCalls.js";
import { waitFor } from "../../../sandbox/process/index.js";
import { applicationParameter, foreignParameter, refusal } from "../../../sandbox/proof/index.js";
import { findTool } from "../../../sandbox/tools/index.js";
import { VaultApiError } from "../../../sandbox/vault/api.js";
import { vaultRequest } from "../../../sandbox/vault/index.js";
import { applicationPolicy } from "../../../src/access/applicationPolicy.js";
import {
  agentInjectorAnnotations,
  agentInjectorEnvironment,
  policyText,
  type DeliveryTarget,
} from "../../../src/access/index.js";
import { startTestKubernetes, type TestKubernetes } from "../kubernetes/support.js";
import { World } from "../secretsengine/support.js";

const audience = "vault";

// A pod of the application: its service account's token from the real API server, the real Vault Agent, and an AWS SDK that reads what the agent
// writes. Only the kubelet, which would put them together, is missing.
describe("an application's way to AWS", () => {
  let world: World;
  let kubernetes: TestKubernetes;
  let pod: Pod;
  let ssm: SSMClient;

  beforeAll(async () => {
    [world, kubernetes] = await Promise.all([World.start(), startTestKubernetes()]);
    await putFixtures(world.aws);
    await world.engine("aws");
    await world.api("POST", "aws/config/lease", { lease: "8s", lease_max: "16s" });
    await prepareCluster();
    await prepareVault();
    pod = await startApplication();
    const { endpoint, region } = world.aws;
    ssm = new SSMClient({ endpoint, region, credentials: pod.credentials, maxAttempts: 1 });
  }, 300_000);

  afterAll(async () => {
    ssm?.destroy();
    await kubernetes?.stop();
    await world?.stop();
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

  async function startApplication(): Promise<Pod> {
    const target: DeliveryTarget = {
      vaultAddress: "http://vault.vault.svc:8200",
      roleName: "shop",
      credentialPath: "aws/creds/deploy",
      audience,
    };
    const tokenVolume = "vault-token";
    return startPod({
      workDir: kubernetes.workDir,
      kubernetes: kubernetes.rest,
      namespace: "shop",
      template: {
        metadata: {
          // These leases are too short to keep credentials for long, and this AWS accepts keys at once.
          annotations: agentInjectorAnnotations({ target, tokenVolume, keepSeconds: 30, settleSeconds: 0 }),
        },
        spec: {
          serviceAccountName: "shop",
          volumes: [{ name: tokenVolume, projected: { sources: [{ serviceAccountToken: { audience } }] } }],
          containers: [{ env: Object.entries(agentInjectorEnvironment).map(([name, value]) => ({ name, value })) }],
        },
      },
      vault: world.vault,
      binary: (await findTool("vault")).path,
    });
  }

  const read = (name: string) => ssm.send(new GetParameterCommand({ Name: name }));
  const asAgent = async (method: "GET" | "POST", apiPath: string, body?: unknown) =>
    vaultRequest<{ lease_id: string }>(world.vault, { method, path: apiPath, token: await pod.token(), body });
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

  it("leaves no IAM user behind when its pod ends, since the agent then revokes its token", async () => {
    expect((await users()).length).toBeGreaterThan(0);
    await pod.stop();
    await waitFor(async () => ((await users()).length === 0 ? true : undefined), {
      what: "Vault to delete the IAM users",
      timeoutMs: 30_000,
    });
    await expect(read(applicationParameter)).rejects.toThrow();
  });
});
