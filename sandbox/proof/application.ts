import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { paginateListUsers } from "@aws-sdk/client-iam";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import {
  agentInjectorAnnotations,
  agentInjectorEnvironment,
  type AgentInjectorArgs,
} from "../../src/access/delivery/agentInjector.js";
import { startPod, type Pod, type PodTemplate } from "../application/index.js";
import { KubernetesError, kubernetesRest, type KubernetesRest } from "../kubernetes/index.js";
import { requestToken } from "../operator/kubernetesCalls.js";
import { waitFor } from "../process/index.js";
import { findTool } from "../tools/index.js";
import { VaultApiError } from "../vault/api.js";
import { vaultRequest } from "../vault/index.js";
import { awsClients, refusal } from "./awsClients.js";
import { applicationParameter, foreignParameter } from "./issuedCredentials.js";
import type { Check, Subject } from "./subject.js";

const namespace = "shop";
const serviceAccount = "shop";
/** Long enough for a lease to overlap with the next by more than a new key needs to be accepted. */
const leaseSeconds = 50;

/** The pod of the application, by the annotations that its owner would put on it. */
function podTemplate({ outputs }: Subject, more: Partial<AgentInjectorArgs>): PodTemplate {
  const { shop: target } = outputs;
  const { audience } = target;
  const volume = { name: "vault-token", projected: { sources: [{ serviceAccountToken: { audience } }] } };
  return {
    metadata: {
      annotations: agentInjectorAnnotations({
        target,
        ...(audience === undefined ? {} : { tokenVolume: volume.name }),
        ...more,
      }),
    },
    spec: {
      serviceAccountName: serviceAccount,
      volumes: audience === undefined ? [] : [volume],
      containers: [{ env: Object.entries(agentInjectorEnvironment).map(([name, value]) => ({ name, value })) }],
    },
  };
}

interface Running {
  readonly pod: Pod;
  readonly ssm: SSMClient;
  readonly kubernetes: KubernetesRest;
}

async function withPod<T>(
  subject: Subject,
  use: (running: Running) => Promise<T>,
  more: Partial<AgentInjectorArgs> = {},
): Promise<T> {
  const workDir = await mkdtemp(path.join(tmpdir(), "kubevault-aws-pod-"));
  const kubernetes = kubernetesRest(subject.kubeconfigPath);
  try {
    await prepareNamespace(kubernetes);
    const pod = await startPod({
      workDir,
      kubernetes,
      namespace,
      template: podTemplate(subject, more),
      vault: subject.vault,
      binary: (await findTool("vault")).path,
    });
    const { endpoint, region } = subject.aws;
    const ssm = new SSMClient({ endpoint, region, credentials: pod.credentials, maxAttempts: 1 });
    try {
      // The first key of all is accepted only after a while, here as on AWS.
      await waitFor(() => ssm.send(new GetParameterCommand({ Name: applicationParameter })), {
        what: "the first access key to be accepted",
        timeoutMs: 30_000,
        intervalMs: 250,
      });
      return await use({ pod, ssm, kubernetes });
    } finally {
      ssm.destroy();
      await pod.stop();
    }
  } finally {
    await kubernetes.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

async function prepareNamespace(kubernetes: KubernetesRest): Promise<void> {
  await created(kubernetes, "/api/v1/namespaces", "Namespace", namespace);
  for (const name of [serviceAccount, "other"]) {
    await created(kubernetes, `/api/v1/namespaces/${namespace}/serviceaccounts`, "ServiceAccount", name);
  }
}

async function created(kubernetes: KubernetesRest, at: string, kind: string, name: string): Promise<void> {
  try {
    await kubernetes.call("POST", at, { apiVersion: "v1", kind, metadata: { name } });
  } catch (error) {
    if (!(error instanceof KubernetesError && error.statusCode === 409)) {
      throw error;
    }
  }
}

/** Vault's 403 for a call; an error if Vault allowed it or failed in another way. */
async function denied(what: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof VaultApiError && error.statusCode === 403) {
      return;
    }
    throw error;
  }
  throw new Error(`Vault allowed ${what}`);
}

async function usersOf(subject: Subject): Promise<string[]> {
  const { iam, destroy } = awsClients(subject.aws, subject.aws.admin);
  const names: string[] = [];
  try {
    for await (const { Users: users } of paginateListUsers({ client: iam }, {})) {
      names.push(...(users ?? []).flatMap(({ UserName: name = "" }) => (name.includes("kubernetes-shop") ? name : [])));
    }
  } finally {
    destroy();
  }
  return names;
}

/** Short leases for as long as `work` takes. */
async function withShortLeases<T>({ vault, outputs }: Subject, work: () => Promise<T>): Promise<T> {
  const at = { path: `${outputs.mountPath}/config/lease`, token: vault.token };
  const { data: before } = await vaultRequest<{ data: object }>(vault, at);
  const write = (body: object) => vaultRequest(vault, { ...at, method: "POST", body });
  await write({ lease: `${leaseSeconds}s`, lease_max: `${leaseSeconds}s` });
  try {
    return await work();
  } finally {
    await write(before);
  }
}

/** What an application of the platform gets: a pod with Vault Agent, and the AWS SDK beside it. */
export const applicationChecks: readonly Check[] = [
  {
    title: "An application's pod can do in AWS what its role allows, and nothing else",
    run: (subject) =>
      withPod(subject, async ({ pod, ssm }) => {
        await refusal(() => ssm.send(new GetParameterCommand({ Name: foreignParameter })));
        const token = await pod.token();
        const { mountPath } = subject.outputs;
        for (const denial of [`${mountPath}/sts/build`, `${mountPath}/roles/deploy`, "sys/mounts"]) {
          await denied(denial, vaultRequest(subject.vault, { path: denial, token }));
        }
        return `reads ${applicationParameter}, is refused ${foreignParameter}, and other roles by Vault`;
      }),
  },
  {
    title: "Vault gives another ServiceAccount, or a token for another audience, nothing",
    run: (subject) =>
      withPod(subject, async ({ kubernetes }) => {
        const { roleName: role, authMount = "kubernetes", audience } = subject.outputs.shop;
        const login = async (account: string, of: string | undefined) =>
          vaultRequest(subject.vault, {
            method: "POST",
            path: `auth/${authMount}/login`,
            body: { role, jwt: await requestToken(kubernetes, namespace, account, of, 600) },
          });
        await denied("ServiceAccount other", login("other", audience));
        await denied("the API server's audience", login(serviceAccount, undefined));
        await login(serviceAccount, audience);
        return `403 for ServiceAccount other, and for ${serviceAccount} without audience ${audience ?? ""}`;
      }),
  },
  {
    title: "A lease that ends is replaced without a gap",
    run: (subject) =>
      withShortLeases(subject, () =>
        withPod(
          subject,
          async ({ ssm }) => {
            const keys = new Set<string>();
            let calls = 0;
            // Past the end of the first lease, with the key that came after it.
            for (const end = Date.now() + (leaseSeconds + 5) * 1000; Date.now() < end; calls += 1) {
              keys.add((await ssm.config.credentials()).accessKeyId);
              await ssm.send(new GetParameterCommand({ Name: applicationParameter }));
              await sleep(200);
            }
            if (keys.size < 2) {
              throw new Error(`The pod still has its first key after ${leaseSeconds} s`);
            }
            return `${calls} calls in ${leaseSeconds + 5} s with ${keys.size} keys, none refused`;
          },
          { keepSeconds: 30, settleSeconds: 3 },
        ),
      ),
  },
  {
    title: "When the pod ends, its IAM users are deleted",
    run: async (subject) => {
      const made = await withPod(subject, () => usersOf(subject));
      if (made.length === 0) {
        throw new Error("No IAM user was made for the pod");
      }
      await waitFor(async () => ((await usersOf(subject)).length === 0 ? true : undefined), {
        what: "Vault to delete the pod's IAM users",
        timeoutMs: 30_000,
      });
      return `${made.join(", ")}: gone`;
    },
  },
];
