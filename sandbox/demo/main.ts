import path from "node:path";
import pc from "picocolors";
import program from "../../examples/platform/index.js";
import { leftovers, platformChecks, takeInventory, type Subject } from "../proof/index.js";
import { startSandbox, type Sandbox } from "../sandbox.js";
import { changeSummary, engineProgress, nothingChanged } from "./engineProgress.js";
import { handOver, handOverFolder } from "./handOver.js";
import { Interruption } from "./interruption.js";
import { demoOptions, usage, type DemoOptions } from "./options.js";
import {
  createPlatformStack,
  platformNamespace,
  platformVaultServer,
  subjectOf,
  type PlatformStack,
} from "./platformStack.js";
import { Report } from "./report.js";

// The SDK's advice on Node versions is for whoever chooses them, not for the reader of a demo.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const print = (line: string): void => console.log(line);

async function demo(options: DemoOptions): Promise<boolean> {
  const started = Date.now();
  const report = new Report(print);
  const interruption = new Interruption();
  interruption.onceInterrupted(() => {
    print("\nInterrupted: the sandbox is stopped.");
    process.exit(130);
  });
  print(pc.bold("\nSandbox"));
  const sandbox = await startSandbox({
    log: (line) => print(`  ${line}`),
    buildTools: options.buildTools,
    releasedPlugins: options.releasedPlugins,
  });
  sandbox.parts.forEach((part) => print(`  ${part}`));
  try {
    const stack = await createPlatformStack(sandbox, program);
    await show({ sandbox, stack, report, options, interruption });
  } catch (error) {
    // A step that everything else rests on has failed; the report says which and why.
    if (!report.failed) {
      throw error;
    }
  } finally {
    await sandbox.stop();
  }
  print(`\n${report.table()}`);
  const verdict = report.failed ? pc.red("Not everything holds.") : pc.green("Everything holds.");
  print(`${verdict} ${Math.round((Date.now() - started) / 1000)} s in all.\n`);
  return !report.failed;
}

interface Show {
  readonly sandbox: Sandbox;
  readonly stack: PlatformStack;
  readonly report: Report;
  readonly options: DemoOptions;
  readonly interruption: Interruption;
}

async function show({ sandbox, stack, report, options, interruption }: Show): Promise<void> {
  const visible = { aws: sandbox.aws, kubeconfigPath: sandbox.kubernetes.kubeconfigPath };
  const before = await takeInventory(visible, platformNamespace);
  const engine = (finishedOnly = false) => ({
    onEvent: engineProgress(print, finishedOnly),
    ...(options.verbose ? { onOutput: (text: string) => process.stdout.write(pc.dim(text)) } : {}),
  });

  print(pc.bold("\npulumi preview"));
  await report.step(
    "preview shows what will be created",
    async () => {
      const { changeSummary: changes } = await stack.preview(engine(true));
      return { seen: changeSummary(changes), value: changes };
    },
    true,
  );

  print(pc.bold("\npulumi up"));
  const subject = await report.step(
    "up creates the platform",
    async () => {
      const { summary, outputs } = await stack.up(engine());
      return { seen: changeSummary(summary.resourceChanges), value: await subjectOf(sandbox, stack, outputs) };
    },
    true,
  );

  print(pc.bold("\nProof"));
  for (const check of platformChecks) {
    await report.step(check.title, async () => ({ seen: await check.run(subject) }));
  }
  await report.step("A second up changes nothing", async () => {
    const { summary } = await stack.up(engine());
    if (!nothingChanged(summary.resourceChanges)) {
      throw new Error(`It changed ${changeSummary(summary.resourceChanges)}`);
    }
    return { seen: changeSummary(summary.resourceChanges) };
  });
  await report.step("refresh finds no drift", async () => {
    const { summary } = await stack.refresh(engine());
    if (!nothingChanged(summary.resourceChanges)) {
      throw new Error(`It found ${changeSummary(summary.resourceChanges)}`);
    }
    return { seen: changeSummary(summary.resourceChanges) };
  });

  if (options.keep) {
    await keepRunning(sandbox, subject, interruption);
  }

  print(pc.bold("\npulumi destroy"));
  await report.step("destroy leaves nothing behind", async () => {
    const deleted: string[] = [];
    const { onEvent, ...options } = engine();
    const { summary } = await stack.destroy({
      ...options,
      onEvent: (event) => {
        onEvent(event);
        const done = event.resOutputsEvent?.metadata;
        if (done?.op === "delete") {
          deleted.push(done.type.slice(done.type.lastIndexOf(":") + 1));
        }
      },
    });
    const left = [
      ...leftovers(before, await takeInventory(visible, platformNamespace)),
      ...sandbox.operator.nodes(platformVaultServer).map((node) => `Vault process ${node.name}`),
    ];
    if (left.length > 0) {
      throw new Error(`It left ${left.join(", ")}`);
    }
    // Vault and its table are gone, so the order tells whether Vault could still end its leases.
    const unmounted = deleted.indexOf("AwsSecretsMount");
    if (unmounted < 0 || unmounted > deleted.indexOf("VaultServer")) {
      throw new Error("The secrets engine was not unmounted before Vault went");
    }
    return { seen: `${changeSummary(summary.resourceChanges)}; no mount, table, user, role, policy or Secret is left` };
  });
}

async function keepRunning(sandbox: Sandbox, subject: Subject, interruption: Interruption): Promise<void> {
  const remove = await handOver(sandbox, subject, path.join(__dirname, "..", ".."));
  print(pc.bold("\nLeft running"));
  print(
    `  Vault ${subject.vault.address}, AWS ${sandbox.aws.endpoint}, KUBECONFIG ${sandbox.kubernetes.kubeconfigPath}`,
  );
  print(`  In another shell: . ${handOverFolder}/env && vault read ${subject.outputs.mountPath}/creds/deploy`);
  print(`  Stop it with Ctrl-C here, or with: kill -INT ${process.pid}`);
  try {
    await new Promise<void>((resolve) => interruption.onceInterrupted(resolve));
  } finally {
    remove();
  }
}

async function main(): Promise<void> {
  const options = demoOptions(process.argv.slice(2));
  if (options.help) {
    print(usage);
    return;
  }
  process.exitCode = (await demo(options)) ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(pc.red(error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
});
