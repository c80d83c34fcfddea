import { forms, operations, type Form, type Operation, type OperationResult, type StackResult } from "./stack.js";
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
  /** Requests that Vault served. */
  readonly requests: Readonly<Record<Operation, Spread>>;
  /** Time as a multiple of the engine floor's, pass by pass. */
  readonly toFloor: Readonly<Record<Operation, Spread>>;
  /** Processor time as a multiple of the engine floor's, pass by pass: what other work on the machine changes least. */
  readonly cpuToFloor: Readonly<Record<Operation, Spread>>;
  readonly stateBytes: number;
  readonly stateToFloor: number;
}

export function summarise(passes: readonly Pass[]): Summary {
  const first = passes[0];
  if (first === undefined) {
    throw new RangeError("there is nothing to summarise");
  }
  const summaryOf = (form: Form): FormSummary => {
    const each = (value: (measured: OperationResult, floor: OperationResult) => number) =>
      record(operations, (operation) =>
        spread(
          passes.map(({ results }) => value(results[form].operations[operation], results.floor.operations[operation])),
        ),
      );
    return {
      seconds: each(({ seconds }) => seconds),
      cpuSeconds: each(({ cpuSeconds }) => cpuSeconds),
      peakMegabytes: each(({ peakMegabytes }) => peakMegabytes ?? 0),
      requests: each(({ requests }) => requests),
      toFloor: each(({ seconds }, floor) => seconds / floor.seconds),
      cpuToFloor: each(({ cpuSeconds }, floor) => cpuSeconds / floor.cpuSeconds),
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

/** A ratio and the greatest value that a change may bring it to. */
export interface Limit {
  readonly name: string;
  readonly limit: number;
  readonly of: (summary: Summary) => number;
}

/**
 * Limits at 100 roles: what is measured now, and a margin. Time is processor time, since a busy machine stretches wall time of one form
 * and not of the one beside it.
 */
export const limits: readonly Limit[] = [
  cpuLimit("single", "up", 1.5),
  cpuLimit("single", "destroy", 1.9),
  cpuLimit("singleByPlugin", "up", 1.3),
  cpuLimit("collection", "up", 1),
  cpuLimit("collection", "preview", 1.1),
  cpuLimit("collection", "destroy", 1.3),
  stateLimit("single", 1.5),
  stateLimit("singleByPlugin", 0.8),
  stateLimit("collection", 0.15),
  stateLimit("collectionByPlugin", 0.15),
  requestLimit("single", "up", 2.1),
  requestLimit("collection", "up", 1.1),
  requestLimit("single", "refresh", 1.1),
  requestLimit("collection", "refresh", 1.1),
];

function cpuLimit(form: Form, operation: Operation, limit: number): Limit {
  const of = (summary: Summary) => summary.forms[form].cpuToFloor[operation].median;
  return { name: `${form}, ${operation}, processor time to the engine floor`, limit, of };
}

function stateLimit(form: Form, limit: number): Limit {
  return { name: `${form}, state to the engine floor`, limit, of: (summary) => summary.forms[form].stateToFloor };
}

function requestLimit(form: Form, operation: Operation, limit: number): Limit {
  const of = ({ count, forms: measured }: Summary) => measured[form].requests[operation].median / count;
  return { name: `${form}, ${operation}, requests per role`, limit, of };
}

/** Operations whose work grows with the roles. */
const growing: readonly Operation[] = ["up", "preview", "refresh", "changeOne", "destroy"];

/** Forms with a resource for each role: a file backend writes the whole state at each of their steps, so that they grow as the engine floor does. */
const resourcePerRole: readonly Form[] = ["single", "singleByPlugin"];

/** How much longer than the engine floor a form with a resource for each role may take. */
const overFloor = 1.3;

/**
 * Times of the package's forms that grow more than linearly from one number of roles to the next. Where the engine floor does so itself, forms with a
 * resource for each role may, too: they are held against the floor at the greater number.
 *
 * @returns a line for each, such as `collection, up: 100 roles 3.0 s, 1000 roles 45.0 s`
 */
export function growthBeyondLinear(summaries: readonly Summary[]): string[] {
  return summaries.slice(1).flatMap((larger, index) => {
    const smaller = summaries[index];
    if (smaller === undefined) {
      return [];
    }
    const linear = larger.count / smaller.count;
    const seconds = ({ forms: measured }: Summary, form: Form, operation: Operation) =>
      measured[form].seconds[operation].median;
    const growth = (form: Form, operation: Operation) =>
      seconds(larger, form, operation) / seconds(smaller, form, operation);
    return forms
      .filter((form) => form !== "floor")
      .flatMap((form) =>
        growing
          .filter((operation) =>
            resourcePerRole.includes(form) && growth("floor", operation) > linear
              ? larger.forms[form].toFloor[operation].median > overFloor
              : growth(form, operation) > linear,
          )
          .map((operation) => {
            const [from, to] = [seconds(smaller, form, operation), seconds(larger, form, operation)];
            return `${form}, ${operation}: ${smaller.count} roles ${from.toFixed(1)} s, ${larger.count} roles ${to.toFixed(1)} s`;
          }),
      );
  });
}

/** Where the time of one operation goes. All in seconds. */
export interface Profile {
  readonly operation: Operation;
  /** The engine, the program's Node.js and the plugin's: what a stack of one do-nothing resource takes. */
  readonly start: number;
  /** Vault's answers, at the concurrency of the package. */
  readonly vault: number;
  /** What is left: checking, comparing, serializing and storing the roles. */
  readonly rest: number;
}

/** Where the time of the collection form goes, with a stack of one resource as what every program pays. */
export function profile(one: Summary, many: Summary): Profile[] {
  const calls: Partial<Record<Operation, keyof Wire>> = {
    up: "write",
    previewRefresh: "read",
    refresh: "read",
    destroy: "remove",
  };
  return operations.map((operation) => {
    const call = calls[operation];
    const start = one.forms.floor.seconds[operation].median;
    const vault = call === undefined ? 0 : many.wire[call].median;
    return { operation, start, vault, rest: many.forms.collection.seconds[operation].median - start - vault };
  });
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
  return { median, least: sorted[0] ?? 0, most: sorted.at(-1) ?? 0 };
}

function record<K extends string, T>(keys: readonly K[], value: (key: K) => T): Record<K, T> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, T>;
}
