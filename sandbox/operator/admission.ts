import { KubernetesError, type KubernetesRest } from "../kubernetes/index.js";
import { waitFor } from "../process/index.js";

const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";

interface Policy {
  readonly name: string;
  readonly operation: "DELETE" | "UPDATE";
  readonly validations: readonly { readonly expression: string; readonly message: string }[];
}

const rules: readonly Policy[] = [
  {
    name: "vaultserver-termination.kubevault.com",
    operation: "DELETE",
    validations: [
      {
        expression: "!has(oldObject.spec.terminationPolicy) || oldObject.spec.terminationPolicy != 'DoNotTerminate'",
        message: "VaultServer can't be terminated. To delete, change spec.terminationPolicy",
      },
    ],
  },
  {
    name: "vaultserver-immutable.kubevault.com",
    operation: "UPDATE",
    validations: [
      unchanged("object.spec.backend", "oldObject.spec.backend", "spec.backend"),
      unchanged("object.spec.?unsealer", "oldObject.spec.?unsealer", "spec.unsealer"),
      unchanged(
        "object.spec.?podTemplate.?spec.?nodeSelector",
        "oldObject.spec.?podTemplate.?spec.?nodeSelector",
        "spec.podTemplate.spec.nodeSelector",
      ),
    ],
  },
];

function unchanged(now: string, before: string, path: string) {
  return { expression: `${now} == ${before}`, message: `${path} is immutable and can't be changed` };
}

/**
 * Makes the API server itself refuse what the operator's webhook refuses: deleting a VaultServer with DoNotTerminate, and changing what is
 * immutable. Returns when it does.
 */
export async function installAdmission(kubernetes: KubernetesRest): Promise<void> {
  for (const rule of rules) {
    await kubernetes.apply(`${policies}/${rule.name}`, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: rule.name },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ["kubevault.com"],
              apiVersions: ["v1alpha2"],
              operations: [rule.operation],
              resources: ["vaultservers"],
            },
          ],
        },
        validations: rule.validations,
      },
    });
    await kubernetes.apply(`${bindings}/${rule.name}`, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: rule.name },
      spec: { policyName: rule.name, validationActions: ["Deny"] },
    });
  }
  await untilEnforced(kubernetes);
}

/** Policies take effect a moment after they are stored: tried on an object that is deleted again at once. */
async function untilEnforced(kubernetes: KubernetesRest): Promise<void> {
  const collection = "/apis/kubevault.com/v1alpha2/namespaces/default/vaultservers";
  const name = "admission-probe";
  const probe = `${collection}/${name}`;
  if ((await kubernetes.find(probe)) === undefined) {
    await kubernetes.call("POST", collection, {
      apiVersion: "kubevault.com/v1alpha2",
      kind: "VaultServer",
      metadata: { name },
      spec: { version: "none", backend: { inmem: {} }, terminationPolicy: "DoNotTerminate", halted: true },
    });
  }
  const refused = async (attempt: Promise<unknown>): Promise<boolean> => {
    try {
      await attempt;
      return false;
    } catch (error) {
      return error instanceof KubernetesError && error.statusCode === 422;
    }
  };
  await waitFor(
    async () => {
      const deletion = await refused(kubernetes.call("DELETE", `${probe}?dryRun=All`));
      const change = await refused(
        kubernetes.merge(`${probe}?dryRun=All`, { spec: { backend: { inmem: null, file: null, raft: {} } } }),
      );
      return deletion && change ? true : undefined;
    },
    { what: "the API server to enforce KubeVault's admission rules", timeoutMs: 30_000 },
  );
  await kubernetes.merge(probe, { spec: { terminationPolicy: "WipeOut" } });
  await kubernetes.remove(probe);
}
