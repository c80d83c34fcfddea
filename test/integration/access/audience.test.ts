import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../../sandbox/process/index.js";
import { inspectAudience, type InspectedAudience } from "../../../src/access/inspectAudience.js";
import { startTestKubernetes, type TestKubernetes } from "../kubernetes/support.js";

const unreachable = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "none",
  clusters: [{ name: "none", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "none", user: { token: "none" } }],
  contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
});

/** Whether a real API server issues tokens for an audience, where an admission policy allows one audience only. */
describe("an application's audience", () => {
  let kubernetes: TestKubernetes;

  const inspect = async (change: Partial<InspectedAudience>) => {
    const hook = inspectAudience({
      subject: 'ApplicationAccess "shop"',
      audience: "vault",
      serviceAccounts: ["shop"],
      namespaces: ["shop"],
      kubeconfig: kubernetes.kubeconfigPath,
      ...change,
    });
    await hook({} as Parameters<typeof hook>[0]);
  };

  beforeAll(async () => {
    kubernetes = await startTestKubernetes();
    const { rest } = kubernetes;
    const create = (at: string, object: object) => rest.call("POST", at, object);
    await create("/api/v1/namespaces", { metadata: { name: "shop" } });
    await create("/api/v1/namespaces/shop/serviceaccounts", { metadata: { name: "shop" } });
    const admission = "/apis/admissionregistration.k8s.io/v1";
    await create(`${admission}/validatingadmissionpolicies`, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "audiences" },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["serviceaccounts/token"] },
          ],
        },
        validations: [
          {
            expression: "object.spec.audiences.all(audience, audience == 'vault')",
            message: "tokens are for vault only",
          },
        ],
      },
    });
    await create(`${admission}/validatingadmissionpolicybindings`, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "audiences" },
      spec: { policyName: "audiences", validationActions: ["Deny"] },
    });
    // The API server takes a moment to see a policy.
    await waitFor(
      () =>
        inspect({ audience: "other" }).then(
          () => undefined,
          () => true,
        ),
      { what: "the admission policy to hold", timeoutMs: 60_000, intervalMs: 500 },
    );
  }, 180_000);

  afterAll(async () => {
    await kubernetes.stop();
  });

  it("is good where the cluster issues tokens for it", async () => {
    await inspect({});
  });

  it("is one clear error where it does not", async () => {
    await expect(inspect({ audience: "other" })).rejects.toThrow(
      `ApplicationAccess "shop": audience: the cluster at ${kubernetes.server} issues no token for "other" to ServiceAccount shop/shop: `,
    );
    await expect(inspect({ audience: "other" })).rejects.toThrow(
      /tokens are for vault only \(422\)\. Name an audience that it issues tokens for, or leave it out$/,
    );
  });

  it.each<[string, Partial<InspectedAudience>]>([
    ["the service account does not exist yet", { serviceAccounts: ["later"] }],
    ["any service account may log in", { serviceAccounts: ["*"] }],
    ["the cluster cannot be reached", { kubeconfig: unreachable }],
  ])("is not judged where %s", async (_, change) => {
    await inspect({ audience: "other", ...change });
  });
});
