import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../sandbox/index.js";
import { kubernetesRest } from "../../sandbox/kubernetes/index.js";
import { readPage } from "../support/pages.js";

const examples = path.join(__dirname, "..", "..", "examples");

/** docs/what-you-see.md against what pulumi prints for README's program. Each test goes on where the one before it ended. */
describe("docs/what-you-see.md", () => {
  const page = readPage("docs/what-you-see.md");
  let sandbox: Sandbox;
  let folder: string;
  let program: string;

  beforeAll(async () => {
    sandbox = await startSandbox({
      region: "eu-west-1",
      engineEnvironment: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    });
    const rest = kubernetesRest(sandbox.kubernetes.kubeconfigPath);
    await rest.call("POST", "/api/v1/namespaces", { metadata: { name: "vault" } });
    await rest.close();
    folder = mkdtempSync(path.join(examples, ".screens-"));
    cpSync(path.join(examples, "minimal"), folder, {
      recursive: true,
      filter: (file) => !file.includes("node_modules"),
    });
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: vault-platform\nruntime: nodejs\n");
    program = readFileSync(path.join(folder, "index.ts"), "utf8");
    await pulumi("stack", "init", "dev");
    await pulumi("config", "set", "aws:region", "eu-west-1");
  });

  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]) =>
    sandbox.engine.run([...args, "--non-interactive"], folder, { PULUMI_SKIP_CONFIRMATIONS: "true" });
  const change = (text: string, by: string) => {
    expect(program).toContain(text);
    writeFileSync(path.join(folder, "index.ts"), program.replace(text, by));
  };

  /** A block of the page, line by line. */
  function screen(name: string): string[] {
    const [, text = ""] = new RegExp(`^\`\`\`text ${name}\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page) ?? [];
    return text.split("\n").filter((line) => line !== "");
  }

  it("the first preview", async () => {
    const printed = linesOf(await pulumi("preview"));
    // Rows come as the engine gets to them.
    expect(inOrder(printed)).toEqual(inOrder(screen("preview")));
  });

  it("the first update: lines that say what is waited for", async () => {
    const printed = linesOf(await pulumi("up"));
    const shown = linesOf(screen("up").join("\n"));
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((line) => !printed.includes(line))).toEqual([]);
  });

  it("nothing to do", async () => {
    const printed = linesOf(await pulumi("preview"));
    expect(printed.slice(printed.indexOf("Resources:"))).toEqual(screen("unchanged"));
  });

  it("a role that changes", async () => {
    change('Action: "s3:PutObject"', 'Action: "s3:GetObject"');
    const printed = linesOf(await pulumi("preview", "--diff"));
    expect(printed).toEqual(screen("diff"));
  });

  it("a mistake", async () => {
    change(
      'credentialType: "iam_user",',
      'credentialType: "iam_user",\n      userPath: "deploy",\n      iamGroups: [""],',
    );
    const message = await failure(pulumi("preview"));
    const printed = linesOf(message.slice(message.indexOf("Diagnostics:")));
    expect(inOrder(printed)).toEqual(inOrder(screen("error")));
  });

  it("a destroy that is blocked", async () => {
    const message = await failure(pulumi("destroy"));
    const printed = linesOf(message.slice(message.indexOf("Diagnostics:")));
    // The engine prints what it says of the stack before or after what it says of the resource.
    expect(inOrder(printed)).toEqual(inOrder(screen("destroy")));
  });
});

async function failure(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => {
      throw new Error("The command ended well");
    },
    (error: Error) => error.message,
  );
}

/** What is the same in each run: without the engine's signs of life, times, URNs, and the ends of names that are made up. */
function linesOf(printed: string): string[] {
  return printed
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !/^@ |^Duration:|^ +\[(?:urn|provider)=/.test(line))
    .map((line) =>
      line
        .replaceAll(/-[0-9a-f]{7}\b/g, "-0123456")
        .replaceAll(/\([\d.]+s\)/g, "(1s)")
        .replaceAll(/AKIA\w+/g, "AKIAIOSFODNN7EXAMPLE")
        // Which of its phases is seen depends on the machine.
        .replace(/ is in phase .*/, " is in phase …"),
    );
}

const inOrder = (lines: readonly string[]) => [...lines].map((line) => line.trim()).sort();
