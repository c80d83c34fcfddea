import { describe, expect, test } from "vitest";
import { keySchemaProblem } from "../../../src/storage/tableSchema.js";

const path = { name: "Path", type: "S" };
const key = { name: "Key", type: "S" };
const right = { name: "vault", hashKey: "Path", rangeKey: "Key", attributes: [path, key] };

function problem(keys: string): string {
  return `table "vault" cannot hold Vault's data: its partition key must be "Path" (S) and its sort key "Key" (S), but they are ${keys}`;
}

describe("keySchemaProblem", () => {
  test("finds none in the key that Vault uses", () => {
    expect(keySchemaProblem(right)).toBeUndefined();
  });

  test.each([
    [{ ...right, hashKey: "Key", rangeKey: "Path" }, '"Key" (S) and "Path" (S)'],
    [{ ...right, hashKey: "path", attributes: [{ name: "path", type: "S" }, key] }, '"path" (S) and "Key" (S)'],
    [{ ...right, attributes: [{ name: "Path", type: "B" }, key] }, '"Path" (B) and "Key" (S)'],
    [{ ...right, rangeKey: undefined, attributes: [path] }, '"Path" (S) and none'],
    [{ ...right, rangeKey: "", attributes: [path] }, '"Path" (S) and none'],
    [{ ...right, attributes: [path] }, '"Path" (S) and "Key" (unknown type)'],
  ])("tells what the key is instead (%#)", (table, keys) => {
    expect(keySchemaProblem(table)).toBe(problem(keys));
  });
});
