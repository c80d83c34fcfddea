import { coreFields } from "./coreFields.js";
import { coreValues, plainKinds } from "./coreValues.js";
import { core, listOf, type Field } from "./fields.js";

/** A field of one of Kubernetes' own types. */
export interface CoreField {
  /** What it may hold; undefined for any value. */
  readonly field: Field | undefined;
  readonly required: boolean;
}

/** The fields of one of Kubernetes' own types, by name. */
export function coreTypeFields(type: string): ReadonlyMap<string, CoreField> {
  return new Map(
    (coreFields[type] ?? "").split(" ").map((text) => {
      const [marked = "", kind] = text.split(":");
      const name = marked.replace("!", "");
      const field = coreValues[`${type}.${name}`] ?? (kind === undefined ? undefined : fieldOf(kind));
      return [name, { field, required: marked.endsWith("!") }];
    }),
  );
}

function fieldOf(kind: string): Field {
  return kind.startsWith("[]") ? listOf(fieldOf(kind.slice(2))) : (plainKinds[kind] ?? core(kind));
}
