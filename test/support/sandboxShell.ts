import path from "node:path";
import type { Sandbox } from "../../sandbox/index.js";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { readSecret } from "../../sandbox/proof/index.js";
import { findTool } from "../../sandbox/tools/index.js";
import { awsCommand } from "./awsCommand.js";
import { documentShell, type Command, type DocumentShell } from "./documentShell.js";

/** A shell on the sandbox for a reader within the repository: pulumi and vault are the real ones, kubectl, aws and npm answer from the test. */
export async function sandboxShell(
  sandbox: Sandbox,
  commands: Readonly<Record<string, Command>> = {},
): Promise<DocumentShell> {
  const { environment } = sandbox.engine;
  return documentShell({
    environment,
    toolFolders: [path.join(environment.PULUMI_HOME!, "..", "bin"), path.dirname((await findTool("vault")).path)],
    commands: { aws: awsCommand(sandbox.aws), kubectl: kubectl(sandbox.kubernetes.kubeconfigPath), npm, ...commands },
  });
}

/** Packages are found in the repository; `npm run test:unit` runs the examples' unit tests. */
const npm: Command = (args) =>
  ["install", "test"].includes(args.join(" "))
    ? Promise.resolve("")
    : Promise.reject(new Error(`This test has no npm ${args.join(" ")}`));

function kubectl(kubeconfigPath: string): Command {
  return async (args) => {
    const [first, namespace = ""] = args[0] === "-n" ? args : ["", "default"];
    const [verb, kind, name = ""] = first === "-n" ? args.slice(2) : args;
    if (verb === "create" && kind === "namespace") {
      const rest = kubernetesRest(kubeconfigPath);
      try {
        await rest.call("POST", "/api/v1/namespaces", { metadata: { name } });
      } finally {
        await rest.close();
      }
      return `namespace/${name} created\n`;
    }
    if (verb === "get" && kind === "secret" && name !== "") {
      // What it is printed as does not matter to who keeps it in a file.
      return `${JSON.stringify({ stringData: await readSecret(kubeconfigPath, namespace, name) })}\n`;
    }
    throw new Error(`This test has no kubectl ${args.join(" ")}`);
  };
}
