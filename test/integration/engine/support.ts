import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { EngineEvent, OutputMap, PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { createEngine, type Engine, type EngineOptions } from "../../../sandbox/engine/index.js";
import { findTool } from "../../../sandbox/tools/index.js";

/** No operation in these tests takes longer; one that hangs is ended. */
const operationLimitMs = 90_000;

export interface TestEngine extends Engine {
  readonly workDir: string;
  /** Removes the engine's folder. */
  readonly remove: () => Promise<void>;
}

export async function startTestEngine(options: Omit<EngineOptions, "workDir" | "pulumi">): Promise<TestEngine> {
  const workDir = await mkdtemp(path.join(tmpdir(), "sandbox-engine-test-"));
  const engine = await createEngine({
    workDir,
    pulumi: (await findTool("pulumi")).path,
    ...options,
  });
  return { ...engine, workDir, remove: () => rm(workDir, { recursive: true, force: true }) };
}

/** What an operation did, by the names of the resources; those that stayed the same are left out. */
export type Operations = Record<string, string>;

export interface Outcome {
  readonly operations: Operations;
  readonly outputs: OutputMap;
  /** Everything that the engine printed. */
  readonly printed: string;
}

export interface TestStack {
  readonly stack: Stack;
  readonly preview: () => Promise<Outcome>;
  readonly up: () => Promise<Outcome>;
  readonly refresh: () => Promise<Outcome>;
  /** @param whilePrinting is told everything printed so far, each time that more is */
  readonly destroy: (whilePrinting?: (printed: string) => void) => Promise<Outcome>;
}

/** A stack whose program may answer differently each time it is run. */
export async function makeStack(
  engine: Engine,
  projectName: string,
  program: PulumiFn,
  config: Record<string, { value: string; secret?: boolean }> = {},
): Promise<TestStack> {
  const stack = await engine.createStack({
    projectName,
    stackName: "dev",
    program,
    programDirectory: path.join(__dirname, "..", "..", ".."),
    config,
  });
  const run = async (
    operation: (options: {
      onEvent: (event: EngineEvent) => void;
      onOutput: (text: string) => void;
      signal: AbortSignal;
    }) => Promise<unknown>,
    whilePrinting?: (printed: string) => void,
  ): Promise<Outcome> => {
    const operations: Operations = {};
    let printed = "";
    const result = await operation({
      onEvent: (event) => note(operations, event),
      onOutput: (text) => {
        printed += text;
        whilePrinting?.(printed);
      },
      signal: AbortSignal.timeout(operationLimitMs),
    });
    return { operations, outputs: (result as { outputs?: OutputMap }).outputs ?? {}, printed };
  };
  return {
    stack,
    preview: () => run((options) => stack.preview(options)),
    up: () => run((options) => stack.up(options)),
    refresh: () => run((options) => stack.refresh(options)),
    destroy: (whilePrinting) => run((options) => stack.destroy(options), whilePrinting),
  };
}

function note(operations: Operations, event: EngineEvent): void {
  const metadata = event.resOutputsEvent?.metadata ?? event.resourcePreEvent?.metadata;
  const name = metadata?.urn.split("::").at(-1);
  const operation: string | undefined = metadata?.op;
  if (name === undefined || operation === undefined || metadata?.type.startsWith("pulumi:") === true) {
    return;
  }
  // A replacement is reported in three steps; a refresh first as that, and then as what it found.
  if (operation.includes("replace")) {
    operations[name] = "replace";
  } else if (operation !== "same" && operation !== "refresh" && operations[name] !== "replace") {
    operations[name] = operation;
  }
}
