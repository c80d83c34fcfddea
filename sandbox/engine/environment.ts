/** Where the sandbox's AWS is, and the keys that the AWS provider uses. */
export interface AwsTarget {
  readonly endpoint: string;
  readonly region: string;
  readonly admin: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface EnvironmentOptions {
  readonly pulumiHome: string;
  readonly stateFolder: string;
  readonly passphrase: string;
  readonly aws?: AwsTarget;
  readonly kubeconfigPath?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Variables of the shell that could lead the engine or a plugin to the user's real clouds, Vaults, or stacks. */
const leadsElsewhere = /^(PULUMI_|AWS_|VAULT_|KUBECONFIG$|KUBE_)/;

/**
 * What the engine's processes get on top of this process's own environment. What would lead elsewhere is removed; a variable with the
 * value undefined is not passed on.
 */
export function engineEnvironment(
  options: EnvironmentOptions,
  shell: NodeJS.ProcessEnv = process.env,
): Record<string, string | undefined> {
  const removed = Object.keys(shell).filter((name) => leadsElsewhere.test(name));
  return {
    ...Object.fromEntries(removed.map((name) => [name, undefined])),
    ...pulumiVariables(options),
    ...(options.aws === undefined ? {} : awsVariables(options.aws)),
    ...(options.kubeconfigPath === undefined ? {} : { KUBECONFIG: options.kubeconfigPath }),
    ...options.env,
  };
}

function pulumiVariables({ pulumiHome, stateFolder, passphrase }: EnvironmentOptions): Record<string, string> {
  return {
    PULUMI_HOME: pulumiHome,
    PULUMI_BACKEND_URL: `file://${stateFolder}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A plugin that is missing is an error at once, not an attempt to download it.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Plugins come from the engine's own home only: what it took over from PATH is there too, and then needs no warning.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
  };
}

/** Understood by the released AWS provider, by its stand-in, and by every AWS SDK alike. */
function awsVariables({ endpoint, region, admin }: AwsTarget): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: admin.accessKeyId,
    AWS_SECRET_ACCESS_KEY: admin.secretAccessKey,
    // No profile of the user, and no instance metadata.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    // The SDK's farewell to this version of Node.js, which every plugin would print again.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}
