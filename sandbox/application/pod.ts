import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SSMClientConfig } from "@aws-sdk/client-ssm";
import { fromIni } from "@aws-sdk/credential-provider-ini";
import type { KubernetesRest } from "../kubernetes/index.js";
import { requestToken } from "../operator/kubernetesCalls.js";
import { startProcess, waitFor } from "../process/index.js";
import { vaultRequest, type VaultEndpoint } from "../vault/index.js";

/** What is needed of a pod's template, as it is in a Deployment. */
export interface PodTemplate {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly containers?: readonly { readonly env?: readonly { readonly name: string; readonly value?: string }[] }[];
    readonly volumes?: readonly {
      readonly name: string;
      readonly projected?: {
        readonly sources?: readonly { readonly serviceAccountToken?: { readonly audience?: string } }[];
      };
    }[];
  };
}

export interface PodOptions {
  /** Folder for the pod's own; made in it, and removed with it. */
  readonly workDir: string;
  readonly kubernetes: KubernetesRest;
  readonly namespace: string;
  readonly template: PodTemplate;
  /** Vault as this machine reaches it: the name in the annotations is one of the cluster. */
  readonly vault: VaultEndpoint;
  /** The `vault` binary, whose agent runs. */
  readonly binary: string;
}

/** An application's pod: Vault Agent beside whatever uses the AWS SDK. */
export interface Pod {
  /** What an AWS SDK of the application's container finds by itself. */
  readonly credentials: NonNullable<SSMClientConfig["credentials"]>;
  /** The agent's token of Vault. */
  readonly token: () => Promise<string>;
  /** Ends the agent, which then revokes its token where the annotations say so. */
  readonly stop: () => Promise<void>;
}

const prefix = "vault.hashicorp.com/";
/** Where the injector mounts what the agent writes. */
const mountPath = "/vault/secrets/";

/**
 * Starts the pod of a template with the annotations of Vault Agent's injector: the service account's token comes from the API server, the agent is
 * Vault's own. The injector and the kubelet, which put them together in a cluster, are what this stands in for.
 */
export async function startPod(options: PodOptions): Promise<Pod> {
  const { workDir, kubernetes, namespace, template, vault, binary } = options;
  const folder = `${await mkdtemp(path.join(workDir, "pod-"))}/`;
  const all = template.metadata?.annotations ?? {};
  const annotation = (name: string) => all[`${prefix}${name}`] ?? "";
  if (annotation("agent-inject") !== "true") {
    throw new Error("The injector leaves a pod alone that has no annotation vault.hashicorp.com/agent-inject");
  }
  await writeFile(`${folder}jwt`, await serviceAccountToken(kubernetes, namespace, template), { mode: 0o600 });
  await writeFile(`${folder}agent.hcl`, agentConfiguration(folder, all, vault), { mode: 0o600 });
  if (vault.caCertificate !== undefined) {
    await writeFile(`${folder}ca.crt`, vault.caCertificate);
  }
  const agent = await startProcess({
    name: "vault agent",
    command: binary,
    args: ["agent", `-config=${folder}agent.hcl`],
    env: { PATH: process.env.PATH ?? "", HOME: folder },
    cwd: folder,
    logFile: `${folder}agent.log`,
  });
  const environment = template.spec.containers?.[0]?.env ?? [];
  const configFile = environment.find(({ name }) => name === "AWS_CONFIG_FILE")?.value?.replace(mountPath, folder);
  if (configFile === undefined) {
    throw new Error("The pod's first container has no variable AWS_CONFIG_FILE");
  }
  const token = async (): Promise<string> => (await readFile(`${folder}token`, "utf8")).trim();
  const stop = async () => {
    await agent.stop();
    if (annotation("agent-revoke-on-shutdown") === "true") {
      await vaultRequest(vault, { method: "POST", path: "auth/token/revoke-self", token: await token() });
    }
  };
  try {
    const script = /^credential_process = (.+)$/m;
    await waitFor(async () => readFile(script.exec(await readFile(configFile, "utf8"))?.[1] ?? "", "utf8"), {
      what: "the agent to write credentials",
      timeoutMs: 60_000,
      abortIf: agent.assertRunning,
    });
  } catch (error) {
    await agent.stop();
    throw error;
  }
  const credentials = fromIni({
    profile: "default",
    configFilepath: configFile,
    filepath: "/dev/null",
    ignoreCache: true,
  });
  return { credentials, token, stop };
}

/** The token that the kubelet gives the pod: the projected one that the annotations name, or the service account's usual one. */
async function serviceAccountToken(
  kubernetes: KubernetesRest,
  namespace: string,
  { metadata, spec }: PodTemplate,
): Promise<string> {
  const volume = metadata?.annotations?.[`${prefix}agent-service-account-token-volume-name`];
  const projected = spec.volumes?.find(({ name }) => name === volume)?.projected?.sources ?? [];
  const audience = projected.map(({ serviceAccountToken: token }) => token?.audience).find(Boolean);
  if (volume !== undefined && audience === undefined) {
    throw new Error(`The pod has no volume ${volume} with a service account's token for an audience`);
  }
  return requestToken(kubernetes, namespace, spec.serviceAccountName ?? "default", audience, 3600);
}

/** The configuration that the injector writes for its agent. */
function agentConfiguration(
  folder: string,
  annotations: Readonly<Record<string, string>>,
  vault: VaultEndpoint,
): string {
  const annotation = (name: string) => annotations[`${prefix}${name}`] ?? "";
  const text = (value: string) => JSON.stringify(value);
  const templates = Object.entries(annotations).flatMap(([name, template]) => {
    const file = name.startsWith(`${prefix}agent-inject-template-`)
      ? name.slice(name.lastIndexOf("-template-") + 10)
      : "";
    const perms = annotation(`agent-inject-perms-${file}`);
    const command = annotation(`agent-inject-command-${file}`);
    return file === ""
      ? []
      : `template {
          contents = ${text(template.replaceAll(mountPath, folder))}
          destination = ${text(folder + file)}
          ${perms === "" ? "" : `perms = ${text(perms)}`}
          ${command === "" ? "" : `command = ${text(command.replaceAll(mountPath, folder))}`}
        }`;
  });
  const ca = vault.caCertificate === undefined ? "" : `ca_cert = ${text(`${folder}ca.crt`)}`;
  return `
    vault {
      address = ${text(vault.address)}
      ${ca}
    }
    auto_auth {
      method "kubernetes" {
        mount_path = ${text(annotation("auth-path"))}
        config = { role = ${text(annotation("role"))}, token_path = ${text(`${folder}jwt`)} }
      }
      sink "file" { config = { path = ${text(`${folder}token`)} } }
    }
    ${templates.join("\n")}`;
}
