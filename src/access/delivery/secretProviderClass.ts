import { given, type KubernetesObject } from "./kubernetesObject.js";
import { checkedTarget, type DeliveryTarget } from "./target.js";

/** What {@link secretProviderClass} takes. */
export interface SecretProviderClassArgs {
  /** What is delivered, and how to log in: {@link ApplicationAccess.target} makes it. */
  readonly target: DeliveryTarget;
  /** Name of the SecretProviderClass. */
  readonly name: string;
  /** Namespace of the application. */
  readonly namespace: string;
  /** File with the certificate of Vault's authority, in the provider's pods. @default - the system's authorities */
  readonly caCertPath?: string;
  /** Also writes a Secret of this name, with the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for sessions). @default - none */
  readonly secretName?: string;
}

const keys = { AWS_ACCESS_KEY_ID: "access_key", AWS_SECRET_ACCESS_KEY: "secret_key" };

/**
 * A SecretProviderClass of the Secrets Store CSI driver for Vault's provider: the credentials are files of a volume. The provider reads all of them
 * from one lease, and does not renew it: pods must be replaced, or the driver's rotation enabled, before it ends.
 *
 * @throws Error with all problems of the arguments
 * @see https://developer.hashicorp.com/vault/docs/platform/k8s/csi/configurations
 */
export function secretProviderClass(args: SecretProviderClassArgs): KubernetesObject {
  const { target, name, namespace, caCertPath, secretName } = args;
  const { endpoint } = checkedTarget("secretProviderClass", target);
  const files = Object.entries(endpoint === "sts" ? { ...keys, AWS_SESSION_TOKEN: "session_token" } : keys);
  const objects = files.map(([objectName, secretKey]) => ({
    objectName,
    secretPath: target.credentialPath,
    secretKey,
  }));
  return {
    apiVersion: "secrets-store.csi.x-k8s.io/v1",
    kind: "SecretProviderClass",
    metadata: { name, namespace },
    spec: given({
      provider: "vault",
      parameters: given({
        vaultAddress: target.vaultAddress,
        vaultAuthMountPath: target.authMount ?? "kubernetes",
        vaultNamespace: target.vaultNamespace,
        vaultCACertPath: caCertPath,
        roleName: target.roleName,
        audience: target.audience,
        // The provider reads YAML, of which JSON is a part.
        objects: JSON.stringify(objects, undefined, 2),
      }),
      secretObjects:
        secretName === undefined
          ? undefined
          : [{ secretName, type: "Opaque", data: files.map(([key]) => ({ key, objectName: key })) }],
    }),
  };
}
