import { setTimeout as sleep } from "node:timers/promises";
import {
  isObject,
  valueAt,
  type PropertyObject,
  type PropertyPath,
  type PropertyValue,
} from "../../../src/plugin/server/propertyValues.js";
import type { Operation } from "../../../src/plugin/server/resourceProvider.js";
import { annotation, idOf, type KubernetesObject } from "./kubernetesObject.js";

/** Between two looks at an object that is waited for. */
export const pollMs = 250;

export const waitForAnnotation = "pulumi.com/waitFor";

/** A condition on a live object, from the annotation `pulumi.com/waitFor`. */
export interface WaitCondition {
  /** As the annotation has it. */
  readonly text: string;
  readonly holds: (live: PropertyObject) => boolean;
  /** How things are, for the status line: `.status.phase is Initializing`. */
  readonly describe: (live: PropertyObject) => string;
}

/**
 * The conditions that an object's annotation asks for; all of them must hold. None without the annotation, or with `pulumi.com/skipAwait`.
 *
 * @throws Error when the annotation cannot be understood
 */
export function waitConditions(object: KubernetesObject): WaitCondition[] {
  const value = annotation(object, waitForAnnotation);
  if (value === undefined || annotation(object, "pulumi.com/skipAwait") === "true") {
    return [];
  }
  return expressions(value).map(parseCondition);
}

/** How long to wait: the resource's customTimeouts, else its annotation `pulumi.com/timeoutSeconds`, else ten minutes. */
export function waitTimeoutMs(object: KubernetesObject, customTimeoutMs: number | undefined): number {
  const seconds = Number(annotation(object, "pulumi.com/timeoutSeconds") ?? 600);
  return customTimeoutMs ?? seconds * 1000;
}

/**
 * Reads the object again and again until all conditions of its annotation hold, and says on the resource's row how things are.
 *
 * @throws Error when time is up, with what was waited for and how things were last
 */
export async function awaitConditions(
  object: KubernetesObject,
  operation: Operation,
  applied: PropertyObject,
  readAgain: () => Promise<PropertyObject>,
): Promise<void> {
  const conditions = waitConditions(object);
  const timeoutMs = waitTimeoutMs(object, operation.timeoutMs);
  const deadline = Date.now() + timeoutMs;
  let shown = "";
  for (let live = applied; ; live = await readAgain()) {
    const open = conditions.filter((condition) => !condition.holds(live));
    if (open.length === 0) {
      if (shown !== "") {
        // Takes the last status line off the row.
        operation.progress("");
      }
      return;
    }
    const wanted = open.map((condition) => condition.text).join(", ");
    const now = open.map((condition) => condition.describe(live)).join(", ");
    if (Date.now() > deadline) {
      throw new Error(
        `${object.kind} ${idOf(object)} did not become ready in ${timeoutMs / 1000} s: waited for ${wanted}, but ${now}`,
      );
    }
    if (now !== shown) {
      operation.progress(`waiting for ${wanted}: ${now}`);
      shown = now;
    }
    await sleep(pollMs, undefined, { signal: operation.cancelled });
  }
}

function expressions(value: string): string[] {
  if (!value.trimStart().startsWith("[")) {
    return [value];
  }
  const parsed = JSON.parse(value) as unknown;
  if (!Array.isArray(parsed) || !parsed.every((element) => typeof element === "string")) {
    throw new Error(`${waitForAnnotation} must be an expression or a JSON list of them, not ${value}`);
  }
  return parsed;
}

function parseCondition(text: string): WaitCondition {
  const jsonPath = /^jsonpath=\{?([^{}=]+)\}?(?:=(.*))?$/.exec(text);
  if (jsonPath !== null) {
    const [, pathText = "", wanted] = jsonPath;
    const path = parsePath(pathText);
    return {
      text,
      holds: (live) => {
        const value = valueAt(live, path);
        return wanted === undefined ? value !== undefined : plain(value) === wanted;
      },
      describe: (live) => `${pathText} is ${shown(valueAt(live, path))}`,
    };
  }
  const condition = /^condition=([^=]+)(?:=(.+))?$/.exec(text);
  if (condition !== null) {
    const [, name = "", wanted = "True"] = condition;
    const status = (live: PropertyObject) => conditionStatus(live, name);
    return {
      text,
      holds: (live) => status(live)?.toLowerCase() === wanted.toLowerCase(),
      describe: (live) => `condition ${name} is ${status(live) ?? "not set"}`,
    };
  }
  throw new Error(
    `${waitForAnnotation}: "${text}" is neither jsonpath={.path.to.field}=value nor condition=Type[=Status], the forms that the sandbox's stand-in for the Kubernetes provider knows.`,
  );
}

function parsePath(text: string): PropertyPath {
  const steps = [...text.matchAll(/\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']+)'\]/g)];
  if (steps.length === 0 || steps.map(([step]) => step).join("") !== text.trim()) {
    throw new Error(
      `${waitForAnnotation}: the path ${text} is not made of .field, [index] and ['field'], which is all that the sandbox's stand-in for the Kubernetes provider knows.`,
    );
  }
  return steps.map(([, field, index, quoted]) => field ?? quoted ?? Number(index));
}

function conditionStatus(live: PropertyObject, type: string): string | undefined {
  const conditions = valueAt(live, ["status", "conditions"]);
  const found = Array.isArray(conditions)
    ? conditions.find((candidate) => isObject(candidate) && candidate.type === type)
    : undefined;
  return isObject(found) && typeof found.status === "string" ? found.status : undefined;
}

function shown(value: PropertyValue | undefined): string {
  return value === undefined ? "not set" : plain(value);
}

function plain(value: PropertyValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
