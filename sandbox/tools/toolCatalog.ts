import { etcdRelease, hashicorpRelease, kubernetesRelease, pulumiRelease, type Release } from "./release.js";

/** A Go module below sandbox/tools whose go.mod and go.sum pin what a tool is built from. */
export interface GoModule {
  /** Folder below sandbox/tools. */
  readonly module: string;
  /** The main package. */
  readonly package: string;
  /** Linker flags that set variables, such as the version the program reports. */
  readonly stamps?: readonly string[];
  /** Files that the program wants beside itself, from another module that the go.mod pins: module, and path in it. */
  readonly beside?: readonly { readonly module: string; readonly file: string }[];
}

/** A server or command of the sandbox, which is fetched or built when the machine has none. */
export interface Tool {
  /** The version that is fetched or built. One found on the machine may differ. */
  readonly version: string;
  /** The command looked for on PATH and in KUBEBUILDER_ASSETS; left out where only the pinned version will do. */
  readonly command?: string;
  /** Left out for a program of the sandbox's own, which is always built. */
  readonly release?: Release;
  readonly source: GoModule;
}

const pulumiSdk = "github.com/pulumi/pulumi/sdk/v3";

/**
 * A language host. Version 3.62 is the last whose module holds the hosts of Go and Python together: from then on they are modules of their own, which the module proxy does not serve. The engine still speaks their protocol; what they lack are commands that generate or link SDKs.
 */
function languageHost(language: string, folder: string, beside: GoModule["beside"] = []): Tool {
  const command = `pulumi-language-${language}`;
  return {
    version: "3.62.0",
    command,
    release: pulumiRelease("3.250.0", command),
    source: {
      module: "pulumi-hosts",
      package: `${pulumiSdk}/${folder}`,
      stamps: [`${pulumiSdk}/go/common/version.Version=v3.62.0`],
      beside,
    },
  };
}

/**
 * What the sandbox runs, oldest known good versions that build from the module proxy alone.
 *
 * `vault-1.21` is the second Vault of the integration tests: the first that merges partial writes to `config/root` is 1.19.
 */
export const toolCatalog = {
  etcd: {
    version: "3.6.5",
    command: "etcd",
    release: etcdRelease("3.6.5"),
    source: { module: "etcd", package: "go.etcd.io/etcd/server/v3" },
  },
  pulumi: {
    version: "3.250.0",
    command: "pulumi",
    release: pulumiRelease("3.250.0", "pulumi"),
    source: {
      module: "pulumi",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      // Without a version the Automation API refuses the CLI.
      stamps: ["github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.250.0"],
    },
  },
  "pulumi-language-go": languageHost("go", "go/pulumi-language-go"),
  "pulumi-language-python": languageHost("python", "python/cmd/pulumi-language-python", [
    { module: pulumiSdk, file: "python/cmd/pulumi-language-python-exec" },
  ]),
  "pulumi-language-yaml": {
    version: "1.25.0",
    command: "pulumi-language-yaml",
    release: pulumiRelease("3.250.0", "pulumi-language-yaml"),
    source: {
      module: "pulumi-yaml",
      package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
      stamps: ["github.com/pulumi/pulumi-yaml/pkg/version.Version=v1.25.0"],
    },
  },
  "kube-apiserver": {
    version: "1.35.4",
    command: "kube-apiserver",
    release: kubernetesRelease("kube-apiserver", "1.35.4"),
    source: {
      module: "kubernetes",
      package: "k8s.io/kubernetes/cmd/kube-apiserver",
      stamps: ["k8s.io/component-base/version.gitVersion=v1.35.4"],
    },
  },
  "kube-controller-manager": {
    version: "1.35.4",
    command: "kube-controller-manager",
    release: kubernetesRelease("kube-controller-manager", "1.35.4"),
    source: {
      module: "kubernetes",
      package: "k8s.io/kubernetes/cmd/kube-controller-manager",
      stamps: ["k8s.io/component-base/version.gitVersion=v1.35.4"],
    },
  },
  /** Generates SDKs from a schema, which language hosts as old as those that are built do not. */
  "pulumi-gensdk": {
    version: "3.250.0",
    source: { module: "pulumi-gensdk", package: "." },
  },
  vault: {
    version: "1.18.0",
    command: "vault",
    release: hashicorpRelease("vault", "1.18.0"),
    source: { module: "vault-1.18", package: "github.com/hashicorp/vault" },
  },
  "vault-1.21": {
    version: "1.21.0",
    release: hashicorpRelease("vault", "1.21.0"),
    source: { module: "vault-1.21", package: "github.com/hashicorp/vault" },
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof toolCatalog;
