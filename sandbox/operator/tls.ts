import { createCertificateAuthority, type KubernetesRest } from "../kubernetes/index.js";
import type { VaultOptions } from "../vault/index.js";
import { readSecret, writeSecret } from "./kubernetesCalls.js";
import type { VaultServer } from "./vaultServer.js";

const aliases = ["ca", "server", "client", "storage"] as const;

type Alias = (typeof aliases)[number];

function certificateSpec({ spec }: VaultServer, alias: Alias) {
  return spec.tls?.certificates?.find((certificate) => certificate.alias === alias);
}

function tlsSecretName(vaultServer: VaultServer, alias: Alias): string {
  return certificateSpec(vaultServer, alias)?.secretName ?? `${vaultServer.metadata.name}-${alias}-certs`;
}

/** The names that the Services have in a cluster, those that the spec adds, and loopback, where the sandbox's processes listen. */
function serverNames(vaultServer: VaultServer): string[] {
  const { name, namespace } = vaultServer.metadata;
  const { dnsNames = [], ipAddresses = [] } = certificateSpec(vaultServer, "server") ?? {};
  const service = [name, `${name}.${namespace}`, `${name}.${namespace}.svc`];
  const ofServices = [...service, `*.${name}-internal.${namespace}.svc`];
  return [...new Set(["127.0.0.1", "localhost", ...ofServices, ...dnsNames, ...ipAddresses])];
}

/**
 * The server's certificate, from Secrets that are made on first use: signed by an authority of the stand-in's own, also where `issuerRef` names
 * one of cert-manager's, which does not run here.
 */
export async function serverTls(kubernetes: KubernetesRest, vaultServer: VaultServer): Promise<VaultOptions["tls"]> {
  if (vaultServer.spec.tls === undefined) {
    return undefined;
  }
  const { name, namespace } = vaultServer.metadata;
  const found = await readSecret(kubernetes, namespace, tlsSecretName(vaultServer, "server"));
  const { "tls.crt": certificate, "tls.key": key, "ca.crt": caCertificate } = found ?? {};
  if (certificate !== undefined && key !== undefined && caCertificate !== undefined) {
    return { certificate, key, caCertificate };
  }
  const authority = await createCertificateAuthority(`${name}.${namespace}`);
  const server = await authority.issue(`${name}.${namespace}.svc`, serverNames(vaultServer));
  for (const alias of aliases.slice(1)) {
    const pair = alias === "server" ? server : await authority.issue(`${name}-${alias}`, [`${name}-${alias}`]);
    await writeSecret(kubernetes, namespace, tlsSecretName(vaultServer, alias), {
      "tls.crt": pair.certificate,
      "tls.key": pair.key,
      "ca.crt": authority.certificate,
    });
  }
  await writeSecret(kubernetes, namespace, tlsSecretName(vaultServer, "ca"), {
    "tls.crt": authority.certificate,
    "ca.crt": authority.certificate,
  });
  return { ...server, caCertificate: authority.certificate };
}

export async function removeTlsSecrets(kubernetes: KubernetesRest, vaultServer: VaultServer): Promise<void> {
  for (const alias of aliases) {
    await kubernetes.remove(
      `/api/v1/namespaces/${vaultServer.metadata.namespace}/secrets/${tlsSecretName(vaultServer, alias)}`,
    );
  }
}
