import type * as pulumi from "@pulumi/pulumi";
import { pathOf } from "../internal/validation/issues.js";

/** The parts of a VaultServer's spec that KubeVault's webhook does not let change once the object exists. */
export const immutableFields = ["spec.backend", "spec.unsealer", "spec.podTemplate.spec.nodeSelector"] as const;

/** What a change of an immutable field would do, and what to do instead. The first prefix that fits counts. */
const consequences: readonly {
  readonly prefix: string;
  readonly reason: string;
  readonly fix: string;
}[] = [
  ...["table", "region", "endpoint"].map((field) => ({
    prefix: `spec.backend.dynamodb.${field}`,
    reason: "Vault's data would stay in the old table",
    fix: 'Move the data first (vault operator migrate, or a restored table), then set onImmutableChange: "replace".',
  })),
  {
    prefix: "spec.backend",
    reason: "KubeVault does not change the storage settings of a VaultServer that exists; the data are not affected",
    fix: 'Set onImmutableChange: "replace": the VaultServer is deleted and created again on the same table, and Vault is unavailable meanwhile.',
  },
  ...["secretShares", "secretThreshold"].map((field) => ({
    prefix: `spec.unsealer.${field}`,
    reason: "it takes effect only when Vault is initialised",
    fix: "Take the change back; an initialised Vault gets other shares by vault operator rekey.",
  })),
  {
    prefix: "spec.unsealer.mode",
    reason: "the unseal keys would stay where they are, and Vault could not be unsealed",
    fix: 'Copy the unseal keys and the root token to the new place first, then set onImmutableChange: "replace".',
  },
  {
    prefix: "spec.unsealer",
    reason: "KubeVault does not change the unsealer of a VaultServer that exists",
    fix: 'Set onImmutableChange: "replace": the VaultServer is deleted and created again, and Vault is unavailable meanwhile.',
  },
  {
    prefix: "spec.podTemplate.spec.nodeSelector",
    reason: "KubeVault does not move the pods of a VaultServer that exists by it",
    fix: 'Use podTemplate.spec.affinity.nodeAffinity, which can change, or set onImmutableChange: "replace".',
  },
];

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
 * A hook for before the update of a VaultServer object, at preview too: rejects a change of {@link immutableFields}.
 *
 * KubeVault's webhook rejects it as well, but only during `up`, and not at all while the webhook is unavailable: Vault would then start on another,
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
  const reasons = new Set(
    found.map(({ path }) => {
      const { reason, fix } = consequenceOf(path);
      return `${capitalised(reason)}. ${fix}`;
    }),
  );
  return [`${subject}: cannot change once the VaultServer exists:`, ...lines, ...reasons].join("\n");
}

function consequenceOf(path: string) {
  return (
    consequences.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}.`)) ?? {
      reason: "KubeVault does not change it",
      fix: "Take the change back.",
    }
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
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
