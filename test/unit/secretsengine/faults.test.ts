import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { scenarios } from "../../faults/scenarios.js";
import { secretsIn } from "../../faults/secretsIn.js";
import { sentinels, StandInWorld } from "../../faults/standInWorld.js";
import { sweep, type Break } from "../../faults/sweep.js";
import { vaultFaults } from "../../support/faultProxy.js";

// A part of what `npm run faults` does: the faults that lose an answer, or say no, in front of a stand-in.
const breaks: Readonly<Record<string, Break>> = {
  gatewayTimeout: { fault: vaultFaults.gatewayTimeout },
  truncated: { fault: vaultFaults.truncated },
  forbidden: { fault: vaultFaults.forbidden },
  notFoundByGateway: { fault: vaultFaults.notFoundByGateway },
  downAfter: { fault: vaultFaults.resetAfter, then: "down" },
  killedAfter: { fault: vaultFaults.resetAfter, then: "killed" },
};

// Releases differ in what a write of config/root does.
describe.each([
  ["1.18.4", scenarios],
  ["1.21.2", scenarios.filter(({ kind }) => kind === "AwsRootConfig")],
])("at every request, in front of a Vault %s", (version, chosen) => {
  let world: StandInWorld;
  const said: string[] = [];
  beforeAll(async () => {
    for (const method of ["log", "error"] as const) {
      vi.spyOn(console, method).mockImplementation((text: string) => {
        said.push(text);
      });
    }
    world = await StandInWorld.start(version);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await world.stop();
  });

  it.each(chosen.map((scenario) => [scenario.name, scenario] as const))(
    "a failure of a %s loses nothing, and shows no secret",
    async (_name, scenario) => {
      const { tried, lost, texts } = await sweep(world, scenario, breaks);
      expect(lost.map(({ operation, request, fault, loss }) => `${operation} ${request} ${fault}: ${loss}`)).toEqual(
        [],
      );
      expect(tried).toBeGreaterThan(10);
      expect(secretsIn([...texts, ...said], sentinels)).toEqual([]);
    },
    60_000,
  );
});
