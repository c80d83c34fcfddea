import { vaultFaults } from "../support/faultProxy.js";
import { scenarios } from "./scenarios.js";
import { secretsIn } from "./secretsIn.js";
import { sentinels, StandInWorld } from "./standInWorld.js";
import { sweep, type Break, type LostPoint } from "./sweep.js";

/*
 * `npm run faults`: breaks every request of every operation of every resource in every way, and prints how many points were tried and how many were
 * lost. With arguments, only the scenarios whose names hold one of them.
 */

const breaks: Readonly<Record<string, Break>> = {
  ...Object.fromEntries(Object.entries(vaultFaults).map(([name, fault]) => [name, { fault }])),
  downAfter: { fault: vaultFaults.resetAfter, then: "down" },
  downBefore: { fault: vaultFaults.resetBefore, then: "down" },
  killedAfter: { fault: vaultFaults.resetAfter, then: "killed" },
  killedBefore: { fault: vaultFaults.resetBefore, then: "killed" },
};

const versions = ["1.18.4", "1.21.2"];

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const chosen = scenarios.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  const said: string[] = [];
  const print = console.log.bind(console);
  for (const method of ["log", "error"] as const) {
    console[method] = (text: unknown) => said.push(String(text));
  }
  let tried = 0;
  const lost: LostPoint[] = [];
  for (const version of versions) {
    const world = await StandInWorld.start(version);
    for (const scenario of chosen) {
      const result = await sweep(world, scenario, breaks);
      tried += result.tried;
      lost.push(...result.lost);
      said.push(...result.texts);
      print(`Vault ${version}, ${scenario.name}: ${result.tried} points tried, ${result.lost.length} lost`);
    }
    await world.stop();
  }
  for (const { scenario, operation, request, fault, loss } of lost) {
    print(`LOST: ${scenario}, ${operation}, request ${request}, ${fault}: ${loss}`);
  }
  const leaks = secretsIn(said, sentinels);
  print(`points tried: ${tried}, lost: ${lost.length}; texts with a secret: ${leaks.length} of ${said.length}`);
  process.exitCode = lost.length === 0 && leaks.length === 0 ? 0 : 1;
}

void main();
