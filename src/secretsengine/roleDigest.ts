import { createHash } from "node:crypto";
import { canonicalValue, isSet, type Values } from "../vaultresource/fields.js";
import { roleFields } from "./engineFields.js";

/** In an order that no later release changes, since digests depend on it. */
const fieldsInOrder = [...roleFields].sort((one, other) => (one.name < other.name ? -1 : 1));

/** The fields of a role that are set, in canonical form: all that tells it from another. */
export function setFields(role: Values): Record<string, unknown> {
  const given = fieldsInOrder.filter((field) => isSet(field, role[field.name]));
  return Object.fromEntries(given.map((field) => [field.name, canonicalValue(field, role[field.name])]));
}

/** 96 bits that stand for what a role says, however it is written. A field that a later release adds changes nothing until it is set. */
export function roleDigest(role: Values): string {
  return createHash("sha256")
    .update(JSON.stringify(setFields(role)))
    .digest("base64url")
    .slice(0, 16);
}
