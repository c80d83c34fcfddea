import { describe, expect, it } from "vitest";
import { growthBeyondLinear, limits, profile, summarise, type Pass } from "../../../bench/ratios.js";
import { forms, operations, type OperationResult, type StackResult } from "../../../bench/stack.js";

/** A pass in which every operation of every form takes `seconds`, unless `changed` says otherwise. */
function pass(count: number, seconds: number, changed: (form: string, operation: string) => number | undefined): Pass {
  const results = forms.map((form) => {
    const measured = operations.map((operation): [string, OperationResult] => {
      const taken = changed(form, operation) ?? seconds;
      return [operation, { seconds: taken, cpuSeconds: taken, peakMegabytes: 100, requests: count }];
    });
    return [form, { operations: Object.fromEntries(measured), stateBytes: 1000 } as StackResult];
  });
  return {
    count,
    wire: { write: 0.5, read: 0.25, remove: 0.125 },
    results: Object.fromEntries(results) as Pass["results"],
  };
}

const unchanged = () => undefined;

describe("summarise", () => {
  it("takes the middle of the passes, and ratios pass by pass", () => {
    const slowCollection = (form: string) => (form === "collection" ? 6 : undefined);
    const summary = summarise([pass(100, 2, unchanged), pass(100, 4, slowCollection), pass(100, 3, unchanged)]);
    expect(summary.forms.floor.seconds.up).toEqual({ median: 3, least: 2, most: 4 });
    expect(summary.forms.collection.cpuToFloor.up).toEqual({ median: 1, least: 1, most: 1.5 });
    expect(summary.forms.single.requests.up.median).toBe(100);
  });

  it("rejects no passes", () => {
    expect(() => summarise([])).toThrow("there is nothing to summarise");
  });
});

describe("limits", () => {
  const over = (summary: ReturnType<typeof summarise>) =>
    limits.filter(({ limit, of }) => of(summary) > limit).map(({ name }) => name);

  it("name the form and operation whose processor time grew", () => {
    const slow = (form: string, operation: string) => (form === "collection" && operation === "up" ? 3.3 : undefined);
    expect(over(summarise([pass(100, 2, slow)]))).toContain("collection, up, processor time to the engine floor");
    expect(over(summarise([pass(100, 2, unchanged)]))).toEqual([
      "singleByPlugin, state to the engine floor",
      "collection, state to the engine floor",
      "collectionByPlugin, state to the engine floor",
    ]);
  });
});

describe("growthBeyondLinear", () => {
  it("names what takes more than ten times as long for ten times the roles", () => {
    const slow = (form: string, operation: string) =>
      form === "singleByPlugin" && operation === "destroy" ? 21 : undefined;
    const summaries = [summarise([pass(100, 2, unchanged)]), summarise([pass(1000, 20, slow)])];
    expect(growthBeyondLinear(summaries)).toEqual(["singleByPlugin, destroy: 100 roles 2.0 s, 1000 roles 21.0 s"]);
    expect(growthBeyondLinear(summaries.slice(0, 1))).toEqual([]);
  });

  it("allows what the engine's own steps grow by to forms with a resource for each role", () => {
    const seconds: Readonly<Record<string, number>> = {
      "floor destroy": 40,
      "single destroy": 51,
      "singleByPlugin destroy": 53,
      "collection destroy": 21,
    };
    const after = (form: string, operation: string) => seconds[`${form} ${operation}`];
    const summaries = [summarise([pass(100, 2, unchanged)]), summarise([pass(1000, 20, after)])];
    expect(growthBeyondLinear(summaries)).toEqual([
      "singleByPlugin, destroy: 100 roles 2.0 s, 1000 roles 53.0 s",
      "collection, destroy: 100 roles 2.0 s, 1000 roles 21.0 s",
    ]);
  });
});

describe("profile", () => {
  it("takes the start and Vault's answers off", () => {
    const entries = profile(summarise([pass(1, 2, unchanged)]), summarise([pass(1000, 4, unchanged)]));
    expect(entries[0]).toEqual({ operation: "up", start: 2, vault: 0.5, rest: 1.5 });
    expect(entries.find(({ operation }) => operation === "preview")).toEqual({
      operation: "preview",
      start: 2,
      vault: 0,
      rest: 2,
    });
  });
});
