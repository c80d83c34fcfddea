import type { V1Pod, V1Service } from "@kubernetes/client-node";

/** A pod of Vault's Service that a connection can be made to. */
export interface VaultPod {
  readonly name: string;
  /** Port of Vault's API in the pod. */
  readonly port: number;
  /** Whether Vault's Kubernetes service registration labels it as the active node; undefined by default. */
  readonly active?: boolean;
}

/** What a pod's Vault says of itself at `sys/health`, or why it says nothing. */
export interface PodHealth {
  readonly pod: VaultPod;
  readonly health?: Readonly<Record<string, unknown>>;
  readonly error?: unknown;
}

/** The pods that take connections, by name. A pod that is being deleted is none of them. */
export function readyPods(service: V1Service, port: number, pods: readonly V1Pod[]): VaultPod[] {
  return pods
    .filter(isReady)
    .flatMap((pod) => {
      const target = targetPort(service, port, pod);
      const name = pod.metadata?.name;
      const active = pod.metadata?.labels?.["vault-active"];
      return target === undefined || name === undefined
        ? []
        : [{ name, port: target, ...(active === undefined ? {} : { active: active === "true" }) }];
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function isReady({ metadata, status }: V1Pod): boolean {
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  return metadata?.deletionTimestamp === undefined && condition?.status === "True";
}

/** Where a port of a Service leads in one of its pods; undefined where the pod has no port of that name. */
export function targetPort(service: V1Service, port: number, pod: V1Pod): number | undefined {
  const target = service.spec?.ports?.find((candidate) => candidate.port === port)?.targetPort ?? port;
  if (typeof target === "number") {
    return target;
  }
  const named = pod.spec?.containers
    .flatMap(({ ports }) => ports ?? [])
    .find(({ name }) => name === target)?.containerPort;
  // Some clients send numbers as texts.
  return named ?? (/^\d+$/.test(target) ? Number(target) : undefined);
}

/** Why no pod is ready, pod by pod: `vault-0 is Pending, vault-1 is not ready`. */
export function whyNotReady(pods: readonly V1Pod[]): string {
  const reasons = pods.map(({ metadata, status }) => {
    const name = metadata?.name ?? "(no name)";
    if (metadata?.deletionTimestamp !== undefined) {
      return `${name} is being deleted`;
    }
    return status?.phase === "Running"
      ? `${name} is running and not ready`
      : `${name} is ${status?.phase ?? "unknown"}`;
  });
  return reasons.length === 0 ? "its selector matches no pod" : reasons.join(", ");
}

/** The pod to use without asking any: the only one, or the one that is labelled as active. */
export function evidentPod(pods: readonly VaultPod[]): VaultPod | undefined {
  if (pods.length === 1) {
    return pods[0];
  }
  const active = pods.filter((pod) => pod.active === true);
  return active.length === 1 ? active[0] : undefined;
}

/** The pod to use after asking all: the active node, or else a standby, which forwards; or else any that answered. */
export function bestPod(answers: readonly PodHealth[]): VaultPod | undefined {
  const usable = ({ health }: PodHealth) => health?.initialized === true && health.sealed === false;
  const best =
    answers.find((answer) => usable(answer) && answer.health?.standby === false) ??
    answers.find(usable) ??
    answers.find(({ health }) => health !== undefined);
  return best?.pod;
}
