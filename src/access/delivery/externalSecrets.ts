import { given, type KubernetesObject } from "./kubernetesObject.js";
import { audiencesOf, checkedTarget, type DeliveryTarget } from "./target.js";

/** What {@link externalSecretsGenerator} takes. */
export interface ExternalSecretsArgs {
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
  /**
   * How often new credentials are read: well within the lifetime of a lease, and of the token that reads it, since the lease ends with that.
   *
   * @default "30m"
   */
  readonly refreshInterval?: string;
  /** Secret with the certificate of Vault's authority. @default - the system's authorities */
  readonly caSecret?: {
    /** Name of the Secret. */
    readonly name: string;
    /** Its key. */
    readonly key: string;
  };
}

/**
 * A generator of External Secrets Operator and the ExternalSecret that uses it: new credentials at each refresh, in a Secret with the keys
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for sessions, AWS_SESSION_TOKEN.
 *
 * @throws Error with all problems of the arguments
 * @see https://external-secrets.io/latest/api/generator/vault/
 */
export function externalSecretsGenerator(args: ExternalSecretsArgs): KubernetesObject[] {
  const { target, name, namespace, serviceAccount, caSecret } = args;
  const { endpoint } = checkedTarget("externalSecretsGenerator", target);
  const metadata = { name, namespace };
  const generator = { apiVersion: "generators.external-secrets.io/v1alpha1", kind: "VaultDynamicSecret" };
  const template = {
    AWS_ACCESS_KEY_ID: "{{ .access_key }}",
    AWS_SECRET_ACCESS_KEY: "{{ .secret_key }}",
    ...(endpoint === "sts" ? { AWS_SESSION_TOKEN: "{{ .session_token }}" } : {}),
  };
  return [
    {
      ...generator,
      metadata,
      spec: {
        path: `/${target.credentialPath}`,
        method: "GET",
        resultType: "Data",
        provider: given({
          server: target.vaultAddress,
          namespace: target.vaultNamespace,
          caProvider: caSecret === undefined ? undefined : { type: "Secret", ...caSecret },
          auth: {
            kubernetes: {
              mountPath: target.authMount ?? "kubernetes",
              role: target.roleName,
              serviceAccountRef: { name: serviceAccount, ...audiencesOf(target) },
            },
          },
        }),
      },
    },
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata,
      spec: {
        refreshInterval: args.refreshInterval ?? "30m",
        target: { name: args.secretName ?? `${name}-aws`, template: { data: template } },
        dataFrom: [{ sourceRef: { generatorRef: { ...generator, name } } }],
      },
    },
  ];
}
