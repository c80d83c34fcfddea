import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { readSecret } from "../../sandbox/proof/index.js";
import { vaultRequest } from "../../sandbox/vault/index.js";
import { awsCommand } from "../support/awsCommand.js";

const repository = path.join(__dirname, "..", "..");
const vaultServer = "vault/vault";

type Block = { readonly language: string; readonly text: string };

/** docs/day-2.md, section by section: each program is put in place, and each command is run. */
describe("docs/day-2.md", () => {
  let sandbox: Sandbox;
  let folder: string;
  let sections: Map<string, Block[]>;

  beforeAll(async () => {
    sandbox = await startSandbox({ engineEnvironment: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } });
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "vault" } });
    await rest.close();
    sections = sectionsOf(await readFile(path.join(repository, "docs", "day-2.md"), "utf8"));
    // In the repository, so that the programs find their packages.
    folder = await mkdtemp(path.join(repository, "examples", ".day-two-"));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: day-two\nruntime: nodejs\n");
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "day-two", main: "index.ts" }));
    await writeFile(path.join(folder, "index.ts"), "");
    await pulumi("stack", "init", "dev");
  });

  afterAll(async () => {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]) => sandbox.engine.run([...args, "--non-interactive"], folder);
  const processes = () => sandbox.operator.nodes(vaultServer).map((node) => node.process.pid);
  const secret = (name: string) => readSecret(sandbox.kubernetes.kubeconfigPath, "vault", name);

  async function storageKey(): Promise<string | undefined> {
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    const { items } = await rest.call<{ items: { data?: Record<string, string> }[] }>(
      "GET",
      "/api/v1/namespaces/vault/secrets",
    );
    await rest.close();
    return items.map(({ data }) => data?.access_key).find((key) => key !== undefined);
  }

  async function vault<T>(method: "GET" | "POST", at: string, body?: object): Promise<T> {
    const token = (await secret("vault-keys"))["k8s.-.vault.vault-root-token"];
    return vaultRequest<T>(sandbox.operator.endpoint(vaultServer), { method, path: at, token, body });
  }
  const writePolicy = (name: string) =>
    vault("POST", `sys/policies/acl/${name}`, { policy: 'path "none" { capabilities = ["read"] }' });
  const policies = async () => (await vault<{ data: { policies: string[] } }>("GET", "sys/policy")).data.policies;
  const rootKey = async () => (await vault<{ data: { access_key: string } }>("GET", "aws/config/root")).data.access_key;

  /** Puts the programs of a section in place and runs its commands. */
  async function follow(title: string, after: (command: string) => Promise<unknown> = () => Promise.resolve()) {
    const blocks = sections.get(title) ?? [];
    expect(blocks, title).not.toEqual([]);
    for (const { language, text } of blocks) {
      if (language === "ts") {
        await writeFile(path.join(folder, "index.ts"), text);
        continue;
      }
      for (const command of text.split("\n").filter((line) => line !== "")) {
        await (command.startsWith("kubectl ") ? kubectl(command) : run(command.split(" ")));
        await after(command);
      }
    }
  }

  async function run([command = "", ...args]: string[]): Promise<void> {
    if (command === "pulumi") {
      await pulumi(...args, "--yes", "--skip-preview");
    } else if (command === "aws") {
      await awsCommand(sandbox.aws)(args, folder);
    } else {
      throw new Error(`The page has a command that this test cannot run: ${command}`);
    }
  }

  /** What kubectl and jq do with these two commands: the tests need neither. */
  async function kubectl(command: string): Promise<void> {
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    try {
      const [, namespace] = /^kubectl create namespace (\S+)$/.exec(command) ?? [];
      if (namespace !== undefined) {
        await rest.call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
        return;
      }
      const copies = /^kubectl -n (\S+) get secret (\S+) -o json \| jq '(.+)' \| kubectl -n (\S+) create -f -$/;
      const [, from = "", name = "", filter, to = ""] = copies.exec(command) ?? [];
      expect(filter).toBe(
        `{apiVersion, kind, metadata: {name: .metadata.name}, data: .data | with_entries(.key |= sub("[.]${from}[.]"; ".${to}."))}`,
      );
      const { data } = await rest.call<{ data: Record<string, string> }>(
        "GET",
        `/api/v1/namespaces/${from}/secrets/${name}`,
      );
      const renamed = Object.entries(data).map(([key, value]) => [key.replace(`.${from}.`, `.${to}.`), value]);
      await rest.call("POST", `/api/v1/namespaces/${to}/secrets`, {
        metadata: { name },
        data: Object.fromEntries(renamed) as object,
      });
    } finally {
      await rest.close();
    }
  }

  it("starts", async () => {
    await follow("Day 2: scale, upgrade, restart, rotate, restore, destroy, move");
    expect(processes()).toHaveLength(1);
  });

  it("scales", async () => {
    const [first] = processes();
    await follow("Scale");
    expect(processes()).toHaveLength(3);
    expect(processes()).toContain(first);
  });

  it.each(["Upgrade", "Restart"])("does: %s", async (title) => {
    const before = processes();
    const active = (await sandbox.operator.activeNode(vaultServer))?.process.pid;
    const restarted = sandbox.operator.restarts(vaultServer).length;
    await follow(title);
    expect(processes().filter((pid) => before.includes(pid))).toEqual([]);
    const order = sandbox.operator.restarts(vaultServer).slice(restarted);
    expect(order).toHaveLength(3);
    expect(order.at(-1)).toBe(active);
  });

  it("rotates the storage key", async () => {
    const [key, before] = [await storageKey(), processes()];
    await follow("Rotate the storage key");
    expect(await storageKey()).not.toBe(key);
    expect(processes().filter((pid) => before.includes(pid))).toEqual([]);
  });

  it("rotates the root key, and once more", async () => {
    const keys = [await rootKey()];
    await follow("Rotate the root key", async () => keys.push(await rootKey()));
    expect(new Set(keys).size).toBe(3);
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
  });

  it("restores onto another table", async () => {
    await writePolicy("before");
    await follow("Restore", async (command) => {
      if (command.includes("wait table-exists")) {
        await writePolicy("after");
      }
    });
    const restored = await policies();
    expect(restored).toContain("before");
    expect(restored).not.toContain("after");
    expect(processes()).toHaveLength(3);
    await vault("GET", "aws/creds/deploy");
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
  });

  it("is destroyed, and created again", async () => {
    await follow("Destroy");
    expect(processes()).toEqual([]);
    await follow("Create again");
    expect(processes()).toHaveLength(1);
  });

  it("moves to another name: nothing changes, nothing is restarted", async () => {
    const before = processes();
    await follow("Move");
    expect(processes()).toEqual(before);
    const urns = await pulumi("stack", "--show-urns");
    expect(urns).toContain("kubevault-aws:index:VaultPlatform::payments-vault");
    expect(urns).not.toContain("kubevault-aws:index:VaultPlatform::vault\n");
  });

  async function vaultServers(): Promise<string[]> {
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    const { items } = await rest.call<{ items: { metadata: { namespace: string; name: string } }[] }>(
      "GET",
      "/apis/kubevault.com/v1alpha2/vaultservers",
    );
    await rest.close();
    return items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  }

  /** The last program of the section without what allows the move, or without its unseal keys. */
  async function expectRejectedMove(): Promise<void> {
    const moved = (sections.get("Move to another namespace") ?? []).findLast(({ language }) => language === "ts");
    const before = processes();
    for (const [left, message] of [
      ["vaultServerOptions", "VaultServer vault/vault: cannot move to secure/vault: Vault's unseal keys"],
      ["unsealer", "Secret vault/vault-keys: cannot move to secure/vault-keys: it would be created again, empty"],
    ] as const) {
      await writeFile(
        path.join(folder, "index.ts"),
        (moved?.text ?? "").replace(new RegExp(`^ {2}${left}: .+\\n`, "gm"), ""),
      );
      for (const options of [["--yes"], ["--yes", "--skip-preview"]]) {
        await expect(pulumi("up", ...options)).rejects.toThrow(message);
      }
    }
    expect(await vaultServers()).toEqual(["vault/vault"]);
    expect(processes()).toEqual(before);
  }

  it("moves to another namespace, with what is in it, and not without its unseal keys", async () => {
    await writePolicy("moved");
    let ups = 0;
    await follow("Move to another namespace", async (command) => {
      ups += command === "pulumi up" ? 1 : 0;
      if (command === "pulumi up" && ups === 1) {
        await expectRejectedMove();
      }
    });
    expect(processes()).toEqual([]);
    const keys = await readSecret(sandbox.kubernetes.kubeconfigPath, "secure", "vault-keys");
    const answer = await vaultRequest<{ data: { policies: string[] } }>(sandbox.operator.endpoint("secure/vault"), {
      path: "sys/policy",
      token: keys["k8s.-.secure.vault-root-token"] ?? "",
    });
    expect(answer.data.policies).toContain("moved");
    expect(await pulumi("preview", "--expect-no-changes")).toContain("unchanged");
  });
});

/** The code blocks of a page by the title above them. */
function sectionsOf(page: string): Map<string, Block[]> {
  const sections = new Map<string, Block[]>();
  let title = "";
  for (const match of page.matchAll(/^#+ (?<title>.+)$|^```(?<language>ts|bash)\n(?<text>[\s\S]*?)^```$/gm)) {
    const { title: next, language = "", text = "" } = match.groups ?? {};
    if (next === undefined) {
      sections.set(title, [...(sections.get(title) ?? []), { language, text }]);
    } else {
      title = next;
    }
  }
  return sections;
}
