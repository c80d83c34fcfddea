import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPod, type Pod, type PodTemplate } from "../../sandbox/application/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { kubernetesRest, type KubernetesRest } from "../../sandbox/kubernetes/index.js";
import { waitFor } from "../../sandbox/process/index.js";
import { applicationParameter, foreignParameter, refusal } from "../../sandbox/proof/index.js";
import { findTool } from "../../sandbox/tools/index.js";
import type { DocumentShell } from "../support/documentShell.js";
import { shellText, splitAt } from "../support/pages.js";
import { sandboxShell } from "../support/sandboxShell.js";

const examples = path.join(__dirname, "..", "..", "examples");

interface Deployments {
  readonly items: readonly { readonly spec: { readonly template: PodTemplate } }[];
}

/** examples/application by the commands of its README, and the pod that its Deployment asks for. */
describe("examples/application", () => {
  let sandbox: Sandbox;
  let kubernetes: KubernetesRest;
  let shell: DocumentShell;
  let folder: string;
  let template: PodTemplate;
  let pod: Pod | undefined;

  const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], folder);

  beforeAll(async () => {
    sandbox = await startSandbox({ region: "eu-west-1" });
    kubernetes = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    // Beside the example, so that it finds its packages and no file of a stack is left in it.
    folder = await mkdtemp(path.join(examples, ".application-"));
    for (const file of await readdir(path.join(examples, "application"))) {
      if (file !== "node_modules") {
        await cp(path.join(examples, "application", file), path.join(folder, file));
      }
    }
    // No injector: a pod of the test's own stands in for it.
    shell = await sandboxShell(sandbox, { helm: () => Promise.resolve("") });
  });

  afterAll(async () => {
    await pod?.stop();
    await shell.stop();
    await kubernetes.close();
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("comes up, and is left alone by the next up", async () => {
    const [untilUp, logs] = splitAt(shellText("examples/application/README.md"), "kubectl");
    expect(logs).toBe("kubectl -n shop logs deployment/shop -c shop\n");
    await shell.run(untilUp, folder);
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
    const { items } = await kubernetes.call<Deployments>("GET", "/apis/apps/v1/namespaces/shop/deployments");
    template = items[0]?.spec.template ?? { spec: {} };
    expect(template.spec.serviceAccountName).toBe("shop");
  });

  it("gives its pod what verifies Vault's certificate", async () => {
    const { data } = await kubernetes.call<{ data: Record<string, string> }>(
      "GET",
      "/api/v1/namespaces/shop/secrets/vault-ca",
    );
    expect(Buffer.from(data["ca.crt"] ?? "", "base64").toString()).toBe(
      sandbox.operator.endpoint("vault/vault").caCertificate,
    );
  });

  it("gives its pod credentials that can do what the role allows, and nothing else", async () => {
    pod = await startPod({
      workDir: folder,
      kubernetes,
      namespace: "shop",
      template,
      vault: sandbox.operator.endpoint("vault/vault"),
      binary: (await findTool("vault")).path,
    });
    const { endpoint, region } = sandbox.aws;
    const client = { endpoint, region, credentials: pod.credentials, maxAttempts: 1 };
    const sts = new STSClient(client);
    const ssm = new SSMClient(client);
    try {
      const { Arn: arn } = await waitFor(() => sts.send(new GetCallerIdentityCommand({})), {
        what: "the access key to be accepted",
        timeoutMs: 30_000,
      });
      expect(arn).toMatch(/:user\/vault-kubernetes-shop-shop-deploy-/);
      const { Parameter: parameter } = await ssm.send(new GetParameterCommand({ Name: applicationParameter }));
      expect(parameter?.Value).toBe("hello");
      await refusal(() => ssm.send(new GetParameterCommand({ Name: foreignParameter })));
    } finally {
      sts.destroy();
      ssm.destroy();
    }
  });
});
