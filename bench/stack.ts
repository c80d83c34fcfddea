import { cpSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createEngine, findLanguages, type Engine } from "../sandbox/engine/index.js";
import { installProviderPlugin } from "../test/support/providerPlugin.js";
import type { VaultEndpoint } from "../sandbox/vault/index.js";
import { measure, type Measurement } from "./measure.js";
import { requestsServed } from "./requests.js";

export const forms = ["floor", "single", "singleByPlugin", "collection", "collectionByPlugin"] as const;
export type Form = (typeof forms)[number];

/** What is done with a stack of roles, in this order. */
export const operations = ["up", "preview", "upAgain", "previewRefresh", "refresh", "changeOne", "destroy"] as const;
export type Operation = (typeof operations)[number];

export interface OperationResult extends Measurement {
  /** Requests that Vault served. */
  readonly requests: number;
}

export interface StackResult {
  readonly operations: Readonly<Record<Operation, OperationResult>>;
  /** Size of the state with all roles in it. */
  readonly stateBytes: number;
}

const commands: Readonly<Record<Operation, readonly string[]>> = {
  up: ["up", "--yes", "--skip-preview"],
  preview: ["preview", "--expect-no-changes"],
  upAgain: ["up", "--yes", "--skip-preview", "--expect-no-changes"],
  previewRefresh: ["preview", "--refresh", "--expect-no-changes"],
  refresh: ["refresh", "--yes", "--skip-preview", "--expect-no-changes"],
  changeOne: ["up", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};

const operationLimitMs = 1_200_000;

/** A Pulumi project as a user has it, whose program is {@link file://./program.cjs}. */
export class BenchProject {
  private constructor(
    private readonly engine: Engine,
    private readonly pulumi: string,
    private readonly folder: string,
    private readonly workDir: string,
    private readonly vault: VaultEndpoint & { readonly rootToken: string },
  ) {}

  static async create(
    workDir: string,
    pulumi: string,
    vault: VaultEndpoint & { readonly rootToken: string },
  ): Promise<BenchProject> {
    const repository = path.join(__dirname, "..");
    const engine = await createEngine({ workDir, pulumi, ...(await findLanguages(["nodejs"])) });
    installProviderPlugin(engine.environment.PULUMI_HOME ?? "");
    const folder = path.join(workDir, "project");
    mkdirSync(path.join(folder, "node_modules"), { recursive: true });
    symlinkSync(path.join(repository, "node_modules", "@pulumi"), path.join(folder, "node_modules", "@pulumi"));
    symlinkSync(repository, path.join(folder, "node_modules", "pulumi-kubevault-aws"));
    cpSync(path.join(__dirname, "program.cjs"), path.join(folder, "index.js"));
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
    const yaml = "name: bench\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n";
    writeFileSync(path.join(folder, "Pulumi.yaml"), yaml);
    return new BenchProject(engine, pulumi, folder, workDir, vault);
  }

  async run(form: Form, count: number): Promise<StackResult> {
    const stack = `${form}-${count}`;
    await this.engine.run(["stack", "init", stack, "--non-interactive"], this.folder);
    const measured = new Map<Operation, OperationResult>();
    let stateBytes = 0;
    for (const operation of operations) {
      this.writeCase(form, count, operation === "changeOne" || operation === "destroy");
      const before = await requestsServed(this.vault, this.vault.rootToken);
      const measurement = await this.measure(commands[operation], stack);
      // Without the request that read the counter before.
      const requests = (await requestsServed(this.vault, this.vault.rootToken)) - before - 1;
      measured.set(operation, { ...measurement, requests });
      if (operation === "up") {
        stateBytes = this.stateBytes(stack);
      }
    }
    await this.engine.run(["stack", "rm", stack, "--yes", "--non-interactive"], this.folder);
    return { operations: Object.fromEntries(measured) as StackResult["operations"], stateBytes };
  }

  private writeCase(form: Form, count: number, changed: boolean): void {
    const { address, rootToken: token } = this.vault;
    writeFileSync(path.join(this.folder, "case.json"), JSON.stringify({ form, count, changed, address, token }), {
      mode: 0o600,
    });
  }

  private async measure(command: readonly string[], stack: string): Promise<Measurement> {
    const args = [...command, "--stack", stack, "--non-interactive", "--color", "never", "--suppress-progress"];
    return measure([this.pulumi, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...this.engine.environment },
      timeoutMs: operationLimitMs,
    });
  }

  private stateBytes(stack: string): number {
    const state = path.join(this.workDir, "engine", "state");
    const file = readdirSync(state, { recursive: true, encoding: "utf8" }).find((name) =>
      name.endsWith(path.join("stacks", "bench", `${stack}.json`)),
    );
    if (file === undefined) {
      throw new Error(`no state of ${stack} in ${state}`);
    }
    return statSync(path.join(state, file)).size;
  }
}
