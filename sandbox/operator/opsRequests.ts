import type { KubernetesRest } from "../kubernetes/index.js";

export interface OpsRequest {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly generation?: number };
  readonly spec: { readonly type: string; readonly vaultRef: { readonly name?: string } };
  readonly status?: { readonly phase?: OpsPhase };
}

export type OpsPhase = "Pending" | "Progressing" | "Successful" | "Failed";

/** VaultOpsRequests that are not done with. */
export async function openOpsRequests(kubernetes: KubernetesRest): Promise<OpsRequest[]> {
  const { items } = await kubernetes.call<{ items: OpsRequest[] }>(
    "GET",
    "/apis/ops.kubevault.com/v1alpha1/vaultopsrequests",
  );
  return items.filter(({ status }) => status?.phase !== "Successful" && status?.phase !== "Failed");
}

export async function setOpsPhase(
  kubernetes: KubernetesRest,
  { metadata, spec }: OpsRequest,
  phase: OpsPhase,
  message: string,
): Promise<void> {
  const condition = {
    type: phase === "Progressing" ? spec.type : phase,
    status: "True",
    reason: phase,
    message,
    lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    observedGeneration: metadata.generation,
  };
  await kubernetes.merge(
    `/apis/ops.kubevault.com/v1alpha1/namespaces/${metadata.namespace}/vaultopsrequests/${metadata.name}/status`,
    { status: { phase, observedGeneration: metadata.generation, conditions: [condition] } },
  );
}
