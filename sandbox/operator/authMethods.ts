import type { KubernetesRest } from "../kubernetes/index.js";
import { vaultRequest, type VaultEndpoint } from "../vault/index.js";
import { requestToken } from "./kubernetesCalls.js";
import { reviewerName } from "./objects.js";
import type { AuthMethod, AuthMethodStatus, VaultServer } from "./vaultServer.js";

export interface ApiServerAccess {
  readonly server: string;
  readonly caCertificate: string;
}

/** The operator's mutating webhook adds this method to every VaultServer that has not got it. */
const kubernetesMethod: AuthMethod = { type: "kubernetes", path: "kubernetes" };

const tokenSeconds = 7 * 24 * 3600;

/** Enables the auth methods of a VaultServer and sets up Kubernetes logins, as the unsealer and the operator do after the first unsealing. */
export async function enableAuthMethods(
  kubernetes: KubernetesRest,
  vaultServer: VaultServer,
  vault: VaultEndpoint,
  token: string,
  apiServer: ApiServerAccess,
): Promise<AuthMethodStatus[]> {
  const declared = vaultServer.spec.authMethods ?? [];
  const methods = declared.some(({ type }) => type === "kubernetes") ? declared : [...declared, kubernetesMethod];
  const { data: mounted } = await vaultRequest<{ data: Record<string, unknown> }>(vault, { path: "sys/auth", token });
  const results: AuthMethodStatus[] = [];
  for (const { type, path, description } of methods) {
    try {
      if (mounted[`${path}/`] === undefined) {
        await vaultRequest(vault, { method: "POST", path: `sys/auth/${path}`, token, body: { type, description } });
      }
      results.push({ type, path, status: "EnableSucceeded" });
    } catch (error) {
      results.push({ type, path, status: "EnableFailed", reason: (error as Error).message });
    }
  }
  const kubernetesPath = methods.find(({ type }) => type === "kubernetes")?.path ?? kubernetesMethod.path;
  await configureKubernetesLogin(kubernetes, vaultServer, vault, token, apiServer, kubernetesPath);
  return results;
}

async function configureKubernetesLogin(
  kubernetes: KubernetesRest,
  vaultServer: VaultServer,
  vault: VaultEndpoint,
  token: string,
  { server, caCertificate }: ApiServerAccess,
  path: string,
): Promise<void> {
  const { name, namespace } = vaultServer.metadata;
  const reviewer = reviewerName(vaultServer);
  const write = (at: string, body: unknown) => vaultRequest(vault, { method: "POST", path: at, token, body });
  await write(`auth/${path}/config`, {
    kubernetes_host: server,
    kubernetes_ca_cert: caCertificate,
    token_reviewer_jwt: await requestToken(kubernetes, namespace, reviewer, undefined, tokenSeconds),
    disable_iss_validation: true,
    disable_local_ca_jwt: true,
  });
  const policy = `${name}-policy-controller`;
  await write(`sys/policies/acl/${policy}`, { policy: controllerPolicy(path) });
  await write(`auth/${path}/role/${policy}`, {
    bound_service_account_names: [name],
    bound_service_account_namespaces: [namespace],
    token_policies: [policy, "default"],
    token_ttl: "24h",
    token_max_ttl: "24h",
    token_period: "24h",
  });
}

function controllerPolicy(path: string): string {
  const all = 'capabilities = ["create", "update", "read", "delete", "list"]';
  const paths = ["sys/policy/*", "sys/policies/acl/*", `auth/${path}/role/*`];
  return paths.map((granted) => `path "${granted}" { ${all} }`).join("\n");
}
