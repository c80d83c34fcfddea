import type { Issue } from "../../internal/validation/issues.js";
import { isKnown } from "../../internal/validation/known.js";
import { originNames } from "../../vaultresource/providers/clusterIdentity.js";
import { canonicalValue, type Field, type Values } from "../../vaultresource/fields.js";
import { trimSlashes } from "../../vaultresource/rules.js";
import type { ParseId } from "./importIds.js";

/**
 * What the provider plugin needs to know about a kind of resource in addition to its handlers. In a TypeScript program the class does this, in its constructor;
 * test/unit/plugin/provider/kinds.test.ts compares the two.
 */
export interface Kind {
  /** Outputs that are no inputs. */
  readonly computed: readonly string[];
  /** Outputs that are secret whatever the inputs were. */
  readonly secretOutputs: readonly string[];
  /** Rules of forms that only users write: the handlers see {@link Kind.toInputs}' result. */
  readonly rules?: (args: Values) => Issue[];
  /** The arguments in the form that the state holds. */
  readonly toInputs: (args: Values) => Values;
  /** Inputs of the state that no program gives. An import has them checked. */
  readonly stored?: readonly string[];
  /** The properties that an ID stands for, for `pulumi import`. Undefined where nothing in Vault can be imported. */
  readonly parseId?: ParseId;
  /** Whether only components create it: programs have no use for it, and the schema leaves it out. */
  readonly isInternal?: boolean;
}

/** Outputs that say which Vault a resource is in. */
export const origin: readonly string[] = originNames;

/** The arguments, with those that are fields in canonical form. */
export function canonical(fields: readonly Field[], args: Values): Values {
  const given = fields.filter(({ name }) => args[name] !== undefined && args[name] !== null);
  return {
    ...args,
    ...Object.fromEntries(given.map((field) => [field.name, canonicalValue(field, args[field.name])])),
  };
}

export function withTrimmedPath(args: Values, name: string): Values {
  const path = args[name];
  return typeof path === "string" && isKnown(path) ? { ...args, [name]: trimSlashes(path) } : args;
}
