import { createHash } from "node:crypto";
import { unknownValue } from "../internal/validation/known.js";
import { maskUnknowns } from "../internal/validation/maskUnknowns.js";

/**
 * Most that the roles of one resource may take as JSON. The engine and its plugins take messages of 400 MB; gRPC's own default, which holds where
 * something stands between them, is 4 MB.
 */
const mostBytes = 3 * 1024 * 1024;

/** What a value that is not known yet is taken for: the longest policy document that Vault's own AWS engine can use. */
const unknownBytes = 2048;

/**
 * Parts of a record that are small enough for one resource each. A name is in the part that a hash of it says, so that parts stay what they are as names
 * come and go; the number of parts is a power of two, so that it rarely changes.
 */
export function splitRoles<T>(roles: Readonly<Record<string, T>>, limit = mostBytes): Record<string, T>[] {
  const entries = Object.entries(roles).map(([name, role]) => ({ name, role, bytes: bytesOf(name, role) }));
  for (let count = 1; ; count *= 2) {
    const parts = Array.from({ length: count }, (_, index) =>
      count === 1 ? entries : entries.filter(({ name }) => hashOf(name) % count === index),
    );
    // One role alone cannot be split.
    if (parts.every((part) => part.length <= 1 || sum(part.map(({ bytes }) => bytes)) <= limit)) {
      return parts.map((part) => Object.fromEntries(part.map(({ name, role }) => [name, role])));
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function bytesOf(name: string, role: unknown): number {
  const text = JSON.stringify(maskUnknowns(role));
  const unknowns = text.split(unknownValue).length - 1;
  return Buffer.byteLength(name) + Buffer.byteLength(text) + unknowns * unknownBytes;
}

function hashOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE();
}
