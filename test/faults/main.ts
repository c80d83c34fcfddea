import { parseArgs } from "node:util";
import { vaultReleases } from "../integration/secretsengine/support.js";
import { awsFaults, vaultFaults, type Fault } from "../support/faultProxy.js";
import { RealWorld } from "./realWorld.js";
import { scenarios } from "./scenarios.js";
import { secretsIn } from "./secretsIn.js";
import { sentinels, StandInWorld } from "./standInWorld.js";
import { sweep, type Break, type FaultWorld, type LostPoint } from "./sweep.js";

/*
 * `npm run faults`: breaks every request of every operation of every resource in every way, and prints how many points were tried and how many were
 * lost. With arguments, only the scenarios whose names hold one of them.
 *
 *   --vault  in front of real Vaults instead of a stand-in
 *   --aws    between real Vaults and the sandbox's AWS
 *   --kind   only the ways of breaking whose names hold this
 */
const { values: options, positionals: wanted } = parseArgs({
  options: { vault: { type: "boolean" }, aws: { type: "boolean" }, kind: { type: "string", default: "" } },
  allowPositionals: true,
});

const plain = (faults: Readonly<Record<string, Fault>>): Record<string, Break> =>
  Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, { fault }]));

const allBreaks: Readonly<Record<string, Break>> = options.aws
  ? plain(awsFaults)
  : {
      ...plain(vaultFaults),
      downAfter: { fault: vaultFaults.resetAfter, then: "down" },
      downBefore: { fault: vaultFaults.resetBefore, then: "down" },
      killedAfter: { fault: vaultFaults.resetAfter, then: "killed" },
      killedBefore: { fault: vaultFaults.resetBefore, then: "killed" },
    };
const breaks = Object.fromEntries(Object.entries(allBreaks).filter(([name]) => name.includes(options.kind)));

type StoppableWorld = FaultWorld & { readonly secrets: readonly string[]; readonly stop: () => Promise<void> };

/** The worlds to try it in, each started when its turn comes. */
const worlds: readonly [name: string, start: () => Promise<StoppableWorld>][] =
  options.vault || options.aws
    ? vaultReleases.map((release) => [
        release,
        () => RealWorld.start(release, options.aws ? "Vault and AWS" : "the plugin and Vault"),
      ])
    : ["1.18.4", "1.21.2"].map((version) => [`stand-in of ${version}`, () => StandInWorld.start(version)]);

async function main(): Promise<void> {
  const isWanted = (name: string) => wanted.length === 0 || wanted.some((part) => name.includes(part));
  const chosen = scenarios.filter(({ name, reachesAws }) => isWanted(name) && (!options.aws || reachesAws === true));
  const said: string[] = [];
  const print = console.log.bind(console);
  for (const method of ["log", "error"] as const) {
    console[method] = (text: unknown) => said.push(String(text));
  }
  const secrets: string[] = [];
  const lost: LostPoint[] = [];
  let [tried, named] = [0, 0];
  for (const [world, start] of worlds) {
    const running = await start();
    try {
      for (const scenario of chosen) {
        const result = await sweep(running, scenario, breaks);
        tried += result.tried;
        named += result.named;
        lost.push(...result.lost);
        said.push(...result.texts);
        const left = result.named === 0 ? "" : `, ${result.named} left something in AWS, which the error names`;
        result.lost.forEach(({ operation, request, fault, loss }) =>
          print(`LOST: ${scenario.name}, ${operation}, request ${request}, ${fault}: ${loss}`),
        );
        print(`${world}, ${scenario.name}: ${result.tried} points tried, ${result.lost.length} lost${left}`);
      }
      secrets.push(...running.secrets);
    } finally {
      await running.stop();
    }
  }
  const leaks = secretsIn(said, [...sentinels, ...secrets]);
  const inAws = named === 0 ? "" : `, left something in AWS, which the error names: ${named}`;
  print(`points tried: ${tried}, lost: ${lost.length}${inAws}; texts with a secret: ${leaks.length} of ${said.length}`);
  process.exitCode = lost.length === 0 && leaks.length === 0 ? 0 : 1;
}

void main();
