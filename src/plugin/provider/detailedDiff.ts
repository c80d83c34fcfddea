import { canonicalJson } from "../../vaultresource/canonicalJson.js";
import type { Values } from "../../vaultresource/fields.js";
import type { PropertyChange } from "../server/resourceProvider.js";

/**
 * What differs between two objects, by property path as Pulumi writes it: `policyDocument.Statement[0].Action`.
 *
 * @param replaces top-level properties whose change needs a new resource
 */
export function detailedDiff(before: Values, after: Values, replaces: readonly string[]): Map<string, PropertyChange> {
  const changes = new Map<string, PropertyChange>();
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    for (const [path, change] of differences(key, before[key], after[key])) {
      changes.set(path, replaces.includes(key) ? replacing[change] : change);
    }
  }
  return changes;
}

type Change = "add" | "delete" | "update";

const replacing = { add: "addReplace", delete: "deleteReplace", update: "updateReplace" } as const;

function differences(path: string, before: unknown, after: unknown): [string, Change][] {
  if (before === undefined || after === undefined) {
    return before === after ? [] : [[path, before === undefined ? "add" : "delete"]];
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => differences(`${path}[${index}]`, item, after[index]));
  }
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      differences(childPath(path, key), before[key], after[key]),
    );
  }
  return canonicalJson({ value: before }) === canonicalJson({ value: after }) ? [] : [[path, "update"]];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keys that are no identifiers stand in brackets, as the engine's own paths have them. */
function childPath(path: string, key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
