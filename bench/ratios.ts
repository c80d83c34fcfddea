import type { Measurement } from "./measure.js";
import { forms, operations, type Form, type Operation, type StackResult } from "./stack.js";
import type { Wire } from "./wire.js";

/** One pass over all forms with the same number of roles, in one stretch: only its own numbers are compared with each other. */
export interface Pass {
  readonly count: number;
  readonly wire: Wire;
  readonly results: Readonly<Record<Form, StackResult>>;
}

/** A number that several passes gave: the one in the middle, and the least and greatest. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface Summary {
  readonly count: number;
  readonly passes: number;
  readonly wire: Readonly<Record<keyof Wire, Spread>>;
  readonly forms: Readonly<Record<Form, FormSummary>>;
}

export interface FormSummary {
  readonly seconds: Readonly<Record<Operation, Spread>>;
  readonly cpuSeconds: Readonly<Record<Operation, Spread>>;
  readonly peakMegabytes: Readonly<Record<Operation, Spread>>;
  /** Time as a multiple of the engine floor's, pass by pass. */
  readonly toFloor: Readonly<Record<Operation, Spread>>;
  readonly stateBytes: number;
  readonly stateToFloor: number;
}

export function summarise(passes: readonly Pass[]): Summary {
  const first = passes[0];
  if (first === undefined) {
    throw new RangeError("there is nothing to summarise");
  }
  const summaryOf = (form: Form): FormSummary => {
    const each = (value: (measured: Measurement, floor: Measurement) => number) =>
      record(operations, (operation) =>
        spread(
          passes.map(({ results }) => value(results[form].operations[operation], results.floor.operations[operation])),
        ),
      );
    return {
      seconds: each(({ seconds }) => seconds),
      cpuSeconds: each(({ cpuSeconds }) => cpuSeconds),
      peakMegabytes: each(({ peakMegabytes }) => peakMegabytes ?? 0),
      toFloor: each(({ seconds }, floor) => seconds / floor.seconds),
      stateBytes: first.results[form].stateBytes,
      stateToFloor: first.results[form].stateBytes / first.results.floor.stateBytes,
    };
  };
  return {
    count: first.count,
    passes: passes.length,
    wire: record(["write", "read", "remove"], (call) => spread(passes.map(({ wire }) => wire[call]))),
    forms: record(forms, summaryOf),
  };
}

/** The greatest ratios that a change may come to at 100 roles: what is measured now, and a margin for a busy machine. */
export const limits: readonly {
  readonly name: string;
  readonly limit: number;
  readonly of: (at100: Summary) => number;
}[] = [
  { name: "single form, up, to the engine floor", limit: 2, of: ({ forms: { single } }) => single.toFloor.up.median },
  { name: "single form, state, to the engine floor", limit: 2.2, of: ({ forms: { single } }) => single.stateToFloor },
  {
    name: "collection, up, to the engine floor",
    limit: 1.6,
    of: ({ forms: { collection } }) => collection.toFloor.up.median,
  },
  {
    name: "collection, preview, to the engine floor",
    limit: 1.6,
    of: ({ forms: { collection } }) => collection.toFloor.preview.median,
  },
  {
    name: "collection, destroy, to the engine floor",
    limit: 1.6,
    of: ({ forms: { collection } }) => collection.toFloor.destroy.median,
  },
  {
    name: "collection, state, to the engine floor",
    limit: 0.35,
    of: ({ forms: { collection } }) => collection.stateToFloor,
  },
];

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 };
}

function record<K extends string, T>(keys: readonly K[], value: (key: K) => T): Record<K, T> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, T>;
}
