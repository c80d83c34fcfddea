import { given, type KubernetesObject } from "./kubernetesObject.js";
import { audiencesOf, checkedTarget, type DeliveryTarget } from "./target.js";

/** What {@link secretsOperatorObjects} takes. */
export interface SecretsOperatorArgs {
  /** What is delivered, and how to log in: {@link ApplicationAccess.target} makes it. */
  readonly target: DeliveryTarget;
  /** Name of the objects. */
  readonly name: string;
  /** Namespace of the application. */
  readonly namespace: string;
  /** Service account that the operator logs in as. */
  readonly serviceAccount: string;
  /** Name of the Secret that the operator writes. @default - `${name}-aws` */
  readonly secretName?: string;
  /** Secret with the certificate of Vault's authority as `ca.crt`. @default - the system's authorities */
  readonly caSecret?: string;
  /** Workloads to restart when the credentials change: containers read their environment only at their start. @default [] */
  readonly restart?: readonly {
    /** Kind of the workload. */
    readonly kind: "Deployment" | "DaemonSet" | "StatefulSet" | "argo.Rollout";
    /** Name of the workload. */
    readonly name: string;
  }[];
  /** Renews or reads again after so many percent of the lease. @default 67 */
  readonly renewalPercent?: number;
}

const group = "secrets.hashicorp.com/v1beta1";

/**
 * Objects of Vault Secrets Operator: it reads the credentials, keeps them fresh, and writes them into a Secret with the keys AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which `envFrom` takes as they are.
 *
 * The Secret holds live credentials: whoever may read it in the namespace has them.
 *
 * @throws Error with all problems of the arguments
 * @see https://developer.hashicorp.com/vault/docs/platform/k8s/vso/api-reference
 */
export function secretsOperatorObjects(args: SecretsOperatorArgs): KubernetesObject[] {
  const { target, name, namespace, serviceAccount, caSecret, restart = [] } = args;
  const { mount, endpoint, role } = checkedTarget("secretsOperatorObjects", target);
  const metadata = { name, namespace };
  const isStatic = endpoint === "static-creds";
  return [
    {
      apiVersion: group,
      kind: "VaultConnection",
      metadata,
      spec: given({ address: target.vaultAddress, caCertSecretRef: caSecret, skipTLSVerify: false }),
    },
    {
      apiVersion: group,
      kind: "VaultAuth",
      metadata,
      spec: given({
        vaultConnectionRef: name,
        method: "kubernetes",
        mount: target.authMount ?? "kubernetes",
        namespace: target.vaultNamespace,
        kubernetes: { role: target.roleName, serviceAccount, ...audiencesOf(target) },
      }),
    },
    {
      apiVersion: group,
      kind: "VaultDynamicSecret",
      metadata,
      spec: given({
        vaultAuthRef: name,
        namespace: target.vaultNamespace,
        mount,
        path: `${endpoint}/${role}`,
        allowStaticCreds: isStatic ? true : undefined,
        renewalPercent: isStatic ? undefined : (args.renewalPercent ?? 67),
        // A lease whose Secret is gone is of use to nobody.
        revoke: isStatic ? undefined : true,
        destination: {
          create: true,
          name: args.secretName ?? `${name}-aws`,
          transformation: { excludeRaw: true, excludes: [".*"], templates: environmentTemplates },
        },
        rolloutRestartTargets: restart.length === 0 ? undefined : restart,
      }),
    },
  ];
}

const environmentTemplates = {
  AWS_ACCESS_KEY_ID: { text: '{{ get .Secrets "access_key" }}' },
  AWS_SECRET_ACCESS_KEY: { text: '{{ get .Secrets "secret_key" }}' },
  AWS_SESSION_TOKEN: { text: '{{ with get .Secrets "session_token" }}{{ . }}{{ end }}' },
};
