/** A server or command of the sandbox that is built from a Go module when the machine has none. */
export interface GoTool {
  /** The version that is built. One found on the machine may differ. */
  readonly version: string;
  /** Folder below sandbox/tools with the go.mod and go.sum that pin it. */
  readonly module: string;
  /** The main package. */
  readonly package: string;
  /** The command looked for on PATH and in KUBEBUILDER_ASSETS; left out where only the pinned version will do. */
  readonly command?: string;
  /** Linker flags that set variables, such as the version the program reports. */
  readonly stamps?: readonly string[];
}

/**
 * What the sandbox runs, oldest known good versions that build from the module proxy alone.
 *
 * `vault-1.21` is the second Vault of the integration tests: the first that merges partial writes to `config/root` is 1.19.
 */
export const toolCatalog = {
  etcd: {
    version: "3.6.5",
    module: "etcd",
    package: "go.etcd.io/etcd/server/v3",
    command: "etcd",
  },
  pulumi: {
    version: "3.250.0",
    module: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    command: "pulumi",
    // Without a version the Automation API refuses the CLI.
    stamps: ["github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.250.0"],
  },
  "kube-apiserver": {
    version: "1.35.4",
    module: "kube-apiserver",
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    command: "kube-apiserver",
    stamps: ["k8s.io/component-base/version.gitVersion=v1.35.4"],
  },
  vault: {
    version: "1.18.0",
    module: "vault-1.18",
    package: "github.com/hashicorp/vault",
    command: "vault",
  },
  "vault-1.21": {
    version: "1.21.0",
    module: "vault-1.21",
    package: "github.com/hashicorp/vault",
  },
} as const satisfies Record<string, GoTool>;

export type ToolName = keyof typeof toolCatalog;
