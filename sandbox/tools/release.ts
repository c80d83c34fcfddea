/** An operating system and CPU as Go names them, which most vendors' files do too. */
export interface Platform {
  readonly os: "linux" | "darwin";
  readonly cpu: "amd64" | "arm64";
}

/** This machine's; `undefined` where the vendors have no releases that the sandbox could run. */
export function thisPlatform(): Platform | undefined {
  const os = process.platform === "linux" || process.platform === "darwin" ? process.platform : undefined;
  const cpu = ({ x64: "amd64", arm64: "arm64" } as const)[process.arch as string];
  return os === undefined || cpu === undefined ? undefined : { os, cpu };
}

/** An official release: a file on its vendor's host, and the file there that holds its SHA-256 sum. */
export interface Release {
  /** Names the release's folder in the cache. */
  readonly id: string;
  readonly version: string;
  /** Folder on the vendor's host: `https://releases.hashicorp.com/vault/1.18.0`. */
  readonly folder: string;
  /** Name of the archive (`.zip`, `.tar.gz`) or bare executable; `undefined` where the vendor has none for the platform. */
  readonly file: (platform: Platform) => string | undefined;
  /** Name of the file with the SHA-256 sums, in the same folder. */
  readonly sums: (file: string) => string;
  /** Path of the executable in the archive; of a bare executable, the name it gets. */
  readonly executable: (platform: Platform) => string;
}

export function hashicorpRelease(product: string, version: string): Release {
  return {
    id: product,
    version,
    folder: `https://releases.hashicorp.com/${product}/${version}`,
    file: ({ os, cpu }) => `${product}_${version}_${os}_${cpu}.zip`,
    sums: () => `${product}_${version}_SHA256SUMS`,
    executable: () => product,
  };
}

/** A server of Kubernetes'. They are released for Linux only. */
export function kubernetesRelease(command: string, version: string): Release {
  return {
    id: command,
    version,
    folder: `https://dl.k8s.io/release/v${version}`,
    file: ({ os, cpu }) => (os === "linux" ? `bin/${os}/${cpu}/${command}` : undefined),
    sums: (file) => `${file}.sha256`,
    executable: () => command,
  };
}

export function etcdRelease(version: string): Release {
  const name = ({ os, cpu }: Platform): string => `etcd-v${version}-${os}-${cpu}`;
  return {
    id: "etcd",
    version,
    folder: `https://github.com/etcd-io/etcd/releases/download/v${version}`,
    file: (platform) => `${name(platform)}${platform.os === "linux" ? ".tar.gz" : ".zip"}`,
    sums: () => "SHA256SUMS",
    executable: (platform) => `${name(platform)}/etcd`,
  };
}

/** One of the commands in Pulumi's archive, which holds the CLI, its language hosts and what these need beside them. */
export function pulumiRelease(version: string, command: string): Release {
  return {
    id: "pulumi",
    version,
    folder: `https://github.com/pulumi/pulumi/releases/download/v${version}`,
    file: ({ os, cpu }) => `pulumi-v${version}-${os}-${cpu === "amd64" ? "x64" : cpu}.tar.gz`,
    sums: () => `pulumi-${version}-checksums.txt`,
    executable: () => `pulumi/${command}`,
  };
}
