import type * as pulumi from "@pulumi/pulumi";
import { pathOf } from "../internal/validation/issues.js";

/** The parts of a VaultServer's spec that KubeVault refuses to change once the object exists. */
export const immutableFields = ["spec.backend", "spec.unsealer"] as const;

/** A leaf that differs between two versions of a value. */
export interface Change {
  readonly path: string;
  readonly was: unknown;
  readonly now: unknown;
}

/**
 * The leaves that differ between two values, by path. What is not plain on either side (unknown at preview, or secret) is passed over.
 */
export function changes(path: string, was: unknown, now: unknown): Change[] {
  if (isOpaque(was) || isOpaque(now)) {
    return [];
  }
  if (isRecord(was) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(now)])].sort();
    return keys.flatMap((key) =>
      changes(Array.isArray(now) ? `${path}[${key}]` : pathOf(path, key), was[key], now[key]),
    );
  }
  return was === now ? [] : [{ path, was, now }];
}

/**
 * A hook for before the update of a VaultServer object, at preview too: refuses a change of {@link immutableFields}.
 *
 * KubeVault's webhook refuses it as well, but at `up` only, and not at all while the webhook is down: Vault would then start on another,
 * empty table, or without its unseal keys, while the data stays where it was.
 *
 * @param subject how errors name the resource: `VaultServer "vault"`
 */
export function rejectImmutableChange(subject: string): pulumi.ResourceHookFunction {
  return ({ oldInputs, newInputs }) => {
    const found = immutableFields.flatMap((path) => changes(path, at(oldInputs, path), at(newInputs, path)));
    if (found.length > 0) {
      throw new Error(immutableChangeMessage(subject, found));
    }
  };
}

function immutableChangeMessage(subject: string, found: readonly Change[]): string {
  const lines = found.map(({ path, was, now }) => `  - ${path}: was ${shown(was)}, would be ${shown(now)}`);
  return [
    `${subject}: backend and unsealer cannot change once the VaultServer exists:`,
    ...lines,
    "Vault's data and unseal keys would stay behind, out of its reach. Take the change back. Or move the data (vault operator migrate), and set",
    'onImmutableChange to "replace" to have the VaultServer deleted and made anew.',
  ].join("\n");
}

function shown(value: unknown): string {
  return value === undefined ? "not given" : JSON.stringify(value);
}

/** The part of the inputs at a path; where a part on the way is not plain, that part. */
function at(inputs: Record<string, unknown> | undefined, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (isRecord(value) && !isOpaque(value) ? value[key] : opaqueOrNothing(value)),
      inputs,
    );
}

function opaqueOrNothing(value: unknown): unknown {
  return isOpaque(value) ? value : undefined;
}

/** Plain JSON has no class instances: outputs (secrets) and the engine's mark of an unknown value do. */
function isOpaque(value: unknown): boolean {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}
