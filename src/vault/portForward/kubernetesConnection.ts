/**
 * The way to a Vault that has no address outside its cluster: a port-forward through the Kubernetes API, as `kubectl port-forward` makes it.
 *
 * What the Kubernetes user needs, in the Service's namespace: `get` on `services`, `list` on `pods`, `get` and `create` on `pods/portforward`
 * (Kubernetes before 1.35 asks for `get` only).
 */
export interface KubernetesConnection {
  /** Namespace of the Service. */
  readonly namespace: string;
  /** Name of the Service in front of Vault's pods. Of KubeVault's it is the VaultServer's name. */
  readonly service: string;
  /** Port of the Service. Default: 8200. */
  readonly port?: number;
  /** Whether Vault speaks TLS. Its certificate is then verified for `<service>.<namespace>.svc`, or for `tlsServerName`. Default: false. */
  readonly tls?: boolean;
  /** A kubeconfig file's path, or its contents. Default: KUBECONFIG, `~/.kube/config`, or the pod's own service account. */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig. Default: its current context. */
  readonly context?: string;
  /** How the Service is reached. Default: `portForward`. */
  readonly route?: ServiceRoute;
  /** Key of a Secret in the Service's namespace with the certificate authority, in PEM, that signed Vault's certificate. It is read at each operation. */
  readonly caSecret?: {
    /** Name of the Secret. */
    readonly name: string;
    /** Its key. */
    readonly key: string;
  };
}

/**
 * How a Service is reached: by a port-forward through the Kubernetes API; at its DNS name (`service`), which only resolves in the cluster; or, with
 * `auto`, at its DNS name where the provider runs in a pod and no kubeconfig is given or found, and by a port-forward everywhere else.
 */
export type ServiceRoute = (typeof serviceRoutes)[number];

export const serviceRoutes = ["auto", "portForward", "service"] as const;

/** The port of Vault's API. */
export const defaultVaultPort = 8200;

/** Whether a text can be the name of a namespace or a Service. */
export function isKubernetesName(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) && text.length <= 63;
}

/**
 * Vault's address inside the cluster. It names the Vault in messages and in the state, and gives the name to verify its certificate for.
 *
 * @throws Error where the Service or its namespace has no name
 */
export function addressInCluster({ namespace, service, port, tls }: KubernetesConnection): string {
  for (const [field, name] of Object.entries({ namespace, service })) {
    if (typeof name !== "string" || !isKubernetesName(name)) {
      throw new Error(`kubernetes.${field}: must be the name of a Kubernetes object: "${String(name)}"`);
    }
  }
  return `${tls === true ? "https" : "http"}://${service}.${namespace}.svc:${port ?? defaultVaultPort}`;
}
