import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { findTool } from "../sandbox/tools/index.js";
import { startUnsealedVault, vaultRequest } from "../sandbox/vault/index.js";
import { chart } from "./chart.js";
import { limits, summarise, type Pass, type Summary } from "./ratios.js";
import { BenchProject, forms, operations, type Form, type StackResult } from "./stack.js";
import { measureWire } from "./wire.js";

/**
 * Measures the forms of roles against the wire and against the engine's own cost, as ratios within one pass.
 *
 * `--quick` measures 100 roles once and fails where a ratio is greater than its limit. Without it all numbers of roles are measured, and the
 * results are written to docs/performance.json and docs/performance.svg.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      runs: { type: "string", default: "5" },
      counts: { type: "string", default: "1,100,1000" },
    },
  });
  const counts = values.quick ? [100] : values.counts.split(",").map(Number);
  const runs = values.quick ? 1 : Number(values.runs);
  const summaries = await measureAll(counts, runs);
  summaries.forEach(print);
  if (values.quick) {
    process.exitCode = reportRegressions(summaries) ? 1 : 0;
    return;
  }
  const docs = path.join(__dirname, "..", "docs");
  const machine = { cores: availableParallelism(), node: process.version };
  writeFileSync(path.join(docs, "performance.json"), `${JSON.stringify({ machine, summaries }, undefined, 2)}\n`);
  const largest = summaries.at(-1);
  if (largest !== undefined) {
    writeFileSync(path.join(docs, "performance.svg"), chart(largest));
  }
}

async function measureAll(counts: readonly number[], runs: number): Promise<Summary[]> {
  const workDir = await mkdtemp(path.join(tmpdir(), "kubevault-aws-bench-"));
  const vaultDir = path.join(workDir, "vault");
  mkdirSync(vaultDir);
  const vault = await startUnsealedVault({
    workDir: vaultDir,
    vault: (await findTool("vault")).path,
    storage: { type: "inmem" },
  });
  try {
    await vaultRequest(vault, {
      method: "POST",
      path: "sys/mounts/aws",
      token: vault.rootToken,
      body: { type: "aws" },
    });
    const project = await BenchProject.create(workDir, (await findTool("pulumi")).path, vault);
    const summaries: Summary[] = [];
    for (const count of counts) {
      const passes: Pass[] = [];
      for (let run = 1; run <= runs; run += 1) {
        console.log(`${count} roles, pass ${run} of ${runs}`);
        const wire = await measureWire(vault.address, vault.rootToken, count);
        const results: Partial<Record<Form, StackResult>> = {};
        for (const form of forms) {
          results[form] = await project.run(form, count);
        }
        passes.push({ count, wire, results: results as Pass["results"] });
      }
      summaries.push(summarise(passes));
    }
    return summaries;
  } finally {
    await vault.stop();
    await rm(workDir, { recursive: true, force: true });
  }
}

function print({ count, wire, forms: measured }: Summary): void {
  const wireText = `write ${wire.write.median.toFixed(2)}, read ${wire.read.median.toFixed(2)}, delete ${wire.remove.median.toFixed(2)}`;
  console.log(`\n${count} roles; wire: ${wireText} s`);
  console.table(
    operations.map((operation) => ({
      operation,
      ...Object.fromEntries(
        forms.flatMap((form) => {
          const { seconds, toFloor, cpuSeconds, peakMegabytes } = measured[form];
          const [time, ratio] = [seconds[operation].median, toFloor[operation].median];
          return [
            [form, `${time.toFixed(1)} s (${ratio.toFixed(2)})`],
            [
              `${form} cpu`,
              `${cpuSeconds[operation].median.toFixed(1)} s, ${peakMegabytes[operation].median.toFixed(0)} MB`,
            ],
          ];
        }),
      ),
    })),
  );
  const bytes = forms.map(
    (form) => `${form} ${(measured[form].stateBytes / 1e6).toFixed(3)} MB (${measured[form].stateToFloor.toFixed(2)})`,
  );
  console.log(`state: ${bytes.join(", ")}`);
}

/** @returns whether a ratio is greater than its limit */
function reportRegressions(summaries: readonly Summary[]): boolean {
  const [at100] = summaries;
  if (at100 === undefined) {
    return true;
  }
  const found = limits.map(({ name, limit, of }) => ({ name, limit, ratio: of(at100) }));
  for (const { name, limit, ratio } of found) {
    console.log(`${ratio <= limit ? "ok  " : "FAIL"} ${name}: ${ratio.toFixed(2)}, at most ${limit}`);
  }
  return found.some(({ ratio, limit }) => ratio > limit);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
