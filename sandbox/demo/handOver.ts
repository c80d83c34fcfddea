import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Sandbox } from "../sandbox.js";
import { findTool } from "../tools/index.js";
import type { Subject } from "../proof/index.js";
import { platformProject } from "./platformStack.js";

/** Where a shell finds what is left running, from the root of the repository. */
export const handOverFolder = ".sandbox";

/**
 * Writes `.sandbox/env`, which gives a shell the sandbox's Vault, AWS, cluster and stack: `. .sandbox/env`. The keys in it are the sandbox's own and end
 * with it; only this user can read them.
 *
 * @returns removes the folder
 */
export async function handOver(sandbox: Sandbox, { vault }: Subject, root: string): Promise<() => void> {
  const folder = path.join(root, handOverFolder);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  const authority = path.join(folder, "ca.crt");
  writeFileSync(authority, vault.caCertificate ?? "");
  const tools = await Promise.all(
    (["vault", "pulumi"] as const).map(async (name) => path.dirname((await findTool(name)).path)),
  );
  const variables = {
    ...sandbox.engine.environment,
    VAULT_ADDR: vault.address,
    ...(vault.caCertificate === undefined ? {} : { VAULT_CACERT: authority }),
    VAULT_TOKEN: vault.token,
    SANDBOX_PROJECT: sandbox.engine.projectFolder(platformProject),
  };
  const lines = [
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `export PATH=${tools.map(quoted).join(":")}:"$PATH"`,
  ];
  writeFileSync(path.join(folder, "env"), `${lines.join("\n")}\n`, { mode: 0o600 });
  return () => rmSync(folder, { recursive: true, force: true });
}

const quoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
