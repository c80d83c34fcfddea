import { isIPv6, SocketAddress } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { isFullyKnown } from "../internal/validation/known.js";
import { durationSeconds } from "../internal/duration.js";
import { isAtLeast, type VaultVersion } from "../vault/version.js";
import { canonicalJson } from "./canonicalJson.js";
import type { TextForm } from "./textForms.js";

/**
 * What kind of value a field holds, and so when two values are the same.
 *
 * - `json`: a JSON document, compared by what it says; `set`: texts in no order; `list`: texts in order
 * - `cidrs`: address ranges in no order, where an address is the same with and without its full prefix length, and however IPv6 is written
 * - `object`: any JSON object; `objects`: objects in order, whose parts are texts
 * - `seconds`: a length of time; `userPath`: an IAM path, where none is `/`
 * - `template`: a username template, where none is Vault's own default
 */
export type FieldKind =
  | "text"
  | "json"
  | "set"
  | "list"
  | "cidrs"
  | "map"
  | "object"
  | "objects"
  | "seconds"
  | "count"
  | "flag"
  | "userPath"
  | "template";

/** One argument, and the values that it takes. */
export interface Field {
  /** The argument: `policyArns`. */
  readonly name: string;
  readonly kind: FieldKind;
  /** The value where the argument is left out, if it is not the kind's own empty value. */
  readonly unset?: number | string | boolean;
  /** The only values of a text, or of each text of a list. */
  readonly oneOf?: readonly string[];
  /** What a text, or each text of a list, has to look like. */
  readonly form?: TextForm;
  /** Bounds of a number, or of a length of time in seconds. */
  readonly least?: number;
  readonly most?: number;
  /** Whether a value is never quoted in messages: it is secret, or a secret may have been given in its place. */
  readonly secret?: boolean;
}

/** One field of an object of Vault's API, and the argument that stands for it. */
export interface VaultField extends Field {
  /** Vault's parameter: `policy_arns`. */
  readonly vaultName: string;
  /** Vault's names of the parts of `objects`, by those of the arguments. */
  readonly parts?: Readonly<Record<string, string>>;
  /** First release that knows it, where that is later than the oldest supported one (1.10): earlier ones ignore it silently. */
  readonly since?: string;
  /** Whether only Vault Enterprise has it. */
  readonly enterprise?: boolean;
}

/** Whether what is at a path already is taken over where it differs: an argument of every resource that can. */
export const adoptionSettings: readonly Field[] = [{ name: "adoptExisting", kind: "flag" }];

/** Values by argument name. */
export type Values = Readonly<Record<string, unknown>>;

/** Vault's default for `username_template`: read back as text by every release, though nobody set it. */
export const defaultUsernameTemplate =
  '{{ if (eq .Type "STS") }}{{ printf "vault-%s-%s" (unix_time) (random 20) | truncate 32 }}{{ else }}' +
  '{{ printf "vault-%s-%s-%s" (printf "%s-%s" (.DisplayName) (.PolicyName) | truncate 42) (unix_time) (random 20) | truncate 64 }}{{ end }}';

const withoutSpaces = (text: string) => text.replace(/\s+/g, "");

/**
 * A username template on one line: Vault's documentation prints templates over several lines, but Vault takes line breaks between actions as a
 * part of the name. A line break and the white space around it are removed between actions, and become one space inside of an action.
 */
export function singleLineTemplate(template: string): string {
  return template
    .trim()
    .split(/(\{\{[\s\S]*?\}\})/)
    .map((part) => part.replace(/\s*[\r\n]\s*/g, part.startsWith("{{") ? " " : ""))
    .join("");
}

/** A field's value where nothing is set: what has to be written to clear it. */
export function unsetValue(field: Field): unknown {
  if (field.unset !== undefined) {
    return field.unset;
  }
  switch (field.kind) {
    case "set":
    case "list":
    case "cidrs":
    case "objects":
      return [];
    case "map":
    case "object":
      return {};
    case "seconds":
    case "count":
      return 0;
    case "flag":
      return false;
    default:
      return "";
  }
}

/**
 * A value in the one form that its equals share, whether a user wrote it or Vault answered it. Values that are not known yet, and values
 * that break a rule, stay as they are.
 */
export function canonicalValue(field: Field, value: unknown): unknown {
  if (value === undefined || value === null) {
    return unsetValue(field);
  }
  if (!isFullyKnown(value)) {
    return value;
  }
  switch (field.kind) {
    case "json":
      return value === "" ? "" : (canonicalJson(value) ?? value);
    // Vault trims what is in a list.
    case "list":
      return Array.isArray(value) ? value.map((part) => String(part).trim()) : value;
    case "set":
      return Array.isArray(value) ? [...new Set(value.map((part) => String(part).trim()))].sort() : value;
    case "cidrs":
      return Array.isArray(value) ? [...new Set(value.map(shortRange))].sort() : value;
    case "map":
    case "object":
      return typeof value === "object" ? (JSON.parse(canonicalJson(value) ?? "{}") as unknown) : value;
    case "objects":
      return Array.isArray(value) ? value.map(withoutEmpty) : value;
    case "seconds": {
      const seconds = durationSeconds(value);
      return seconds === undefined ? value : Math.round(seconds);
    }
    case "userPath":
      return value === "/" ? "" : value;
    case "template":
      return withoutSpaces(value as string) === withoutSpaces(defaultUsernameTemplate) ? "" : value;
    default:
      return value;
  }
}

/** All fields in their canonical form, the ones that are not set too. */
export function canonicalValues(fields: readonly Field[], values: Values): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field.name, canonicalValue(field, values[field.name])]));
}

/** Whether a field is set to something. */
export function isSet(field: Field, value: unknown): boolean {
  return value !== undefined && value !== null && !isDeepStrictEqual(canonicalValue(field, value), unsetValue(field));
}

/** The fields in which two objects say something different. */
export function changedFields<F extends Field>(fields: readonly F[], before: Values, after: Values): F[] {
  return fields.filter(
    (field) =>
      // Most fields are set on neither side, or are the same text.
      before[field.name] !== after[field.name] &&
      !isDeepStrictEqual(canonicalValue(field, before[field.name]), canonicalValue(field, after[field.name])),
  );
}

/** An object as Vault answered it, by argument name and in canonical form. */
export function fromVault(fields: readonly VaultField[], data: Values): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => [field.name, canonicalValue(field, renamed(field, data[field.vaultName], true))]),
  );
}

/** The complete object as a request body, with an explicit empty value for each field that is not set: Vault keeps what is left out. */
export function toVault(fields: readonly VaultField[], values: Values): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => [field.vaultName, renamed(field, canonicalValue(field, values[field.name]), false)]),
  );
}

/**
 * The inputs that would describe what Vault has now: the user's own where they still say the same, however they are written, and Vault's
 * values where they do not.
 */
export function inputsWithDrift(
  fields: readonly VaultField[],
  inputs: Values,
  actual: Values,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...inputs };
  for (const field of changedFields(fields, inputs, actual)) {
    if (isSet(field, actual[field.name])) {
      result[field.name] = actual[field.name];
    } else {
      delete result[field.name];
    }
  }
  return result;
}

/** The fields that are set and that a release does not have: it would ignore them silently. */
export function missingFields(
  fields: readonly VaultField[],
  values: Values,
  version: VaultVersion | undefined,
): VaultField[] {
  if (version === undefined) {
    return [];
  }
  return fields.filter(
    (field) =>
      isSet(field, values[field.name]) &&
      ((field.since !== undefined && !isAtLeast(version, field.since)) ||
        (field.enterprise === true && !version.enterprise)),
  );
}

/** What a field needs, for messages: `Vault 1.19 or later, Enterprise`. */
export function needs(field: VaultField): string {
  return `${field.enterprise === true ? "Vault Enterprise" : "Vault"}${field.since === undefined ? "" : ` ${field.since} or later`}`;
}

/** The parts of `objects` under Vault's names, or under those of the arguments. */
function renamed({ parts }: VaultField, value: unknown, fromVault: boolean): unknown {
  if (parts === undefined || !Array.isArray(value)) {
    return value;
  }
  const names = Object.entries(parts).map(([ours, vaults]) => (fromVault ? [vaults, ours] : [ours, vaults]));
  const nameOf = new Map(names as [string, string][]);
  return value.map((part) =>
    Object.fromEntries(Object.entries(part as object).map(([name, text]) => [nameOf.get(name) ?? name, text])),
  );
}

function withoutEmpty(part: unknown): unknown {
  if (part === null || typeof part !== "object") {
    return part;
  }
  return Object.fromEntries(Object.entries(part).filter(([, text]) => text !== undefined && text !== ""));
}

/** The form that Vault answers: `10.0.0.1/32` is `10.0.0.1`, and `2001:DB8:0::/48` is `2001:db8::/48`. */
function shortRange(range: unknown): string {
  const text = String(range).trim();
  const [, given = text, length] = /^([^/]*)\/0*(\d+)$/.exec(text) ?? [];
  const isV6 = isIPv6(given);
  const address = isV6 ? new SocketAddress({ address: given, family: "ipv6" }).address : given;
  return length === undefined || length === (isV6 ? "128" : "32") ? address : `${address}/${length}`;
}
