import { awsSharedConfig } from "./awsSharedConfig.js";
import { checkedTarget, type DeliveryTarget } from "./target.js";

/** What {@link agentInjectorAnnotations} takes. */
export interface AgentInjectorArgs {
  /** What is delivered, and how to log in: {@link ApplicationAccess.target} makes it. */
  readonly target: DeliveryTarget;
  /**
   * Name of a projected volume of the pod with a token of its service account for `target.audience`. Needed with an audience: the pod's own token is
   * for the API server, and Vault rejects it.
   */
  readonly tokenVolume?: string;
  /** Secret with the certificate of Vault's authority as `ca.crt`, in the pod's namespace. @default - the system's authorities */
  readonly caSecret?: string;
  /** How many seconds an SDK may keep what it was given: see {@link AwsSharedConfigArgs}. @default 360 */
  readonly keepSeconds?: number;
  /** How many seconds the credentials of before are handed out: see {@link AwsSharedConfigArgs}. @default 15 for credentials at `creds/`, else 0 */
  readonly settleSeconds?: number;
  /** Region of the AWS configuration. @default - none: AWS_REGION of the pod */
  readonly region?: string;
}

/** Where the files are in the pod. */
const folder = "/vault/secrets";
const script = "aws-credentials";
const config = "aws-config";

/** The environment of the application's containers: the AWS SDK takes its configuration from what the agent writes. */
export const agentInjectorEnvironment: Readonly<Record<string, string>> = { AWS_CONFIG_FILE: `${folder}/${config}` };

/**
 * Annotations of a pod for Vault Agent's injector: a sidecar logs in, keeps credentials fresh, and writes an AWS configuration whose
 * `credential_process` prints them. Give the application's containers {@link agentInjectorEnvironment}.
 *
 * @throws Error with all problems of the arguments
 * @see https://developer.hashicorp.com/vault/docs/platform/k8s/injector/annotations
 */
export function agentInjectorAnnotations(args: AgentInjectorArgs): Record<string, string> {
  const { target, tokenVolume, caSecret, keepSeconds, settleSeconds, region } = args;
  checkedTarget(
    "agentInjectorAnnotations",
    target,
    target.audience !== undefined && tokenVolume === undefined
      ? [
          {
            path: "tokenVolume",
            rule: `is required, since the auth role asks for audience ${JSON.stringify(target.audience)}`,
            fix: "The pod's own token is for the API server's audience: give the name of a projected volume with one for this.",
          },
        ]
      : [],
  );
  const shared = awsSharedConfig({ target, scriptPath: `${folder}/${script}`, keepSeconds, settleSeconds, region });
  const written = shared.destination.slice(folder.length + 1);
  const annotations: Record<string, string | undefined> = {
    "agent-inject": "true",
    "agent-revoke-on-shutdown": "true",
    service: target.vaultAddress,
    namespace: target.vaultNamespace,
    "auth-path": `auth/${target.authMount ?? "kubernetes"}`,
    role: target.roleName,
    "agent-service-account-token-volume-name": tokenVolume,
    "tls-secret": caSecret,
    "ca-cert": caSecret === undefined ? undefined : "/vault/tls/ca.crt",
    [`agent-inject-secret-${written}`]: target.credentialPath,
    [`agent-inject-template-${written}`]: shared.scriptTemplate,
    [`agent-inject-perms-${written}`]: "0555",
    [`agent-inject-command-${written}`]: shared.command,
    // It holds no secret: the injector makes a file of every template.
    [`agent-inject-secret-${config}`]: target.credentialPath,
    [`agent-inject-template-${config}`]: shared.config,
  };
  const given = Object.entries(annotations).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [`vault.hashicorp.com/${name}`, value]));
}
