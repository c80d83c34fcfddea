import { describe, expect, it } from "vitest";
import { detailedDiff } from "../../../../src/plugin/provider/detailedDiff.js";

const differences = (before: object, after: object, replaces: string[] = []) =>
  Object.fromEntries(detailedDiff(before as Record<string, unknown>, after as Record<string, unknown>, replaces));

describe("the detailed diff", () => {
  it("names what was added, removed and changed, as deep as it lies", () => {
    expect(
      differences(
        { a: 1, gone: true, policy: { Statement: [{ Action: "s3:GetObject", Effect: "Allow" }] } },
        { a: 1, added: "x", policy: { Statement: [{ Action: "s3:*", Effect: "Allow", Sid: "New" }] } },
      ),
    ).toEqual({
      gone: "delete",
      added: "add",
      "policy.Statement[0].Action": "update",
      "policy.Statement[0].Sid": "add",
    });
  });

  it("shows a list of another length as a whole", () => {
    expect(differences({ arns: ["a"] }, { arns: ["a", "b"] })).toEqual({ arns: "update" });
  });

  it("marks all of a property that needs a new resource", () => {
    expect(differences({ name: "a", tags: { x: 1 } }, { name: "b", tags: {} }, ["name", "tags"])).toEqual({
      name: "updateReplace",
      "tags.x": "deleteReplace",
    });
  });

  it("puts keys that are no identifiers in brackets, and finds nothing in another order of keys", () => {
    expect(differences({ tags: { "a.b": 1 } }, { tags: { "a.b": 2 } })).toEqual({ 'tags["a.b"]': "update" });
    expect(differences({ tags: { a: 1, b: 2 } }, { tags: { b: 2, a: 1 } })).toEqual({});
  });
});
