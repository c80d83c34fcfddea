import type { KubernetesObject } from "@kubernetes/client-node";

interface CatalogEntry {
  readonly version: string;
  readonly image: string;
  readonly distribution: "Vault" | "OpenBao";
}

const vaultVersions = [
  "1.10.3",
  "1.11.5",
  "1.12.1",
  "1.13.3",
  "1.14.10",
  "1.15.6",
  "1.16.3",
  "1.17.6",
  "1.18.4",
] as const;
const openBaoVersions = ["2.4.3", "2.6.1"] as const;

const entries: readonly (CatalogEntry & { readonly name: string })[] = [
  ...vaultVersions.map((version) => ({
    name: version,
    version,
    image: `ghcr.io/appscode-images/vault:${version}`,
    distribution: "Vault" as const,
  })),
  ...openBaoVersions.map((version) => ({
    name: `openbao-${version}`,
    version,
    image: `docker.io/openbao/openbao:${version}`,
    distribution: "OpenBao" as const,
  })),
];

/** The versions that a fresh installation of KubeVault offers. Those marked deprecated are not installed by default. */
export function catalog(): KubernetesObject[] {
  return entries.map(({ name, version, image, distribution }) => ({
    apiVersion: "catalog.kubevault.com/v1alpha1",
    kind: "VaultServerVersion",
    metadata: { name },
    spec: {
      version,
      distribution,
      vault: { image },
      unsealer: { image: "ghcr.io/kubevault/vault-unsealer:v0.25.0" },
      exporter: { image: "ghcr.io/kubevault/vault-exporter:v0.1.1" },
      initContainer: { image: "docker.io/library/busybox" },
    },
  }));
}
