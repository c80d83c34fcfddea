import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { findTool } from "../sandbox/tools/index.js";
import { startUnsealedVault, vaultRequest, type UnsealedVault } from "../sandbox/vault/index.js";
import { chart } from "./chart.js";
import { growthBeyondLinear, limits, profile, summarise, type Pass, type Summary } from "./ratios.js";
import { telemetry } from "./requests.js";
import { BenchProject, forms, operations, type Form, type StackResult } from "./stack.js";
import { measureWire } from "./wire.js";

/**
 * Measures the forms of roles against the wire and against the engine's own cost, as ratios within one pass.
 *
 * `--quick` measures 100 roles once and fails where a ratio is greater than its limit, in the median of three passes where the first is. Without
 * it all numbers of roles are measured, and the results are written to docs/performance.json and docs/performance.svg.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      runs: { type: "string", default: "5" },
      counts: { type: "string", default: "1,100,1000" },
    },
  });
  if (values.quick) {
    process.exitCode = (await quick()) ? 0 : 1;
    return;
  }
  const counts = values.counts.split(",").map(Number);
  const summaries = await withProject((project) => measureAll(project, counts, Number(values.runs)));
  summaries.forEach(print);
  const one = summaries.find(({ count }) => count === 1);
  const largest = summaries.at(-1);
  const where = one === undefined || largest === undefined || largest === one ? [] : profile(one, largest);
  if (where.length > 0) {
    console.log("\nWhere the time of AwsSecretsRoles goes, in seconds");
    console.table(where);
  }
  const growth = growthBeyondLinear(summaries);
  console.log(growth.length === 0 ? "ok   growth is at most linear" : `FAIL more than linear:\n${growth.join("\n")}`);
  process.exitCode = growth.length === 0 ? 0 : 1;
  const docs = path.join(__dirname, "..", "docs");
  const machine = { cores: availableParallelism(), node: process.version };
  writeFileSync(
    path.join(docs, "performance.json"),
    `${JSON.stringify({ machine, summaries, profile: where }, undefined, 2)}\n`,
  );
  if (largest !== undefined) {
    writeFileSync(path.join(docs, "performance.svg"), chart(largest));
  }
}

/** @returns whether all ratios are within their limits */
async function quick(): Promise<boolean> {
  return withProject(async (project) => {
    const passes = [await measurePass(project, 100)];
    let found = overLimit(summarise(passes));
    if (found.length > 0) {
      console.log(`over the limit in one pass, measured twice more: ${found.join("; ")}`);
      passes.push(await measurePass(project, 100), await measurePass(project, 100));
      found = overLimit(summarise(passes));
    }
    const summary = summarise(passes);
    print(summary);
    for (const { name, limit, of } of limits) {
      console.log(`${of(summary) <= limit ? "ok  " : "FAIL"} ${name}: ${of(summary).toFixed(2)}, at most ${limit}`);
    }
    return found.length === 0;
  });
}

function overLimit(summary: Summary): string[] {
  return limits.filter(({ limit, of }) => of(summary) > limit).map(({ name }) => name);
}

async function measureAll(project: Measured, counts: readonly number[], runs: number): Promise<Summary[]> {
  const summaries: Summary[] = [];
  for (const count of counts) {
    const passes: Pass[] = [];
    for (let run = 1; run <= runs; run += 1) {
      console.log(`${count} roles, pass ${run} of ${runs}`);
      passes.push(await measurePass(project, count));
    }
    summaries.push(summarise(passes));
  }
  return summaries;
}

async function measurePass({ project, vault }: Measured, count: number): Promise<Pass> {
  const wire = await measureWire(vault.address, vault.rootToken, count);
  const results: Partial<Record<Form, StackResult>> = {};
  for (const form of forms) {
    results[form] = await project.run(form, count);
  }
  return { count, wire, results: results as Pass["results"] };
}

interface Measured {
  readonly project: BenchProject;
  readonly vault: UnsealedVault;
}

async function withProject<T>(use: (measured: Measured) => Promise<T>): Promise<T> {
  const workDir = await mkdtemp(path.join(tmpdir(), "kubevault-aws-bench-"));
  const vaultDir = path.join(workDir, "vault");
  mkdirSync(vaultDir);
  const vault = await startUnsealedVault({
    workDir: vaultDir,
    vault: (await findTool("vault")).path,
    storage: { type: "inmem" },
    extraConfig: telemetry,
  });
  try {
    await vaultRequest(vault, {
      method: "POST",
      path: "sys/mounts/aws",
      token: vault.rootToken,
      body: { type: "aws" },
    });
    return await use({ project: await BenchProject.create(workDir, (await findTool("pulumi")).path, vault), vault });
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
          const { seconds, toFloor, cpuSeconds, peakMegabytes, requests } = measured[form];
          const [time, ratio] = [seconds[operation].median, toFloor[operation].median];
          return [
            [form, `${time.toFixed(1)} s (${ratio.toFixed(2)})`],
            [
              `${form} cpu`,
              `${cpuSeconds[operation].median.toFixed(1)} s, ${peakMegabytes[operation].median.toFixed(0)} MB, ${requests[operation].median} requests`,
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

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
