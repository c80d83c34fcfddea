import path from "node:path";
import type { OutputMap, PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { readSecret, type PlatformOutputs, type Subject } from "../proof/index.js";
import type { Sandbox } from "../sandbox.js";

/** Namespace, project and VaultServer of examples/platform. */
export const platformNamespace = "vault";
export const platformProject = "kubevault-aws-platform";
export const platformVaultServer = "vault/vault";

export type PlatformStack = Stack;

/** A stack of examples/platform whose configuration points at the sandbox; the program itself knows nothing of it. */
export async function createPlatformStack(sandbox: Sandbox, program: PulumiFn): Promise<PlatformStack> {
  const { endpoint, region } = sandbox.aws;
  return sandbox.engine.createStack({
    projectName: platformProject,
    stackName: "sandbox",
    program,
    programDirectory: path.join(__dirname, "..", "..", "examples", "platform"),
    config: {
      "kubevault-aws-platform:namespace": { value: platformNamespace },
      "kubevault-aws-platform:dynamodbEndpoint": { value: endpoint },
      "kubevault-aws-platform:iamEndpoint": { value: endpoint },
      "kubevault-aws-platform:stsEndpoint": { value: endpoint },
      "kubevault-aws-platform:protectData": { value: "false" },
      "aws:region": { value: region },
    },
  });
}

/** The platform that the stack has brought up, with what its administrator can see. */
export async function subjectOf(sandbox: Sandbox, stack: PlatformStack, outputs: OutputMap): Promise<Subject> {
  const platform = Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [name, output.value as unknown]),
  ) as unknown as PlatformOutputs;
  const { namespace, vaultServerName } = platform;
  const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, namespace, `${vaultServerName}-keys`);
  const token = keys[`k8s.-.${namespace}.${vaultServerName}-root-token`];
  if (token === undefined) {
    throw new Error(`Secret ${namespace}/${vaultServerName}-keys holds no root token`);
  }
  return {
    outputs: platform,
    vault: { ...sandbox.operator.endpoint(platformVaultServer), token },
    aws: sandbox.aws,
    kubeconfigPath: sandbox.kubernetes.kubeconfigPath,
    exportState: (options) => exportState(sandbox, stack, options),
  };
}

async function exportState(sandbox: Sandbox, stack: PlatformStack, options: { showSecrets: boolean }): Promise<string> {
  const args = ["stack", "export", "--stack", stack.name, ...(options.showSecrets ? ["--show-secrets"] : [])];
  return sandbox.engine.run(args, stack.workspace.workDir);
}
