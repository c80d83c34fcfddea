import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesRest } from "../kubernetes/index.js";
import { readSecret, requestToken } from "./kubernetesCalls.js";
import type { SecretReference, VaultServer } from "./vaultServer.js";

/** Who a VaultServer's containers are towards AWS. */
export type AwsIdentity =
  | {
      readonly kind: "keys";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken: string | undefined;
    }
  | { readonly kind: "webIdentity"; readonly roleArn: string; readonly token: string }
  | { readonly kind: "none" };

const roleAnnotation = "eks.amazonaws.com/role-arn";
const audience = "sts.amazonaws.com";
const tokenSeconds = 86_400;

/**
 * The identity that a container gets when it starts: keys from the Secret, else what the ServiceAccount's role annotation gives (IAM roles
 * for service accounts), else nothing. A Secret that changes later changes nothing for containers that run already.
 */
export async function awsIdentity(
  kubernetes: KubernetesRest,
  { metadata: { namespace, name } }: VaultServer,
  credentialSecretRef: SecretReference | undefined,
): Promise<AwsIdentity> {
  if (credentialSecretRef?.name !== undefined) {
    const secret = (await readSecret(kubernetes, namespace, credentialSecretRef.name)) ?? {};
    const { access_key: accessKeyId, secret_key: secretAccessKey, session_token: sessionToken } = secret;
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      throw new Error(`couldn't find key access_key or secret_key in Secret ${namespace}/${credentialSecretRef.name}`);
    }
    return { kind: "keys", accessKeyId, secretAccessKey, sessionToken };
  }
  const serviceAccount = await kubernetes.find<{ metadata: { annotations?: Record<string, string> } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`,
  );
  const roleArn = serviceAccount?.metadata.annotations?.[roleAnnotation];
  return roleArn === undefined
    ? { kind: "none" }
    : { kind: "webIdentity", roleArn, token: await requestToken(kubernetes, namespace, name, audience, tokenSeconds) };
}

/**
 * What the operator and, for a role, the pod identity webhook put into the container's environment.
 *
 * @param folder where the token of a web identity is written, for its owner only
 * @param region the cluster's region: the webhook sets it, and Vault prefers it to the region in its configuration
 */
export async function awsEnvironment(
  identity: AwsIdentity,
  folder: string,
  region: string,
): Promise<Record<string, string>> {
  switch (identity.kind) {
    case "keys":
      return {
        AWS_ACCESS_KEY_ID: identity.accessKeyId,
        AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
        ...(identity.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: identity.sessionToken }),
      };
    case "webIdentity": {
      const tokenFile = join(folder, "web-identity-token");
      await writeFile(tokenFile, identity.token, { mode: 0o600 });
      return {
        AWS_ROLE_ARN: identity.roleArn,
        AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_STS_REGIONAL_ENDPOINTS: "regional",
      };
    }
    case "none":
      return {};
  }
}
