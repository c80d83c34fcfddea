import { canonicalJson } from "../../src/vaultresource/canonicalJson.js";
import { leftBy, type PartialError, type Plugin, type Stored } from "../support/plugin.js";
import type { Fault, FaultProxy } from "../support/faultProxy.js";
import type { Place, Scenario } from "./scenarios.js";

/** `abandon`: what a failed creation has left in the state is destroyed. */
export const operations = ["create", "update", "refresh", "destroy", "abandon"] as const;
export type Operation = (typeof operations)[number];

/** How a request is broken, and what becomes of the run after it. */
export interface Break {
  readonly fault: Fault;
  /**
   * `goesOn`: later requests of the run get through. `down`: they do not. `killed`: they do not, and Pulumi was killed, so that the state is what it was
   * before.
   *
   * @default "goesOn"
   */
  readonly then?: "goesOn" | "down" | "killed";
}

/** What a sweep runs in: real servers or stand-ins. */
export interface FaultWorld {
  readonly plugin: Plugin;
  /** The proxy whose exchanges are broken. */
  readonly proxy: FaultProxy;
  /** A fresh place, with what a scenario needs. */
  readonly prepare: (scenario: Scenario) => Promise<Place>;
  /** All that counts of the place, without what differs between two clean runs. */
  readonly snapshot: (place: Place) => Promise<unknown>;
  /** The names of all that is in the place. */
  readonly remains: (place: Place) => Promise<string[]>;
}

/** One request of one operation, broken in one way. */
export interface Point {
  readonly scenario: string;
  readonly operation: Operation;
  readonly request: number;
  readonly fault: string;
}

export interface LostPoint extends Point {
  /** What was not as after a clean run. */
  readonly loss: string;
}

export interface SweepResult {
  readonly tried: number;
  readonly lost: readonly LostPoint[];
  /** Points after which something is left over in AWS that the error names, and that only AWS can delete. */
  readonly named: number;
  /** All that was said on the way: errors, states. For the search for secrets. */
  readonly texts: readonly string[];
}

interface Outcome {
  readonly state: Stored | undefined;
  readonly snapshot: unknown;
  readonly failures: readonly string[];
  readonly requests: number;
  readonly place: Place;
}

const mostRuns = 4;

/** Breaks each request of each operation of a resource in each way, runs it again without, and compares the end with that of a clean run. */
export async function sweep(
  world: FaultWorld,
  scenario: Scenario,
  breaks: Readonly<Record<string, Break>>,
): Promise<SweepResult> {
  const lost: LostPoint[] = [];
  const texts: string[] = [];
  let tried = 0;
  let named = 0;
  for (const operation of operations) {
    if (operation === "update" && scenario.changed === undefined) {
      continue;
    }
    const clean = await run(world, scenario, operation, undefined);
    for (let request = 0; request < clean.requests; request += 1) {
      for (const [name, way] of Object.entries(breaks)) {
        const { survivesKill = true, survivesOutage = true } = scenario;
        if ((way.then === "killed" && !survivesKill) || (way.then === "down" && !survivesOutage)) {
          continue;
        }
        if (operation === "abandon" && way.then === "killed") {
          // No state knows of it.
          continue;
        }
        tried += 1;
        const point = { scenario: scenario.name, operation, request, fault: name };
        try {
          const broken = await run(world, scenario, operation, { ...way, request });
          texts.push(...broken.failures, shown(broken.state));
          const [expected, actual] = [endOf(clean), endOf(broken)];
          if (operation === "abandon" ? isWithin(broken, clean) : expected === actual) {
            continue;
          }
          if (broken.failures.some(namesWhatIsLeft)) {
            named += 1;
          } else {
            lost.push({ ...point, loss: `${differenceOf(expected, actual)} after ${broken.failures.join(" | ")}` });
          }
        } catch (error) {
          const { message } = error as Error;
          if (namesWhatIsLeft(message)) {
            named += 1;
          } else {
            lost.push({ ...point, loss: message });
          }
        }
      }
    }
  }
  return { tried, lost, named, texts };
}

/** Whether an error names an access key that only AWS can delete. */
function namesWhatIsLeft(text: string): boolean {
  return /\bkey \S.* may be left over/i.test(text);
}

/** Outputs that are secret as such: states hold them encrypted. */
const secretOutputs = ["secretAccessKey", "sessionToken", "leaseId", "tokenReviewerJwt", "oidcClientSecret"];

/** What a state holds in plain text. */
function shown(state: Stored | undefined): string {
  const entries = Object.entries({ ...state?.inputs, ...state?.outputs });
  return JSON.stringify(Object.fromEntries(entries.filter(([name]) => !secretOutputs.includes(name))));
}

/** The end of a run as a text, in which names that differ from run to run are replaced. */
function endOf({ state, snapshot, place }: Outcome): string {
  const end = canonicalJson({ state: state === undefined ? null : withoutNames(state.outputs), snapshot }) ?? "";
  return end.replaceAll(place.mount, "<mount>");
}

/** The members that differ, two levels deep. */
function differenceOf(expected: string, actual: string): string {
  const [one, other] = [expected, actual].map((end) => {
    const { state, snapshot } = JSON.parse(end) as Record<"state" | "snapshot", Record<string, unknown> | null>;
    return { ...state, ...snapshot };
  });
  const names = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})])];
  const shownAs = (value: unknown) => JSON.stringify(value) ?? "nothing";
  return names
    .filter((name) => shownAs(one?.[name]) !== shownAs(other?.[name]))
    .map((name) => `${name}: expected ${shownAs(one?.[name])}, got ${shownAs(other?.[name])}`)
    .join("; ");
}

/** Whether no more is left of an abandoned resource than of one that was created and destroyed. */
function isWithin(broken: Outcome, clean: Outcome): boolean {
  const names = ({ snapshot, place }: Outcome) =>
    (snapshot as string[]).map((name) => name.replaceAll(place.mount, "<mount>"));
  const allowed = names(clean);
  return names(broken).every((name) => allowed.includes(name));
}

const changing = [
  "accessor",
  "leaseId",
  "tokenAccessor",
  "issuedAt",
  "expiresAt",
  "accessKey",
  "accessKeyId",
  "secretAccessKey",
  "activeAccessKey",
  "secretKeyDigest",
  "roleId",
  "userId",
];

function withoutNames(outputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(outputs).map(([name, value]) => [
    name,
    changing.includes(name) ? typeof value : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

async function run(
  world: FaultWorld,
  scenario: Scenario,
  operation: Operation,
  broken: (Break & { readonly request: number }) | undefined,
): Promise<Outcome> {
  const { plugin, proxy } = world;
  await proxy.heal();
  const place = await world.prepare(scenario);
  const inputs = scenario.inputs(place);
  const wanted = operation === "update" ? (scenario.changed?.(place) ?? inputs) : inputs;
  const isNew = operation === "create" || operation === "abandon";
  const before = isNew ? undefined : await plugin.create(scenario.kind, inputs);
  const from = proxy.requests.length;
  if (broken !== undefined) {
    proxy.plan({ fault: broken.fault, skip: broken.request });
    if (broken.then === "down" || broken.then === "killed") {
      proxy.plan({ fault: { kind: "resetBefore" }, skip: broken.request + 1, times: Infinity });
    }
  }
  const failures: string[] = [];
  let state = before;
  for (let runs = 0; ; runs += 1) {
    try {
      state = await once(plugin, scenario.kind, operation, state, wanted);
      break;
    } catch (error) {
      failures.push((error as Error).message);
      if (runs + 1 >= mostRuns) {
        throw new Error(`still fails after ${mostRuns} runs: ${failures.join(" | ")}`, { cause: error });
      }
      if (operation === "abandon") {
        state = (error as PartialError).id === undefined ? undefined : leftBy(scenario.kind, error);
        break;
      }
      const isLeft = (error as PartialError).id !== undefined && !(runs === 0 && broken?.then === "killed");
      state = isLeft ? leftBy(scenario.kind, error) : state;
    }
    await proxy.heal();
  }
  const requests = proxy.requests.length - from;
  await proxy.heal();
  if (operation === "abandon") {
    if (state !== undefined) {
      await plugin.destroy(state);
    }
    return { state: undefined, snapshot: await world.remains(place), failures, requests, place };
  }
  await assertSettled(plugin, state, operation === "destroy" ? undefined : wanted);
  return { state, snapshot: await world.snapshot(place), failures, requests, place };
}

/** One operation as Pulumi's engine does it, with what an earlier failure left in the state. */
async function once(
  plugin: Plugin,
  kind: string,
  operation: Operation,
  state: Stored | undefined,
  wanted: Readonly<Record<string, unknown>>,
): Promise<Stored | undefined> {
  switch (operation) {
    case "destroy":
      if (state !== undefined) {
        await plugin.destroy(state);
      }
      return undefined;
    case "refresh":
      return state === undefined ? undefined : plugin.refresh(state);
    default:
      return state === undefined ? plugin.create(kind, wanted) : plugin.update(state, wanted);
  }
}

/** A second `up` is a no-op, also after a refresh. */
async function assertSettled(
  plugin: Plugin,
  state: Stored | undefined,
  wanted: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  if (wanted === undefined) {
    return;
  }
  if (state === undefined) {
    throw new Error("it is not in the state");
  }
  for (const seen of [state, await plugin.refresh(state)]) {
    if (seen === undefined) {
      throw new Error("a refresh says that it is gone");
    }
    const { changes, replaces } = await plugin.diff(seen, wanted);
    if (changes === true) {
      throw new Error(`a second up shows changes (replaces: ${(replaces ?? []).join(", ")})`);
    }
  }
}
