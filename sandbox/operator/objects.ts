import type { KubernetesRest } from "../kubernetes/index.js";
import type { VaultServer } from "./vaultServer.js";

interface Offshoot {
  readonly path: string;
  readonly object: Readonly<Record<string, unknown>> & { readonly metadata: object };
}

export function reviewerName({ metadata }: VaultServer): string {
  return `${metadata.name}-k8s-token-reviewer`;
}

export function configSecretName({ metadata }: VaultServer): string {
  return `${metadata.name}-vault-config`;
}

/** Creates or corrects what the operator makes for a VaultServer, and leaves alone what others have added to it, such as annotations. */
export async function applyOffshoots(
  kubernetes: KubernetesRest,
  vaultServer: VaultServer,
  config: string,
): Promise<void> {
  for (const { path, object } of offshoots(vaultServer, config)) {
    await kubernetes.apply(path, object);
  }
}

/** Removes what the garbage collector leaves: an object outside the namespace cannot be owned by one in it. */
export async function removeUnowned(kubernetes: KubernetesRest, vaultServer: VaultServer): Promise<void> {
  for (const { path, object } of offshoots(vaultServer, "")) {
    if (!("ownerReferences" in object.metadata)) {
      await kubernetes.remove(path);
    }
  }
}

function offshoots(vaultServer: VaultServer, config: string): Offshoot[] {
  const { name, namespace } = vaultServer.metadata;
  const core = `/api/v1/namespaces/${namespace}`;
  const reviewer = reviewerName(vaultServer);
  const binding = `k8s-token-reviewer-${namespace}-${name}`;
  return [
    {
      path: `${core}/serviceaccounts/${name}`,
      object: { apiVersion: "v1", kind: "ServiceAccount", metadata: owned(vaultServer, name) },
    },
    {
      path: `${core}/serviceaccounts/${reviewer}`,
      object: { apiVersion: "v1", kind: "ServiceAccount", metadata: owned(vaultServer, reviewer) },
    },
    {
      path: `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${binding}`,
      object: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: binding, labels: labels(name) },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
        subjects: [{ kind: "ServiceAccount", name: reviewer, namespace }],
      },
    },
    service(vaultServer, name, {}),
    service(vaultServer, `${name}-internal`, { clusterIP: "None", publishNotReadyAddresses: true }),
    {
      path: `${core}/secrets/${configSecretName(vaultServer)}`,
      object: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: owned(vaultServer, configSecretName(vaultServer)),
        data: { "vault.hcl": Buffer.from(config).toString("base64") },
      },
    },
  ];
}

function service(vaultServer: VaultServer, name: string, spec: Readonly<Record<string, unknown>>): Offshoot {
  const ports = [
    { name: "client", port: 8200, protocol: "TCP", targetPort: 8200 },
    { name: "cluster", port: 8201, protocol: "TCP", targetPort: 8201 },
  ];
  return {
    path: `/api/v1/namespaces/${vaultServer.metadata.namespace}/services/${name}`,
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: owned(vaultServer, name),
      spec: { ports, selector: labels(vaultServer.metadata.name), ...spec },
    },
  };
}

function owned(vaultServer: VaultServer, name: string) {
  return {
    name,
    namespace: vaultServer.metadata.namespace,
    labels: labels(vaultServer.metadata.name),
    ownerReferences: [owner(vaultServer)],
  };
}

export function owner({ metadata }: VaultServer) {
  return {
    apiVersion: "kubevault.com/v1alpha2",
    kind: "VaultServer",
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function labels(instance: string): Readonly<Record<string, string>> {
  return {
    "app.kubernetes.io/name": "vaultservers.kubevault.com",
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/managed-by": "kubevault.com",
  };
}
