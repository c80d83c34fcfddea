import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RealWorld, type Between } from "../../faults/realWorld.js";
import { scenarios } from "../../faults/scenarios.js";
import { secretsIn } from "../../faults/secretsIn.js";
import { sweep, type Break } from "../../faults/sweep.js";
import { awsFaults, vaultFaults } from "../../support/faultProxy.js";

// A part of what `npm run faults -- --vault` and `-- --aws` do.
const ways: readonly [Between, readonly string[], Readonly<Record<string, Break>>][] = [
  [
    "the plugin and Vault",
    ["mount", "root config with rotation", "role"],
    {
      gatewayTimeout: { fault: vaultFaults.gatewayTimeout },
      killedAfter: { fault: vaultFaults.resetAfter, then: "killed" },
    },
  ],
  [
    "Vault and AWS",
    ["root config with rotation", "static role"],
    { keyNotAccepted: { fault: awsFaults.keyNotAccepted }, throttled: { fault: awsFaults.throttled } },
  ],
];

describe.each(ways)("at every request between %s", (between, names, breaks) => {
  let world: RealWorld;
  const said: string[] = [];
  beforeAll(async () => {
    for (const method of ["log", "error"] as const) {
      vi.spyOn(console, method).mockImplementation((text: string) => {
        said.push(text);
      });
    }
    world = await RealWorld.start("vault", between);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await world.stop();
  });

  it.each(names)("a failure of a %s loses nothing, and shows no secret", async (wanted) => {
    const scenario = scenarios.find(({ name }) => name === wanted);
    if (scenario === undefined) {
      throw new Error(`there is no scenario ${wanted}`);
    }
    const { tried, lost, texts } = await sweep(world, scenario, breaks);
    expect(lost.map(({ operation, request, fault, loss }) => `${operation} ${request} ${fault}: ${loss}`)).toEqual([]);
    expect(tried).toBeGreaterThan(10);
    expect(world.secrets.length).toBeGreaterThan(1);
    expect(secretsIn([...texts, ...said], world.secrets)).toEqual([]);
  });
});
